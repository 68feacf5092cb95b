package consumer

import dev.restante.CapturedMail
import dev.restante.Effect
import dev.restante.FakeSmtpServer
import dev.restante.MailSessions
import dev.restante.Matching
import dev.restante.Script.on
import dev.restante.Stage.END_OF_DATA
import dev.restante.Stage.RCPT_TO
import dev.restante.assertj.MailAssertions.assertThat
import dev.restante.assertj.MailSoftAssertions
import dev.restante.junit.FakeSmtp
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Nested
import org.junit.jupiter.api.Test

/** As a Kotlin project uses it: lambdas for every function, and types that are known not to be null. */
class KotlinConsumerTest {
    @FakeSmtp
    lateinit var smtp: FakeSmtpServer

    @Test
    fun catchesMail() {
        ConsumerMail.send(MailSessions.plain(smtp))
        val mail: CapturedMail = smtp.takeMail(Matching.that("has a subject") { it.subject().isPresent })
        assertThat(mail).isTo("ann@example.com").hasSubject("Your order 42").text().contains("thank you")
        assertThat(mail).satisfies({ m -> assertEquals("shop@example.com", m.envelope().sender().address()) })
        val length: Int = mail.envelope().sender().address().length // not null: no question mark is needed
        assertEquals(16, length)
    }

    @Test
    fun takesLambdasInRules(@FakeSmtp other: FakeSmtpServer) {
        val seen = mutableListOf<String>()
        other.onArrival { seen.add(it.id()) }.use {
            other.script(
                on(RCPT_TO).matching { moment -> moment.recipients().isEmpty() }.reply(450, "4.2.1 Busy").once(),
                on(END_OF_DATA).answer { Effect.Pass.PASS }.always(),
            )
            assertThrows(jakarta.mail.MessagingException::class.java) { ConsumerMail.send(MailSessions.plain(other)) }
            ConsumerMail.send(MailSessions.plain(other))
            assertThat(other).hasMails(1)
        }
    }

    @Test
    fun failsWithTheEvidence() {
        val failure = assertThrows(AssertionError::class.java) { smtp.within(java.time.Duration.ofMillis(10)).takeMail() }
        assertEquals(true, failure.message!!.startsWith("No mail arrived within 10 ms."))
    }

    @Test
    fun `takes soft assertions and a server of the companion's`() {
        ConsumerMail.send(MailSessions.plain(shared))
        MailSoftAssertions.assertSoftly { softly ->
            softly.assertThat(shared).hasMails(1).onlyMail().isTo("ann@example.com")
            softly.assertThat(smtp).hasNoMail()
        }
    }

    @Nested
    inner class Inner(@FakeSmtp private val own: FakeSmtpServer) {
        @Test
        fun `has what is around it, and its own`() {
            assertThat(setOf(own.port(), smtp.port(), shared.port())).hasSize(3)
        }
    }

    companion object {
        @JvmStatic
        @FakeSmtp
        lateinit var shared: FakeSmtpServer
    }
}
