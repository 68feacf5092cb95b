// The rules of the server: what they do, how often they did, and an editor for them.
import { html, nothing } from './lit/lit-html.js';
import { live } from './lit/directives/live.js';
import * as api from './api.js';
import { base } from './api.js';
import { briefTime } from './format.js';
import { bin } from './icons.js';
import { notice, sorry } from './overlay.js';
import { candidates, placeOf } from './schema.js';
import { t } from './words.js';

const PATIENCE = 250;
const LINE = 60;

export class ScriptPage {
  data = null;
  text = '';
  #schema = null;
  #check = null;
  #timer = null;
  #active = 0;
  #suggested = null;
  #adding = null;
  #changed;
  /** The text that the server's rules were written as; the editor follows them while it is unchanged. */
  #asLoaded = '';
  /** The rules that the text was written from: applying it replaces these, and no others. */
  #given = [];

  constructor(changed) {
    this.#changed = changed;
  }

  async load() {
    this.data = await api.script();
    const text = this.#written();
    if (this.text === this.#asLoaded) {
      this.#setText(text);
      this.#given = this.#editable();
    }
    this.#asLoaded = text;
    this.#schema ??= await api.schema();
    this.#changed();
  }

  loadSoon() {
    this.load().catch(() => {}); // the stream says that the server is gone
  }

  async follow(parameters) {
    await this.load();
    const rule = parameters.get('rule');
    if (rule) {
      this.#offer(rule);
      history.replaceState(null, '', `${base}/script`);
    }
  }

