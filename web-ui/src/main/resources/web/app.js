// Follows the address, listens to the server, and draws.
import { html, nothing, render } from './lit/lit-html.js';
import * as api from './api.js';
import { base } from './api.js';
import { Inbox } from './inbox.js';
import * as keys from './keys.js';
import { gear, keyboard } from './icons.js';
import { letterActions, letters, letterView, revealTab, tabOf, turnTo } from './letter.js';
import { Mails } from './mails.js';
import { closeDialog, notice, openDialog, sorry, undoLatest } from './overlay.js';
import { SearchField } from './search.js';
import { announce, badge, showPrefs, turnTheme } from './prefs.js';
import { Overview } from './overview.js';
import { ScriptPage } from './script.js';
import { sessionView } from './session.js';
import { Sessions } from './sessions.js';
import { failed, gone, welcome, welcomes } from './welcome.js';
import { t } from './words.js';

const ELSEWHERE = 2_000;
const UNSEEN = 500;
const REFUSALS = 100;
const NARROW = matchMedia('(max-width: 899px)');

const state = {
  server: null,
  live: false,
  tries: { total: 0, attempts: [] },
  mailboxes: [],
  /** What the address asks for. */
  view: 'mails',
  openId: null,
  openSession: null,
  /** Whether the session that is shown is not over. */
  speaking: false,
  letter: null,
  /** What the right side shows: a function that makes it, or null. */
  reader: null,
};

const at = Object.fromEntries(['nav', 'search-place', 'status', 'desk', 'news'].map((id) => [id, document.getElementById(id)]));

const sessions = new Sessions(draw, (address, how) => go(address, how));
const script = new ScriptPage(draw);
const overview = new Overview(draw);

let drawing = null;
/** With the next frame, or a moment later: a tab that nobody sees has no frames, but its title and icon count on. */
function draw() {
  if (!drawing) {
    const now = () => {
      if (drawing === now) {
        drawing = null;
        drawNow();
      }
    };
    drawing = now;
    requestAnimationFrame(now);
    setTimeout(now, UNSEEN);
  }
}

const mails = new Mails(draw, () => inbox.list.inSight.from);
const inbox = new Inbox({ mails, state, changed: draw, href, go });
const search = new SearchField({ changed: draw, mails, search: (query, finished) => {
  const path = query === mails.query ? here() : state.openId ? `/view/${state.openId}` : '/';
  const address = href(path, query);
  if (address !== location.pathname + location.search) {
    go(address, { replace: !finished && mails.query !== '' && query !== '' });
  }
} });

/** The path below the base. */
function here() {
  return location.pathname.slice(base.length) || '/';
}

/** An address of the page; mail keeps its mailbox, and the search that it was found by. */
function href(path, query = mails.query) {
  if (path !== '/' && !path.startsWith('/view/')) {
    return base + path;
  }
  const parameters = [
    ...(api.mailbox ? [`mailbox=${encodeURIComponent(api.mailbox)}`] : []),
    ...(query ? [`q=${encodeURIComponent(query).replaceAll('%20', '+')}`] : [])];
  return base + path + (parameters.length ? `?${parameters.join('&')}` : '');
}

function drawNow() {
  if (state.server === null) {
    return;
  }
  const empty = mails.loaded && mails.all === 0 && state.tries.total === 0;
  const board = { script, overview }[state.view];
  const inSessions = state.view === 'sessions' || state.view === 'session';
  const start = state.view === 'start' || (state.view === 'mails' && empty && state.reader === null && !mails.query);
  render(nav(), at.nav);
  render(search.view(), at['search-place']);
  render(status(), at.status);
  const had = at.desk.contains(document.activeElement) ? document.activeElement : null;
  at.desk.classList.toggle('open', state.reader !== null);
  at.desk.classList.toggle('empty', start || board !== undefined);
  render(board ? board.view() : html`
    ${start ? nothing : inSessions ? sessions.view(state.openSession, state.reader === null) : inbox.view({ alone: state.reader === null, tries: state.tries, openSession: state.openSession, saved: savedSearches(), ignored: search.ignored })}
    <div class="reader">${start ? welcome(state.server, empty) : state.reader ? state.reader() : nothing}</div>`, at.desk);
  if (!start && !board) {
    (inSessions ? sessions : inbox).draw();
  }
  if (had && !had.isConnected && document.activeElement === document.body) { // what had the focus is no more
    const list = start || board || (NARROW.matches && state.reader) ? null : inSessions ? sessions : inbox;
    at.desk.focus({ preventScroll: true });
    list?.list.focus(list.cursor);
  }
  revealTab();
  const subject = state.letter && state.letter.message.ID === state.openId ? state.letter.message.Subject : '';
  const unread = mails.allUnreadShown;
  badge(unread);
  document.title = `${unread ? `(${unread}) ` : ''}${subject ? `${subject} · ` : ''}Restante`;
}

