package dev.restante;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption.OnlyIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The build runs test classes by the ending of their names: another name would be left out in silence. */
@AnalyzeClasses(packages = "dev.restante", importOptions = OnlyIncludeTests.class)
class TestNamesTest {
    @ArchTest
    static final ArchRule TEST_CLASSES_END_IN_TEST = classes()
            .that()
            .containAnyMethodsThat(new DescribedPredicate<>("are tests") {
                @Override
                public boolean test(JavaMethod method) {
                    return method.isMetaAnnotatedWith("org.junit.platform.commons.annotation.Testable");
                }
            })
            .and()
            .areTopLevelClasses()
            .should()
            .haveSimpleNameEndingWith("Test");
}
