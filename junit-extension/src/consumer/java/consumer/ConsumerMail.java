package consumer;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;

/** Sends a mail. */
final class ConsumerMail {
    private ConsumerMail() {}

    static void send(Session session) throws MessagingException {
        MimeMessage mail = new MimeMessage(session);
        mail.setFrom(new InternetAddress("shop@example.com"));
        mail.setRecipient(Message.RecipientType.TO, new InternetAddress("ann@example.com"));
        mail.setSubject("Your order 42");
        mail.setText("thank you");
        Transport.send(mail);
    }
}
