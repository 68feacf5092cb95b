package dev.restante.junit;

import static dev.restante.assertj.MailAssertions.assertThat;

import dev.restante.FakeSmtpServer;
import dev.restante.Mailbox;
import dev.restante.SmtpFixture;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LifecycleTest {
    /** What the tests within saw, by the class that saw it. */
    private static final ConcurrentHashMap<Class<?>, List<FakeSmtpServer>> SEEN = new ConcurrentHashMap<>();

    private static void saw(Class<?> by, FakeSmtpServer... servers) {
        for (FakeSmtpServer server : servers) {
            assertThat(server.port()).as("a started server has a port").isPositive();
            SEEN.computeIfAbsent(by, key -> new CopyOnWriteArrayList<>()).add(server);
        }
    }

    private static List<FakeSmtpServer> seenBy(Class<?> type) {
        return List.copyOf(SEEN.getOrDefault(type, List.of()));
    }

    private static void passes(int tests, Class<?>... types) {
        var results = Kit.run(types);
        assertThat(Kit.failures(results)).isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(tests).failed(0));
        for (Class<?> type : types) {
            assertThat(seenBy(type)).isNotEmpty().allSatisfy(LifecycleTest::isClosed);
        }
    }

    private static void isClosed(FakeSmtpServer server) {
        assertThat(server.toString()).contains("closed");
    }

    private static void isEmptyAtFirst(FakeSmtpServer server) {
        assertThat(server).hasNoMail();
        Kit.send(server, "ann@example.com", "x");
        assertThat(server).hasMails(1);
    }

    // ---- instance fields

    static class Base {
        @FakeSmtp
        private FakeSmtpServer inherited;

        FakeSmtpServer inherited() {
            return inherited;
        }
    }

    static class InstanceFieldCase extends Base {
        @FakeSmtp
        private FakeSmtpServer smtp;

        @FakeSmtp
        SmtpFixture fixture;

        @FakeSmtp
        Mailbox mailbox;

        @BeforeEach
        void isThereBefore() {
            Kit.send(smtp, "ann@example.com", "before");
        }

        @Test
        void one() {
            use();
        }

        @Test
        void two() {
            use();
        }

        private void use() {
            saw(InstanceFieldCase.class, smtp, inherited());
            assertThat(smtp).hasMails(1);
            assertThat(inherited()).hasNoMail();
            assertThat(fixture.port()).isNotEqualTo(smtp.port());
            assertThat(mailbox).hasNoMail();
        }

        @AfterEach
        void isThereAfter() {
            assertThat(smtp).hasMails(1);
            assertThat(smtp.port()).isPositive();
        }
    }

    @Test
    void anInstanceFieldHasANewServerForEachTest() {
        passes(2, InstanceFieldCase.class);
        assertThat(Set.copyOf(seenBy(InstanceFieldCase.class))).hasSize(4);
    }

    static class ConfiguredCase {
        @FakeSmtp
        private final FakeSmtpServer smtp =
                FakeSmtpServer.builder().hostName("mx.example.com").build();

        @Test
        void one() {
            saw(ConfiguredCase.class, smtp);
            assertThat(smtp.hostName()).isEqualTo("mx.example.com");
        }

        @Test
        void two() {
            saw(ConfiguredCase.class, smtp);
        }
    }

    @Test
    void aFieldThatIsNotNullIsUsedAsConfigured() {
        passes(2, ConfiguredCase.class);
        assertThat(Set.copyOf(seenBy(ConfiguredCase.class))).hasSize(2);
    }

    static class AttributesCase {
        @FakeSmtp(
                hostName = "mx.example.com",
                startTls = true,
                smtps = true,
                lmtp = true,
                maxMessageSize = 1000,
                users = "ann:pass:word",
                requireAuth = true)
        FakeSmtpServer smtp;

        @Test
        void hasThem() {
            saw(AttributesCase.class, smtp);
            assertThat(smtp.hostName()).isEqualTo("mx.example.com");
            assertThat(smtp.maxMessageSize()).isEqualTo(1000);
            assertThat(smtp.smtpsPort()).isPositive();
            assertThat(smtp.lmtpPort()).isPositive();
        }
    }

    @Test
    void attributesConfigureTheServer() {
        passes(1, AttributesCase.class);
    }

    // ---- parameters

    static class ParameterCase {
        private final FakeSmtpServer ofConstructor;
        private FakeSmtpServer ofBeforeEach;

        ParameterCase(@FakeSmtp FakeSmtpServer smtp) {
            this.ofConstructor = smtp;
        }

        @BeforeEach
        void before(@FakeSmtp FakeSmtpServer smtp) {
            ofBeforeEach = smtp;
        }

        @Test
        void one(@FakeSmtp FakeSmtpServer first, @FakeSmtp FakeSmtpServer second) {
            saw(ParameterCase.class, ofConstructor, ofBeforeEach, first, second);
        }

        @Test
        void two(@FakeSmtp SmtpFixture fixture) {
            saw(ParameterCase.class, ofConstructor, ofBeforeEach, (FakeSmtpServer) fixture);
        }

        @AfterEach
        void after(@FakeSmtp FakeSmtpServer smtp) {
            saw(ParameterCase.class, smtp);
        }
    }

    @Test
    void eachParameterHasAServerOfItsOwn() {
        passes(2, ParameterCase.class);
        assertThat(Set.copyOf(seenBy(ParameterCase.class))).hasSize(4 + 3 + 2);
    }

    static class RepetitionCase {
        @RepeatedTest(3)
        void repeated(@FakeSmtp FakeSmtpServer smtp) {
            saw(RepetitionCase.class, smtp);
        }

        @ParameterizedTest
        @ValueSource(strings = {"a", "b"})
        void parameterized(String value, @FakeSmtp FakeSmtpServer smtp) {
            saw(RepetitionCase.class, smtp);
            assertThat(value).isNotEmpty();
        }

        @TestFactory
        List<DynamicTest> dynamic(@FakeSmtp FakeSmtpServer smtp) {
            return List.of(
                    DynamicTest.dynamicTest("one", () -> saw(RepetitionCase.class, smtp)),
                    DynamicTest.dynamicTest("two", () -> saw(RepetitionCase.class, smtp)));
        }
    }

    @Test
    void eachRepetitionHasAServerOfItsOwnAndAFactoryHasOneForAllItMakes() {
        passes(3 + 2 + 2, RepetitionCase.class);
        assertThat(Set.copyOf(seenBy(RepetitionCase.class))).hasSize(3 + 2 + 1);
    }

    static class BeforeAllParameterCase {
        private static FakeSmtpServer shared;

        @BeforeAll
        static void before(@FakeSmtp FakeSmtpServer smtp) {
            shared = smtp;
            saw(BeforeAllParameterCase.class, smtp);
        }

        @Test
        void one() {
            isEmptyAtFirst(shared);
        }

        @Test
        void two() {
            isEmptyAtFirst(shared);
        }

        @AfterAll
        static void isStillThere() {
            assertThat(shared.port()).isPositive();
        }
    }

    @Test
    void aParameterOfBeforeAllLivesAsLongAsTheClassAndIsResetBeforeEachTest() {
        passes(2, BeforeAllParameterCase.class);
    }

    @ParameterizedClass
    @ValueSource(strings = {"a", "b"})
    static class ParameterizedCase {
        @Parameter
        String argument;

        @FakeSmtp
        FakeSmtpServer field;

        @FakeSmtp
        static FakeSmtpServer shared;

        @FakeSmtp
        static final FakeSmtpServer CONFIGURED = FakeSmtpServer.create();

        @RegisterExtension
        static final FakeSmtpExtension TWIN = FakeSmtpExtension.create();

        @Test
        void one(@FakeSmtp FakeSmtpServer parameter) {
            saw(ParameterizedCase.class, field, shared, CONFIGURED, TWIN.server(), parameter);
            List.of(field, shared, CONFIGURED, TWIN.server(), parameter).forEach(LifecycleTest::isEmptyAtFirst);
        }

        @Nested
        class Inner {
            @Test
            void two() {
                List.of(field, shared, CONFIGURED, TWIN.server()).forEach(LifecycleTest::isEmptyAtFirst);
            }
        }
    }

    @Test
    void aClassThatIsRunForEachArgumentHasItsSharedServersForAllOfThem() {
        passes(4, ParameterizedCase.class);
        assertThat(Set.copyOf(seenBy(ParameterizedCase.class))).hasSize(2 + 1 + 1 + 1 + 2);
    }

    // ---- static fields

    static class StaticCase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @BeforeAll
        static void isThereBefore() {
            saw(StaticCase.class, smtp);
        }

        @Test
        void one() {
            use();
        }

        @Test
        void two() {
            use();
        }

        @Nested
        class Inner {
            @Test
            void three() {
                use();
            }

            @Nested
            class Innermost {
                @Test
                void four() {
                    use();
                }
            }
        }

        private static void use() {
            saw(StaticCase.class, smtp);
            isEmptyAtFirst(smtp);
        }

        @AfterAll
        static void isStillThere() {
            assertThat(smtp.port()).isPositive();
        }
    }

    @Test
    void aStaticFieldHasOneServerForTheClassAndItsNestedOnesWhichIsResetBeforeEachTest() {
        passes(4, StaticCase.class);
        assertThat(Set.copyOf(seenBy(StaticCase.class))).hasSize(1);
        assertThat(StaticCase.smtp).as("the field is given back").isNull();
    }

    static class StaticConfiguredCase {
        @FakeSmtp
        static final FakeSmtpServer SMTP =
                FakeSmtpServer.builder().hostName("mx.example.com").build();

        @Test
        void one() {
            saw(StaticConfiguredCase.class, SMTP);
            isEmptyAtFirst(SMTP);
        }

        @Test
        void two() {
            saw(StaticConfiguredCase.class, SMTP);
            isEmptyAtFirst(SMTP);
        }
    }

    @Test
    void aStaticFieldMayBeConfiguredToo() {
        passes(2, StaticConfiguredCase.class);
    }

    abstract static class SharedBase {
        @FakeSmtp
        static FakeSmtpServer smtp;

        @FakeSmtp
        static final FakeSmtpServer CONFIGURED = FakeSmtpServer.create();
    }

    static class FirstOfBaseCase extends SharedBase {
        @Test
        void one() {
            saw(FirstOfBaseCase.class, smtp, CONFIGURED);
            isEmptyAtFirst(smtp);
        }
    }

    static class SecondOfBaseCase extends SharedBase {
        @Test
        void two() {
            saw(SecondOfBaseCase.class, smtp, CONFIGURED);
            isEmptyAtFirst(smtp);
        }
    }

    @Test
    void aStaticFieldOfASuperclassServesAllItsSubclasses() {
        passes(2, FirstOfBaseCase.class, SecondOfBaseCase.class);
        assertThat(seenBy(FirstOfBaseCase.class)).isEqualTo(seenBy(SecondOfBaseCase.class));
    }

    // ---- one server in two places, and places of the same name

    record RecordCase(@FakeSmtp(hostName = "mx.example.com") FakeSmtpServer smtp) {
        @Test
        void one() {
            use(RecordCase.class, smtp);
        }

        @Test
        void two() {
            use(RecordCase.class, smtp);
        }

        private static void use(Class<?> by, FakeSmtpServer server) {
            saw(by, server);
            assertThat(server.hostName()).isEqualTo("mx.example.com");
            isEmptyAtFirst(server);
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    record RecordPerClassCase(@FakeSmtp FakeSmtpServer smtp) {
        @RepeatedTest(2)
        void each() {
            saw(RecordPerClassCase.class, smtp);
            isEmptyAtFirst(smtp);
        }
    }

    @Test
    void aRecordsComponentIsOneServerThoughItIsAParameterAndAField() {
        passes(2, RecordCase.class);
        assertThat(Set.copyOf(seenBy(RecordCase.class))).hasSize(2);
        passes(2, RecordPerClassCase.class);
        assertThat(Set.copyOf(seenBy(RecordPerClassCase.class))).hasSize(1);
    }

    record FailingRecordCase(@FakeSmtp FakeSmtpServer smtp) {
        @Test
        void scriptsInVain() {
            smtp.script(dev.restante.Script.on(dev.restante.Stage.RCPT_TO)
                    .reply(450, "4.2.1 Mailbox busy")
                    .once());
        }
    }

    @Test
    void whatIsWrongWithItIsToldOnce() {
        assertThat(Kit.failure(FailingRecordCase.class).getSuppressed()).isEmpty();
    }

    interface Mail {
        @FakeSmtp
        FakeSmtpServer SMTP = FakeSmtpServer.create();
    }

    static class InterfaceCase implements Mail {
        @RepeatedTest(2)
        void each() {
            saw(InterfaceCase.class, SMTP);
            isEmptyAtFirst(SMTP);
        }
    }

    @Test
    void aConstantOfAnInterfaceServesTheClassesThatImplementIt() {
        passes(2, InterfaceCase.class);
    }

    static class HiddenCase {
        @FakeSmtp
        FakeSmtpServer smtp;

        @FakeSmtp
        static FakeSmtpServer shared;
    }

    @SuppressWarnings("HidingField")
    static class HidingCase extends HiddenCase {
        @FakeSmtp
        FakeSmtpServer smtp;

        @FakeSmtp
        static FakeSmtpServer shared;

        @Test
        void hasThemAll() {
            saw(HidingCase.class, smtp, super.smtp, shared, HiddenCase.shared);
            seenBy(HidingCase.class).forEach(LifecycleTest::isEmptyAtFirst);
        }
    }

    @Test
    void aFieldThatHidesAnotherHasAServerOfItsOwn() {
        passes(1, HidingCase.class);
        assertThat(Set.copyOf(seenBy(HidingCase.class))).hasSize(4);
    }

    // ---- meta-annotation

    @Target({ElementType.FIELD, ElementType.PARAMETER})
    @Retention(RetentionPolicy.RUNTIME)
    @FakeSmtp(hostName = "meta.example.com")
    @interface Mx {}

    static class MetaCase {
        @Mx
        FakeSmtpServer field;

        @Mx
        static FakeSmtpServer shared;

        @Test
        void isMeant(@Mx FakeSmtpServer parameter) {
            saw(MetaCase.class, field, shared, parameter);
            assertThat(List.of(field, shared, parameter))
                    .allSatisfy(server -> assertThat(server.hostName()).isEqualTo("meta.example.com"));
        }
    }

    @Test
    void anAnnotationOfOnesOwnMeansTheSame() {
        passes(1, MetaCase.class);
        assertThat(Set.copyOf(seenBy(MetaCase.class))).hasSize(3);
    }

    // ---- nested

    static class NestedCase {
        @FakeSmtp
        FakeSmtpServer outer;

        @Nested
        class Inner {
            @FakeSmtp
            FakeSmtpServer inner;

            @Nested
            class Innermost {
                @FakeSmtp
                FakeSmtpServer innermost;

                @Test
                void hasThemAll() {
                    saw(NestedCase.class, outer, inner, innermost);
                    List.of(outer, inner, innermost).forEach(LifecycleTest::isEmptyAtFirst);
                }

                @Nested
                class WithoutAField {
                    @Test
                    void hasThemToo() {
                        saw(NestedCase.class, outer, inner, innermost);
                        List.of(outer, inner, innermost).forEach(LifecycleTest::isEmptyAtFirst);
                    }
                }
            }
        }
    }

    @Test
    void nestedClassesOfAnyDepthHaveTheServersOfAllTheirEnclosingInstances() {
        passes(2, NestedCase.class);
        assertThat(Set.copyOf(seenBy(NestedCase.class))).hasSize(6);
    }

    // ---- PER_CLASS

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class PerClassCase {
        private final FakeSmtpServer ofConstructor;

        @FakeSmtp
        FakeSmtpServer smtp;

        @FakeSmtp
        final FakeSmtpServer configured = FakeSmtpServer.create();

        @FakeSmtp
        static FakeSmtpServer shared;

        private final FakeSmtpServer asConstructed = shared;

        PerClassCase(@FakeSmtp FakeSmtpServer ofConstructor) {
            this.ofConstructor = ofConstructor;
        }

        @Test
        void one() {
            use();
        }

        @Test
        void two() {
            use();
        }

        @Nested
        class Inner {
            @Test
            void three() {
                use();
            }
        }

        private void use() {
            assertThat(asConstructed).isSameAs(shared);
            saw(PerClassCase.class, smtp, configured, ofConstructor, shared);
            List.of(smtp, configured, ofConstructor, shared).forEach(LifecycleTest::isEmptyAtFirst);
        }
    }

    @Test
    void underPerClassAFieldHasANewServerForEachTestAndWhatIsMadeOnceIsReset() {
        passes(3, PerClassCase.class);
        assertThat(Set.copyOf(seenBy(PerClassCase.class))).hasSize(3 + 1 + 1 + 1);
    }

    static class PerClassWithinCase {
        @FakeSmtp
        FakeSmtpServer outer;

        @FakeSmtp
        final FakeSmtpServer configured = FakeSmtpServer.create();

        @RegisterExtension
        final FakeSmtpExtension twin = FakeSmtpExtension.create();

        @Nested
        @TestInstance(TestInstance.Lifecycle.PER_CLASS)
        class Inner {
            @FakeSmtp
            FakeSmtpServer inner;

            @RepeatedTest(2)
            void each() {
                saw(PerClassWithinCase.class, outer, configured, twin.server(), inner);
                List.of(outer, configured, twin.server(), inner).forEach(LifecycleTest::isEmptyAtFirst);
            }
        }

        @Test
        void outside() {
            isEmptyAtFirst(outer);
            isEmptyAtFirst(configured);
        }
    }

    @Test
    void aNestedClassUnderPerClassKeepsItsEnclosingInstances() {
        passes(3, PerClassWithinCase.class);
        assertThat(Set.copyOf(seenBy(PerClassWithinCase.class))).hasSize(2 + 1 + 1 + 2);
    }

    // ---- the twin

    static class RegisteredCase {
        @RegisterExtension
        final FakeSmtpExtension mail =
                FakeSmtpExtension.of(FakeSmtpServer.builder().hostName("twin.example.com"));

        @RegisterExtension
        static final FakeSmtpExtension SHARED = FakeSmtpExtension.create().withStrict(Strict.ALL);

        @BeforeAll
        static void isThereBefore() {
            saw(RegisteredCase.class, SHARED.server());
        }

        @Test
        void one() {
            use();
        }

        @Nested
        class Inner {
            @Test
            void two() {
                use();
            }
        }

        private void use() {
            saw(RegisteredCase.class, mail.server(), SHARED.server());
            assertThat(mail.server().hostName()).isEqualTo("twin.example.com");
            isEmptyAtFirst(SHARED.server());
        }
    }

    @Test
    void theTwinDoesTheSameForCode() {
        passes(2, RegisteredCase.class);
        assertThat(Set.copyOf(seenBy(RegisteredCase.class))).hasSize(2 + 1);
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class RegisteredPerClassCase {
        @RegisterExtension
        final FakeSmtpExtension mail = FakeSmtpExtension.create();

        @Test
        void one() {
            use();
        }

        @Test
        void two() {
            use();
        }

        private void use() {
            saw(RegisteredPerClassCase.class, mail.server());
            isEmptyAtFirst(mail.server());
        }
    }

    @Test
    void underPerClassTheTwinIsShared() {
        passes(2, RegisteredPerClassCase.class);
        assertThat(Set.copyOf(seenBy(RegisteredPerClassCase.class))).hasSize(1);
    }

    abstract static class RegisteredBase {
        @RegisterExtension
        static final FakeSmtpExtension MAIL = FakeSmtpExtension.create();
    }

    static class FirstRegisteredCase extends RegisteredBase {
        @Test
        void one() {
            saw(FirstRegisteredCase.class, MAIL.server());
        }
    }

    static class SecondRegisteredCase extends RegisteredBase {
        @Test
        void two() {
            saw(SecondRegisteredCase.class, MAIL.server());
        }
    }

    @Test
    void aStaticTwinOfASuperclassStartsAnewForEachSubclass() {
        passes(2, FirstRegisteredCase.class, SecondRegisteredCase.class);
    }

    // ---- concurrency

    static class ConcurrentCase {
        @FakeSmtp
        FakeSmtpServer field;

        @RepeatedTest(40)
        void each(@FakeSmtp FakeSmtpServer parameter) {
            saw(ConcurrentCase.class, field, parameter);
            isEmptyAtFirst(field);
            assertThat(parameter).hasNoMail();
        }
    }

    @Test
    void testsThatRunSideBySideHaveServersOfTheirOwn() {
        var results = Kit.runConcurrently(8, ConcurrentCase.class);
        assertThat(Kit.failures(results)).isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(40));
        assertThat(Set.copyOf(seenBy(ConcurrentCase.class))).hasSize(80);
        assertThat(seenBy(ConcurrentCase.class)).allSatisfy(LifecycleTest::isClosed);
    }
}
