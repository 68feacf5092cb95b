package consumer

import static dev.restante.Script.on
import static dev.restante.Stage.RCPT_TO
import static dev.restante.assertj.MailAssertions.assertThat

import dev.restante.FakeSmtpServer
import dev.restante.MailSessions
import jakarta.mail.MessagingException
import spock.lang.AutoCleanup
import spock.lang.Specification

/** As a Spock project uses it: the server is a field that is cleaned up, the assertions stand in then-blocks. */
class SpockConsumerSpec extends Specification {
    @AutoCleanup
    FakeSmtpServer smtp = FakeSmtpServer.create().start()

    def "catches mail"() {
        when:
        ConsumerMail.send(MailSessions.plain(smtp))

        then:
        def mail = smtp.takeMail()
        mail.subject().get() == "Your order 42"
        assertThat(mail).isTo("ann@example.com").text().contains("thank you")
    }

    def "scripts a failure for #recipient"() {
        given:
        smtp.script(on(RCPT_TO).matching { it.recipient().isPresent() }.reply(550, "5.1.1 No such user").once())

        when:
        ConsumerMail.send(MailSessions.plain(smtp))

        then:
        thrown(MessagingException)
        assertThat(smtp).hasNoMail()

        where:
        recipient << ["ann@example.com"]
    }
}
