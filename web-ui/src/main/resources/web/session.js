// What was said on a connection.
import { html, nothing } from './lit/lit-html.js';
import { base } from './api.js';
import { duration, fullTime, offset, size, visible } from './format.js';
import { t } from './words.js';

const SOURCES = { PROXY_V1: 'PROXY header', PROXY_V2: 'PROXY header', XCLIENT: 'XCLIENT' };

export function place({ ip, port }) {
  return `${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
}

function greeting(session) {
  return session.listener === 'LMTP' ? 'LHLO' : session.client.extended ? 'EHLO' : 'HELO';
}

function facts(session) {
  const { client } = session;
  const rows = [
    ['session.client', place(client)],
    client.proxy ? ['session.proxy', t('session.by', place(client.proxy), SOURCES[client.proxy.source] ?? client.proxy.source)] : null,
    ['session.greeting', client.helo ? `${greeting(session)} ${visible(client.helo)}` : t('session.none')],
    ['session.listener', t('session.port', session.listener, session.port)],
    ['session.tls', client.tls ? `${client.tls.protocol}, ${client.tls.cipherSuite}` : t('session.plain')],
    client.tls?.clientCertificates?.length ? ['session.certificate', client.tls.clientCertificates[0].subject] : null,
    client.user ? ['session.login', `${t('session.by', visible(client.user), client.mechanism)}${
      client.authorizationIdentity ? ` (${visible(client.authorizationIdentity)})` : ''}`] : null,
    ['session.began', fullTime(session.startedAt)],
    ['session.lasted', `${duration(session.lastedMicros)}, ${t(`outcome.${session.outcome}`)}`],
  ];
  return html`<dl class="facts-list">
    ${rows.filter(Boolean).map(([name, value]) => html`<div><dt>${t(name)}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

/** How long it took to get there from the line before; the longest wait fills the bar. */
function gap(entry, before, longest) {
  const micros = before ? entry.atMicros - before.atMicros : 0;
  const share = longest > 0 ? Math.max(micros > 0 ? 2 : 0, Math.round((micros / longest) * 40)) : 0;
  return html`<span class="gap" title=${t('session.after', duration(micros))}><svg width="40" height="8" aria-hidden="true"><rect width=${share} height="8" rx="2" /></svg></span>`;
}

function line(session, i, mailId, longest) {
  const entry = session.transcript[i];
  const time = html`<span class="at">${offset(entry.atMicros)}</span>${gap(entry, session.transcript[i - 1], longest)}`;
  switch (entry.kind) {
    case 'CLIENT':
      return html`<li class="said client"><span class="hidden">${t('session.says.client')}</span>${time}<span class="side" aria-hidden="true">C</span><code>${visible(entry.text)}</code>${makeRule(session, i)}</li>`;
    case 'SERVER':
      return html`<li class="said server reply-${entry.text[0]}"><span class="hidden">${t('session.says.server')}</span>${time}<span class="side" aria-hidden="true">S</span><code>${
        entry.text.split('\n').map((each, j) => html`${j ? '\n' : ''}<b>${each.slice(0, 3)}</b>${visible(each.slice(3))}`)}</code></li>`;
    case 'BODY':
      return html`<li class="said body"><span class="hidden">${t('session.says.client')}</span>${time}<span class="side" aria-hidden="true">C</span><span class="chip">${
        entry.mailId && entry.mailId !== mailId && session.attempts.some((each) => each.mailId === entry.mailId && each.outcome === 'ACCEPTED') ? html`<a href="${base}/view/${entry.mailId}">${t('session.mail')}</a>` : t('session.mail')}, ${
        t('session.wire', size(entry.octets))}</span>${makeRule(session, i)}</li>`;
    case 'RULE':
      return html`<li class="said remark rule">${time}<span class="side" aria-hidden="true">!</span><span>${t('session.rule')}${visible(entry.text)}</span></li>`;
    default:
      return html`<li class="said remark">${time}<span class="side" aria-hidden="true">·</span><span>${visible(entry.text)}</span></li>`;
  }
}

const STAGES = { EHLO: 'EHLO', HELO: 'EHLO', LHLO: 'EHLO', STARTTLS: 'STARTTLS', AUTH: 'AUTH', DATA: 'DATA', RSET: 'RSET', NOOP: 'NOOP', VRFY: 'VRFY', QUIT: 'QUIT' };

/** A rule that would have refused what a line of the transcript asks for; null if no rule could. */
export function ruleFrom(session, i) {
  const entry = session.transcript[i];
  const once = { times: 1 };
  if (entry.kind === 'BODY') {
    return { name: 'refuse this mail', on: 'END_OF_DATA', reply: { code: 554, text: '5.7.1 Refused by a rule' }, ...once };
  }
  if (entry.kind !== 'CLIENT') {
    return null;
  }
  const mail = /^MAIL FROM:\s*<([^>]*)>/i.exec(entry.text);
  if (mail) {
    return { name: `refuse ${mail[1] || 'the null sender'}`, on: 'MAIL_FROM', ...(mail[1] ? { when: { from: mail[1] } } : {}), reply: { code: 451, text: '4.3.0 Try again later' }, ...once };
  }
  const rcpt = /^RCPT TO:\s*<([^>]+)>/i.exec(entry.text);
  if (rcpt) {
    return { name: `refuse ${rcpt[1]}`, on: 'RCPT_TO', when: { to: rcpt[1] }, reply: { code: 450, text: '4.2.1 Mailbox busy' }, ...once };
  }
  const stage = STAGES[/^\w+/.exec(entry.text)?.[0].toUpperCase()];
  return stage ? { name: `refuse ${stage}`, on: stage, reply: { code: 421, text: '4.3.2 Going away' }, ...once } : null;
}

function makeRule(session, i) {
  const rule = ruleFrom(session, i);
  return rule === null ? nothing
    : html`<a class="make-rule" href="${base}/script?rule=${encodeURIComponent(JSON.stringify(rule))}">${t('session.make.rule')}</a>`;
}

/** What lint says against the rules. */
export function findings(lint) {
  return html`<ul class="findings" role="list">${lint.map((each) => html`<li class="finding is-${each.severity.toLowerCase()}">
    <span class="severity">${t(`lint.${each.severity}`)}</span>
    <div><p><b>${each.code}</b>${each.count > 1 ? html` <span class="quiet">×${each.count}</span>` : nothing} <span class="quiet">${each.reference}</span></p>
      <p>${visible(each.message)}</p>
      ${each.said ? html`<code>${visible(each.said.line)}</code>` : nothing}${each.sent ? html`<span class="quiet">${t('lint.line', each.sent.line)}</span>` : nothing}
    </div></li>`)}</ul>`;
}

/** The facts and the dialogue; `mailId` is the mail it is shown for, if any. */
export function dialogue(session, mailId) {
  const { transcript } = session;
  const longest = transcript.reduce((most, entry, i) => Math.max(most, i ? entry.atMicros - transcript[i - 1].atMicros : 0), 0);
  return html`${facts(session)}
    ${session.droppedEntries ? html`<p class="quiet">${t('session.dropped', session.droppedEntries)}</p>` : nothing}
    <ol class="dialogue" role="list">${transcript.map((_, i) => line(session, i, mailId, longest))}</ol>
    ${!session.lint?.length ? nothing : html`<section aria-labelledby="lint-title"><h2 id="lint-title">${t('tab.lint')}</h2>${findings(session.lint)}</section>`}`;
}

/** A session on its own. */
export function sessionView(session, back) {
  const refused = session.attempts.filter((each) => each.outcome !== 'ACCEPTED').length;
  return html`<article class="letter">
    <header class="letter-head">
      <a class="back" href=${back.href}>${back.name}</a>
      <h1 tabindex="-1">${t('session.title', session.number)}</h1>
      <p class="lead">${visible(session.client.helo ?? session.client.ip)}, ${
        session.attempts.length === 0 ? t('session.tried.nothing') : t('session.tried', session.attempts.length - refused, refused)}</p>
    </header>
    <div class="panel padded" tabindex="0">${dialogue(session)}</div>
  </article>`;
}
