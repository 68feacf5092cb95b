// The connections that were made, and what came of them.
import { html, nothing } from './lit/lit-html.js';
import { repeat } from './lit/directives/repeat.js';
import { live } from './lit/directives/live.js';
import * as api from './api.js';
import { base } from './api.js';
import { briefTime, duration, fullTime, visible } from './format.js';
import { place } from './session.js';
import { t } from './words.js';

export const OUTCOMES = ['all', 'accepted', 'refused', 'aborted', 'quiet', 'open'];
const PAGE = 200;

export class Sessions {
  list = null;
  total = 0;
  counts = {};
  outcome = 'all';
  text = '';
  #shown = PAGE;
  #changed;
  #timer = null;

  constructor(changed) {
    this.#changed = changed;
  }

  async load() {
    const answer = await api.sessions(this.outcome, this.text, this.#shown);
    Object.assign(this, { list: answer.sessions, total: answer.total, counts: answer.counts });
    this.#changed();
  }

  loadSoon() {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.load().catch(() => {}); // the stream says that the server is gone
    }, 150);
  }

  async follow(parameters) {
    const wanted = parameters.get('outcome') ?? 'all';
    this.outcome = OUTCOMES.includes(wanted) ? wanted : 'all';
    this.text = parameters.get('q') ?? '';
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

  view(openId, alone, go) {
    return html`<section class="inbox" aria-labelledby="sessions-title">
      <div class="bar filters">
        ${alone ? html`<h1 id="sessions-title">${t('nav.sessions')}</h1>` : html`<h2 id="sessions-title">${t('nav.sessions')}</h2>`}
        <nav class="chips" aria-label=${t('sessions.filter')}>${OUTCOMES.map((each) => html`<a class="saved-search" href=${this.address(each)}
          aria-current=${each === this.outcome ? 'true' : nothing}>${t(`sessions.${each}`)} <span class="count">${(this.counts[each] ?? 0).toLocaleString()}</span></a>`)}</nav>
        <input class="filter" type="search" aria-label=${t('sessions.find')} placeholder=${t('sessions.find')} .value=${live(this.text)}
          @input=${(event) => { this.text = event.target.value; go(this.address(this.outcome, this.text), { replace: true, keepFocus: true }); }}>
      </div>
      <div class="scroll" tabindex="-1"><ol class="sessions" role="list" @keydown=${walk}>
        ${repeat(this.list ?? [], (each) => each.id, (each) => row(each, openId))}
      </ol>
      ${this.list?.length === 0 ? html`<p class="none">${t('sessions.none')}</p>` : nothing}
      ${this.list && this.list.length < this.total
        ? html`<p class="none"><button type="button" @click=${() => { this.#shown += PAGE * 5; this.load(); }}>${t('sessions.older')}</button></p>` : nothing}
      </div></section>`;
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

function row(session, openId) {
  const [kind, shown] = verdict(session);
  return html`<li><a class="try session-row" href="${base}/session/${session.id}" aria-current=${session.id === openId ? 'page' : nothing}>
    <span class="code code-${kind}">${shown}</span>
    <span class="who"><bdi>${visible(session.helo ?? t('sessions.silent'))}</bdi> <span class="quiet">${place(session)}</span>${session.tls ? html` <span class="tag">TLS</span>` : nothing}${
      session.user ? html` <span class="tag">${visible(session.user)}</span>` : nothing}</span>
    <span class="why"><bdi>${visible(session.summary || t('session.tried.nothing'))}</bdi>${session.rules.length ? html` <span class="mark">${session.rules[0]}</span>` : nothing}</span>
    <span class="lasted">${session.open ? '' : duration(session.lastedMicros)}</span>
    <time datetime=${session.startedAt} title=${fullTime(session.startedAt)}>${briefTime(session.startedAt)}</time>
  </a></li>`;
}

/** Up and down go from row to row. */
function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    const rows = [...event.currentTarget.querySelectorAll('a.try')];
    rows[rows.indexOf(event.target.closest('a')) + step]?.focus();
    event.preventDefault();
  }
}

/** Moves the focus, and opens what has it if a session is open already. */
export function step(by) {
  const rows = [...document.querySelectorAll('.sessions a.try')];
  const at = rows.indexOf(document.activeElement) >= 0 ? rows.indexOf(document.activeElement) : rows.findIndex((each) => each.hasAttribute('aria-current'));
  const next = rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by))];
  const open = rows.some((each) => each.hasAttribute('aria-current'));
  next?.focus();
  if (open) {
    next?.click();
  }
}
