package dev.restante;

import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.NOOP;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rules that are switched off and on again, or removed one by one. */
@Timeout(60)
class SwitchedRulesTest {
    private final ManualClock clock = ServerClock.manual();
    private FakeSmtpServer smtp;

    @BeforeEach
    void start() {
        smtp = FakeSmtpServer.builder().clock(clock).build().start();
    }

    @AfterEach
    void close() {
        smtp.close();
    }

    private long id(String name) {
        return report(name).id();
    }

    private RuleReport report(String name) {
        return smtp.rules().stream()
                .filter(each -> each.rule().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private List<String> names() {
        return smtp.rules().stream().map(each -> each.rule().name()).toList();
    }

    @Test
    void aRuleThatIsOffIsPassedOverAndKeepsItsPlaceAndItsHits() {
        smtp.script(
                on(NOOP).named("first").reply(450, "4.3.0 first").times(3),
                on(NOOP).named("second").reply(451, "4.3.0 second").always());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("NOOP", "450 4.3.0 first");
            smtp.switchRule(id("first"), false);
            client.say("NOOP", "451 4.3.0 second");
            assertThat(names()).containsExactly("first", "second");
            assertThat(report("first")).hasToString("first: 1 hit, 2 left, switched off");
            assertThat(report("first").on()).isFalse();
            assertThat(smtp.unfired()).isEmpty();

            smtp.switchRule(id("first"), true);
            client.say("NOOP", "450 4.3.0 first").say("NOOP", "450 4.3.0 first").say("NOOP", "451 4.3.0 second");
        }
        assertThat(smtp.rules()).extracting(RuleReport::hits).containsExactly(3L, 2L);
        assertThat(report("first")).hasToString("first: 3 hits, 0 left");
    }

    @Test
    void whatHappensMeanwhileIsNotCountedForIt() {
        smtp.script(
                on(NOOP).named("third").nthOnServer(3).reply(450, "4.3.0 third").always());
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("NOOP", "250 ").say("NOOP", "250 ");
            smtp.switchRule(id("third"), false);
            client.say("NOOP", "250 ").say("NOOP", "250 ");
            smtp.switchRule(id("third"), true);
            client.say("NOOP", "450 4.3.0 third");
        }
    }

    @Test
    void aTimeThatItWasScriptedForGoesOn() {
        smtp.script(on(NOOP).named("outage").reply(450, "4.3.0 later").during(Duration.ofMinutes(5)));
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("NOOP", "450 ");
            smtp.switchRule(id("outage"), false);
            clock.advance(Duration.ofMinutes(6));
            smtp.switchRule(id("outage"), true);
            client.say("NOOP", "250 ");
        }
    }

    @Test
    void rulesOfScenariosAndPersonasHaveSwitchesToo() {
        smtp.persona(Persona.named("exim"));
        smtp.scenario(Scenarios.mailboxFull("full@*"));
        smtp.script(on(MAIL_FROM)
                .named("mine")
                .from("nobody@*")
                .reply(451, "4.3.0 mine")
                .times(9));
        assertThat(smtp.rules().get(0).layer()).isEqualTo(RuleReport.Layer.TEST);
        RuleReport full = smtp.rules().get(1);
        assertThat(full.layer()).isEqualTo(RuleReport.Layer.SCENARIO);
        assertThat(smtp.rules().subList(2, smtp.rules().size()))
                .extracting(RuleReport::layer)
                .containsOnly(RuleReport.Layer.PERSONA);

        smtp.switchRule(full.id(), false);
        for (RuleReport each : smtp.rules().subList(2, smtp.rules().size())) {
            smtp.removeRule(each.id());
        }
        assertThat(smtp.rules()).hasSize(2);
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<full@y.test>", "250 ");
            smtp.switchRule(full.id(), true);
            client.say("RCPT TO:<full@y.test>", "452 ");
        }
    }

    @Test
    void aRuleIsRemovedByItsNumberAndNumbersAreNeverGivenTwice() {
        smtp.script(on(NOOP).named("a").reply(450, "4.3.0 a").always());
        Rule equal = on(NOOP).named("same").reply(451, "4.3.0 same").always();
        smtp.script(equal, equal);
        long second = smtp.rules().get(2).id();
        smtp.removeRule(second);
        assertThat(names()).containsExactly("a", "same");
        smtp.script(equal);
        assertThat(smtp.rules())
                .extracting(RuleReport::id)
                .doesNotContain(second)
                .doesNotHaveDuplicates();

        smtp.reset();
        assertThatThrownBy(() -> smtp.switchRule(second, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("There is no rule " + second + ". The script is empty.");
        smtp.script(equal);
        long now = smtp.rules().get(0).id();
        assertThat(now).isGreaterThan(second);
        assertThatThrownBy(() -> smtp.removeRule(second))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("There is no rule " + second + ". There are " + now + " (same).");
        assertThat(smtp.rules()).hasSize(1);
    }

    @Test
    void aPositionInABodyIsNoStopWhileItsRuleIsOff() {
        smtp.script(midData(10).named("cut").resetConnection().always());
        smtp.switchRule(id("cut"), false);
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.envelope("a@x.test", "b@y.test")
                    .sendRaw("Subject: x\r\n\r\na body of more\r\n.\r\n")
                    .expect("250 ");
        }
        assertThat(smtp.takeMail().subject()).contains("x");
    }

    @Test
    void switchesDoNotReachTheRulesOfOtherMailboxes() {
        SmtpMailbox orders = smtp.mailbox("orders", MailboxSelector.recipient("*@orders.test"));
        orders.script(on(RCPT_TO).named("theirs").reply(450, "4.2.1 busy").always());
        long theirs = orders.rules().get(0).id();
        orders.switchRule(theirs, false);
        assertThat(orders.rules().get(0).on()).isFalse();
        try (WireDialogue client = WireDialogue.greeted(smtp)) {
            client.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<b@orders.test>", "250 ");
            orders.switchRule(theirs, true);
            client.say("RCPT TO:<c@orders.test>", "450 ");
        }
        assertThat(smtp.rules()).isEmpty();
        assertThatThrownBy(() -> smtp.switchRule(theirs, false)).isInstanceOf(IllegalArgumentException.class);
    }
}
