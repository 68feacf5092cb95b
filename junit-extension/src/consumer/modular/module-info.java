/** Tests of somebody's in a named module. */
open module consumer.mail {
    requires dev.restante;
    requires dev.restante.junit;
    requires jakarta.mail;
    requires org.assertj.core;
    requires org.junit.jupiter.api;
    requires org.junit.platform.launcher;
}
