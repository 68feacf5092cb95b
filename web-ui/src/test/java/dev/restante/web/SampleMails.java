package dev.restante.web;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Mails that the tests send. */
final class SampleMails {
    /** A picture of one blue pixel. */
    static final byte[] PIXEL = Base64.getDecoder()
            .decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGOQ9Z8IAAIBARE5Nr+9AAAAAElFTkSuQmCC");

    private SampleMails() {}

    static String plain(String subject, String text) {
        return """
                From: Ann Sender <ann@example.test>
                To: Bob <bob@example.test>
                Subject: %s
                Date: Mon, 5 Jan 2026 10:00:00 +0100
                Message-ID: <plain@example.test>

                %s""".formatted(subject, text);
    }

    /** Text and HTML with a picture inside, an attachment with a name and one without. */
    static String invoice() {
        return """
                From: Harbour Books <orders@shop.test>
                To: Mara =?utf-8?q?Lindqvist=C3=A5?= <mara@example.test>
                Cc: desk@example.test
                Reply-To: help@shop.test
                Subject: =?utf-8?q?Your_invoice_=E2=82=AC_46?=
                Date: Mon, 5 Jan 2026 10:00:00 +0100
                Message-ID: <invoice@shop.test>
                List-Unsubscribe: <https://shop.test/u>, <mailto:off@shop.test>
                X-Folded: one
                 \ttwo
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=m

                --m
                Content-Type: multipart/related; boundary=r

                --r
                Content-Type: multipart/alternative; boundary=a

                --a
                Content-Type: text/plain; charset=utf-8

                Thank you, Mara.
                --a
                Content-Type: text/html; charset=utf-8

                <html><head><title>no</title><style>h1{color:green}</style></head>
                <body><h1>Thank&nbsp;you</h1><p>Mara,<br>it is <b>on its way</b>.</p><img src="cid:logo@shop"></body></html>
                --a--
                --r
                Content-Type: image/png; name=logo.png
                Content-Transfer-Encoding: base64
                Content-Disposition: inline
                Content-ID: <logo@shop>

                %s
                --r--
                --m
                Content-Type: application/pdf
                Content-Transfer-Encoding: base64
                Content-Disposition: attachment; filename="Invoice 1.pdf"

                %s
                --m
                Content-Type: application/octet-stream
                Content-Disposition: attachment

                nameless
                --m--
                """.formatted(base64(PIXEL), base64("%PDF-1.4 invoice".getBytes(StandardCharsets.US_ASCII)));
    }

    static String html(String subject, String body) {
        return """
                From: Stranger <stranger@elsewhere.test>
                To: Bob <bob@example.test>
                Subject: %s
                MIME-Version: 1.0
                Content-Type: text/html; charset=utf-8

                %s""".formatted(subject, body);
    }

    private static String base64(byte[] content) {
        return Base64.getEncoder().encodeToString(content);
    }
}
