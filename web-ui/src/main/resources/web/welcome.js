// What there is to read when there is no mail, or none is open.
import { html, nothing } from './lit/lit-html.js';
import { base } from './api.js';
import { copy } from './letter.js';
import { recall, remember } from './store.js';
import { t } from './words.js';

/** How each of these sends to this server: `name`, the file or place that the text belongs to, and the text. */
export function snippets({ host, port }) {
  const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return [
    { name: 'swaks', place: 'sh', text: `swaks --server ${at} --from me@example.test --to you@example.test` },
    { name: 'curl', place: 'sh', text: `printf 'Subject: Hello\\n\\nThe first of many.\\n' |
  curl -sS --crlf -T - smtp://${at} \\
    --mail-from me@example.test --mail-rcpt you@example.test` },
    { name: 'Spring Boot', place: 'application.properties', text: `spring.mail.host=${host}
spring.mail.port=${port}` },
    { name: 'Jakarta Mail', place: 'Java', text: `Properties settings = new Properties();
settings.put("mail.smtp.host", "${host}");
settings.put("mail.smtp.port", "${port}");
MimeMessage mail = new MimeMessage(Session.getInstance(settings));
mail.setFrom("me@example.test");
mail.setRecipients(Message.RecipientType.TO, "you@example.test");
mail.setSubject("Hello");
mail.setText("The first of many.");
Transport.send(mail);` },
    { name: 'nodemailer', place: 'JavaScript', text: `const nodemailer = require('nodemailer');

nodemailer.createTransport({ host: '${host}', port: ${port}, secure: false }).sendMail({
  from: 'me@example.test',
  to: 'you@example.test',
  subject: 'Hello',
  text: 'The first of many.',
});` },
    { name: 'Django', place: 'settings.py', text: `EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "${host}"
EMAIL_PORT = ${port}` },
    { name: 'Rails', place: 'config/environments/development.rb', text: `config.action_mailer.delivery_method = :smtp
config.action_mailer.smtp_settings = { address: "${host}", port: ${port} }` },
    { name: 'Laravel', place: '.env', text: `MAIL_MAILER=smtp
MAIL_HOST=${host}
MAIL_PORT=${port}
MAIL_USERNAME=null
MAIL_PASSWORD=null
MAIL_ENCRYPTION=null` },
    { name: 'Go', place: 'main.go', text: `package main

import (
	"log"
	"net/smtp"
)

func main() {
	mail := []byte("From: me@example.test\\r\\nTo: you@example.test\\r\\nSubject: Hello\\r\\n\\r\\nThe first of many.\\r\\n")
	err := smtp.SendMail("${at}", nil, "me@example.test", []string{"you@example.test"}, mail)
	if err != nil {
		log.Fatal(err)
	}
}` },
    { name: '.NET', place: 'C#', text: `using System.Net.Mail;

using var smtp = new SmtpClient("${host}", ${port});
smtp.Send("me@example.test", "you@example.test", "Hello", "The first of many.");` },
    { name: 'Python', place: 'Python', text: `import smtplib
from email.message import EmailMessage

mail = EmailMessage()
mail["From"] = "me@example.test"
mail["To"] = "you@example.test"
mail["Subject"] = "Hello"
mail.set_content("The first of many.")
with smtplib.SMTP("${host}", ${port}) as smtp:
    smtp.send_message(mail)` },
  ];
}

let redraw = () => {};

/** `changed` draws the page anew. */
export function welcomes(changed) {
  redraw = changed;
}

function ways(server) {
  const all = snippets(server);
  const wanted = recall('snippet', 'swaks');
  const chosen = all.find((each) => each.name === wanted) ?? all[0];
  const choose = (each) => { remember('snippet', each.name); redraw(); };
  const turn = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const next = (all.indexOf(chosen) + step + all.length) % all.length;
      choose(all[next]);
      requestAnimationFrame(() => requestAnimationFrame(() => document.querySelectorAll('.ways [role=tab]')[next]?.focus()));
    }
  };
  return html`<div class="ways"><div class="way-tabs" role="tablist" aria-label=${t('start.tools')} @keydown=${turn}>${all.map((each) => html`<button type="button" role="tab"
      aria-selected=${each === chosen} aria-controls="way" tabindex=${each === chosen ? 0 : -1} @click=${() => choose(each)}>${each.name}</button>`)}</div>
    <figure class="command" id="way" role="tabpanel" aria-label=${chosen.name}>
      <figcaption>${chosen.place}<button type="button" @click=${() => copy(chosen.text, chosen.name)} aria-label=${t('start.copy', chosen.name)}>${t('copy')}</button></figcaption>
      <pre tabindex="0"><code>${chosen.text}</code></pre>
    </figure></div>`;
}

/** First run, and whenever it is asked for. */
export function welcome(server, empty) {
  return html`<section class="welcome">
    <svg class="stamp" viewBox="0 0 120 84" width="120" height="84" aria-hidden="true">
      <rect x="6" y="10" width="108" height="68" rx="6" class="stamp-paper" />
      <path d="M8 15 60 50l52-35" class="stamp-fold" />
      <circle cx="97" cy="27" r="14" class="stamp-mark" /><path d="M74 22h46M74 27h46M74 32h46" class="stamp-lines" />
    </svg>
    <h1 tabindex="-1">${t(empty ? 'start.title' : 'start.again')}</h1>
    <p>${t('start.lead')}</p>
    <dl class="address-card">
      <div><dt>${t('start.host')}</dt><dd>${server.host}</dd></div>
      <div><dt>${t('start.port')}</dt><dd>${server.port}</dd></div>
      ${server.smtpsPort === null ? nothing : html`<div><dt>${t('start.smtps')}</dt><dd>${server.smtpsPort}</dd></div>`}
      <div><dt>${t('start.login')}</dt><dd>${t({ NONE: 'start.no.login', REQUIRED: 'start.must.login' }[server.login] ?? 'start.any')}</dd></div>
      ${server.startTls === 'NONE' ? nothing : html`<div><dt>STARTTLS</dt><dd>${t(server.startTls === 'REQUIRED' ? 'start.must' : 'start.can')}</dd></div>`}
    </dl>
    ${server.startTls === 'REQUIRED' || server.login === 'REQUIRED' ? html`<p class="start-more">${t('start.more',
      [server.startTls === 'REQUIRED' && 'STARTTLS', server.login === 'REQUIRED' && t('start.login.word')].filter(Boolean).join(t('start.and')))}</p>` : nothing}
    ${ways(server)}
  </section>`;
}

/** A mail or session that is not here (any more). */
export const gone = (what) => html`<section class="welcome">
  <h1 tabindex="-1">${t(`gone.${what}`)}</h1>
  <p>${t(`gone.${what}.why`)}</p>
  <p><a class="button" href="${base}/">${t('mail.back')}</a></p>
</section>`;

export const failed = (error) => html`<section class="welcome" role="alert">
  <h1 tabindex="-1">${t('failed.title')}</h1>
  <p>${error.message}</p>
  <p><a class="button" href="${base}/">${t('failed.again')}</a></p>
</section>`;
