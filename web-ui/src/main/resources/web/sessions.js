// The connections that were made, and what came of them. Only what is in sight is asked for and drawn.
import { html, nothing } from './lit/lit-html.js';
import { live } from './lit/directives/live.js';
import * as api from './api.js';
import { base } from './api.js';
import { briefTime, duration, fullTime, visible } from './format.js';
import { place } from './session.js';
import { VirtualList } from './virtual.js';
import { t } from './words.js';

export const OUTCOMES = ['all', 'accepted', 'refused', 'aborted', 'quiet', 'open'];
const PAGE = 100;
const WIDE = 720;

export class Sessions {
  total = 0;
  counts = {};
  outcome = 'all';
  text = '';
  loaded = false;
  /** The row that keys act on. */
  cursor = 0;
  /** Rows by their index, the newest first. */
  #rows = new Map();
  #asked = new Set();
  /** Goes up whenever what is known no longer holds; answers to older questions are dropped then. */
  #age = 0;
  #changed;
  #go;
  #openId = null;
  #timer = null;
  #again = false;
  /** What the list was last asked for; `text` may be ahead of it. */
  #searched = '';

  constructor(changed, go) {
    this.#changed = changed;
    this.#go = go;
    this.list = new VirtualList({
      name: 'sessions',
      count: () => this.total,
      height: (width) => (width >= WIDE ? 39 : 58),
      needed: (from, to) => this.#need(from, to),
      row: (index) => this.#row(index),
    });
    this.list.node.addEventListener('click', (event) => {
      this.cursor = Number(event.target.closest('[data-index]')?.dataset.index ?? this.cursor);
    });
  }

  /** Loads what is in sight; the rest is forgotten, and what is read stays where it is. */
  async load() {
    const age = ++this.#age;
    const { outcome, text, list } = this;
    const wanted = this.loaded ? list.inSight.from : 0;
    let answer = await api.sessions(outcome, text, Math.max(0, wanted - PAGE / 4), PAGE);
    if (answer.sessions.length === 0 && answer.total > 0) {
      answer = await api.sessions(outcome, text, Math.max(0, answer.total - PAGE), PAGE);
    }
    if (age !== this.#age) {
      return;
    }
    const down = this.loaded ? this.#moved(answer) : 0;
    this.#asked.clear();
    this.#rows.clear();
    this.loaded = true;
    Object.assign(this, { total: answer.total, counts: answer.counts });
    this.#take(answer);
    if (down !== 0) {
      list.shift(down);
    }
    this.cursor = Math.max(0, Math.min(this.total - 1, this.cursor + (this.cursor > 0 || list.node.contains(document.activeElement) ? down : 0)));
    this.#changed();
  }

  #take(answer) {
    answer.sessions.forEach((session, i) => this.#rows.set(answer.start + i, session));
  }

