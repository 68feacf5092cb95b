// A mail's source with its header fields marked and long stretches folded.
import { html, nothing } from './lit/lit-html.js';
import * as api from './api.js';
import { rawPath } from './api.js';
import { size } from './format.js';
import { sorry } from './overlay.js';
import { t } from './words.js';

const MOST = 1_500_000;
const LONG = 24;

/** Cuts a source into blocks: header blocks, bodies, and the boundaries between parts. */
export function blocks(source) {
  const lines = source.split(/\r?\n/);
  const boundaries = new Set([...source.matchAll(/boundary\s*=\s*(?:"([^"\r\n]+)"|([^\s;"]+))/gi)].map((found) => `--${found[1] ?? found[2]}`));
  const all = [];
  let block = { kind: 'head', lines: [] };
  const end = (next) => {
    if (block.lines.length > 0) {
      all.push(block);
    }
    block = { kind: next, lines: [] };
  };
  for (const line of lines) {
    const bare = line.trimEnd();
    if (boundaries.has(bare) || (bare.endsWith('--') && boundaries.has(bare.slice(0, -2)))) {
      end('edge');
      block.lines.push(line);
      end(bare.endsWith('--') && !boundaries.has(bare) ? 'body' : 'head');
    } else if (block.kind === 'head' && line === '') {
      block.lines.push(line);
      end('body');
    } else {
      block.lines.push(line);
    }
  }
  end('');
  return all;
}

const isBase64 = (lines) => lines.length > 2 && lines.slice(0, 12).every((line) => /^[A-Za-z0-9+/=]{0,100}$/.test(line)) && lines[0].length > 20;

function shownHead(lines) {
  return lines.map((line) => {
    const name = /^[!-9;-~]+:/.exec(line)?.[0];
    return name ? html`<b>${name}</b>${line.slice(name.length)}\n` : `${line}\n`;
  });
}

function shownBody(lines) {
  const text = lines.join('\n');
  return /<[a-z!/][^>]*>/i.test(text.slice(0, 5000))
    ? text.slice(0, 60_000).split(/(<\/?[a-z][^<>]{0,2000}>|<!--[\s\S]{0,4000}?-->)/i).map((piece, i) => (i % 2 ? html`<i>${piece}</i>` : piece)).concat(text.slice(60_000))
    : text;
}

export function sourceView(letter, redraw) {
  if (letter.source === undefined) {
    letter.source = null;
    api.raw(letter.message.ID).then((source) => {
      letter.source = source.slice(0, MOST);
      letter.cut = source.length > MOST;
      letter.blocks = blocks(letter.source);
      redraw();
    }).catch(sorry);
  }
  if (letter.source === null) {
    return html`<p class="quiet">${t('loading')}</p>`;
  }
  letter.folded ??= new Map();
  let line = 1;
  const shown = letter.blocks.map((block, i) => {
    const from = line;
    line += block.lines.length;
    const folded = letter.folded.get(i) ?? (block.kind === 'body' && block.lines.length > LONG && isBase64(block.lines));
    const turn = () => { letter.folded.set(i, !folded); redraw(); };
    const kind = block.kind === 'edge' ? 'edge' : block.kind === 'head' ? 'fields-block' : 'body-block';
    return html`<div class="block ${kind}">
      ${block.lines.length > 2
        ? html`<button type="button" class="fold" aria-expanded=${!folded} aria-label=${t(folded ? 'source.unfold' : 'source.fold', from)} @click=${turn}>${folded ? '▸' : '▾'}</button>`
        : html`<span></span>`}
      <span class="line-number">${from}</span>
      ${folded
        ? html`<button type="button" class="folded" @click=${turn}>${t('source.folded', block.lines.length)} · ${block.lines[0].slice(0, 48)}</button>`
        : html`<pre class="source">${block.kind === 'body' ? shownBody(block.lines) : block.kind === 'head' ? shownHead(block.lines) : block.lines.join('\n')}</pre>`}
    </div>`;
  });
  const all = (fold) => { letter.blocks.forEach((block, i) => block.lines.length > 2 && letter.folded.set(i, fold)); redraw(); };
  return html`<div class="source-bar"><button type="button" @click=${() => all(true)}>${t('source.fold.all')}</button>
      <button type="button" @click=${() => all(false)}>${t('source.unfold.all')}</button></div>
    <div class="blocks">${shown}</div>
    ${letter.cut ? html`<p class="quiet"><a href=${rawPath(letter.message.ID)}>${t('source.rest', size(letter.message.Size))}</a></p>` : nothing}`;
}
