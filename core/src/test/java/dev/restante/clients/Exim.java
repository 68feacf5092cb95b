package dev.restante.clients;

import dev.restante.FakeSmtpServer;
import dev.restante.OutsideProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An Exim of the tests' own, with configuration, queue and log in a folder of its own. No daemon runs: a mail is tried when it is
 * sent and whenever the test says so, and both return when that is done.
 *
 * <p>The domain of a recipient decides how it is sent to; in plain text, unless it is one of those below.
 */
final class Exim implements AutoCloseable {
    /** Recipients to whom is sent after STARTTLS only, with a certificate that is in order. */
    static final String SECURE = "secure.test";

    /** The same, after a login by PLAIN. */
    static final String LOGIN = "login.test";

    /** The same, by CRAM-MD5. */
    static final String CRAM = "cram.test";

    /** Recipients to whom is sent inside TLS from the first octet. */
    static final String SMTPS = "smtps.test";

    /** Recipients to whom is sent by LMTP. */
    static final String LMTP = "lmtp.test";

    private static final String HOW_TO =
            "apt-get download exim4-daemon-light && dpkg -x exim4-daemon-light_*.deb /opt/exim4"
                    + " && ln -s /opt/exim4/usr/sbin/exim4 /usr/local/sbin/ && useradd --system --user-group Debian-exim"
                    + " (its package and Postfix's exclude each other)";

    private final OutsideProgram exim;
    private final Path folder;

    private Exim(OutsideProgram exim, Path folder) {
        this.exim = exim;
        this.folder = folder;
    }

