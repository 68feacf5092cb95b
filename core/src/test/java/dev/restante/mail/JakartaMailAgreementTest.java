package dev.restante.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.MailAddress;
import dev.restante.MailMessage;
import dev.restante.MimePart;
import jakarta.activation.DataHandler;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.Properties;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Jakarta Mail writes, the view reads back. */
class JakartaMailAgreementTest {
    private static final String ODD = "Grüße, \"Ann\" <山田> \\ (€) 😀 ";

    private static MailMessage written(MimeMessage message) throws MessagingException, IOException {
        message.saveChanges();
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        message.writeTo(octets);
        return MailMessage.parse(octets.toByteArray());
    }

    private static MimeMessage message() {
        return new MimeMessage(Session.getInstance(new Properties()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16", "GB18030", "windows-1252", "ISO-8859-1", "US-ASCII"})
    void onSubjectsAndNamesAndTexts(String charset) throws Exception {
        String text = new String(ODD.repeat(10).getBytes(charset), charset);
        MimeMessage message = message();
        message.setFrom(new InternetAddress("ann@example.com", text.strip(), charset));
        message.setRecipient(Message.RecipientType.TO, new InternetAddress("bob@example.org"));
        message.setSubject(text.strip(), charset);
        message.setText(text, charset);
        message.setSentDate(Date.from(Instant.parse("2026-03-03T08:05:07Z")));

        MailMessage read = written(message);

        assertThat(read.subject()).contains(text.strip());
        assertThat(read.from()).containsExactly(new MailAddress(text.strip(), "ann@example.com"));
        assertThat(read.to()).containsExactly(new MailAddress("", "bob@example.org"));
        assertThat(read.text()).contains(text);
        assertThat(read.date().orElseThrow().toInstant()).isEqualTo(Instant.parse("2026-03-03T08:05:07Z"));
        assertThat("<" + read.messageId().orElseThrow() + ">").isEqualTo(message.getMessageID());
        assertThat(read.problems()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"base64", "quoted-printable", "binary", "uuencode"})
    void onAttachmentsInEveryEncoding(String encoding) throws Exception {
        Random random = new Random(5);
        MimeMultipart multipart = new MimeMultipart();
        byte[][] contents = new byte[20][];
        for (int i = 0; i < contents.length; i++) {
            contents[i] = new byte[random.nextInt(500)];
            random.nextBytes(contents[i]);
            if (encoding.equals("quoted-printable")) { // its writer turns each CR and LF into CRLF
                contents[i] = new String(contents[i], ISO_8859_1)
                        .replaceAll("[\r\n]", "=")
                        .getBytes(ISO_8859_1);
            }
            MimeBodyPart part = new MimeBodyPart();
            part.setDataHandler(new DataHandler(new ByteArrayDataSource(contents[i], "application/x-test")));
            part.setFileName(ODD.repeat(1 + i / 4).strip() + i);
            part.setDisposition(Part.ATTACHMENT);
            part.setHeader("Content-Transfer-Encoding", encoding);
            part.setContentID("<part-" + i + "@example.com>");
            multipart.addBodyPart(part);
        }
        MimeMessage message = message();
        message.setContent(multipart);

        MailMessage read = written(message);

        assertThat(read.attachments()).hasSize(contents.length);
        for (int i = 0; i < contents.length; i++) {
            MimePart part = read.attachments().get(i);
            assertThat(part.bytes()).isEqualTo(contents[i]);
            assertThat(part.size()).isEqualTo(contents[i].length);
            assertThat(part.fileName()).contains(ODD.repeat(1 + i / 4).strip() + i);
            assertThat(read.byContentId("cid:part-" + i + "@example.com")).contains(part);
        }
        assertThat(read.problems()).isEmpty();
    }

    @Test
    void onForwardedMessages() throws Exception {
        MimeMessage inner = message();
        inner.setSubject(ODD.strip(), "UTF-8");
        inner.setText("inner\r\n", "UTF-8");
        inner.saveChanges();
        MimeBodyPart forwarded = new MimeBodyPart();
        forwarded.setContent(inner, "message/rfc822");
        MimeMessage message = message();
        message.setContent(new MimeMultipart(forwarded));

        MailMessage read = written(message);

        assertThat(read.nestedMessages()).hasSize(1);
        assertThat(read.nestedMessages().get(0).subject()).contains(ODD.strip());
        assertThat(read.nestedMessages().get(0).text().orElseThrow().getBytes(UTF_8))
                .startsWith("inner".getBytes(UTF_8));
    }

    @Test
    void onEveryAddressThatTheStrictReaderTakes() throws Exception {
        for (String list : new String[] {
            "ann@example.com",
            "Ann <ann@example.com>, \"B, C\" <b@example.com>, d@example.com (Dee)",
            "\"quoted local\"@example.com, Ann Author <a.b+c@example.co.uk>",
            "=?utf-8?q?J=C3=B6rg?= <j@example.com>, <k@example.com>",
        }) {
            InternetAddress[] expected = InternetAddress.parse(list, true);
            assertThat(MailAddress.parseList(list))
                    .extracting(MailAddress::address)
                    .containsExactly(Arrays.stream(expected)
                            .map(InternetAddress::getAddress)
                            .toArray(String[]::new));
            assertThat(MailAddress.parseList(list))
                    .extracting(MailAddress::name)
                    .containsExactly(Arrays.stream(expected)
                            .map(address -> address.getPersonal() == null ? "" : address.getPersonal())
                            .toArray(String[]::new));
        }
    }
}
