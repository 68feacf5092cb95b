// One mail.
import { html, nothing } from '/assets/lit/lit-html.js';
import { keyed } from '/assets/lit/directives/keyed.js';
import { partPath, previewPath, rawPath } from '/assets/api.js';
import { avatar, clip } from '/assets/inbox.js';
import { called, count, fullTime, size } from '/assets/format.js';
import { dialogue, findings } from '/assets/session.js';

const MAX_SOURCE = 400_000;
const OPENED_BY_BROWSERS = /^(image\/(png|jpeg|gif|webp|svg\+xml)|application\/pdf|text\/plain)$/;

function person(address, mark) {
  return html`<span class="person">${address.Name ? html`<b>${address.Name}</b> ` : nothing}<span
    class="address">${address.Address}</span>${mark ? html` <span class="mark">${mark}</span>` : nothing}</span>`;
}

function people(name, addresses, mark) {
  return addresses.length === 0
    ? nothing
    : html`<div><dt>${name}</dt><dd>${addresses.map((each) => person(each, mark))}</dd></div>`;
}

function attachment(id, part) {
  const shown = OPENED_BY_BROWSERS.test(part.ContentType);
  return html`<li><a class="file" href=${partPath(id, part.PartID)} target=${shown ? '_blank' : nothing}
    download=${shown ? nothing : part.FileName}>${clip}<span class="file-name">${part.FileName}</span>
    <span class="quiet">${size(part.Size)}</span></a></li>`;
}

function headersPanel({ evidence }) {
  const { sender, recipients } = evidence;
  return html`<section aria-labelledby="envelope-title">
      <h2 id="envelope-title">Envelope, as spoken</h2>
      <ul class="spoken" role="list">
        <li><code>MAIL FROM:${sender.spoken} ${sender.parameters.join(' ')}</code></li>
        ${recipients.map((each) => html`<li><code>RCPT TO:${each.spoken} ${each.parameters.join(' ')}</code>${
          each.blind ? html` <span class="mark" title="No header field names this recipient">Bcc</span>` : nothing}</li>`)}
      </ul>
    </section>
    ${evidence.problems.length === 0
      ? nothing
      : html`<section aria-labelledby="problems-title">
          <h2 id="problems-title">What could not be read</h2>
          <ul class="problems">${evidence.problems.map((each) => html`<li>${each}</li>`)}</ul>
        </section>`}
    ${findings(evidence.lint.filter((each) => each.sent), 'What is wrong with it', 'mail-lint-title')}
    <section aria-labelledby="fields-title">
      <h2 id="fields-title">Header fields</h2>
      <dl class="fields">
        ${evidence.headers.map((field) => html`<div><dt>${field.name}</dt><dd>${field.value}${
          /=\?.*\?=/.test(field.raw) ? html`<code class="as-sent">${field.raw}</code>` : nothing}</dd></div>`)}
      </dl>
    </section>`;
}

/** Plain text with its web addresses as links. */
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"')\]]+)/g).map((piece, i) =>
    i % 2 ? html`<a href=${piece} target="_blank" rel="noopener noreferrer">${piece}</a>` : piece);
}

function sourcePanel({ message, source }) {
  if (source === null) {
    return html`<p class="quiet">Loading…</p>`;
  }
  const cut = source.length > MAX_SOURCE;
  const text = cut ? source.slice(0, MAX_SOURCE) : source;
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  const head = text.slice(0, end).split(/^([!-9;-~]+:)/m);
  return html`<pre class="source">${head.map((piece, i) => (i % 2 ? html`<b>${piece}</b>` : piece))}${text.slice(end)}</pre>
    ${cut ? html`<p class="quiet">The rest is in <a href=${rawPath(message.ID)}>the whole source</a>, ${size(message.Size)}.</p>` : nothing}`;
}

