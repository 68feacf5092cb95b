package dev.restante.shop;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/** Code under test: a shop that confirms orders by Jakarta Mail. */
public final class OrderMailer {
    private final Session session;

    /** An order and who made it. */
    public record Order(int number, String customer) {}

    public OrderMailer(String host, int port) {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.host", host);
        properties.setProperty("mail.smtp.port", String.valueOf(port));
        properties.setProperty("mail.smtp.localhost", "shop.example.com");
        session = Session.getInstance(properties);
    }

    /** Sends the confirmation: a text, an HTML with a logo, an invoice. */
    public void confirm(Order order) {
        send(order, order.customer());
    }

    /** Sends it with a blind copy. */
    public void confirmWithCopy(Order order, String copy) {
        send(order, order.customer() + ", " + copy);
    }

    private void send(Order order, String recipients) {
        try {
            MimeMessage mail = new MimeMessage(session);
            mail.setFrom(new InternetAddress("shop@example.com", "The Shop"));
            mail.setRecipient(Message.RecipientType.TO, new InternetAddress(order.customer()));
            mail.setSubject("Your order " + order.number());
            mail.setContent(content(order));
            mail.saveChanges();
            Transport.send(mail, InternetAddress.parse(recipients));
        } catch (MessagingException | java.io.UnsupportedEncodingException e) {
            throw new IllegalStateException("The order could not be confirmed.", e);
        }
    }

    private static MimeMultipart content(Order order) throws MessagingException {
        MimeBodyPart text = new MimeBodyPart();
        text.setText("Dear customer,\n\nthank you for order " + order.number() + ".\nYour code is 421337.\n", "UTF-8");
        MimeBodyPart html = new MimeBodyPart();
        html.setText("""
                <html><head><title>Order</title><style>p { color: #333 }</style></head><body>
                <img src="cid:logo@shop" alt="The Shop">
                <h1>Order %d</h1>
                <p>Thank you,&nbsp;dear <b>customer</b>!</p><div style="display:none">preview</div>
                <table><tr><td class="item">Tea</td><td class="price">4.20</td></tr></table>
                <p><a class="button" href="https://shop.example.com/confirm?order=%d&amp;token=a%%2Fb">Confirm</a>
                 or <a href="http://www.example.com/cancel">Cancel the order</a></p>
                </body></html>
                """.formatted(order.number(), order.number()), "UTF-8", "html");
        MimeBodyPart logo = new MimeBodyPart();
        logo.setContent(new byte[] {(byte) 0x89, 'P', 'N', 'G'}, "image/png");
        logo.setContentID("<logo@shop>");
        logo.setDisposition(MimeBodyPart.INLINE);
        MimeMultipart related = new MimeMultipart("related", html, logo);
        MimeBodyPart shown = new MimeBodyPart();
        shown.setContent(related);
        MimeBodyPart both = new MimeBodyPart();
        both.setContent(new MimeMultipart("alternative", text, shown));
        MimeBodyPart invoice = new MimeBodyPart();
        invoice.setContent("%PDF-1.7 not much of one".getBytes(StandardCharsets.US_ASCII), "application/pdf");
        invoice.setFileName("invoice.pdf");
        invoice.setDisposition(MimeBodyPart.ATTACHMENT);
        return new MimeMultipart("mixed", both, invoice);
    }
}
