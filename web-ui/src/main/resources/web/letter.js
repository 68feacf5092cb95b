// One mail in all its views.
import { html, nothing } from './lit/lit-html.js';
import { keyed } from './lit/directives/keyed.js';
import { live } from './lit/directives/live.js';
import * as api from './api.js';
import { partPath, previewPath, printPath, rawPath } from './api.js';
import { called, fullTime, hue, size, visible } from './format.js';
import { clip, label, menu } from './icons.js';
import { avatar } from './inbox.js';
import { junitTest } from './junit.js';
import { notice, openDialog, sorry } from './overlay.js';
import { dialogue, findings } from './session.js';
import { sourceView } from './source.js';
import { recall, remember } from './store.js';
import { t } from './words.js';

const SHOWN_BY_BROWSERS = /^(image\/(png|jpeg|gif|webp|avif|bmp|svg\+xml)|application\/pdf|text\/.+|message\/rfc822)$/;
const MOST_TEXT = 200_000;
/** How many recipients or files are shown of more. */
const MANY = 10;
const MOST_LINKED = 1_000_000;
/** Up to a hundred lines each. */
const PIECES = /(?:[^\n]*\n){1,100}|[^\n]+/g;
/** How much of a tab's neighbours is shown, in pixels. */
const BESIDE = 48;
const WIDTHS = { phone: 390, tablet: 768, desktop: null, free: null };

/** How mails are framed; holds from mail to mail. */
const look = { width: recall('width', 'desktop'), free: recall('free', 600), dark: false, outside: new Set() };

let redraw = () => {};

/** `changed` draws the page anew. */
export function letters(changed) {
  redraw = changed;
}

// ---- the head

function person(address, mark) {
  return html`<span class="person">${address.Name ? html`<b><bdi>${visible(address.Name)}</bdi></b> ` : nothing}<bdi
    class="address">${visible(address.Address)}</bdi>${mark ? html` <span class="mark" title=${t('mail.blind.title')}>${mark}</span>` : nothing}</span>`;
}

/** The first of many, and a button for the others: a mail can have a thousand recipients, and is still to be read. */
function folded(letter, key, all) {
  const unfolded = (letter.unfolded ??= new Set());
  const shown = all.length <= MANY + 2 || unfolded.has(key) ? all : all.slice(0, MANY);
  const turn = () => {
    unfolded[unfolded.has(key) ? 'delete' : 'add'](key);
    redraw();
  };
  return { shown, more: all.length <= MANY + 2 ? nothing : html`<button type="button" class="more" aria-expanded=${shown === all} @click=${turn}>${
    shown === all ? t('fewer') : t('more', all.length - shown.length)}</button>` };
}

function people(letter, key, addresses, mark) {
  const { shown, more } = folded(letter, mark ? `${key} ${mark}` : key, addresses);
  return addresses.length === 0
    ? nothing
    : html`<div><dt>${t(key)}</dt><dd>${shown.map((each) => person(each, mark))}${more}</dd></div>`;
}

function attachment(id, part) {
  const can = SHOWN_BY_BROWSERS.test(part.ContentType);
  const name = visible(part.FileName || part.PartID);
  const inside = html`${/^image\//.test(part.ContentType)
      ? html`<img src="${partPath(id, part.PartID)}/thumb" width="28" height="19" alt="">` : clip}<bdi class="file-name">${name}</bdi>
    <span class="quiet">${size(part.Size)}</span>`;
  return html`<li>${can
    ? html`<button type="button" class="file" @click=${() => preview(id, part.PartID, part.ContentType, part.FileName || part.PartID)}>${inside}</button>`
    : html`<a class="file" href=${partPath(id, part.PartID)} download=${part.FileName || part.PartID}>${inside}</a>`}</li>`;
}

