package consumer

import dev.restante.CapturedMail
import dev.restante.FakeSmtpServer
import dev.restante.assertj.MailAssertions.assertThat

/** What Kotlin is to refuse, line by line, since nothing of it may be null. */
class NullsOfKotlin {
    fun refused(smtp: FakeSmtpServer, mail: CapturedMail?) {
        assertThat(mail).hasSubject(null)
        smtp.script(null)
        FakeSmtpServer.builder().hostName(null)
        mail.subject()
    }
}