function htmlPanel({ message, evidence }) {
  return html`${evidence.blockedFromOutside
      ? html`<p class="notice">${count(evidence.blockedFromOutside, 'file', 'files')} from outside ${
          evidence.blockedFromOutside === 1 ? 'was' : 'were'} not loaded.</p>`
      : nothing}
    ${keyed(message.ID, html`<iframe title="The mail's HTML" sandbox="allow-popups allow-popups-to-escape-sandbox"
      src=${previewPath(message.ID)}></iframe>`)}`;
}

const PANELS = {
  html: { name: 'HTML', shown: (letter) => letter.message.HTML !== '', panel: htmlPanel },
  text: { name: 'Text', shown: (letter) => letter.message.Text !== '' || letter.message.HTML === '',
    panel: (letter) => html`<pre class="text">${linked(letter.message.Text)}</pre>` },
  headers: { name: 'Headers', shown: () => true, panel: headersPanel },
  source: { name: 'Source', shown: () => true, panel: sourcePanel },
  session: { name: 'Session', shown: (letter) => letter.evidence.session !== null,
    panel: (letter) => dialogue(letter.evidence.session, letter.message.ID) },
};

/** The tab that an address asks for, or the first that has something to show. */
export function tabOf(letter, wanted) {
  const shown = Object.keys(PANELS).filter((key) => PANELS[key].shown(letter));
  return shown.includes(wanted) ? wanted : shown[0];
}

function tabs(letter, current) {
  const shown = Object.entries(PANELS).filter(([, tab]) => tab.shown(letter));
  return html`<div class="tabs" role="tablist" aria-label="Views of the mail" @keydown=${turn}>
    ${shown.map(([key, tab]) => html`<a role="tab" id="tab-${key}" href="#${key}" aria-controls="panel"
      aria-selected=${key === current} tabindex=${key === current ? 0 : -1}>${tab.name}</a>`)}
  </div>`;
}

/** Left and right turn to the next tab. */
function turn(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) {
    const all = [...event.currentTarget.querySelectorAll('[role=tab]')];
    const next = all[(all.indexOf(event.target) + step + all.length) % all.length];
    next.focus();
    next.click();
    event.preventDefault();
  }
}

/** @param letter `{ message, evidence, source }`, the source null until it is loaded */
export function letterView(letter, tab) {
  const { message, evidence } = letter;
  const blind = new Set(evidence.recipients.filter((each) => each.blind).map((each) => each.address.toLowerCase()));
  const hidden = message.Bcc.filter((each) => blind.has(each.Address.toLowerCase()));
  const named = message.Bcc.filter((each) => !blind.has(each.Address.toLowerCase()));
  const files = [...message.Attachments, ...message.Inline];
  return html`<article class="letter">
    <header class="letter-head">
      <a class="back" href="/">All mail</a>
      <div class="title">
        <h1 tabindex="-1">${message.Subject || '(no subject)'}</h1>
        <a class="button" href="${rawPath(message.ID)}?dl=1" download>Save .eml</a>
      </div>
      <div class="sender">
        ${avatar(message.From)}
        <div class="sender-name">
          <span class="name">${called(message.From)}</span>
          ${message.From.Name ? html`<span class="address">${message.From.Address}</span>` : nothing}
        </div>
        <div class="when"><time datetime=${evidence.arrivedAt}>${fullTime(evidence.arrivedAt)}</time><span
          class="quiet">${size(message.Size)}</span></div>
      </div>
      <dl class="people">
        ${people('To', message.To)} ${people('Cc', message.Cc)} ${people('Bcc', named)}
        ${people('Bcc', hidden, 'envelope only')} ${people('Reply', message.ReplyTo)}
      </dl>
      ${files.length === 0
        ? nothing
        : html`<ul class="files" role="list" aria-label="Attachments">${files.map((each) => attachment(message.ID, each))}</ul>`}
      ${tabs(letter, tab)}
    </header>
    <div id="panel" class="panel ${tab === 'html' ? 'framed' : 'padded'}" role="tabpanel" aria-labelledby="tab-${tab}"
      tabindex=${tab === 'html' ? nothing : 0}>${PANELS[tab].panel(letter)}</div>
  </article>`;
}