/** A PDF viewer takes the focus for itself when it has loaded, and keys would not leave it again. */
function keepFocus(event) {
  const frame = event.target;
  const until = Date.now() + 2000;
  const timer = setInterval(() => {
    if (document.activeElement === frame || document.activeElement === document.body) {
      document.querySelector('.dialog-head button')?.focus();
    }
    if (!frame.isConnected || Date.now() > until) {
      clearInterval(timer);
    }
  }, 60);
}

/** Shows a part above the page: pictures, PDF, text. */
export async function preview(id, path, contentType, fileName) {
  const url = partPath(id, path);
  let text = null;
  if (/^(text\/|message\/)/.test(contentType)) {
    try {
      text = (await api.partText(id, path)).slice(0, MOST_TEXT);
    } catch (error) {
      sorry(error);
      return;
    }
  }
  const content = text !== null
    ? html`<pre class="text-file" tabindex="0">${text}</pre>`
    : contentType === 'application/pdf'
      ? html`<iframe class="pdf" title=${fileName} src=${url}
        @load=${keepFocus}></iframe>`
      : html`<div class="picture"><img src=${url} alt=${fileName}></div>`;
  openDialog(visible(fileName), () => html`${content}<div class="dialog-foot padded-foot">
    <span class="quiet">${contentType}</span>
    <a class="button" href=${url} target="_blank">${t('part.open')}</a>
    <a class="button" href=${url} download=${fileName}>${t('part.save')}</a></div>`, 'wide');
}

// ---- HTML

function htmlPanel(letter) {
  const { message, evidence } = letter;
  const outside = look.outside.has(message.ID);
  const choose = (change) => {
    Object.assign(look, change);
    remember('width', look.width);
    remember('free', look.free);
    redraw();
  };
  const pixels = look.width === 'free' ? look.free : WIDTHS[look.width];
  const address = previewPath(message.ID, { outside, dark: look.dark });
  return html`<div class="frame-bar">
      <fieldset class="segments"><legend class="hidden">${t('frame.width')}</legend>${Object.keys(WIDTHS).map((each) => html`<label
        title=${t(`frame.${each}`)}><input type="radio" name="width" value=${each} .checked=${live(each === look.width)}
        @change=${() => choose({ width: each })}><span>${t(`frame.${each}`)}</span></label>`)}</fieldset>
      ${look.width === 'free'
        ? html`<label class="slider"><span class="hidden">${t('frame.pixels')}</span><input type="range" min="240" max="1600" step="10" .value=${live(String(look.free))}
            @input=${(event) => choose({ free: Number(event.target.value) })}><output>${look.free} px</output></label>`
        : nothing}
      <fieldset class="segments"><legend class="hidden">${t('frame.colours')}</legend>
        <label><input type="radio" name="scheme" .checked=${live(!look.dark)} @change=${() => choose({ dark: false })}><span>${t('theme.light')}</span></label>
        <label title=${t('frame.dark.title')}><input type="radio" name="scheme" .checked=${live(look.dark)} @change=${() => choose({ dark: true })}><span>${t('theme.dark')}</span></label>
      </fieldset>
    </div>
    ${evidence.blockedFromOutside
      ? html`<p class="notice">${outside ? t('frame.loaded') : t('frame.blocked', evidence.blockedFromOutside)}
          <button type="button" @click=${() => { look.outside[outside ? 'delete' : 'add'](message.ID); redraw(); }}>${
            t(outside ? 'frame.block' : 'frame.load')}</button></p>`
      : nothing}
    <div class="stage ${look.width === 'desktop' ? '' : 'narrow'}" >${
      keyed(address, html`<iframe .width=${pixels === null ? '' : String(pixels)} title=${t('frame.title')} sandbox="allow-popups allow-popups-to-escape-sandbox"
        src=${address}></iframe>`)}</div>`;
}

// ---- text, headers

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** The direction of the first letter that has one, once: `dir="auto"` looks for it again with each piece of a long text. */
const direction = (text) => (RIGHT_TO_LEFT.test(/\p{L}/u.exec(text)?.[0] ?? '') ? 'rtl' : 'ltr');

