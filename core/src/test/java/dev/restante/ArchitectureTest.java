package dev.restante;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.Set;

/** Holds the directions of imports that docs/architecture.md draws. */
@AnalyzeClasses(packages = "dev.restante", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    /** The classes on top of the parts; everything else in the root package is a value below them. */
    private static final Set<String> FACADE = Set.of(
            "FakeSmtpServer",
            "FakeSmtpMailbox",
            "HeldMailbox",
            "WaitingMailbox",
            "StoreMailbox",
            "BarrierHold",
            "ServerTls",
            "MailSessions",
            "RestanteClient",
            "RemoteFixture",
            "RemoteInbox",
            "RemoteServer",
            "RemoteMailbox",
            "RemoteListeners",
            "RemoteHold");

    private static final DescribedPredicate<JavaClass> A_FACADE = new DescribedPredicate<>("the facade") {
        @Override
        public boolean test(JavaClass candidate) {
            String outermost = candidate.getName().replaceFirst("^.*\\.", "").replaceFirst("\\$.*", "");
            return candidate.getPackageName().equals("dev.restante") && FACADE.contains(outermost);
        }
    };

    private static final DescribedPredicate<JavaClass> A_VALUE =
            resideInAPackage("dev.restante").and(not(A_FACADE)).as("values of the root package");

    private static ArchRule part(String name, String... mayUse) {
        String[] allowed = new String[mayUse.length + 1];
        for (int i = 0; i < mayUse.length; i++) {
            allowed[i] = "dev.restante." + mayUse[i];
        }
        allowed[mayUse.length] = "dev.restante." + name + "..";
        DescribedPredicate<JavaClass> foreign = resideInAPackage("dev.restante..")
                .and(not(resideInAnyPackage(allowed)))
                .and(not(A_VALUE))
                .as("parts that are not below");
        return noClasses()
                .that()
                .resideInAPackage("dev.restante." + name + "..")
                .should(dependOnClassesThat(foreign));
    }

    @ArchTest
    static final ArchRule VALUES_STAND_ON_THE_MIME_READER_AND_LINT_ALONE = noClasses()
            .that(A_VALUE)
            .should(dependOnClassesThat(resideInAPackage("dev.restante..")
                    .and(not(resideInAnyPackage("dev.restante", "dev.restante.lint", "dev.restante.mail")))
                    .or(A_FACADE)));

    @ArchTest
    static final ArchRule MAIL_KNOWS_NOTHING_OF_OURS = noClasses()
            .that()
            .resideInAPackage("dev.restante.mail")
            .should(dependOnClassesThat(
                    resideInAPackage("dev.restante..").and(not(resideInAPackage("dev.restante.mail")))));

    @ArchTest
    static final ArchRule TLS_KNOWS_NOTHING_OF_OURS = noClasses()
            .that()
            .resideInAPackage("dev.restante.tls")
            .should(dependOnClassesThat(
                    resideInAPackage("dev.restante..").and(not(resideInAPackage("dev.restante.tls")))));

    @ArchTest
    static final ArchRule MAILBOX_KNOWS_NO_SMTP = part("mailbox");

    @ArchTest
    static final ArchRule SCRIPT_KNOWS_NO_SOCKET = part("script");

    @ArchTest
    static final ArchRule INBOXES_JOIN_MAIL_AND_RULES = part("inbox", "mailbox", "script");

    @ArchTest
    static final ArchRule SESSION_ONLY_TAKES_DOWN = part("session", "mail");

    @ArchTest
    static final ArchRule LINT_READS_WHAT_WAS_CAPTURED = part("lint", "mail");

    @ArchTest
    static final ArchRule BOUNCES_KNOW_NO_LISTENER = part("bounce", "mail");

    @ArchTest
    static final ArchRule WIRE_KNOWS_NO_COMMANDS = part("listener.wire", "mail");

    @ArchTest
    static final ArchRule COMMANDS_STAND_ON_THE_PARTS = part(
            "listener.commands", "listener.wire", "bounce", "inbox", "mail", "mailbox", "script", "session", "tls");

    @ArchTest
    static final ArchRule NO_CYCLES_BETWEEN_PARTS =
            slices().matching("dev.restante.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule THE_ENGINE_IS_BEHIND_THE_LISTENER = noClasses()
            .that()
            .resideOutsideOfPackage("dev.restante.listener")
            .should(dependOnClassesThat(resideInAPackage("org.subethamail..")));

    @ArchTest
    static final ArchRule CERTIFICATES_ARE_MADE_IN_ONE_PLACE = noClasses()
            .that()
            .resideOutsideOfPackage("dev.restante.tls")
            .should(dependOnClassesThat(resideInAPackage("org.bouncycastle..")));

    @ArchTest
    static final ArchRule NO_STANDARD_STREAMS = GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @ArchTest
    static final ArchRule NO_TEST_LIBRARIES = noClasses()
            .should(dependOnClassesThat(
                    resideInAnyPackage("org.junit..", "org.assertj..", "io.javalin..", "ch.qos.logback..")));
}
