// The search field: the API's grammar, with suggestions, errors at their character, and searches to keep.
import { html, nothing } from './lit/lit-html.js';
import { live } from './lit/directives/live.js';
import * as api from './api.js';
import { cross, glass, star, starred } from './icons.js';
import { recall, remember } from './store.js';
import { t } from './words.js';

const WORDS = ['from', 'to', 'subject', 'body', 'tag', 'is:unread', 'is:read', 'is:tagged', 'has:attachment', 'has:inline',
  'after', 'before', 'larger', 'smaller', 'rcpt', 'envelope-from', 'cc', 'bcc', 'addressed', 'reply-to', 'header', 'filename',
  'user', 'session', 'message-id', 'OR'];
const PATIENCE = 250;
const MOST = 8;
const MOST_ADDRESSES = 2000;

export class SearchField {
  text = '';
  problem = null;
  ignored = [];
  saved = recall('searches', []);
  #open = false;
  #active = -1;
  #timer = null;
  #offered = {};
  #changed;
  #search;
  #mails;

  /**
   * @param search is called with a query that can be read, and whether the person has finished it
   * @param mails where names and tags for suggestions come from
   */
  constructor({ changed, search, mails }) {
    this.#changed = changed;
    this.#search = search;
    this.#mails = mails;
  }