  /** Those that have a written form; what Java added as a scenario or persona is not the editor's. */
  #editable() {
    return this.data.rules.filter((each) => each.on && each.rule && each.layer === 'TEST');
  }

  #written() {
    const rules = this.#editable().map((each) => `    ${written(each.rule, '    ')}`);
    return rules.length === 0 ? '{\n  "rules": [\n  ]\n}\n' : `{\n  "rules": [\n${rules.join(',\n')}\n  ]\n}\n`;
  }

  /** Puts a rule in front of the others, for the person to change and apply. */
  #offer(rule) {
    let parsed;
    try {
      parsed = JSON.parse(rule);
    } catch {
      return;
    }
    this.#given = this.#editable();
    const others = this.#given.map((each) => `    ${written(each.rule, '    ')}`);
    const mine = JSON.stringify(parsed, null, 2).replace(/^/gm, '    ');
    this.#setText(`{\n  "rules": [\n${[mine, ...others].join(',\n')}\n  ]\n}\n`);
    this.#changed();
    requestAnimationFrame(() => {
      this.#editor?.focus();
      const at = this.text.indexOf('"reply"');
      this.#editor?.setSelectionRange(at, at);
    });
  }

  #setText(text) {
    this.text = text;
    this.#suggested = null;
    this.#checkSoon(0);
  }

  get #editor() {
    return document.getElementById('script-text');
  }

  #checkSoon(delay = PATIENCE) {
    clearTimeout(this.#timer);
    const { text } = this;
    this.#timer = setTimeout(async () => {
      const check = await api.checkScript(text).catch(() => null);
      if (text === this.text) {
        this.#check = check;
        this.#changed();
      }
    }, delay);
  }

  async #run(action, done) {
    try {
      await action();
      this.text = this.#asLoaded;
      await this.load();
      notice(done);
    } catch (error) {
      let message = error.message;
      try {
        ({ message } = JSON.parse(error.message));
      } catch {
        // then it is no problem of ours
      }
      sorry(new Error(message));
    }
  }

  // ---- typing

  #typed(event) {
    this.text = event.target.value;
    this.#suggest(false);
    this.#checkSoon();
    this.#changed();
  }

  #suggest(asked) {
    const caret = this.#editor.selectionStart;
    const place = placeOf(this.text, caret);
    const all = this.#schema && place ? candidates(this.#schema, place) : [];
    this.#active = 0;
    this.#suggested = all.length > 0 && (asked || place.begun !== '' || place.quoted) ? { place, all, caret } : null;
  }

  #take(candidate) {
    const { place, caret } = this.#suggested;
    const rest = this.text.slice(caret);
    const closing = place.quoted && rest.startsWith('"') ? 1 : 0;
    const insert = candidate.insert + (place.key && !/^\s*:/.test(rest.slice(closing)) ? ': ' : '');
    this.text = this.text.slice(0, place.from) + insert + rest.slice(closing);
    const at = place.from + insert.length;
    this.#suggested = null;
    this.#editor.value = this.text;
    this.#editor.setSelectionRange(at, at);
    this.#checkSoon();
    this.#changed();
  }

  #pressed(event) {
    const found = this.#suggested;
    if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
      event.preventDefault();
      this.apply();
    } else if (event.ctrlKey && event.key === ' ') {
      event.preventDefault();
      this.#suggest(true);
    } else if (found && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      this.#active = (this.#active + (event.key === 'ArrowDown' ? 1 : -1) + found.all.length) % found.all.length;
    } else if (found && (event.key === 'Enter' || event.key === 'Tab')) {
      event.preventDefault();
      this.#take(found.all[this.#active]);
    } else if (found && event.key === 'Escape') {
      event.stopPropagation();
      this.#suggested = null;
    } else {
      return;
    }
    this.#changed();
  }

  apply() {
    if (this.#check?.ok) {
      this.#run(() => api.putScript(this.text, this.#given), t('script.applied'));
    }
  }

  /** Where the check found something wrong, as an offset. */
  #wrongAt() {
    const { line, column, path } = this.#check;
    if (line > 0) {
      const lines = this.text.split('\n');
      return lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + Math.max(0, column - 1);
    }
    const key = /([A-Za-z$]+)(?:\[\d+\])*$/.exec(path ?? '')?.[1];
    return key ? Math.max(0, this.text.indexOf(`"${key}"`)) : 0;
  }

  #goToError() {
    const at = Math.min(this.#wrongAt(), this.text.length);
    const end = /^"(?:[^"\\]|\\.)*"|^[^\s,}\]]*/.exec(this.text.slice(at))?.[0].length || 1;
    this.#editor.focus();
    this.#editor.setSelectionRange(at, at + end);
  }

  // ---- how it looks

  view() {
    if (this.data === null) {
      return html`<p class="quiet padded">${t('loading')}</p>`;
    }
    return html`<section class="board script-board" aria-labelledby="script-title">
      <div class="board-head"><h1 id="script-title">${t('nav.script')}</h1>
        <p class="quiet">${t('script.lead')}</p></div>
      <div class="script-columns">
        <div class="card">${this.#rules()}</div>
        <div class="card">${this.#edit()}</div>
        <div class="shelves"><div class="card">${this.#scenarios()}</div><div class="card">${this.#personas()}</div></div>
      </div></section>`;
  }

  #rules() {
    const { rules } = this.data;
    return html`<div class="bar"><h2>${t('script.rules')}</h2><span class="tally">${t('script.count', rules.length)}</span>${
      rules.length > 0 ? html`<button type="button" @click=${() => this.#run(api.clearScript, t('script.cleared'))}>${t('script.clear')}</button>` : nothing}</div>
    ${rules.length === 0 ? html`<p class="none">${t('script.none')}</p>` : nothing}
    <ul class="rules" role="list">${rules.map((rule) => html`<li class="rule-row ${rule.on ? '' : 'is-off'}">
      <label class="switch"><input type="checkbox" role="switch" .checked=${live(rule.on)} aria-label=${t('script.switch', rule.name)}
        @change=${(event) => this.#run(() => api.switchRule(rule.id, event.target.checked), t(event.target.checked ? 'script.on' : 'script.off', rule.name))}></label>
      <div class="rule-words"><b>${rule.name}</b>${rule.layer === 'TEST' ? nothing : html` <span class="rule-layer">${t(`script.layer.${rule.layer}`)}</span>`}
        <details class="rule-more"><summary><code>${unnamed(rule.java)}</code></summary>
          ${rule.rule ? html`<pre>${written(rule.rule, '')}</pre>` : nothing}</details>
        ${rule.recent.length ? html`<span class="quiet">${t('script.last')} <a href="${base}/session/${rule.recent.at(-1).sessionId}">${briefTime(rule.recent.at(-1).at)}</a></span>` : nothing}</div>
      <span class="hits ${rule.hits ? 'some' : ''}" title=${t('script.hits', rule.hits)}>${rule.hits.toLocaleString()}</span>
      <button type="button" class="bare" aria-label=${t('script.remove', rule.name)} title=${t('script.remove', rule.name)}
        @click=${() => this.#run(() => api.removeRule(rule.id), t('script.removed', rule.name))}>${bin}</button>
    </li>`)}</ul>`;
  }

  #edit() {
    const lines = this.text.split('\n').length;
    const check = this.#check;
    const bad = check && !check.ok;
    const wrong = bad ? this.text.slice(0, this.#wrongAt()).split('\n').length : 0;
    const found = this.#suggested;
    return html`<div class="bar"><h2>${t('script.edit')}</h2><span class="quiet hint">${t('script.hint')}</span>
        <button type="button" class="main" ?disabled=${!check?.ok || this.text === this.#asLoaded} @click=${() => this.apply()}>${t('script.apply')}</button></div>
      <div class="editor">
        <pre class="gutter" aria-hidden="true">${Array.from({ length: lines }, (_, i) => html`<span class=${i + 1 === wrong ? 'wrong' : ''}>${i + 1}\n</span>`)}</pre>
        <textarea id="script-text" spellcheck="false" autocapitalize="off" autocomplete="off" wrap="off" aria-label=${t('script.edit')} rows=${Math.max(12, lines + 1)}
          .value=${live(this.text)} aria-invalid=${bad ? 'true' : 'false'} aria-describedby="script-check"
          @input=${(event) => this.#typed(event)} @keydown=${(event) => this.#pressed(event)}
          @blur=${() => setTimeout(() => { this.#suggested = null; this.#changed(); }, 150)}></textarea>
      </div>
      ${found ? html`<ul class="completions" role="listbox" aria-label=${t('search.help')}>${found.all.slice(0, 14).map((each, i) => html`<li role="option" aria-selected=${i === this.#active}
        @pointerdown=${(event) => { event.preventDefault(); this.#take(each); }}><code>${each.shown}</code> <span class="quiet">${each.what}</span></li>`)}</ul>` : nothing}
      <p id="script-check" class="check ${bad ? 'bad' : ''}" role="status">${bad
        ? html`<button type="button" class="error-place" @click=${() => this.#goToError()}>${t('script.line', wrong)}</button> <span>${check.message}</span>`
        : check ? t('script.ok', check.rules) : ''}</p>`;
  }

  #scenarios() {
    const { scenarios } = this.data;
    return html`<div class="bar"><h2>${t('script.scenarios')}</h2></div>
      <ul class="shelf" role="list">${scenarios.map((kind) => html`<li><button type="button" class="shelf-item" aria-expanded=${this.#adding === kind.name}
          @click=${() => { this.#adding = this.#adding === kind.name ? null : kind.name; this.#changed(); }}><b>${kind.name}</b><span class="quiet">${kind.summary}</span></button>
        ${this.#adding === kind.name ? this.#form(kind) : nothing}</li>`)}</ul>`;
  }

  #personas() {
    const { personas } = this.data;
    return html`<div class="bar"><h2>${t('script.personas')}</h2></div>
      <ul class="shelf" role="list">${personas.map((each) => html`<li class="persona"><span><b>${each.name}</b> <span class="quiet">${each.description}</span></span>
        <button type="button" aria-label=${t('script.add.named', each.name)} @click=${() => this.#run(() => api.addScript({ persona: each.name }), t('script.added', each.name))}>${t('script.add')}</button></li>`)}</ul>`;
  }

  #form(kind) {
    const add = (event) => {
      event.preventDefault();
      const values = {};
      for (const each of kind.parameters) {
        const given = new FormData(event.target).get(each.name).trim();
        if (given) {
          values[each.name] = { NUMBER: Number, CHANCE: Number, TEXTS: (text) => text.split(',').map((part) => part.trim()) }[each.type]?.(given) ?? given;
        }
      }
      this.#adding = null;
      this.#run(() => api.addScript({ scenarios: [Object.keys(values).length ? { [kind.name]: values } : kind.name] }), t('script.added', kind.name));
    };
    return html`<form class="shelf-form" @submit=${add}><p class="quiet">${kind.provokes}</p>
      ${kind.parameters.map((each) => html`<label class="field">${each.name} <span class="quiet">${each.description}</span>
        <input name=${each.name} type="text" ?required=${each.usual === null} placeholder=${each.usual ?? ''}></label>`)}
      <button class="main">${t('script.add.named', kind.name)}</button></form>`;
  }
}

/** The name stands above it. */
const unnamed = (java) => java.replace(/\.named\("(?:[^"\\]|\\.)*"\)/, '');

/** A rule for the editor: what fits on a line stays on one, what does not gets a line for each of its keys. */
function written(rule, indent, before = 0) {
  const line = oneLine(rule);
  if (indent.length + before + line.length <= LINE) {
    return line;
  }
  const keys = Object.entries(rule).map(([key, each]) => `${indent}  ${JSON.stringify(key)}: ${
    each !== null && typeof each === 'object' && !Array.isArray(each) ? written(each, `${indent}  `, key.length + 4) : oneLine(each)}`);
  return `{\n${keys.join(',\n')}\n${indent}}`;
}

/** A rule as people write it: on one line, with blanks. */
function oneLine(value) {
  if (Array.isArray(value)) {
    return `[${value.map(oneLine).join(', ')}]`;
  }
  if (value !== null && typeof value === 'object') {
    return `{ ${Object.entries(value).filter(([, each]) => each !== undefined).map(([key, each]) => `${JSON.stringify(key)}: ${oneLine(each)}`).join(', ')} }`;
  }
  return JSON.stringify(value);
}
