package dev.restante;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
        packages = {"dev.restante.assertj", "dev.restante.junit"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureOfAssertionsTest {
    @ArchTest
    static final ArchRule ASSERTIONS_SERVE_EVERY_TEST_FRAMEWORK = noClasses()
            .that()
            .resideInAPackage("dev.restante.assertj..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.junit..", "org.opentest4j..", "org.springframework..", "dev.restante.junit..");

    @ArchTest
    static final ArchRule SPRING_IS_KNOWN_TO_ITS_OWN_SIDE_ONLY = noClasses()
            .that()
            .resideInAPackage("dev.restante.junit..")
            .and()
            .haveNameNotMatching(".*\\.Spring\\w+(\\$\\w+)?")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework..");

    @ArchTest
    static final ArchRule THE_MACHINERY_OF_THE_SERVER_IS_NOT_USED = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.restante.listener..",
                    "dev.restante.script..",
                    "dev.restante.session..",
                    "dev.restante.mailbox..",
                    "dev.restante.tls..");
}