/** A piece of plain text with its web addresses as links. */
function linked(text) {
  const piece = document.createElement('span');
  piece.className = 'text-piece';
  piece.append(...text.split(/(https?:\/\/[^\s<>"')\]]+)/g).map((part, i) => (i % 2
    ? Object.assign(document.createElement('a'), { href: part, target: '_blank', rel: 'noopener noreferrer', textContent: part }) : part)));
  return piece;
}

/** In pieces, of which the browser lays out those in sight; made once, because there can be thousands of links in it. */
function textPanel(letter) {
  const whole = letter.message.Text;
  const text = letter.wholeText ? whole : whole.slice(0, MOST_LINKED);
  if (letter.textShown !== text.length) {
    letter.textShown = text.length;
    letter.text = (text.match(PIECES) ?? []).map(linked);
  }
  return html`<pre class="text" dir=${direction(text)}>${letter.text}</pre>
    ${text.length === whole.length ? nothing : html`<p><button type="button" @click=${() => { letter.wholeText = true; redraw(); }}>${
      t('text.whole', size(whole.length))}</button></p>`}`;
}

function headersPanel({ evidence }) {
  const { sender, recipients } = evidence;
  const raw = recall('headers', 'decoded') === 'raw';
  const turn = (wanted) => { remember('headers', wanted); redraw(); };
  return html`<div class="beside">
    <section aria-labelledby="fields-title">
      <div class="with-switch"><h2 id="fields-title">${t('fields.title')}</h2>
        <fieldset class="segments"><legend class="hidden">${t('fields.form')}</legend>
          <label><input type="radio" name="fields" .checked=${live(!raw)} @change=${() => turn('decoded')}><span>${t('fields.decoded')}</span></label>
          <label><input type="radio" name="fields" .checked=${live(raw)} @change=${() => turn('raw')}><span>${t('fields.raw')}</span></label>
        </fieldset></div>
      ${raw
        ? html`<pre class="source">${evidence.headers.map((field) => html`<b>${field.name}:</b>${/^\s/.test(field.raw) ? '' : ' '}${field.raw}\n`)}</pre>`
        : html`<dl class="fields">
          ${evidence.headers.map((field) => html`<div><dt>${field.name}</dt><dd><bdi>${visible(field.value)}</bdi>${
            /=\?.*\?=/.test(field.raw) ? html`<code class="as-sent">${field.raw}</code>` : nothing}</dd></div>`)}
        </dl>`}
    </section>
    <div class="aside">
      <section aria-labelledby="envelope-title">
        <h2 id="envelope-title">${t('envelope.title')}</h2>
        <ul class="spoken" role="list">
          <li><code>MAIL FROM:${sender.spoken} ${sender.parameters.join(' ')}</code></li>
          ${recipients.map((each) => html`<li><code>RCPT TO:${each.spoken} ${each.parameters.join(' ')}</code>${
            each.blind ? html` <span class="mark" title=${t('mail.blind.title')}>Bcc</span>` : nothing}</li>`)}
        </ul>
      </section>
      ${evidence.problems.length === 0
        ? nothing
        : html`<section aria-labelledby="problems-title">
            <h2 id="problems-title">${t('problems.title')}</h2>
            <ul class="problems">${evidence.problems.map((each) => html`<li>${each}</li>`)}</ul>
          </section>`}
    </div></div>`;
}

// ---- parts

/** A message within the message has parts, and is a file as well. */
const isContainer = (part) => part.children.length > 0 && part.nested === null;

function partsPanel(letter) {
  const { message, root } = letter;
  const all = [];
  const walk = (part, depth) => { // what a nested message holds stands below it
    all.push({ part, depth });
    part.children.forEach((child) => walk(child, depth + 1));
  };
  walk(root, 0);
  const chosen = all.find(({ part }) => part.path === letter.part)?.part ?? (all.find(({ part }) => part.children.length === 0) ?? all[0]).part;
  const choose = (part) => { letter.part = part.path; redraw(); };
  return html`<div class="beside parts">
    <ul class="tree" role="list" aria-label=${t('tab.parts')}>${all.map(({ part, depth }) => html`<li><button type="button"
      class="part indent-${Math.min(depth, 8)}" aria-current=${part === chosen ? 'true' : nothing} @click=${() => choose(part)}>
      <span class="part-type">${part.contentType}</span>
      <span class="quiet"><bdi>${visible(part.fileName ?? (part.contentId ? `cid:${part.contentId}` : ''))}</bdi>${isContainer(part) ? '' : ` ${size(part.size)}`}</span></button></li>`)}</ul>
    <section class="part-view" aria-labelledby="part-title">
      <div class="with-switch"><h2 id="part-title"><bdi>${visible(chosen.fileName ?? chosen.contentType)}</bdi></h2>
        ${isContainer(chosen) ? nothing : html`<span><a class="button" href=${partPath(message.ID, chosen.path)} target="_blank">${t('part.open')}</a>
          <a class="button" href=${partPath(message.ID, chosen.path)} download=${chosen.fileName ?? `part-${chosen.path}`}>${t('part.save')}</a></span>`}</div>
      <dl class="facts-list">
        ${[['part.path', chosen.path], ['part.type', chosen.contentType + (chosen.charset ? `; charset=${chosen.charset}` : '')],
          ['part.encoding', chosen.encoding], ['part.disposition', chosen.disposition], ['part.id', chosen.contentId], ['part.size', isContainer(chosen) ? null : size(chosen.size)]]
          .filter(([, value]) => value).map(([name, value]) => html`<div><dt>${t(name)}</dt><dd>${visible(value)}</dd></div>`)}
      </dl>
      <pre class="source part-head">${chosen.headers}</pre>
      ${chosen.nested === null ? nothing : html`<h3>${t('part.nested')}</h3><pre class="source part-head">${chosen.nested}</pre>`}
      ${partContent(letter, chosen)}
    </section></div>`;
}

function partContent(letter, part) {
  const id = letter.message.ID;
  if (isContainer(part)) {
    return nothing;
  }
  if (/^image\//.test(part.contentType)) {
    return html`<div class="picture"><img src=${partPath(id, part.path)} alt=${part.fileName ?? part.contentType}></div>`;
  }
  if (!/^(text\/|message\/)/.test(part.contentType)) {
    return nothing;
  }
  letter.partTexts ??= new Map();
  if (!letter.partTexts.has(part.path)) {
    letter.partTexts.set(part.path, null);
    api.partText(id, part.path).then((text) => {
      letter.partTexts.set(part.path, text.slice(0, MOST_TEXT));
      redraw();
    }).catch(sorry);
  }
  const text = letter.partTexts.get(part.path);
  return text === null ? html`<p class="quiet">${t('loading')}</p>` : html`<pre class="text-file" tabindex="0">${text}</pre>`;
}

// ---- links

/** What a person should know of a link before following it. */
function warnings(link) {
  const found = [];
  let url = null;
  try {
    url = new URL(link.href);
  } catch {
    return link.href.startsWith('#') ? [] : [t('links.broken')];
  }
  if (url.protocol === 'http:') {
    found.push(t('links.plain'));
  }
  const shown = /^(?:https?:\/\/)?((?:[\w-]+\.)+[a-z]{2,})(?:[/:?#]|$)/i.exec(link.text.trim());
  if (shown && /^https?:$/.test(url.protocol) && shown[1].toLowerCase().replace(/^www\./, '') !== url.hostname.replace(/^www\./, '')) {
    found.push(t('links.other', url.hostname));
  }
  if (url.hostname.includes('xn--')) {
    found.push(t('links.puny', url.hostname));
  }
  return found;
}

function linksPanel({ links }) {
  return links.length === 0
    ? html`<p class="quiet">${t('links.none')}</p>`
    : html`<table class="table"><thead><tr><th scope="col">${t('links.text')}</th><th scope="col">${t('links.href')}</th></tr></thead>
      <tbody>${links.map((link) => html`<tr><td><bdi>${visible(link.text)}</bdi></td><td>${/^(https?|mailto|tel):/i.test(link.href)
        ? html`<a href=${link.href} target="_blank" rel="noopener noreferrer"><bdi>${visible(link.href)}</bdi></a>` : html`<code>${visible(link.href)}</code>`}${
        warnings(link).map((each) => html` <span class="mark">${each}</span>`)}</td></tr>`)}</tbody></table>`;
}

// ---- compatibility

const plainText = (markup) => new DOMParser().parseFromString(markup, 'text/html').body.textContent;

function compatPanel(letter) {
  if (letter.compat === undefined) {
    letter.compat = null;
    api.htmlCheck(letter.message.ID).then((report) => { letter.compat = report; redraw(); }).catch(sorry);
  }
  if (!letter.compat) {
    return html`<p class="quiet">${t('loading')}</p>`;
  }
  const { Warnings: features, Total: total } = letter.compat;
  const families = [...new Map(features.flatMap((each) => each.Results).map((each) => [each.Family, each.Name.replace(/ \(.*/, '')])).entries()]
    .sort((a, b) => a[1].localeCompare(b[1]));
  const worst = { yes: 0, partial: 1, no: 2 };
  const cell = (feature, family) => {
    const results = feature.Results.filter((each) => each.Family === family);
    const result = results.reduce((bad, each) => (bad === null || worst[each.Support] > worst[bad] ? each.Support : bad), null);
    const said = results.map((each) => `${each.Name}: ${t(`compat.${each.Support}`)}`).join('\n');
    return html`<td class="support ${result ?? 'unknown'}" title=${said || t('compat.unknown')}><span aria-hidden="true">${
      { yes: '✓', partial: '◐', no: '✕' }[result] ?? '·'}</span><span class="hidden">${t(`compat.${result ?? 'unknown'}`)}</span></td>`;
  };
  return html`<p class="score"><b>${total.Supported.toFixed(0)} %</b> ${t('compat.total')}</p>
    <div class="meter" role="img" aria-label=${t('compat.meter', total.Supported.toFixed(1), total.Partial.toFixed(1), total.Unsupported.toFixed(1))}>
      <svg width="100%" height="10" preserveAspectRatio="none" viewBox="0 0 100 10"><rect class="yes" width=${total.Supported} height="10" /><rect
        class="partial" x=${total.Supported} width=${total.Partial} height="10" /><rect class="no" x=${total.Supported + total.Partial} width=${total.Unsupported} height="10" /></svg></div>
    ${features.length === 0 ? html`<p class="quiet">${t('compat.none')}</p>` : html`<div class="table-scroll" tabindex="0" role="region" aria-label=${t('tab.compat')}>
      <table class="table compat"><thead><tr><th scope="col">${t('compat.feature')}</th>${families.map(([, name]) => html`<th scope="col" class="family">${name}</th>`)}</tr></thead>
      <tbody>${features.map((feature) => html`<tr><th scope="row"><a href=${feature.URL} target="_blank" rel="noopener noreferrer" title=${plainText(feature.Description)}>${feature.Title}</a>
        <span class="quiet">×${feature.Score.Found}</span></th>${families.map(([family]) => cell(feature, family))}</tr>`)}</tbody></table></div>`}
    <p class="quiet">${t('compat.source')}</p>`;
}

// ---- lint

const lintPanel = ({ evidence }) => findings(evidence.lint);

// ---- tabs

const PANELS = {
  html: { shown: (letter) => letter.message.HTML !== '', panel: htmlPanel },
  text: { shown: (letter) => letter.message.Text !== '' || letter.message.HTML === '',
    panel: textPanel },
  headers: { shown: () => true, panel: headersPanel },
  parts: { shown: () => true, panel: partsPanel },
  source: { shown: () => true, panel: (letter) => sourceView(letter, redraw) },
  links: { shown: (letter) => letter.links.length > 0, panel: linksPanel, count: (letter) => letter.links.length },
  compat: { shown: (letter) => letter.message.HTML !== '', panel: compatPanel },
  lint: { shown: (letter) => (letter.evidence.lint?.length ?? 0) > 0, panel: lintPanel, count: (letter) => letter.evidence.lint.length },
  session: { shown: (letter) => letter.evidence.session !== null,
    panel: (letter) => dialogue(letter.evidence.session, letter.message.ID) },
};

/** The tab that an address asks for, or the first that has something to show. */
export function tabOf(letter, wanted) {
  const shown = Object.keys(PANELS).filter((key) => PANELS[key].shown(letter));
  return shown.includes(wanted) ? wanted : shown[0];
}

function tabs(letter, current) {
  const shown = Object.entries(PANELS).filter(([, tab]) => tab.shown(letter));
  return html`<div class="tabs" role="tablist" aria-label=${t('tab.label')} @keydown=${turn}>
    ${shown.map(([key, tab]) => html`<a role="tab" id="tab-${key}" href="#${key}" aria-controls="panel"
      aria-selected=${key === current} tabindex=${key === current ? 0 : -1}>${t(`tab.${key}`)}${tab.count ? html` <span class="count">${tab.count(letter)}</span>` : nothing}</a>`)}
  </div>`;
}

let revealed = '';

/** Brings a tab that was chosen, and a bit of its neighbours, into sight where not all of them fit. */
export function revealTab() {
  const tab = document.querySelector('.tabs [aria-selected=true]');
  const strip = tab?.parentElement;
  const chosen = tab ? `${location.pathname} ${tab.id} ${strip.clientWidth}` : '';
  if (revealed === chosen) {
    return;
  }
  revealed = chosen;
  if (strip && strip.scrollWidth > strip.clientWidth) {
    const left = tab.offsetLeft - strip.offsetLeft;
    strip.scrollLeft = Math.max(left + tab.offsetWidth + BESIDE - strip.clientWidth, Math.min(strip.scrollLeft, left - BESIDE));
  }
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

/** Opens the tab with this number, or the next. */
export function turnTo(step) {
  const all = [...document.querySelectorAll('.letter [role=tab]')];
  const current = all.findIndex((each) => each.getAttribute('aria-selected') === 'true');
  all[(current + step + all.length) % all.length]?.click();
}

// ---- what can be done with it

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    notice(t('copied.what', what));
  } catch { // no permission, or no secure address: then by hand
    openDialog(what, () => html`<textarea class="by-hand" readonly rows="14" autofocus aria-label=${what} .value=${text}
      @focus=${(event) => event.target.select()}></textarea>`, 'wide');
  }
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** A command that sends the very octets of this mail again, with its envelope. */
export function curlCommand(letter, server) {
  const { sender, recipients } = letter.evidence;
  const host = server.host.includes(':') ? `[${server.host}]` : server.host;
  const demands = `${server.startTls === 'REQUIRED' ? ' --ssl-reqd --insecure' : ''}${server.login === 'REQUIRED' ? ' --user NAME:PASSWORD' : ''}`;
  return `curl -fsS -o mail.eml ${quoted(location.origin + rawPath(letter.message.ID))} &&\n  curl -sS${demands} --url ${quoted(`smtp://${host}:${server.port}`)} --mail-from ${
    quoted(sender.address)} \\\n    ${recipients.map((each) => `--mail-rcpt ${quoted(each.address)}`).join(' \\\n    ')} \\\n    --upload-file mail.eml`;
}

/** What the menu and the palette offer for a mail. */
export function letterActions(letter, server, more) {
  const { ID: id } = letter.message;
  return [
    { key: 'copy.junit', run: () => copy(junitTest(letter), t('copy.junit')) },
    { key: 'copy.curl', run: () => copy(curlCommand(letter, server), t('copy.curl')) },
    { key: 'copy.eml', run: () => api.raw(id).then((source) => copy(source, t('copy.eml')), sorry) },
    { key: 'copy.link', run: () => copy(location.href, t('copy.link')) },
    { key: 'mail.print', run: () => open(printPath(id), '_blank', 'noopener') },
    ...more,
  ];
}

function actionMenu(actions) {
  const away = (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) {
      event.currentTarget.open = false;
    }
  };
  return html`<details class="menu" @focusout=${away} @keydown=${(event) => {
    if (event.key === 'Escape' && event.currentTarget.open) {
      event.stopPropagation();
      event.currentTarget.open = false;
      event.currentTarget.firstElementChild.focus();
    }
  }}><summary aria-label=${t('mail.more')} title=${t('mail.more')}>${menu}</summary>
    <ul role="list">${actions.map((each) => html`<li><button type="button" @click=${(event) => {
      const details = event.target.closest('details');
      details.firstElementChild.focus(); // where it was before, also for a dialog that comes now
      details.open = false;
      each.run();
    }}>${t(each.key)}</button></li>`)}</ul></details>`;
}

/** @param letter `{ message, evidence, root, links }` */
export function letterView(letter, tab, { href, actions, tag }) {
  const { message, evidence } = letter;
  const blind = new Set(evidence.recipients.filter((each) => each.blind).map((each) => each.address.toLowerCase()));
  const hidden = message.Bcc.filter((each) => blind.has(each.Address.toLowerCase()));
  const named = message.Bcc.filter((each) => !blind.has(each.Address.toLowerCase()));
  const files = folded(letter, 'files', [...message.Attachments, ...message.Inline]);
  return html`<article class="letter">
    <header class="letter-head">
      <a class="back" href=${href('/')}>${t('mail.back')}</a>
      <div class="title">
        <h1 tabindex="-1"><bdi>${visible(message.Subject) || t('no.subject')}</bdi></h1>
        <div class="letter-actions">
          <a class="button" href="${rawPath(message.ID)}?dl=1" download>${t('mail.save')}</a>
          ${actionMenu(actions)}
        </div>
      </div>
      <div class="sender">
        ${avatar(message.From)}
        <div class="sender-name">
          <bdi class="name">${visible(called(message.From))}</bdi>
          ${message.From.Name ? html`<bdi class="address">${visible(message.From.Address)}</bdi>` : nothing}
        </div>
        <div class="when"><time datetime=${evidence.arrivedAt}>${fullTime(evidence.arrivedAt)}</time><span
          class="quiet">${size(message.Size)}</span></div>
      </div>
      <dl class="people">
        ${people(letter, 'person.to', message.To)} ${people(letter, 'person.cc', message.Cc)} ${people(letter, 'person.bcc', named)}
        ${people(letter, 'person.bcc', hidden, t('mail.blind'))} ${people(letter, 'person.reply', message.ReplyTo)}
      </dl>
      <div class="extras">
        ${message.Tags.length === 0 ? nothing : html`<button type="button" class="bare tags" title=${t('do.tag')} @click=${tag}>${label}${
          message.Tags.map((each) => html` <span class="tag tint-${hue({ Address: each }, 6)}">${each}</span>`)}</button>`}
        ${files.shown.length === 0
          ? nothing
          : html`<ul class="files" role="list" aria-label=${t('mail.files')}>${files.shown.map((each) => attachment(message.ID, each))}${
            files.more === nothing ? nothing : html`<li>${files.more}</li>`}</ul>`}
      </div>
      ${tabs(letter, tab)}
    </header>
    <div id="panel" class="panel ${tab === 'html' ? 'framed' : 'padded'}" role="tabpanel" aria-labelledby="tab-${tab}"
      tabindex=${tab === 'html' ? nothing : 0}>${PANELS[tab].panel(letter)}</div>
  </article>`;
}
