// The list of caught mail with its selection, and below it what was refused.
import { html, nothing } from './lit/lit-html.js';
import { repeat } from './lit/directives/repeat.js';
import { live } from './lit/directives/live.js';
import * as api from './api.js';
import { base } from './api.js';
import { briefTime, called, fullTime, hue, initials, size, visible } from './format.js';
import { bin, chevron, clip, label, opened, sealed, up } from './icons.js';
import { closeDialog, notice, openDialog, redrawDialog, sorry } from './overlay.js';
import { recall, remember } from './store.js';
import { VirtualList } from './virtual.js';
import { t } from './words.js';

/** How many mails a request that outlives the page can name. */
const SAID_IN_FULL = 1000;
const WIDE = 720;
const NARROW = matchMedia('(max-width: 899px)');

export const avatar = (address) =>
  html`<span class="avatar tint-${hue(address, 6)}" aria-hidden="true">${initials(address)}</span>`;

export class Inbox {
  /** IDs of the chosen mails. */
  selected = new Set();
  /** Whether all that the query finds is chosen, loaded or not. */
  allSelected = false;
  /** The row that keys act on. */
  cursor = 0;
  /** IDs that have just arrived. */
  fresh = new Set();
  /** How many came in above what is in sight. */
  newer = 0;
  #anchor = null;
  /** The mail there: news that come late must not move where a selection begins. */
  #anchorId = null;
  /** The number of the refused attempt that keys act on. */
  #attempt = null;
  #tries = { desk: true, phone: false, ...recall('tries', {}) };

  constructor({ mails, state, changed, href, go }) {
    Object.assign(this, { mails, state, changed, href, go });
    this.list = new VirtualList({
      name: 'mails',
      count: () => mails.count,
      height: (width) => (width >= WIDE ? 59 : 92),
      needed: (from, to) => mails.need(from, to),
      row: (index) => this.#row(index),
    });
    this.list.node.addEventListener('click', (event) => this.#clicked(event));
    this.list.node.addEventListener('scroll', () => {
      if (this.newer > 0 && this.list.node.scrollTop < 20) {
        this.newer = 0;
        changed();
      }
    }, { passive: true });
  }

  /** Whether refusals are listed; on a phone only when asked for. */
  get showsTries() {
    return this.#tries[NARROW.matches ? 'phone' : 'desk'];
  }

  set showsTries(wanted) {
    this.#tries[NARROW.matches ? 'phone' : 'desk'] = wanted;
    remember('tries', this.#tries);
    this.changed();
  }

  // ---- what arrives

  arrived(mail) {
    if (this.mails.arrived(mail)) {
      const above = this.list.node.scrollTop > this.list.rowHeight / 2;
      this.list.shift(1);
      this.newer += above ? 1 : 0;
      this.cursor += this.cursor > 0 || above ? 1 : 0;
      this.#anchor += this.#anchor === null ? 0 : 1;
      this.fresh.add(mail.ID);
      setTimeout(() => this.fresh.delete(mail.ID), 3000);
    }
  }

  // ---- selection

  get selecting() {
    return this.allSelected || this.selected.size > 0;
  }

  get chosen() {
    return this.allSelected ? this.mails.count : this.selected.size;
  }

  isSelected(mail) {
    return this.allSelected || this.selected.has(mail.ID);
  }

  clearSelection() {
    this.selected = new Set();
    this.allSelected = false;
    this.changed();
  }

  selectAll() {
    this.selected = new Set();
    this.allSelected = this.mails.count > 0;
    this.changed();
  }

  toggle(index) {
    const mail = this.mails.at(index);
    if (mail) {
      if (this.allSelected) {
        this.clearSelection(); // all but one is more than a person can see
      } else if (!this.selected.delete(mail.ID)) {
        this.selected.add(mail.ID);
      }
      this.#begin(index);
      this.cursor = index;
      this.changed();
    }
  }

  #begin(index) {
    this.#anchor = index;
    this.#anchorId = this.mails.at(index)?.ID ?? null;
  }

  async selectTo(index) {
    const there = this.#anchorId === null ? -1 : this.mails.indexOf(this.#anchorId);
    const anchor = there >= 0 ? there : Math.min(this.#anchor ?? this.cursor, this.mails.count - 1);
    this.#begin(anchor);
    this.cursor = index;
    const ids = await this.mails.ids(Math.min(anchor, index), Math.max(anchor, index));
    this.allSelected = false;
    this.selected = new Set(ids);
    this.changed();
  }

  #clicked(event) {
    const index = Number(event.target.closest('[data-index]')?.dataset.index ?? -1);
    if (index < 0 || event.button !== 0) {
      return;
    }
    const box = event.target.closest('.pick');
    if (event.shiftKey) {
      event.preventDefault();
      getSelection()?.removeAllRanges();
      this.selectTo(index);
    } else if (box || event.ctrlKey || event.metaKey) {
      if (event.target.tagName !== 'LABEL') { // its click comes again, from the box
        if (!box) {
          event.preventDefault();
        }
        this.toggle(index);
      }
    } else {
      this.cursor = index;
      this.#begin(index);
    }
  }

  /** Moves the row that keys act on, and opens it if a mail is open beside the list. */
  move(step, { extend = false, to = null } = {}) {
    const count = this.mails.count;
    if (count === 0) {
      return;
    }
    const open = this.state.openId ? this.mails.indexOf(this.state.openId) : -1;
    const inList = this.list.node.contains(document.activeElement);
    const from = open >= 0 && !inList ? open : this.cursor;
    const first = !inList && open < 0 && !extend && to === null && !this.selecting && this.cursor === 0;
    const index = Math.max(0, Math.min(count - 1, to ?? (first ? 0 : from + step)));
    if (extend) {
      if (this.#anchor === null) {
        this.#begin(this.cursor);
      }
      this.selectTo(index);
    } else {
      this.#begin(index);
    }
    this.cursor = index;
    if (this.state.openId && !extend && this.mails.at(index)) {
      this.list.reveal(index);
      this.go(this.href(`/view/${this.mails.at(index).ID}`), { keepFocus: true });
      if (inList) {
        this.list.focus(index);
      }
    } else {
      this.list.focus(index);
    }
    this.changed();
  }

  /** The mails that a command is for: those chosen, else the one that is open or has the cursor. */
  #targets() {
    if (this.allSelected) {
      return null;
    }
    if (this.selected.size > 0) {
      return [...this.selected];
    }
    const one = this.state.openId ?? this.mails.at(this.cursor)?.ID;
    return one ? [one] : [];
  }

