package dev.restante.fuzz;

import dev.restante.fuzz.Dialogue.Await;
import dev.restante.fuzz.Dialogue.EndOutput;
import dev.restante.fuzz.Dialogue.Send;
import dev.restante.fuzz.Dialogue.StartTls;
import dev.restante.fuzz.Dialogue.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * Dialogues that are in order, from which the others are made. A word stands for a line and its reply; "+" before it has the
 * client go on without the reply, "=" sends it as it is, "TLS" shakes hands.
 */
@SuppressWarnings("StringConcatToTextBlock") // what goes over the wire is easier to see
final class Seeds {
    private static final String MAIL = "From: a@x.test\r\nSubject: s\r\n\r\nhello\r\n..dot\r\n.\r\n";
    private static final String MIME =
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n"
                    + "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--b--\r\n.\r\n";
    private static final String BIG = "Subject: big\r\n\r\n" + ("0123456789".repeat(7) + "\r\n").repeat(400) + ".\r\n";

    private Seeds() {}

    private static Dialogue of(String... words) {
        List<Step> steps = new ArrayList<>(List.of(new Await()));
        for (String word : words) {
            if (word.equals("TLS")) {
                steps.add(new StartTls());
            } else if (word.equals("END")) {
                steps.add(new EndOutput());
            } else if (word.startsWith("+")) {
                steps.add(Send.of(word.substring(1) + "\r\n"));
            } else if (word.startsWith("=")) {
                steps.add(Send.of(word.substring(1)));
                steps.add(new Await());
            } else {
                steps.add(Send.of(word + "\r\n"));
                steps.add(new Await());
            }
        }
        return new Dialogue(steps);
    }

    /** For a server that speaks SMTP in plain text, with STARTTLS. */
    static final List<Dialogue> SMTP = List.of(
            of("EHLO c.test", "MAIL FROM:<a@x.test>", "RCPT TO:<b@x.test>", "DATA", "=" + MAIL, "QUIT"),
            of(
                    "HELO c.test",
                    "MAIL FROM:<a@x.test>",
                    "RCPT TO:<b@x.test>",
                    "RCPT TO:<c@x.test>",
                    "DATA",
                    "=" + MIME,
                    "RSET"),
            of(
                    "EHLO c.test",
                    "+MAIL FROM:<a@x.test> SIZE=100 BODY=8BITMIME",
                    "+RCPT TO:<b@x.test>",
                    "+DATA",
                    "=" + MAIL,
                    "+MAIL FROM:<>",
                    "+RCPT TO:<Postmaster>",
                    "+DATA",
                    "=" + MIME,
                    "QUIT"),
            of(
                    "EHLO c.test",
                    "MAIL FROM:<a@x.test> BODY=BINARYMIME",
                    "RCPT TO:<b@x.test>",
                    "=BDAT 9\r\nSubject: ",
                    "=BDAT 5 LAST\r\ns\r\n\r\n",
                    "NOOP",
                    "QUIT"),
            of("EHLO c.test", "MAIL FROM:<a@x.test>", "RCPT TO:<b@x.test>", "=BDAT 0\r\n", "=BDAT 0 LAST\r\n", "QUIT"),
            of("EHLO c.test", "MAIL FROM:<a@x.test>", "RCPT TO:<b@x.test>", "DATA", "=" + BIG, "QUIT"),
            of("EHLO c.test", "VRFY a", "EXPN a", "HELP", "NOOP x", "RSET", "QUIT"),
            of(
                    "EHLO c.test",
                    "AUTH PLAIN AGFubgBzZWNyZXQ=",
                    "MAIL FROM:<a@x.test> AUTH=<>",
                    "RCPT TO:<b@x.test>",
                    "RSET",
                    "QUIT"),
            of("EHLO c.test", "AUTH LOGIN", "YW5u", "c2VjcmV0", "AUTH PLAIN", "QUIT"),
            of("EHLO c.test", "AUTH CRAM-MD5", "*", "AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgeAEB", "", "QUIT"),
            of("EHLO c.test", "AUTH OAUTHBEARER bixhPWFubixBYXV0aD1CZWFyZXIgeAE=", "AQ==", "QUIT"),
            of(
                    "EHLO c.test",
                    "STARTTLS",
                    "TLS",
                    "EHLO c.test",
                    "MAIL FROM:<a@x.test>",
                    "RCPT TO:<b@x.test>",
                    "DATA",
                    "=" + MAIL,
                    "QUIT"),
            of(
                    "EHLO c.test",
                    "STARTTLS",
                    "TLS",
                    "EHLO c.test",
                    "AUTH LOGIN YW5u",
                    "c2VjcmV0",
                    "+MAIL FROM:<a@x.test>",
                    "+RCPT TO:<b@x.test> NOTIFY=NEVER",
                    "+BDAT 4 LAST",
                    "=a\r\n\r\n",
                    "QUIT"),
            of(
                    "EHLO c.test",
                    "MAIL FROM:<\u00c3\u00a4@x.test> SMTPUTF8",
                    "RCPT TO:<b@x.test> ORCPT=rfc822;b@x.test",
                    "DATA",
                    "=Subject: \u00c3\u00a4\r\n\r\n.\r\n",
                    "QUIT"),
            of(
                    "EHLO c.test",
                    "MAIL FROM:<a@x.test> RET=HDRS ENVID=x+2B",
                    "RCPT TO:<\"b c\"@[192.0.2.1]>",
                    "DATA",
                    "=.\r\n",
                    "END"));

    /** For a server that speaks LMTP. */
    static final List<Dialogue> LMTP = List.of(
            of(
                    "LHLO c.test",
                    "MAIL FROM:<a@x.test>",
                    "RCPT TO:<b@x.test>",
                    "RCPT TO:<c@x.test>",
                    "DATA",
                    "=" + MAIL,
                    "QUIT"),
            of(
                    "LHLO c.test",
                    "+MAIL FROM:<a@x.test>",
                    "+RCPT TO:<b@x.test>",
                    "+RCPT TO:<c@x.test>",
                    "=BDAT 4 LAST\r\na\r\n\r\n",
                    "EHLO x",
                    "QUIT"));

    /** For a server that speaks TLS from the first octet. */
    static final List<Dialogue> SMTPS = List.of(
            inTls(of(
                    "EHLO c.test",
                    "AUTH PLAIN AGFubgBzZWNyZXQ=",
                    "MAIL FROM:<a@x.test>",
                    "RCPT TO:<b@x.test>",
                    "DATA",
                    "=" + MAIL,
                    "QUIT")),
            inTls(of(
                    "EHLO c.test",
                    "+MAIL FROM:<a@x.test>",
                    "+RCPT TO:<b@x.test>",
                    "+DATA",
                    "=" + MIME,
                    "STARTTLS",
                    "QUIT")));

    private static Dialogue inTls(Dialogue plain) {
        List<Step> steps = new ArrayList<>(List.of(new StartTls()));
        steps.addAll(plain.steps());
        return new Dialogue(steps);
    }

    /** For a server that is told of clients by a proxy. */
    static final List<Dialogue> PROXIED = List.of(
            proxied("PROXY TCP4 192.0.2.7 192.0.2.1 1000 25\r\n"),
            proxied("\r\n\r\n\0\r\nQUIT\n!\u0011\0\u000c\u00c0\0\u0002\u0007\u00c0\0\u0002\u0001\u0003\u00e8\0\u0019"));

    private static Dialogue proxied(String header) {
        List<Step> steps = new ArrayList<>(List.of(Send.of(header)));
        steps.addAll(SMTP.get(0).steps());
        return new Dialogue(steps);
    }
}