function nav() {
  const link = (view, path, name) => html`<a href="${base}${path}" aria-current=${(state.view === view || (view === 'sessions' && state.view === 'session')) ? 'page' : nothing}>${name}</a>`;
  return html`<nav aria-label=${t('nav.label')}>${link('mails', href('/', '').slice(base.length), t('nav.mail'))}${link('sessions', '/sessions', t('nav.sessions'))}${
    link('script', '/script', t('nav.script'))}${link('overview', '/overview', t('nav.overview'))}${link('start', '/start', t('nav.start'))}</nav>${mailboxChoice()}`;
}

/** Which mailbox is shown, where there are others than the server's own. */
function mailboxChoice() {
  return state.mailboxes.length < 2 ? nothing : html`<select class="mailbox" aria-label=${t('mailbox')} title=${t('mailbox')} @change=${(event) => api.showMailbox(event.target.value)}>${
    state.mailboxes.map(({ name, messages }) => {
      const value = name === 'default' ? '' : name;
      return html`<option value=${value} ?selected=${value === api.mailbox}>${value || t('mailbox.own')} (${messages})</option>`;
    })}</select>`;
}

/** A mailbox that was removed is left. */
function know(mailboxes) {
  state.mailboxes = mailboxes;
  if (api.mailbox && !mailboxes.some(({ name }) => name === api.mailbox)) {
    api.showMailbox('');
  }
}

function status() {
  const { host, port, smtpsPort } = state.server;
  const shown = host.includes(':') ? `[${host}]` : host;
  return html`<span class="listens"><span class="quiet">SMTP</span> <code>${shown}:${port}</code>${
      smtpsPort === null ? nothing : html` <span class="quiet">SMTPS</span> <code>${smtpsPort}</code>`}</span>
    <span class="live ${state.live ? 'on' : 'off'}" title=${t(state.live ? 'live.title' : 'offline.title')}>${t(state.live ? 'live' : 'offline')}</span>
    <button type="button" class="bare" aria-label=${t('key.help')} title="${t('key.help')} (?)" @click=${keys.showKeys}>${keyboard}</button>
    <button type="button" class="bare" aria-label=${t('prefs')} title=${t('prefs')} @click=${showPrefs}>${gear}</button>`;
}

function savedSearches() {
  return search.saved.length === 0 ? nothing : html`<nav class="saved" aria-label=${t('search.saved')}>${search.saved.map((query) => html`<a
    class="saved-search" href=${href('/', query)} aria-current=${query === mails.query ? 'true' : nothing}>${query}</a>`)}</nav>`;
}

// ---- what is where

/** Goes to an address of the page. */
function go(address, { replace = false, keepFocus = false } = {}) {
  if (address !== location.pathname + location.search + location.hash) {
    history[replace ? 'replaceState' : 'pushState'](null, '', address);
  }
  return follow({ focus: !keepFocus });
}

let left = location.pathname;

/** Follows the address: which view, mail or session, which tab, which search. */
async function follow({ focus = false } = {}) {
  if (api.named() !== api.mailbox) {
    location.reload(); // back to another mailbox
    return;
  }
  const from = left;
  left = location.pathname;
  const [, kind, id] = /^\/([a-z]*)(?:\/([^/]+))?$/.exec(here()) ?? [];
  state.openId = kind === 'view' && id ? decodeURIComponent(id) : null;
  state.openSession = kind === 'session' && id ? decodeURIComponent(id) : null;
  state.view = { '': 'mails', view: 'mails', start: 'start' }[kind] ?? kind;
  const parameters = new URLSearchParams(location.search);
  const searching = state.view === 'mails' ? find((parameters.get('q') ?? '').trim()) : follower(parameters);
  if (state.openId) {
    await openMail(state.openId);
  } else if (state.openSession) {
    await openSession(state.openSession);
  } else {
    state.reader = null;
  }
  await searching;
  drawNow();
  if (state.openId) {
    const index = mails.indexOf(state.openId);
    if (index >= 0 && !inbox.list.node.contains(document.activeElement)) {
      inbox.cursor = index;
      inbox.list.reveal(index);
    }
  }
  if (focus && NARROW.matches) {
    (document.querySelector('.reader h1') ?? document.querySelector(`.inbox a[href^="${CSS.escape(from)}"], .inbox .mail`))?.focus();
  }
}

