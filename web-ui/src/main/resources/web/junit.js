// Writes a JUnit test that expects a mail just like this one.

/** A Java string literal; whatever could be mistaken by a reader or a compiler is escaped. */
export function literal(text) {
  const escaped = Array.from(text, (letter) => {
    const code = letter.codePointAt(0);
    const short = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }[letter];
    if (short) {
      return short;
    }
    const odd = code < 32 || (code >= 0x7f && code < 0xa1) || /[\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/u.test(letter);
    return odd
      ? Array.from({ length: letter.length }, (_, i) => `\\u${letter.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')
      : letter;
  });
  return `"${escaped.join('')}"`;
}

/** A name in camel case from the words of a text. */
function named(text, otherwise) {
  const words = text.normalize('NFD').replace(/\p{M}/gu, '').split(/[^A-Za-z0-9]+/).filter((word) => /^[A-Za-z]/.test(word)).slice(0, 4);
  return words.map((word) => word[0].toUpperCase() + word.slice(1).toLowerCase()).join('') || otherwise;
}

/** A line of the text that says something, and would not be different the next time. */
function tellingLine(text) {
  return text.split(/\r?\n/).map((line) => line.trim()).find((line) => line.length >= 8 && line.length <= 120 && !/https?:|\d{4,}/.test(line)) ?? '';
}

export function junitTest(letter) {
  const { message, evidence, links } = letter;
  const name = named(message.Subject, 'CaughtMail');
  const blind = evidence.recipients.filter((each) => each.blind).map((each) => each.address);
  const to = [...new Set(message.To.map((each) => each.Address).filter(Boolean))];
  const listed = (all) => all.map(literal).join(', ');
  const checks = [];
  const fields = evidence.headers.filter((field) => field.name.toLowerCase() === 'from');
  if (fields.length === 1 && message.From.Address) {
    checks.push(`.from().areExactly(${literal(message.From.Address)})`);
  }
  if (to.length > 0 && to.length === message.To.length) {
    checks.push(`.to().areExactly(${listed(to)})`);
  }
  if (message.Cc.length > 0 && message.Cc.every((each) => each.Address)) {
    checks.push(`.cc().areExactly(${listed(message.Cc.map((each) => each.Address))})`);
  }
  checks.push(`.envelope().hasRecipients(${listed(evidence.recipients.map((each) => each.address))})`);
  if (blind.length > 0) {
    checks.push(`.isBlindCopyTo(${listed(blind)})`);
  }
  if (message.Subject) {
    checks.push(`.hasSubject(${literal(message.Subject)})`);
  }
  const sent = letter.root.contentType.startsWith('text/plain') || hasPlainText(letter.root);
  const line = sent ? tellingLine(message.Text) : '';
  if (line) {
    checks.push(`.text().contains(${literal(line)})`);
  }
  const link = message.HTML ? links.find((each) => /^https?:/.test(each.href) && each.text.trim() && links.filter((other) => other.text === each.text).length === 1) : null;
  if (link) {
    checks.push(`.html().link(${literal(link.text)}).hasHost(${literal(hostOf(link.href))})`);
  }
  const files = attached(letter.root).map((part) => part.fileName);
  if (files.length > 0 && files.every(Boolean)) {
    checks.push(`.hasAttachments(${listed(files)})`);
  }
  return `import static dev.restante.assertj.MailAssertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.junit.FakeSmtp;
import org.junit.jupiter.api.Test;

class ${name}Test {
    @Test
    void sends${name}(@FakeSmtp FakeSmtpServer smtp) {
        // Let your application send its mail to smtp.host() and smtp.port() here.

        CapturedMail mail = smtp.takeMail();

${checks.map((check) => `        assertThat(mail)${check};`).join('\n')}
    }
}
`;
}

/** As it is written: a browser would spell letters beyond ASCII in its own way. */
const hostOf = (href) => /^https?:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]+)/.exec(href)?.[1] ?? new URL(href).hostname;

function attached(part) {
  return part.attachment ? [part] : part.children.flatMap(attached);
}

function hasPlainText(part) {
  return (part.contentType === 'text/plain' && part.disposition !== 'attachment' && !part.fileName) || part.children.some(hasPlainText);
}
