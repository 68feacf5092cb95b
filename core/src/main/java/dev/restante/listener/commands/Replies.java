package dev.restante.listener.commands;

import dev.restante.Reply;

/** The replies whose words never change. */
final class Replies {
    static final Reply OK = Reply.of(250, "2.0.0 OK");
    static final Reply BYE = Reply.of(221, "2.0.0 Bye");
    static final Reply SENDER_OK = Reply.of(250, "2.1.0 Sender OK");
    static final Reply RECIPIENT_OK = Reply.of(250, "2.1.5 Recipient OK");
    static final Reply START_MAIL = Reply.of(354, "Start mail input; end with <CRLF>.<CRLF>");
    static final Reply CANNOT_VRFY = Reply.of(252, "2.1.5 Cannot verify, but will take mail and try");
    static final Reply READY_FOR_TLS = Reply.of(220, "2.0.0 Ready to start TLS");

    static final Reply SHUTTING_DOWN = Reply.of(421, "4.3.2 Server is shutting down");
    static final Reply RESET = Reply.of(421, "4.3.2 Server was reset");
    static final Reply IDLE = Reply.of(421, "4.4.2 Idle for too long");
    static final Reply TOO_MANY_CONNECTIONS = Reply.of(421, "4.3.2 Too many connections");
    static final Reply TOO_MANY_OF_CLIENT = Reply.of(421, "4.7.0 Too many connections from your address");
    static final Reply TOO_MANY_COMMANDS = Reply.of(421, "4.7.0 Too many commands without a mail");
    static final Reply CANNOT_READ_CHUNK = Reply.of(421, "4.5.4 Cannot tell where that chunk ends");

    static final Reply TOO_MANY_RECIPIENTS = Reply.of(452, "4.5.3 Too many recipients");
    static final Reply NO_ROOM = Reply.of(452, "4.3.1 Too many large messages are arriving at once; try again later");
    static final Reply NO_ROOM_FOR_RECIPIENT =
            Reply.of(452, "4.3.1 No room for more recipients; send to fewer at a time");
    static final Reply TLS_NOT_AVAILABLE = Reply.of(454, "4.7.0 TLS not available");
    static final Reply LINE_TOO_LONG = Reply.of(500, "5.5.2 Line too long");
    static final Reply NO_TLS_HERE = Reply.of(500, "5.5.1 Plain text is spoken here; no TLS handshake is expected");
    static final Reply SAY_LHLO = Reply.of(500, "5.5.1 LMTP is spoken here: say LHLO");
    static final Reply UNKNOWN_COMMAND = Reply.of(500, "5.5.1 Command not recognized");
    static final Reply CONTROL_CHARACTER = Reply.of(501, "5.5.2 A control character has no place in a command");
    static final Reply NOT_UTF8 = Reply.of(501, "5.5.2 Octets beyond ASCII must be UTF-8");
    static final Reply NO_ARGUMENT = Reply.of(501, "5.5.4 This command takes no argument");
    static final Reply NEEDS_ARGUMENT = Reply.of(501, "5.5.4 This command needs an argument");
    static final Reply NOT_IMPLEMENTED = Reply.of(502, "5.5.1 Command not implemented");
    static final Reply HELLO_FIRST = Reply.of(503, "5.5.1 Say EHLO or HELO first");
    static final Reply LHLO_FIRST = Reply.of(503, "5.5.1 Say LHLO first");
    static final Reply ONLY_QUIT = Reply.of(503, "5.5.1 This service is refused; only QUIT is taken");
    static final Reply MAIL_FIRST = Reply.of(503, "5.5.1 Say MAIL FROM first");
    static final Reply RECIPIENT_FIRST = Reply.of(503, "5.5.1 Say RCPT TO first");
    static final Reply NESTED_MAIL = Reply.of(503, "5.5.1 A sender is already given");
    static final Reply TRANSFER_BEGUN = Reply.of(503, "5.5.1 A transfer by BDAT has begun; say BDAT or RSET");
    static final Reply BINARY_NEEDS_BDAT = Reply.of(503, "5.5.1 BODY=BINARYMIME needs BDAT");
    static final Reply TLS_ALREADY = Reply.of(503, "5.5.1 TLS is already active");
    static final Reply NO_VALID_LMTP_RECIPIENTS = Reply.of(503, "5.5.1 No valid recipients");
    static final Reply TLS_REQUIRED = Reply.of(530, "5.7.0 Say STARTTLS first");
    static final Reply AUTH_REQUIRED = Reply.of(530, "5.7.0 Authentication required");
    static final Reply NO_VALID_RECIPIENTS = Reply.of(554, "5.5.1 No valid recipients");
    static final Reply TOO_LARGE = Reply.of(552, "5.3.4 Message is larger than this server takes");

    private Replies() {}
}
