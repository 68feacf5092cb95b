package dev.restante.web;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The page is built on what every user of the core has. */
@AnalyzeClasses(
        packages = {"dev.restante.web", "dev.restante.cli", "dev.restante.relay"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule ITS_MACHINERY_IS_NOT_USED = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.restante.listener..",
                    "dev.restante.mailbox..",
                    "dev.restante.script..",
                    "dev.restante.session..",
                    "dev.restante.tls..",
                    "org.subethamail..");

    @ArchTest
    static final ArchRule THE_PAGE_KNOWS_NO_COMMAND_LINE = noClasses()
            .that()
            .resideInAPackage("dev.restante.web..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.restante.cli..", "picocli..");

    @ArchTest
    static final ArchRule ONLY_THE_PROGRAM_WRITES_TO_THE_CONSOLE = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.restante.cli.Main")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");
}