  // ---- what can be done

  async markRead(read) {
    const ids = this.#targets();
    const count = ids === null ? this.mails.count : ids.length;
    if (count === 0) {
      return;
    }
    try {
      await api.mark(ids, this.mails.query, read);
      ids?.forEach((id) => this.mails.read(id, read));
      this.mails.refreshSoon();
      notice(t(read ? 'done.read' : 'done.unread', count));
    } catch (error) {
      sorry(error);
    }
  }

  /** Takes them out of sight, and removes them from the server unless that is taken back. */
  remove() {
    const ids = this.#targets();
    const count = ids === null ? this.mails.count : ids.length;
    if (count === 0) {
      return;
    }
    const removing = api.removal(ids, this.mails.query, this.mails.total);
    const places = ids === null ? [0] : ids.map((id) => this.mails.indexOf(id)).filter((i) => i >= 0);
    const at = places.reduce((least, i) => Math.min(least, i), places[0] ?? this.cursor);
    const inList = this.list.node.contains(document.activeElement) || document.activeElement?.closest('.chosen-bar');
    const wasOpen = this.state.openId && (ids === null || ids.includes(this.state.openId));
    this.mails.hide(ids);
    this.selected = new Set();
    this.allSelected = false;
    this.cursor = Math.max(0, Math.min(at, this.mails.count - 1));
    if (wasOpen) {
      const next = places.length > 0 ? this.mails.at(this.cursor) : null; // what is open need not be in the list
      this.go(this.href(next ? `/view/${next.ID}` : '/'), { replace: true });
    } else if (inList && this.mails.count > 0) {
      this.list.focus(this.cursor);
    }
    let done = false;
    let removal = null;
    const fail = (error) => {
      done = true;
      removeEventListener('pagehide', leave);
      this.mails.show(ids);
      note.away();
      sorry(error);
    };
    const finish = () => {
      if (!done) {
        done = true;
        removeEventListener('pagehide', leave);
        // If nothing was settled, that is told already.
        settled.then(() => removal && api.remove(removal).then(() => this.mails.show(ids === null ? null : []))
          .then(() => this.mails.refreshSoon(20)).catch(fail));
      }
    };
    const leave = () => {
      done = true;
      // Nobody hears whether this arrives: what is little is said in full, too, and what is done twice is done.
      Promise.all([removal && api.remove(removal, true), ids && ids.length <= SAID_IN_FULL && api.removeNow(ids)]).catch(() => {});
    };
    addEventListener('pagehide', leave);
    const note = notice(t('done.deleted', count), {
      action: t('do.undo'),
      seconds: 8,
      undo: (byHand) => {
        done = true;
        removeEventListener('pagehide', leave);
        this.mails.show(ids);
        if (byHand && !this.state.openId) {
          this.cursor = ids === null ? 0 : Math.max(0, this.mails.indexOf(ids[0]));
          this.list.focus(this.cursor);
        }
        settled.then(() => removal && api.keep(removal)).catch(() => {}); // it is forgotten by itself
        notice(t('done.restored', count));
      },
      ended: finish,
    });
    const settled = removing.then((answer) => ({ removal } = answer)).catch(fail);
    this.changed();
  }

