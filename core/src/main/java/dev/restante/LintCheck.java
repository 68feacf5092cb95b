package dev.restante;

import static dev.restante.LintFinding.Severity.ERROR;
import static dev.restante.LintFinding.Severity.NOTE;
import static dev.restante.LintFinding.Severity.WARNING;

import java.util.Locale;
import java.util.Optional;

/**
 * What lint looks for in what clients do: each has a code that does not change, a severity, and the section that it rests on.
 *
 * <p>An error is what a server may refuse or misread; a warning breaks a rule that most servers overlook; a note is worth
 * knowing, and no assertion fails for it.
 */
public enum LintCheck {
    /** A command ends in LF alone. */
    BARE_LF_IN_COMMAND(ERROR, "RFC 5321 section 2.3.8", "A command ends in LF without CR."),
    /** A command holds a CR. */
    BARE_CR_IN_COMMAND(ERROR, "RFC 5321 section 2.3.8", "A command holds a CR that ends no line."),
    /** A command holds a control character. */
    CONTROL_CHARACTER_IN_COMMAND(ERROR, "RFC 5321 section 4.1.2", "A command holds a control character."),
    /** A command holds octets beyond ASCII. */
    COMMAND_NOT_ASCII(ERROR, "RFC 6531 section 3.4", "A command goes beyond ASCII, and SMTPUTF8 was not asked for."),
    /** A command is too long. */
    COMMAND_TOO_LONG(WARNING, "RFC 5321 section 4.5.3.1.4", "A command line is longer than 512 octets."),
    /** A command ends in white space. */
    TRAILING_SPACE(WARNING, "RFC 5321 section 4.1.1", "White space stands before the end of a command."),
    /** A command is none. */
    UNKNOWN_COMMAND(WARNING, "RFC 5321 section 4.1.1", "A line is no command that anybody knows."),
    /** A command has not its form. */
    COMMAND_SYNTAX(ERROR, "RFC 5321 section 4.1.1", "A command has not the form that it must have."),
    /** A space behind FROM: or TO:. */
    SPACE_BEFORE_PATH(WARNING, "RFC 5321 section 3.3", "A space stands beside the colon of FROM: or TO:."),
    /** An address without angle brackets. */
    PATH_WITHOUT_BRACKETS(ERROR, "RFC 5321 section 4.1.2", "An address of the envelope has no angle brackets."),
    /** An address that is none. */
    PATH_MALFORMED(WARNING, "RFC 5321 section 4.1.2", "An address of the envelope is no mailbox."),
    /** A source route. */
    SOURCE_ROUTE(
            NOTE,
            "RFC 5321 appendix C",
            "An address of the envelope has a source route, which clients no longer send."),
    /** An address over its limits. */
    PATH_TOO_LONG(
            WARNING,
            "RFC 5321 section 4.5.3.1",
            "A local part has more than 64 octets, a domain more than 255, or a path more than 256."),
    /** No EHLO or HELO. */
    NO_GREETING(ERROR, "RFC 5321 section 4.1.4", "The client did not say EHLO or HELO first."),
    /** A name in EHLO that is none. */
    EHLO_NOT_A_DOMAIN(
            WARNING, "RFC 5321 section 4.1.1.1", "The name in EHLO is neither a domain nor an address literal."),
    /** An address in EHLO without square brackets. */
    EHLO_BARE_IP(WARNING, "RFC 5321 section 4.1.3", "The name in EHLO is an IP address without square brackets."),
    /** EHLO localhost. */
    EHLO_LOCALHOST(NOTE, "RFC 5321 section 4.1.1.1", "The name in EHLO is localhost, which is nobody's name."),
    /** A name in EHLO of one label. */
    EHLO_NOT_QUALIFIED(NOTE, "RFC 5321 section 2.3.5", "The name in EHLO is no fully qualified domain name."),
    /** HELO where EHLO is meant. */
    HELO_FOR_EHLO(NOTE, "RFC 5321 section 3.2", "The client began with HELO, not with EHLO."),
    /** A command out of order. */
    OUT_OF_SEQUENCE(ERROR, "RFC 5321 section 4.1.4", "A command came out of order."),
    /** DATA for a binary body. */
    BINARY_NEEDS_BDAT(ERROR, "RFC 3030 section 3", "A body was declared as BINARYMIME, but is to be sent by DATA."),
    /** Talk before the greeting. */
    EARLY_TALKER(ERROR, "RFC 5321 section 4.3.1", "The client did not wait for the greeting."),
    /** Pipelining without PIPELINING. */
    PIPELINING_NOT_OFFERED(
            ERROR,
            "RFC 2920 section 3.1",
            "The client went on before it had its reply, and PIPELINING was not offered."),
    /** Pipelining behind a command that must be the last. */
    PIPELINING_NOT_LAST(
            ERROR,
            "RFC 2920 section 3.1",
            "The client went on before it had the reply to a command that must be the last of a group."),
    /** A parameter that was not offered. */
    PARAMETER_NOT_OFFERED(
            ERROR,
            "RFC 5321 section 4.1.1.11",
            "A parameter of MAIL or RCPT belongs to an extension that was not offered."),
    /** A command that was not offered. */
    COMMAND_NOT_OFFERED(ERROR, "RFC 5321 section 2.2.1", "A command belongs to an extension that was not offered."),
    /** A mechanism that was not offered. */
    MECHANISM_NOT_OFFERED(WARNING, "RFC 4954 section 4", "AUTH names a mechanism that was not offered."),
    /** A secret in clear. */
    AUTH_IN_CLEAR(
            WARNING,
            "RFC 4954 section 9",
            "A password or token was sent outside of TLS. From a loopback address, and behind a proxy that ended the"
                    + " client's TLS and said so, it is a note."),
    /** Plain text ahead of a handshake. */
    PLAIN_TEXT_AHEAD_OF_TLS(
            ERROR, "RFC 3207 section 4", "The client sent plain text behind STARTTLS, ahead of the handshake."),
    /** A handshake where plain text is spoken. */
    TLS_ON_PLAIN_PORT(ERROR, "RFC 3207 section 4", "The client began a TLS handshake where plain text is spoken."),
    /** No QUIT. */
    NO_QUIT(
            NOTE,
            "RFC 5321 section 4.1.1.10",
            "The client closed the connection without QUIT. In the middle of a transaction, it is a warning."),
    /** A dot that was not doubled. */
    DOT_NOT_STUFFED(ERROR, "RFC 5321 section 4.5.2", "A line of a body begins with a dot that was not doubled."),
    /** A client that waits behind an end of data that is none. */
    FALSE_END_OF_DATA(
            ERROR,
            "RFC 5321 section 4.1.1.4",
            "The client waits, but what it sent is no end of data: that is CRLF.CRLF."),