/** The views beside that of mail load what they need by themselves. */
async function follower(parameters) {
  const view = { sessions, session: sessions, script, overview }[state.view];
  try {
    if (state.view === 'session') {
      await (sessions.loaded ? null : sessions.load());
    } else {
      await view?.follow(parameters);
    }
  } catch (error) {
    sorry(error);
  }
}

async function find(query) {
  if (query !== mails.query) {
    inbox.clearSelection();
    inbox.cursor = 0;
    inbox.newer = 0;
  }
  try {
    if (await search.show(query)) {
      await mails.search(query);
      inbox.list.top = query === mails.query ? inbox.list.top : 0;
    } else if (!mails.loaded) {
      await mails.search(''); // a search that cannot be read finds nothing out, and hides nothing
    }
  } catch (error) {
    search.problem = { message: error.message.replace(/^Error: /, ''), query, at: query.length };
  }
}

async function openMail(id) {
  try {
    if (state.letter?.message.ID !== id) {
      const letter = await api.letter(id);
      if (state.openId !== id) {
        return; // somebody was quicker
      }
      if (letter.mailbox) {
        api.showMailbox(letter.mailbox === 'default' ? '' : letter.mailbox, `/view/${encodeURIComponent(id)}`, { replace: true });
        return;
      }
      if (letter.gone) {
        state.reader = () => gone('mail');
        return;
      }
      state.letter = letter;
      mails.read(id, true);
    }
    const letter = state.letter;
    state.reader = () => letterView(letter, tabOf(letter, location.hash.slice(1)), {
      href, actions: actionsOf(letter), tag: () => inbox.tag(),
    });
  } catch (error) {
    state.reader = () => failed(error);
  }
}

function actionsOf(letter) {
  return letterActions(letter, state.server, state.relay ? [{ key: 'mail.release', run: () => releaseDialog(letter) }] : []);
}

function releaseDialog(letter) {
  const send = async (event) => {
    event.preventDefault();
    const to = new FormData(event.target).get('to').split(',').map((each) => each.trim()).filter(Boolean);
    try {
      await api.release(letter.message.ID, to);
      closeDialog();
      notice(t('release.done'));
    } catch (error) {
      event.target.querySelector('.dialog-problem').textContent = error.message; // and what was typed stays
    }
  };
  openDialog(t('release.title'), () => html`<form class="tag-form" @submit=${send}>
    <label class="field">${t('release.to')}<input name="to" type="text" autofocus .value=${letter.evidence.recipients.map((each) => each.address).join(', ')}></label>
    <p class="dialog-problem" role="alert"></p>
    <div class="dialog-foot"><button type="button" @click=${closeDialog}>${t('cancel')}</button><button class="main">${t('release.do')}</button></div></form>`);
}

async function openSession(id) {
  try {
    const session = await api.session(id);
    if (state.openSession !== id) {
      return; // somebody was quicker
    }
    state.speaking = session.outcome === 'OPEN';
    state.reader = () => sessionView(session, { href: sessions.address(sessions.outcome), name: t('sessions.back') });
  } catch (error) {
    state.reader = () => (error.status === 404 ? gone('session') : failed(error));
  }
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href]');
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (event.defaultPrevented || !link || !plain || link.target || link.hasAttribute('download') || link.origin !== location.origin
    || link.classList.contains('skip')) {
    return;
  }
  const path = link.pathname.slice(base.length) || '/';
  if (link.pathname.startsWith(base) && /^\/(view\/[^/.]+|session\/[^/]+|sessions|script|overview|start)?$/.test(path)) {
    event.preventDefault();
    const tab = link.getAttribute('role') === 'tab';
    go(link.pathname + link.search + link.hash, { replace: tab, keepFocus: tab });
  }
});
addEventListener('popstate', () => follow({ focus: true }));

// ---- what can be done