  /** By how many rows the list went down, because newer ones came in above. */
  #moved(answer) {
    const now = new Map(answer.sessions.map((each, i) => [each.id, answer.start + i]));
    for (let index = this.list.inSight.from; index < this.list.inSight.to; index++) {
      const then = this.#rows.get(index);
      if (then && now.has(then.id)) {
        return now.get(then.id) - index;
      }
    }
    return Math.max(0, answer.total - this.total);
  }

  /** Whether a session in sight is not over. */
  get speaking() {
    const { from, to } = this.list.inSight;
    return Array.from({ length: to - from }, (_, i) => this.#rows.get(from + i)).some((each) => each?.open);
  }

  #need(from, to) {
    for (let index = from; this.loaded && index < to; index++) {
      if (!this.#rows.has(index)) {
        this.#loadPage(Math.floor(index / PAGE));
      }
    }
  }

  async #loadPage(page) {
    if (this.#asked.has(page)) {
      return;
    }
    this.#asked.add(page);
    const age = this.#age;
    try {
      const answer = await api.sessions(this.outcome, this.text, page * PAGE, PAGE);
      if (age === this.#age) {
        this.#take(answer);
        Object.assign(this, { total: answer.total, counts: answer.counts });
        this.#changed();
      }
    } catch {
      // the stream says that the server is gone, and what is in sight is asked for again when it is back
    } finally {
      if (age === this.#age) {
        this.#asked.delete(page);
      }
    }
  }

  /** Loads anew, but not once for each of many events, and one after the other. */
  loadSoon() {
    this.#again = this.#timer !== null;
    this.#timer ??= setTimeout(async () => {
      this.#again = false;
      await this.load().catch(() => {}); // the stream says that the server is gone
      this.#timer = null;
      if (this.#again) {
        this.loadSoon();
      }
    }, 150);
  }

  async follow(parameters) {
    const wanted = parameters.get('outcome') ?? 'all';
    const outcome = OUTCOMES.includes(wanted) ? wanted : 'all';
    const text = parameters.get('q') ?? '';
    if (outcome !== this.outcome || text !== this.#searched) {
      Object.assign(this, { outcome, text, loaded: false, cursor: 0 });
      this.#searched = text;
      this.list.top = 0;
    }
    await this.load();
  }

  address(outcome, text = this.text) {
    const parameters = new URLSearchParams();
    if (outcome !== 'all') {
      parameters.set('outcome', outcome);
    }
    if (text) {
      parameters.set('q', text);
    }
    return `${base}/sessions${parameters.size ? `?${parameters}` : ''}`;
  }

  /** Moves the row that keys act on, and opens it if a session is open beside the list. */
  move(step, to = null) {
    if (this.total === 0) {
      return;
    }
    const inList = this.list.node.contains(document.activeElement);
    const open = this.#openId === null ? -1 : this.#indexOf(this.#openId);
    const first = !inList && this.#openId === null && to === null && this.cursor === 0;
    const from = open >= 0 && !inList ? open : this.cursor;
    this.cursor = Math.max(0, Math.min(this.total - 1, to ?? (first ? 0 : from + step)));
    const session = this.#rows.get(this.cursor);
    if (this.#openId !== null && session) {
      this.#go(`${base}/session/${session.id}`, { keepFocus: true });
    }
    this.list.focus(this.cursor);
    this.#changed();
  }

  /** Shows the row of a session, and gives it the focus. */
  focus(id) {
    const index = this.#indexOf(id);
    if (this.total > 0) {
      this.cursor = index < 0 ? this.cursor : index;
      this.list.focus(this.cursor);
      this.#changed();
    }
  }

  #indexOf(id) {
    for (const [index, session] of this.#rows) {
      if (session.id === id) {
        return index;
      }
    }
    return -1;
  }

  view(openId, alone) {
    this.#openId = openId;
    this.list.node.hidden = this.loaded && this.total === 0;
    return html`<section class="inbox session-list" aria-labelledby="sessions-title">
      <div class="bar filters">
        ${alone ? html`<h1 id="sessions-title">${t('nav.sessions')}</h1>` : html`<h2 id="sessions-title">${t('nav.sessions')}</h2>`}
        <nav class="chips" aria-label=${t('sessions.filter')}>${OUTCOMES.map((each) => html`<a class="saved-search" href=${this.address(each)}
          aria-current=${each === this.outcome ? 'true' : nothing}>${t(`sessions.${each}`)} <span class="count">${(this.counts[each] ?? 0).toLocaleString()}</span></a>`)}</nav>
        <input class="filter" type="search" aria-label=${t('sessions.find')} placeholder=${t('sessions.find')} .value=${live(this.text)}
          @input=${(event) => { this.text = event.target.value; this.#go(this.address(this.outcome, this.text), { replace: true, keepFocus: true }); }}>
      </div>
      ${this.list.node}
      ${this.loaded && this.total === 0 ? html`<p class="none">${t(this.counts.all === 0 && !this.text ? 'sessions.nobody' : 'sessions.none')}</p>` : nothing}</section>`;
  }

  draw() {
    this.list.draw();
  }

  #row(index) {
    const session = this.#rows.get(index);
    if (!session) {
      return { key: `#${index}`, content: html`<li class="session-item blank" data-index=${index} aria-setsize=${this.total} aria-posinset=${index + 1}
        aria-busy="true"><span class="bone"></span></li>` };
    }
    const [kind, shown] = verdict(session);
    return { key: session.id, content: html`<li class="session-item" data-index=${index} aria-setsize=${this.total} aria-posinset=${index + 1}><a
      class="try session-row" href="${base}/session/${session.id}" aria-current=${session.id === this.#openId ? 'page' : nothing}
      tabindex=${index === this.cursor ? 0 : -1}>
      <span class="code code-${kind}">${shown}</span>
      <span class="who"><bdi>${visible(session.helo ?? t('sessions.silent'))}</bdi> <span class="quiet">${place(session)}</span>${session.tls ? html` <span class="tag">TLS</span>` : nothing}${
        session.user ? html` <span class="tag">${visible(session.user)}</span>` : nothing}</span>
      <span class="why"><bdi>${visible(session.summary || t('session.tried.nothing'))}</bdi>${session.rules.length ? html` <span class="mark">${session.rules[0]}</span>` : nothing}</span>
      <span class="lasted">${session.open ? '' : duration(session.lastedMicros)}</span>
      <time datetime=${session.startedAt} title=${fullTime(session.startedAt)}>${briefTime(session.startedAt)}</time>
    </a></li>` };
  }
}

function verdict(session) {
  if (session.open) {
    return ['open', t('sessions.badge.open')];
  }
  if (session.refused > 0) {
    return [session.code >= 500 ? '5' : '4', session.code || t('sessions.badge.refused')];
  }
  if (session.aborted > 0) {
    return ['c', t('refused.cut')];
  }
  return session.accepted > 0 ? ['ok', session.accepted === 1 ? '250' : `250 ×${session.accepted}`] : ['quiet', '–'];
}
