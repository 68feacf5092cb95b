package dev.restante.shop;

import jakarta.mail.Address;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.util.Properties;

/** Code under test: a newsletter that tries again for the recipients who were deferred. */
public final class Newsletter {
    private static final Duration BACK_OFF = Duration.ofMillis(120);
    private static final int TRIES = 5;

    private final Session session;

    public Newsletter(Properties properties) {
        Properties all = new Properties();
        all.putAll(properties);
        all.setProperty("mail.smtp.sendpartial", "true");
        all.setProperty("mail.smtp.localhost", "news.example.com");
        session = Session.getInstance(all);
    }

    public void send(String... recipients) {
        try {
            MimeMessage mail = new MimeMessage(session);
            mail.setFrom(new InternetAddress("news@example.com"));
            mail.setRecipients(Message.RecipientType.TO, String.join(", ", recipients));
            mail.setSubject("News");
            mail.setText("There is news.");
            mail.saveChanges();
            deliver(session, mail, mail.getAllRecipients());
        } catch (MessagingException e) {
            throw new IllegalStateException("The newsletter could not be sent.", e);
        }
    }

    private static void deliver(Session session, MimeMessage mail, Address[] recipients) throws MessagingException {
        Address[] left = recipients;
        for (int i = 1; left.length > 0; i++) {
            try (Transport transport = session.getTransport()) {
                transport.connect();
                transport.sendMessage(mail, left); // the same mail each time, Message-ID and all
                return;
            } catch (SendFailedException failure) {
                left = failure.getValidUnsentAddresses();
                if (i == TRIES || left == null) {
                    throw failure;
                }
                backOff();
            }
        }
    }

    private static void backOff() {
        try {
            Thread.sleep(BACK_OFF.toMillis()); // never shorter, as parking may be
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted between two tries.", e);
        }
    }
}