const group = (name, all) => all.map((each) => ({ group: name, ...each }));
const inLetter = () => state.openId !== null && state.letter?.message.ID === state.openId;
const inSessionList = () => state.view === 'sessions' || state.view === 'session';
const inMails = () => state.view === 'mails';

keys.offer([
  ...group('list', [
    { name: t('key.next'), keys: ['j', 'ArrowDown'], when: inMails, run: () => inbox.move(1), silent: true },
    { name: t('key.previous'), keys: ['k', 'ArrowUp'], when: inMails, run: () => inbox.move(-1), silent: true },
    { name: t('key.extend'), keys: ['Shift+ArrowDown'], when: inMails, run: () => inbox.move(1, { extend: true }), silent: true },
    { name: t('key.extend'), keys: ['Shift+ArrowUp'], when: inMails, run: () => inbox.move(-1, { extend: true }), silent: true },
    { name: t('key.first'), keys: ['Home', 'g g'], when: inMails, run: () => inbox.move(0, { to: 0 }) },
    { name: t('key.last'), keys: ['End', 'G'], when: inMails, run: () => inbox.move(0, { to: mails.count - 1 }) },
    { name: t('key.open'), keys: ['o'], when: inMails, run: () => mails.at(inbox.cursor) && go(href(`/view/${mails.at(inbox.cursor).ID}`)) },
    { name: t('key.close'), keys: ['Escape', 'u'], run: leave },
    { name: t('key.select'), keys: ['x', 'Space'], when: () => inMails() && mails.count > 0, run: () => inbox.toggle(inbox.cursor) },
    { name: t('key.all'), keys: ['Mod+a'], when: inMails, run: () => inbox.selectAll() },
    { name: t('do.read'), keys: ['r'], when: inMails, run: () => inbox.markRead(true) },
    { name: t('do.unread'), keys: ['R'], when: inMails, run: () => inbox.markRead(false) },
    { name: t('do.read.all'), keys: ['A'], when: inMails, run: readAll },
    { name: t('do.tag'), keys: ['t'], when: inMails, run: () => inbox.tag() },
    { name: t('do.delete'), keys: ['Delete', '#'], when: inMails, run: () => inbox.remove() },
    { name: t('do.delete.all'), keys: [], when: inMails, run: () => { inbox.selectAll(); inbox.remove(); } },
    { name: t('do.undo'), keys: ['z', 'Mod+z'], run: undoLatest },
  ]),
  ...group('mail', [
    { name: t('key.tab.next'), keys: [']', 'ArrowRight'], when: inLetter, run: () => turnTo(1), silent: true },
    { name: t('key.tab.previous'), keys: ['[', 'ArrowLeft'], when: inLetter, run: () => turnTo(-1), silent: true },
    { name: t('key.save'), keys: ['e'], when: inLetter, run: () => document.querySelector('.letter-actions a').click() },
    ...[['copy.junit', 'c t'], ['copy.curl', 'c c'], ['copy.eml', 'c e'], ['copy.link', 'c l'], ['mail.print', 'p']].map(([key, keyed]) => (
      { name: t(key), keys: [keyed], when: inLetter, run: () => actionsOf(state.letter).find((each) => each.key === key).run() })),
    { name: t('mail.release'), keys: ['f'], when: () => inLetter() && state.relay, offered: () => state.relay, run: () => releaseDialog(state.letter) },
  ]),
  ...group('everywhere', [
    { name: t('key.search'), keys: ['/', 's'], run: () => search.focus() },
    { name: t('key.palette'), keys: ['Mod+k'], typing: true, run: keys.showPalette, silent: true },
    { name: t('key.help'), keys: ['?'], run: keys.showKeys },
    { name: t('key.go.mail'), keys: ['g m'], run: () => go(href('/')) },
    { name: t('key.next'), keys: ['j', 'ArrowDown'], when: inSessionList, run: () => sessions.move(1), silent: true },
    { name: t('key.previous'), keys: ['k', 'ArrowUp'], when: inSessionList, run: () => sessions.move(-1), silent: true },
    { name: t('key.first'), keys: ['Home', 'g g'], when: inSessionList, run: () => sessions.move(0, 0) },
    { name: t('key.last'), keys: ['End', 'G'], when: inSessionList, run: () => sessions.move(0, sessions.total - 1) },
    { name: t('key.go.sessions'), keys: ['g s'], run: () => go(`${base}/sessions`) },
    { name: t('key.go.script'), keys: ['g r'], run: () => go(`${base}/script`) },
    { name: t('key.go.overview'), keys: ['g o'], run: () => go(`${base}/overview`) },
    { name: t('key.go.start'), keys: ['g h'], run: () => go(href('/start')) },
    { name: t('prefs'), keys: [','], run: showPrefs },
    { name: t('theme.turn'), keys: ['D'], run: turnTheme },
    { name: t('key.reload'), keys: ['.'], run: reload },
  ]),
]);