  async tag() {
    let ids = this.#targets();
    if (ids === null) {
      ids = await this.mails.ids(0, this.mails.count - 1);
    }
    if (ids.length > 0) {
      tagDialog(this.mails, ids);
    }
  }

  // ---- how it looks

  #row(index) {
    const mail = this.mails.at(index);
    if (!mail) {
      return { key: `#${index}`, content: html`<li class="row blank" aria-setsize=${this.mails.count} aria-posinset=${index + 1}
        data-index=${index} aria-busy="true"><span class="bone"></span><span class="bone"></span></li>` };
    }
    const everyone = [...mail.To, ...mail.Cc, ...mail.Bcc];
    const chosen = this.isSelected(mail);
    const subject = visible(mail.Subject) || t('no.subject');
    const classes = ['mail', mail.Read ? '' : 'unread', this.fresh.has(mail.ID) ? 'fresh' : ''].filter(Boolean).join(' ');
    return { key: mail.ID, content: html`<li class="row ${chosen ? 'chosen' : ''}" data-index=${index}
        aria-setsize=${this.mails.count} aria-posinset=${index + 1}>
      <label class="pick"><input type="checkbox" tabindex="-1" .checked=${live(chosen)} aria-label=${t('list.select', subject)}></label>
      <a class=${classes} href=${this.href(`/view/${mail.ID}`)} aria-current=${mail.ID === this.state.openId ? 'page' : nothing}
        tabindex=${index === this.cursor ? 0 : -1}>
        ${avatar(mail.From)}
        <span class="from">${mail.Read ? nothing : html`<span class="hidden">${t('list.is.unread')}</span>`}<bdi>${visible(called(mail.From))}</bdi></span>
        <span class="to"><span class="quiet">${t('list.to')}</span> <bdi>${visible(everyone.map(called).join(', ')) || t('list.nobody')}</bdi></span>
        <span class="what">
          <span class="subject"><bdi>${subject}</bdi></span>
          <span class="line">${mail.Tags.length === 0 ? nothing : html`<span class="tags"><span class="hidden">${t('list.tags')}</span>${
            mail.Tags.slice(0, 3).map((tag) => html`<span class="tag tint-${hue({ Address: tag }, 6)}">${tag}</span> `)}${
            mail.Tags.length > 3 ? html`<span class="tag">+${mail.Tags.length - 3}</span>` : nothing}</span>`}<span class="snippet"><bdi>${visible(mail.Snippet)}</bdi></span></span>
        </span>
        <span class="facts">
          ${mail.Attachments
            ? html`<span class="clip" title=${t('attachments', mail.Attachments)}>${clip}<span
                class="hidden">${t('list.attachments')}</span>${mail.Attachments}</span>`
            : nothing}
          <span class="size">${size(mail.Size)}</span>
        </span>
        <time datetime=${mail.Created} title=${fullTime(mail.Created)}>${briefTime(mail.Created)}</time>
      </a>
    </li>` };
  }

  #bar(alone) {
    const { mails } = this;
    const title = (kind) => (alone ? html`<h1 id="inbox-title" class=${kind}>${t('list.title')}</h1>`
      : html`<h2 id="inbox-title" class=${kind}>${t('list.title')}</h2>`);
    if (this.selecting) {
      return html`<div class="bar chosen-bar" role="toolbar" aria-label=${t('list.actions')}>
        ${title('hidden')}
        <label class="pick-all"><input type="checkbox" .checked=${live(this.allSelected)} .indeterminate=${live(!this.allSelected)}
          aria-label=${t(this.allSelected ? 'list.select.none' : 'list.select.all')}
          @change=${() => (this.allSelected ? this.clearSelection() : this.selectAll())}></label>
        <span class="tally" role="status">${t('list.selected', this.chosen)}</span>
        <span class="actions">
          <button type="button" class="tool" @click=${() => this.markRead(true)} title=${t('do.read')}>${opened}<span>${t('do.read')}</span></button>
          <button type="button" class="tool" @click=${() => this.markRead(false)} title=${t('do.unread')}>${sealed}<span>${t('do.unread')}</span></button>
          <button type="button" class="tool" @click=${() => this.tag()} title=${t('do.tag')}>${label}<span>${t('do.tag')}</span></button>
          <button type="button" class="tool danger" @click=${() => this.remove()} title=${t('do.delete')}>${bin}<span>${t('do.delete')}</span></button>
        </span>
      </div>`;
    }
    return html`<div class="bar">
      <label class="pick-all"><input type="checkbox" .checked=${live(false)} .indeterminate=${live(false)} ?disabled=${mails.count === 0}
        aria-label=${t('list.select.all')} @change=${() => this.selectAll()}></label>
      ${title('')}
      <span class="tally">${mails.query ? t('list.found', mails.count) : t('mails', mails.count)}${
        mails.unreadShown ? `, ${t('list.unread', mails.unreadShown)}` : ''}</span>
    </div>`;
  }

  view({ alone, saved, ignored, tries, openSession }) {
    const { mails } = this;
    const attempt = (tries.attempts.find((each) => each.number === this.#attempt) ?? tries.attempts[0])?.number;
    return html`<section class="inbox ${this.selecting ? 'selecting' : ''}" aria-labelledby="inbox-title">
      ${saved}
      <p class="passed-over" role="status">${ignored.length === 0 ? nothing : t('search.ignored', ignored.map(visible).join(', '))}</p>
      ${this.#bar(alone)}
      ${this.newer > 0
        ? html`<button type="button" class="newer" @click=${() => { this.list.top = 0; this.newer = 0; this.changed(); }}>${up} ${t('list.newer', this.newer)}</button>`
        : nothing}
      ${this.list.node}
      ${mails.loaded && mails.count === 0 ? html`<p class="none">${t(mails.query ? 'list.nothing' : 'list.none')}</p>` : nothing}
      ${tries.total === 0 || mails.query
        ? nothing
        : html`<section class="tries" aria-labelledby="tries-title">
            <div class="bar">
              <h2 id="tries-title"><button type="button" class="unfold" aria-expanded=${this.showsTries} aria-controls="tries"
                @click=${() => { this.showsTries = !this.showsTries; }}>${chevron}${t('refused.title')}</button></h2>
              <span class="tally">${t('attempts', tries.total)}</span>
            </div>
            <ol class="scroll" id="tries" role="list" ?hidden=${!this.showsTries} @keydown=${walk}
              @focusin=${(event) => { this.#attempt = Number(event.target.closest('li').dataset.number); this.changed(); }}>
              ${this.showsTries ? repeat(tries.attempts, (each) => each.number, (each) => refusedRow(each, openSession, each.number === attempt)) : nothing}
            </ol>
          </section>`}
    </section>`;
  }

  draw() {
    this.list.draw();
  }
}

/** All that the query finds now, without what comes later. */
function refusedRow(attempt, openSession, reached) {
  const replies = [...attempt.recipients.flatMap((each) => [each.reply, each.delivery?.reply]), attempt.reply];
  const reply = replies.findLast((each) => each?.code >= 400);
  const code = reply?.code ?? (attempt.outcome === 'ABORTED' ? t('refused.cut') : '–');
  const to = attempt.recipients.map((each) => each.address).join(', ');
  const who = attempt.sender ? `${attempt.sender.spoken || '<>'} → ${to || t('refused.nobody')}` : attempt.client.ip;
  return html`<li data-number=${attempt.number}>
    <a class="try" href="${base}/session/${attempt.sessionId}" tabindex=${reached ? 0 : -1} aria-current=${attempt.sessionId === openSession ? 'page' : nothing}>
      <span class="code code-${reply ? String(code)[0] : 'c'}">${code}</span>
      <span class="who">${who}</span>
      <span class="why">${t(attempt.outcome === 'ABORTED' ? 'refused.aborted' : 'refused.at', t(`stage.${attempt.stage}`))}${
        reply ?? attempt.reason ? html` · ${reply?.text ?? attempt.reason}` : nothing}</span>
      <time datetime=${attempt.startedAt} title=${fullTime(attempt.startedAt)}>${briefTime(attempt.startedAt)}</time>
    </a>
  </li>`;
}

/** Up and down go from row to row, and to the first and the last. */
function walk(event) {
  const rows = [...event.currentTarget.querySelectorAll('a')];
  const at = rows.indexOf(event.target.closest('a'));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (to !== undefined) {
    rows[to]?.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Which tags these mails have: ticked for all of them, half for some. */
function tagDialog(mails, ids) {
  const known = ids.map((id) => mails.byId(id)).filter(Boolean);
  const names = [...new Set([...mails.tags, ...known.flatMap((mail) => mail.Tags)])];
  const had = (name) => known.filter((mail) => mail.Tags.includes(name)).length;
  const wanted = new Map();
  const save = async (event) => {
    event.preventDefault();
    const more = new FormData(event.target).get('more').split(',').map((each) => each.trim()).filter(Boolean);
    const bySet = new Map();
    for (const mail of known) {
      const tags = new Set([...mail.Tags, ...more]);
      wanted.forEach((on, name) => (on ? tags.add(name) : tags.delete(name)));
      const key = JSON.stringify([...tags]);
      bySet.set(key, [...(bySet.get(key) ?? []), mail.ID]);
    }
    closeDialog();
    try {
      for (const [tags, some] of bySet) {
        await api.setTags(some, JSON.parse(tags));
      }
      mails.refreshSoon(50);
      notice(t('done.tagged', known.length));
    } catch (error) {
      sorry(error);
    }
  };
  openDialog(t('tags.title', known.length), () => html`<form class="tag-form" @submit=${save}>
    ${names.length === 0 ? html`<p class="quiet">${t('tags.none')}</p>` : nothing}
    <div class="tag-boxes">${names.map((name) => {
      const on = wanted.get(name) ?? had(name) === known.length;
      return html`<label><input type="checkbox" .checked=${live(on)} .indeterminate=${live(!wanted.has(name) && !on && had(name) > 0)}
        @change=${(event) => { wanted.set(name, event.target.checked); redrawDialog(); }}>
        <span class="tag tint-${hue({ Address: name }, 6)}">${name}</span></label>`;
    })}</div>
    <label class="field">${t('tags.new')}<input name="more" type="text" autocomplete="off" autofocus></label>
    <div class="dialog-foot"><button type="button" @click=${closeDialog}>${t('cancel')}</button><button class="main">${t('save')}</button></div>
  </form>`);
}
