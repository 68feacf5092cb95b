"""Sends mail with Python's smtplib, and prints what it reports, a line each.

Called as: smtplib_client.py WHAT HOST PORT [CA-FILE [USER PASSWORD [SECONDS]]]
"""

import smtplib
import ssl
import sys
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import localtime

what, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
authority, user, password, seconds = (sys.argv[4:] + [None] * 4)[:4]


def trusting():
    context = ssl.create_default_context(cafile=authority)
    context.check_hostname = True
    return context


def letter(sender="ann@client.test", recipient="bob@dest.test", policy=None):
    message = EmailMessage(policy=policy) if policy else EmailMessage()
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = "Grüße aus Köln – " + "sehr " * 20 + "lang"
    message["Date"] = localtime()
    message["Message-ID"] = "<1@client.test>"
    message.set_content("Grüß Gott\n.a line with a dot\n.\n" + "x" * 1200 + "\n")
    return message


def with_attachments():
    message = letter()
    message["Cc"] = "eve@dest.test"
    message["Bcc"] = "hidden@dest.test"
    message.add_alternative("<p>Grüß <b>Gott</b> <img src='cid:dot@client.test'></p>", subtype="html")
    message.get_payload()[1].add_related(
        b"\x89PNG\r\n\x1a\n", "image", "png", cid="<dot@client.test>"
    )
    message.add_attachment(
        bytes(range(256)), maintype="application", subtype="octet-stream", filename="Übersicht für alle.bin"
    )
    message.add_attachment("a,b\n1,2\n", subtype="csv", filename="t.csv")
    forwarded = EmailMessage()
    forwarded["Subject"] = "inner"
    forwarded.set_content("inside")
    message.add_attachment(forwarded)
    return message


def plain():
    with smtplib.SMTP(host, port, "client.test", timeout=20) as client:
        print("refused", client.send_message(with_attachments()))


def starttls():
    with smtplib.SMTP(host, port, "client.test", timeout=20) as client:
        print("starttls", client.starttls(context=trusting())[0])
        print("login", client.login(user, password)[0])
        print("refused", client.send_message(letter()))


def smtps():
    with smtplib.SMTP_SSL(host, port, "client.test", timeout=20, context=trusting()) as client:
        print("login", client.login(user, password)[0])
        print("refused", client.send_message(letter()))


def certified():
    """With a client certificate; the user is its file, the password that of its key."""
    context = trusting()
    context.load_cert_chain(user, password)
    with smtplib.SMTP_SSL(host, port, "client.test", timeout=20, context=context) as client:
        print("refused", client.send_message(letter()))


def utf8():
    with smtplib.SMTP(host, port, "client.test", timeout=20) as client:
        message = letter("Änn <änn@bücher.test>", "böb@dest.test", SMTPUTF8)
        print("refused", client.send_message(message))


def three():
    """Three mails over one connection; what is refused does not spoil what follows."""
    with smtplib.SMTP(host, port, "client.test", timeout=20) as client:
        for number in range(3):
            try:
                message = letter()
                del message["Subject"]
                message["Subject"] = "number " + str(number)
                recipients = ["bob@dest.test", "eve@dest.test"]
                print(number, "refused", client.send_message(message, to_addrs=recipients))
            except smtplib.SMTPException as failure:
                print(number, type(failure).__name__, failure)


def once(secured=False, login=False):
    """One mail to two, as most programs send it."""
    with smtplib.SMTP(host, port, "client.test", timeout=float(seconds)) as client:
        if secured:
            client.starttls(context=trusting())
        if login:
            client.login(user, password)
        print("refused", client.send_message(letter(), to_addrs=["bob@dest.test", "eve@dest.test"]))


def once_secured():
    once(secured=True)


def once_with_login():
    once(secured=True, login=True)


def others():
    with smtplib.SMTP(host, port, "client.test", timeout=20) as client:
        client.ehlo("client.test")
        print("size", client.esmtp_features["size"])
        print("noop", client.noop())
        print("vrfy", client.verify("bob@dest.test"))
        print("expn", client.expn("everybody")[0])
        print("help", client.help())
        print("rset", client.rset())


def lmtp():
    """smtplib reads one reply behind the body, the others are for its caller to read."""
    with smtplib.LMTP(host, port, "client.test") as client:
        print("starttls", client.starttls(context=trusting())[0])
        print("login", client.login(user, password)[0])
        print("one", client.sendmail("ann@client.test", ["bob@dest.test"], letter().as_bytes()))
        client.mail("ann@client.test")
        for recipient in ("bob@dest.test", "eve@dest.test", "dan@dest.test"):
            print(recipient, client.rcpt(recipient)[0])
        print("data", client.data(letter().as_bytes())[0], client.getreply(), client.getreply()[0])
        print("noop", client.noop()[0])


try:
    {f.__name__: f for f in (plain, starttls, smtps, certified, utf8, three, once, once_secured, once_with_login, others, lmtp)}[what]()
except (smtplib.SMTPException, OSError) as failure:
    print(type(failure).__name__, failure)
    sys.exit(1)
