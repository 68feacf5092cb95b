// What was said on a connection.
import { html, nothing } from '/assets/lit/lit-html.js';
import { duration, fullTime, offset, size } from '/assets/format.js';

const OUTCOMES = {
  OPEN: 'still open',
  QUIT: 'ended by QUIT',
  CLIENT_CLOSED: 'closed by the client without QUIT',
  CLIENT_BROKE: 'broken by the client',
  SERVER_CLOSED: 'closed by the server',
  SERVER_RESET: 'reset by the server',
  TIMED_OUT: 'timed out',
  SERVER_STOPPED: 'ended with the server',
};

const SOURCES = { PROXY_V1: 'PROXY header', PROXY_V2: 'PROXY header', XCLIENT: 'XCLIENT' };

function place({ ip, port }) {
  return `${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
}

function greeting(session) {
  if (session.listener === 'LMTP') {
    return 'LHLO';
  }
  return session.client.extended ? 'EHLO' : 'HELO';
}

function facts(session) {
  const client = session.client;
  const rows = [
    ['Client', place(client)],
    client.proxy ? ['Proxy', `${place(client.proxy)} by ${SOURCES[client.proxy.source] ?? client.proxy.source}`] : null,
    ['Greeting', client.helo ? `${greeting(session)} ${client.helo}` : 'none'],
    ['Listener', `${session.listener} port ${session.port}`],
    ['TLS', client.tls ? `${client.tls.protocol}, ${client.tls.cipherSuite}` : 'none, in plain text'],
    client.tls?.clientCertificates.length ? ['Certificate', client.tls.clientCertificates[0].subject] : null,
    client.user ? ['Login', `${client.user} by ${client.mechanism}${
      client.authorizationIdentity ? `, as ${client.authorizationIdentity}` : ''}`] : null,
    ['Began', fullTime(session.startedAt)],
    ['Lasted', `${duration(session.lastedMicros)}, ${OUTCOMES[session.outcome] ?? session.outcome}`],
  ];
  return html`<dl class="facts-list">
    ${rows.filter(Boolean).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

function line(entry, mailId) {
  const time = html`<span class="at">${offset(entry.atMicros)}</span>`;
  switch (entry.kind) {
    case 'CLIENT':
      return html`<li class="said client"><span class="hidden">Client: </span>${time}<span class="side" aria-hidden="true">C</span><code>${entry.text}</code></li>`;
    case 'SERVER': {
      const code = entry.text.slice(0, 3);
      return html`<li class="said server reply-${code[0]}"><span class="hidden">Server: </span>${time}<span class="side" aria-hidden="true">S</span><code>${
        entry.text.split('\n').map((each, i) => html`${i ? '\n' : ''}<b>${each.slice(0, 3)}</b>${each.slice(3)}`)}</code></li>`;
    }
    case 'BODY':
      return html`<li class="said body"><span class="hidden">Client: </span>${time}<span class="side" aria-hidden="true">C</span><span class="chip">${
        entry.mailId && entry.mailId !== mailId
          ? html`<a href="/view/${entry.mailId}">the mail</a>`
          : 'the mail'}, ${size(entry.octets)} on the wire</span></li>`;
    case 'RULE':
      return html`<li class="said remark rule">${time}<span class="side" aria-hidden="true">!</span><span>Rule: ${entry.text}</span></li>`;
    default:
      return html`<li class="said remark">${time}<span class="side" aria-hidden="true">·</span><span>${entry.text}</span></li>`;
  }
}

/** What lint finds against the rules; nothing if that is nothing. `title` is told apart from others on the page by `id`. */
export function findings(lint, title, id) {
  return lint.length === 0
    ? nothing
    : html`<section aria-labelledby=${id}>
        <h2 id=${id}>${title}</h2>
        <ul class="problems findings">${lint.map((each) => html`<li>
          <b class="severity ${each.severity.toLowerCase()}">${each.severity.toLowerCase()}</b> ${each.message}
          <span class="quiet"><code>${each.code}</code>, ${each.reference}${
            each.sent ? `, in line ${each.sent.line}` : nothing}${each.count > 1 ? `, ${each.count} times` : nothing}</span>
          ${each.said ? html`<code class="as-sent">${each.said.line}</code>` : nothing}</li>`)}</ul>
      </section>`;
}

/** The facts and the dialogue; `mailId` is the mail it is shown for, if any. */
export function dialogue(session, mailId) {
  return html`${facts(session)}
    ${findings(session.lint, 'What the client did wrong', 'session-lint-title')}
    ${session.droppedEntries ? html`<p class="quiet">${session.droppedEntries} earlier lines were dropped.</p>` : nothing}
    <ol class="dialogue" role="list">${session.transcript.map((entry) => line(entry, mailId))}</ol>`;
}

/** A session on its own. */
export function sessionView(session) {
  const refused = session.attempts.filter((each) => each.outcome !== 'ACCEPTED').length;
  return html`<article class="letter">
    <header class="letter-head">
      <a class="back" href="/">All mail</a>
      <h1 tabindex="-1">Session ${session.number}</h1>
      <p class="lead">${session.client.helo ?? session.client.ip}, ${
        session.attempts.length === 0
          ? 'nothing tried'
          : `${session.attempts.length - refused} accepted, ${refused} refused or aborted`}</p>
    </header>
    <div class="panel padded" tabindex="0">${dialogue(session)}</div>
  </article>`;
}