  get #input() {
    return document.getElementById('search');
  }

  /** Shows a query that came with the address. */
  async show(query) {
    if (query !== this.text.trim()) {
      this.text = query;
      this.problem = null;
      await this.#check(query);
    }
    return this.problem === null;
  }

  focus() {
    this.#input?.focus();
    this.#input?.select();
  }

  async #check(query) {
    const answer = query ? await api.checkQuery(query) : { ok: true, ignored: [] };
    this.problem = answer.ok ? null : { message: answer.message, query, at: answer.at };
    this.ignored = answer.ignored ?? [];
    this.#changed();
    return answer.ok;
  }

  async #run(finished) {
    clearTimeout(this.#timer);
    const query = this.text.trim();
    if ((await this.#check(query)) && query === this.text.trim()) {
      this.#search(query, finished);
    }
  }

  #typed(event) {
    this.text = event.target.value;
    this.#open = true;
    this.#active = -1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(false), PATIENCE);
    this.#changed();
  }

  /** The word that the caret stands in: where it begins, and its text up to the caret. */
  #word() {
    const caret = this.#input?.selectionStart ?? this.text.length;
    let from = caret;
    let quoted = false;
    for (let i = 0; i < caret; i++) {
      quoted = this.text[i] === '"' ? !quoted : quoted;
    }
    while (from > 0 && (quoted || !/[\s(]/.test(this.text[from - 1]))) {
      from--;
      quoted = this.text[from] === '"' ? !quoted : quoted;
    }
    const signs = /^[-!]*/.exec(this.text.slice(from, caret))[0].length;
    return { from: from + signs, to: caret, text: this.text.slice(from + signs, caret) };
  }

  suggestions() {
    const { text } = this.#word();
    ['from', 'to', 'cc', 'bcc', 'rcpt', 'addressed'].forEach((key) => this.#values(key)); // while they are in sight
    const lower = text.toLowerCase();
    if (this.text.trim() === '') {
      return [
        ...this.saved.map((query) => ({ insert: query, shown: query, what: t('search.saved'), whole: true })),
        ...WORDS.slice(0, 6).map(word),
      ].slice(0, MOST);
    }
    const colon = lower.indexOf(':');
    if (colon < 0) {
      return lower === '' ? [] : WORDS.filter((each) => each.toLowerCase().startsWith(lower) || each.split(':')[1]?.startsWith(lower))
        .map(word).slice(0, MOST);
    }
    const key = lower.slice(0, colon);
    const begun = lower.slice(colon + 1).replaceAll('"', '');
    return this.#values(key)
      .filter((value) => value.toLowerCase().includes(begun) && value.toLowerCase() !== begun)
      .slice(0, MOST)
      .map((value) => ({ insert: `${key}:${/[\s()]/.test(value) ? `"${value}"` : value} `, shown: `${key}:${value}`, what: '' }));
  }

  /** Addresses of mails in sight, and those that were offered before: a search that finds nothing has none. */
  #addresses(key, ofMail) {
    const all = (this.#offered[key] ??= new Set());
    for (const mail of this.#mails.known) {
      for (const { Address: address } of ofMail(mail)) {
        if (address && all.size < MOST_ADDRESSES) {
          all.add(address);
        }
      }
    }
    return [...all];
  }

  #values(key) {
    switch (key) {
      case 'is': return ['unread', 'read', 'tagged'];
      case 'has': return ['attachment', 'inline'];
      case 'tag': return this.#mails.tags;
      case 'from': return this.#addresses(key, (mail) => [mail.From]);
      case 'to': return this.#addresses(key, (mail) => mail.To);
      case 'cc': return this.#addresses(key, (mail) => mail.Cc);
      case 'rcpt': case 'addressed': return this.#addresses(key, (mail) => [...mail.To, ...mail.Cc, ...mail.Bcc]);
      case 'bcc': return this.#addresses(key, (mail) => mail.Bcc);
      default: return [];
    }
  }

  #take(suggestion) {
    const { from, to } = this.#word();
    this.text = suggestion.whole ? suggestion.insert : this.text.slice(0, from) + suggestion.insert + this.text.slice(to);
    const caret = suggestion.whole ? this.text.length : from + suggestion.insert.length;
    this.#active = -1;
    this.#open = !suggestion.whole;
    const input = this.#input;
    input.value = this.text;
    input.setSelectionRange(caret, caret);
    this.#changed();
    if (suggestion.insert.endsWith(' ') || suggestion.whole) {
      this.#run(suggestion.whole === true);
    }
  }

  #pressed(event) {
    const list = this.#open ? this.suggestions() : [];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && (this.#open || step > 0)) {
      event.preventDefault();
      this.#open = true;
      const all = this.suggestions().length;
      this.#active = all === 0 ? -1 : (this.#active + step + (this.#active < 0 && step < 0 ? 1 : 0) + all) % all;
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (list[this.#active]) {
        this.#take(list[this.#active]);
      } else {
        this.#open = false;
        this.#run(true);
      }
    } else if (event.key === 'Tab' && list[this.#active]) {
      event.preventDefault();
      this.#take(list[this.#active]);
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      if (this.#open && list.length > 0) {
        this.#open = false;
      } else if (this.text) {
        this.clear();
      } else {
        event.target.blur();
      }
    } else {
      return;
    }
    this.#changed();
  }

  clear() {
    this.text = '';
    this.#run(true);
  }

  toggleSaved() {
    const query = this.text.trim();
    this.saved = this.saved.includes(query) ? this.saved.filter((each) => each !== query) : [query, ...this.saved];
    remember('searches', this.saved);
    this.#changed();
  }

  view() {
    const list = this.#open ? this.suggestions() : [];
    const open = list.length > 0;
    const query = this.text.trim();
    const isSaved = this.saved.includes(query);
    return html`<div class="search ${this.problem ? 'bad' : ''}" role="search" @focusout=${(event) => {
      if (!event.currentTarget.contains(event.relatedTarget)) {
        this.#open = false;
        this.#changed();
      }
    }}>
      ${glass}
      <input id="search" type="text" role="combobox" autocomplete="off" spellcheck="false" autocapitalize="off"
        aria-label=${t('search')} placeholder=${t('search.hint')} .value=${live(this.text)}
        aria-expanded=${open} aria-controls="suggestions" aria-autocomplete="list"
        aria-invalid=${this.problem ? 'true' : nothing} aria-describedby=${this.problem ? 'search-problem' : nothing}
        aria-activedescendant=${open && this.#active >= 0 ? `suggestion-${this.#active}` : nothing}
        @input=${(event) => this.#typed(event)} @keydown=${(event) => this.#pressed(event)}
        @focus=${() => { this.#open = true; this.#changed(); }} @click=${() => { this.#open = true; this.#changed(); }}>
      ${query && !this.problem
        ? html`<button type="button" class="bare" aria-pressed=${isSaved} aria-label=${t(isSaved ? 'search.forget' : 'search.save')}
            title=${t(isSaved ? 'search.forget' : 'search.save')} @click=${() => this.toggleSaved()}>${isSaved ? starred : star}</button>`
        : nothing}
      ${this.text ? html`<button type="button" class="bare" aria-label=${t('search.clear')} title=${t('search.clear')}
        @click=${() => { this.clear(); this.focus(); }}>${cross}</button>` : nothing}
      <ul id="suggestions" role="listbox" aria-label=${t('search.help')} ?hidden=${!open}>
        ${list.map((each, i) => html`<li role="option" id="suggestion-${i}" aria-selected=${i === this.#active}
          @pointerdown=${(event) => { event.preventDefault(); this.#take(each); }}><code>${each.shown}</code> <span>${each.what}</span></li>`)}
      </ul>
      ${this.problem && !open
        ? html`<div class="search-problem" id="search-problem" role="alert"><p>${this.problem.message}</p><pre>${
            this.problem.query.slice(0, this.problem.at)}<mark>${this.problem.query[this.problem.at] ?? ' '}</mark>${
            this.problem.query.slice(this.problem.at + 1)}</pre></div>`
        : nothing}
    </div>`;
  }
}

function word(key) {
  const whole = key.includes(':') || key === 'OR';
  return { insert: whole ? `${key} ` : `${key}:`, shown: whole ? key : `${key}:`, what: t(`search.${key.toLowerCase().replace(':', '.')}`) };
}