    /** One that sends to this server. */
    static Exim sendingTo(FakeSmtpServer smtp) throws IOException {
        OutsideProgram program = OutsideProgram.unpacked("exim4", HOW_TO);
        OutsideProgram.needed(
                program.run("-bV").out().contains("Exim version"), "Exim does not run. To run this test: " + HOW_TO);
        Postfix.asRoot("true");
        // Not the folder for temporary files: Exim's own user must be able to get there.
        Path folder = Files.createTempDirectory(Path.of("/tmp"), "restante-exim");
        Path spool = Files.createDirectory(folder.resolve("spool"));
        Path log = Files.createDirectory(folder.resolve("log"));
        Path authority =
                Files.writeString(folder.resolve("authority.pem"), smtp.tls().caPem());
        Path configuration = Files.writeString(
                folder.resolve("exim.conf"), """
                exim_path = EXIM
                primary_hostname = client.test
                spool_directory = FOLDER/spool
                log_file_path = FOLDER/log/%slog
                disable_ipv6
                keep_environment =
                trusted_users = root
                # Bounces are tried when the test says so.
                queue_only
                acl_not_smtp = accept

                begin routers
                ROUTERS
                plain:
                  driver = manualroute
                  route_list = * localhost byname
                  self = send
                  transport = plain

                begin transports
                plain:
                  driver = smtp
                  port = PORT
                  allow_localhost
                  hosts_avoid_tls = *
                secure:
                  driver = smtp
                  port = PORT
                  allow_localhost
                  hosts_require_tls = *
                  tls_verify_certificates = FOLDER/authority.pem
                  tls_verify_hosts = *
                  tls_sni = localhost
                login:
                  driver = smtp
                  port = PORT
                  allow_localhost
                  hosts_require_tls = *
                  tls_verify_certificates = FOLDER/authority.pem
                  tls_verify_hosts = *
                  hosts_require_auth = *
                cram:
                  driver = smtp
                  port = PORT
                  allow_localhost
                  hosts_require_tls = *
                  tls_verify_certificates = FOLDER/authority.pem
                  tls_verify_hosts = *
                  hosts_require_auth = *
                smtps:
                  driver = smtp
                  protocol = smtps
                  port = OTHER
                  allow_localhost
                  tls_verify_certificates = FOLDER/authority.pem
                  tls_verify_hosts = *
                lmtp:
                  driver = smtp
                  protocol = lmtp
                  port = THIRD
                  allow_localhost
                  hosts_avoid_tls = *

                begin retry
                * * F,1h,1h

                begin authenticators
                plain:
                  driver = plaintext
                  public_name = PLAIN
                  client_condition = ${if eq{$domain}{LOGIN}}
                  client_send = ^ann@client.test^pa ss+word/=
                cram:
                  driver = cram_md5
                  public_name = CRAM-MD5
                  client_condition = ${if eq{$domain}{CRAM}}
                  client_name = ann@client.test
                  client_secret = pa ss+word/=
                """.replace("ROUTERS", routers(SECURE, LOGIN, CRAM, SMTPS, LMTP))
                        .replace("FOLDER", folder.toString())
                        .replace("EXIM", program.path().toRealPath().toString())
                        .replace("SECURE", SECURE)
                        .replace("LOGIN", LOGIN)
                        .replace("CRAM-MD5", "cram-md5")
                        .replace("CRAM", CRAM)
                        .replace("SMTPS", SMTPS)
                        .replace("LMTP", LMTP)
                        .replace("PORT", String.valueOf(smtp.port()))
                        .replace("OTHER", String.valueOf(smtp.smtpsPort()))
                        .replace("THIRD", String.valueOf(smtp.lmtpPort())));
        for (Path each : List.of(folder, spool, log)) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        for (Path each : List.of(authority, configuration)) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rw-r--r--"));
        }
        Postfix.asRoot("chown", "root", configuration.toString());
        Postfix.asRoot("chown", "Debian-exim", spool.toString(), log.toString());
        OutsideProgram asRoot = Postfix.prefix().isEmpty()
                ? program
                : OutsideProgram.named("sudo", "sudo").with("-n", program.path().toString());
        return new Exim(asRoot.with("-C", configuration.toString()), folder);
    }

    /** One for each domain, which leads to the transport that the domain's first word names. */
    private static String routers(String... domains) {
        return Stream.of(domains)
                .map(domain -> """
                        NAME:
                          driver = manualroute
                          domains = DOMAIN
                          route_list = * localhost byname
                          self = send
                          transport = NAME
                        """.replace("NAME", domain.substring(0, domain.indexOf('.')))
                        .replace("DOMAIN", domain))
                .collect(Collectors.joining());
    }

    /** Gives Exim a mail, and returns its id once it was tried. */
    String send(String message, String sender, String... recipients) throws IOException {
        int before = log().length();
        exim.with("-odf", "-oi", "-f", sender).reading(message).run(recipients).expectExit(0);
        Matcher arrived =
                Pattern.compile("(\\S+) <= " + Pattern.quote(sender) + " ").matcher(log().substring(before));
        if (!arrived.find()) {
            throw new AssertionError("Exim did not take the mail. Log:\n" + log());
        }
        return arrived.group(1);
    }

    /** Has Exim try everything in its queue, and returns when that is done. */
    void flush() {
        exim.run("-qff").expectExit(0);
    }

    /** The lines of the log about a mail, without their time. */
    List<String> log(String id) throws IOException {
        return log().lines()
                .filter(line -> line.contains(" " + id + " "))
                .map(line -> line.substring(line.indexOf(id) + id.length() + 1))
                .toList();
    }

    private String log() throws IOException {
        return Files.exists(folder.resolve("log/mainlog"))
                ? Postfix.asRoot("cat", folder.resolve("log/mainlog").toString())
                        .out()
                : "";
    }

    /** The recipients who still wait, mail by mail. */
    List<String> waiting() {
        return exim.run("-bpr")
                .expectExit(0)
                .out()
                .lines()
                .filter(line -> line.startsWith("          ") && !line.isBlank())
                .map(String::strip)
                .toList();
    }

    @Override
    public void close() {
        Postfix.asRoot("rm", "-rf", folder.toString());
    }
}