function readAll() {
  inbox.selectAll();
  inbox.markRead(true).then(() => inbox.clearSelection());
}

/** Whether a person is in the list already, perhaps further on than where they were led from. */
const hasFocus = (list) => list.node.contains(document.activeElement);

function leave() {
  if (inbox.selecting) {
    inbox.clearSelection();
  } else if (state.view === 'session') {
    const id = state.openSession;
    go(sessions.address(sessions.outcome)).then(() => hasFocus(sessions.list) || sessions.focus(id));
  } else if (state.view !== 'mails' || state.reader) {
    const index = state.openId ? mails.indexOf(state.openId) : inbox.cursor;
    go(href('/')).then(() => mails.count > 0 && !hasFocus(inbox.list) && inbox.list.focus(Math.max(0, index)));
  } else if (mails.query) {
    search.clear();
  }
}

// ---- what is new

letters(draw);
welcomes(draw);

async function load() {
  const mailboxes = api.mailboxes().then(know);
  if (api.mailbox) {
    await mailboxes; // before anything is asked of one that may be gone
  }
  const [server, webui, tries] = await Promise.all([api.server(), api.webui(), api.refusals(REFUSALS), mailboxes, mails.loaded ? mails.refresh() : null]);
  Object.assign(state, { server, tries, relay: webui.MessageRelay.Enabled && !api.mailbox });
  draw();
}

function reload() {
  load().catch(() => {}); // the stream says that the server is gone
}

async function tried() {
  know(await api.mailboxes());
  state.tries = await api.refusals(REFUSALS);
  draw();
}

/** What the views beside the mail show is asked for again. */
function refreshViews() {
  if (inSessionList()) {
    sessions.loadSoon();
    if (state.openSession) {
      openSession(state.openSession).then(draw);
    }
  } else if (state.view === 'overview') {
    overview.loadSoon();
  } else if (state.view === 'script') {
    script.loadSoon();
  }
}

api.listen({
  new: (mail) => {
    inbox.arrived(mail);
    announce(mail, () => go(href(`/view/${mail.ID}`)));
    at.news.textContent = t('news.mail', mail.Subject || t('no.subject'));
    draw();
  },
  gone: ({ ids }) => mails.gone(ids),
  read: ({ id, read }) => mails.read(id, read),
  tags: ({ id, tags }) => {
    mails.tagged(id, tags);
    if (state.letter?.message.ID === id) {
      state.letter.message.Tags = tags;
    }
  },
  attempts: () => {
    tried();
    refreshViews();
  },
  sessions: refreshViews,
  reload: () => mails.refreshSoon(),
}, (live) => {
  const back = live && !state.live;
  state.live = live;
  if (!live && api.mailbox) {
    api.mailboxes().then(know, () => {}); // is it the mailbox that is gone, or the server?
  }
  if (back && mails.loaded) {
    reload(); // what happened before the stream began, or while it was interrupted
  }
  draw();
});

setInterval(draw, 30_000); // "4 min" grows old
setInterval(() => { // what is said is not told line by line
  if (state.live && !document.hidden && inSessionList()) {
    if (state.openSession && state.speaking) {
      openSession(state.openSession).then(draw);
    }
    if (sessions.speaking) {
      sessions.loadSoon();
    }
  }
}, 1000);
// Nothing tells of other mailboxes, nor of a script that somebody else changes.
setInterval(() => {
  if (!document.hidden && state.live) {
    if (state.view === 'script') {
      script.loadSoon();
    }
    if (state.mailboxes.length > 1) {
      api.mailboxes().then(know).then(draw, () => {});
    }
  }
}, ELSEWHERE);
document.querySelector('.skip').textContent = t('skip');
NARROW.addEventListener('change', draw);

try {
  await Promise.all([load(), follow()]);
} catch (error) {
  render(failed(error), at.desk);
}