    /** A line of a mail ends in LF alone. */
    BARE_LF(ERROR, "RFC 5321 section 2.3.8", "A line of a mail ends in LF without CR."),
    /** A mail holds a CR alone. */
    BARE_CR(ERROR, "RFC 5321 section 2.3.8", "A mail holds a CR without LF."),
    /** What some servers take for an end of data. */
    SMUGGLING_SEQUENCE(
            ERROR,
            "RFC 5321 section 4.1.1.4",
            "A mail holds what some servers take for the end of data, such as LF.LF: what follows could pass for commands."),
    /** NUL. */
    NUL_OCTET(ERROR, "RFC 2045 section 2.8", "A mail holds a NUL octet, and was not sent as BINARYMIME."),
    /** A long line. */
    LINE_TOO_LONG(
            ERROR, "RFC 5321 section 4.5.3.1.6", "A line of a mail has more than 998 octets, 1,000 with its end."),
    /** 8-bit without 8BITMIME. */
    EIGHT_BIT_UNDECLARED(
            ERROR, "RFC 6152 section 3", "A body has octets beyond ASCII, but was sent without BODY=8BITMIME."),
    /** Binary without BINARYMIME. */
    BINARY_UNDECLARED(ERROR, "RFC 3030 section 3", "A part is binary, but the mail was sent without BODY=BINARYMIME."),
    /** More than SIZE said. */
    SIZE_EXCEEDED(WARNING, "RFC 1870 section 6.3", "A mail is larger than its SIZE said."),
    /** No Date. */
    DATE_MISSING(ERROR, "RFC 5322 section 3.6", "There is no Date."),
    /** No From. */
    FROM_MISSING(ERROR, "RFC 5322 section 3.6", "There is no From."),
    /** No Message-ID. */
    MESSAGE_ID_MISSING(WARNING, "RFC 5322 section 3.6.4", "There is no Message-ID."),
    /** Several authors and no Sender. */
    SENDER_MISSING(ERROR, "RFC 5322 section 3.6.2", "From has several addresses, but there is no Sender."),
    /** A field twice. */
    DUPLICATE_HEADER(ERROR, "RFC 5322 section 3.6", "A header field that may be there once is there again."),
    /** A Date that is none. */
    DATE_MALFORMED(ERROR, "RFC 5322 section 3.3", "A Date is no date, or its day is no day of the calendar."),
    /** A Date in an obsolete form. */
    DATE_OBSOLETE(
            WARNING,
            "RFC 5322 section 4.3",
            "A Date has a form that is only read, no longer written, such as the zone GMT."),
    /** A Message-ID that is none. */
    MESSAGE_ID_MALFORMED(WARNING, "RFC 5322 section 3.6.4", "A Message-ID is not of the form <left@right>."),
    /** An address field that is none. */
    ADDRESS_MALFORMED(ERROR, "RFC 5322 section 3.4", "A header field is no list of addresses."),
    /** An address field in an obsolete form. */
    ADDRESS_OBSOLETE(
            WARNING,
            "RFC 5322 section 4.4",
            "A list of addresses has a form that is only read, no longer written, such as a dot in a name without quotes."),
    /** Bcc. */
    BCC_HEADER(WARNING, "RFC 5322 section 3.6.3", "A Bcc field tells everybody of blind copies."),
    /** A header line that is no field. */
    HEADER_MALFORMED(ERROR, "RFC 5322 section 2.2", "A line of a header is no header field."),
    /** A header field in an obsolete form. */
    HEADER_OBSOLETE(
            WARNING,
            "RFC 5322 section 4.5",
            "A blank stands before the colon, or a folded line is nothing but white space."),
    /** A header beyond ASCII. */
    HEADER_NOT_ASCII(
            ERROR, "RFC 6532 section 3", "A header goes beyond ASCII, but the mail was sent without SMTPUTF8."),
    /** An encoded word that is too long. */
    ENCODED_WORD_TOO_LONG(WARNING, "RFC 2047 section 2", "An encoded word is longer than 75 characters."),
    /** An encoded word that cannot be read. */
    ENCODED_WORD_MALFORMED(
            WARNING, "RFC 2047 section 2", "An encoded word cannot be read, or is not set apart by white space."),
    /** An encoded word where none is read. */
    ENCODED_WORD_MISPLACED(
            WARNING, "RFC 2047 section 5", "An encoded word stands in a quoted string or in an address."),
    /** An encoded word in a MIME parameter. */
    ENCODED_WORD_IN_PARAMETER(
            NOTE, "RFC 2047 section 5", "An encoded word stands in a parameter, where RFC 2231 has another form."),
    /** No MIME-Version. */
    MIME_VERSION_MISSING(WARNING, "RFC 2045 section 4", "There are MIME fields, but no MIME-Version: 1.0."),
    /** A Content-Type that is none. */
    CONTENT_TYPE_MALFORMED(WARNING, "RFC 2045 section 5.1", "A Content-Type is not of the form type/subtype."),
    /** A transfer encoding that nobody knows. */
    TRANSFER_ENCODING_UNKNOWN(ERROR, "RFC 2045 section 6.1", "A Content-Transfer-Encoding is none that is known."),
    /** A transfer encoding of a composite type. */
    TRANSFER_ENCODING_NOT_ALLOWED(
            ERROR, "RFC 2045 section 6.4", "A multipart or a message is encoded, which only its parts may be."),
    /** 8-bit in a 7bit part. */
    EIGHT_BIT_IN_7BIT_PART(
            ERROR, "RFC 2045 section 6.2", "A part that says 7bit, or nothing, has octets beyond ASCII."),
    /** 8-bit below a 7bit container. */
    EIGHT_BIT_IN_7BIT_MULTIPART(
            NOTE, "RFC 2045 section 6.4", "A multipart that says 7bit, or nothing, has an 8bit part."),
    /** A long line of base64. */
    BASE64_LINE_TOO_LONG(WARNING, "RFC 2045 section 6.8", "A line of base64 is longer than 76 characters."),
    /** A long line of quoted-printable. */
    QUOTED_PRINTABLE_LINE_TOO_LONG(
            NOTE, "RFC 2045 section 6.7", "A line of quoted-printable is longer than 76 characters."),
    /** Content that its encoding does not allow. */
    CONTENT_BROKEN(ERROR, "RFC 2045 section 6", "A part cannot be read in the transfer encoding that it names."),
    /** A multipart that cannot be split. */
    BOUNDARY_MISSING(ERROR, "RFC 2046 section 5.1.1", "A multipart names no boundary, or one that does not occur."),
    /** A boundary that is never closed. */
    BOUNDARY_NOT_CLOSED(ERROR, "RFC 2046 section 5.1.1", "The last boundary of a multipart is missing."),
    /** A boundary that is none. */
    BOUNDARY_MALFORMED(
            WARNING, "RFC 2046 section 5.1.1", "A boundary has more than 70 characters, or such as it may not have."),
    /** Text without a charset. */
    CHARSET_MISSING(WARNING, "RFC 2046 section 4.1.2", "A text goes beyond ASCII, but names no charset."),
    /** A charset that nobody knows. */
    CHARSET_UNKNOWN(WARNING, "RFC 2046 section 4.1.2", "A text names a charset that is not known."),
    /** Text that is not in its charset. */
    CHARSET_VIOLATED(WARNING, "RFC 2046 section 4.1.2", "A text is not in the charset that it names.");

    private final String code;
    private final LintFinding.Severity severity;
    private final String reference;
    private final String meaning;

    LintCheck(LintFinding.Severity severity, String reference, String meaning) {
        this.code = name().toLowerCase(Locale.ROOT).replace('_', '-');
        this.severity = severity;
        this.reference = reference;
        this.meaning = meaning;
    }

    /** The check with this code; empty if there is none. */
    public static Optional<LintCheck> of(String code) {
        for (LintCheck check : values()) {
            if (check.code.equals(code)) {
                return Optional.of(check);
            }
        }
        return Optional.empty();
    }

    /** The stable code, such as {@code bare-lf}. */
    public String code() {
        return code;
    }

    /** How severe its findings are as a rule. */
    public LintFinding.Severity severity() {
        return severity;
    }

    /** Where it is written, such as {@code RFC 5321 section 2.3.8}. */
    public String reference() {
        return reference;
    }

    /** What it means, in a sentence. */
    public String meaning() {
        return meaning;
    }

    /** The code. */
    @Override
    public String toString() {
        return code;
    }
}
