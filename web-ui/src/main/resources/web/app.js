// Keeps what the page knows, follows the address, listens to the server, and draws.
import { html, nothing, render } from '/assets/lit/lit-html.js';
import * as api from '/assets/api.js';
import { inbox } from '/assets/inbox.js';
import { letterView, tabOf } from '/assets/letter.js';
import { sessionView } from '/assets/session.js';
import { failed, gone, welcome } from '/assets/welcome.js';

const PAGE = 100;

const state = {
  server: null,
  live: false,
  mails: [],
  /** How many mails the list shows at most. */
  shown: PAGE,
  total: 0,
  unread: 0,
  tries: { total: 0, attempts: [] },
  /** IDs that have just arrived. */
  fresh: new Set(),
  openId: null,
  openSession: null,
  /** What the right side shows: a function that makes it, or null. */
  view: null,
};

const at = { status: document.getElementById('status'), desk: document.getElementById('desk') };

let drawing = false;
function draw() {
  if (!drawing) {
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      drawNow();
    });
  }
}

function drawNow() {
  if (state.server === null) {
    return;
  }
  render(status(), at.status);
  const empty = state.total === 0 && state.tries.total === 0;
  at.desk.classList.toggle('open', state.view !== null);
  at.desk.classList.toggle('empty', empty && state.view === null);
  render(html`
    ${empty ? nothing : inbox(state, { more })}
    <div class="reader">${state.view ? state.view() : empty ? welcome(state.server) : nothing}</div>`, at.desk);
  const subject = state.letter?.message.ID === state.openId ? state.letter.message.Subject : '';
  document.title = `${state.unread ? `(${state.unread}) ` : ''}${subject ? `${subject} · ` : ''}Restante`;
}

function status() {
  const { host, port, smtpsPort } = state.server;
  const shown = host.includes(':') ? `[${host}]` : host;
  return html`<span class="listens"><span class="quiet">SMTP</span> <code>${shown}:${port}</code>${
      smtpsPort === null ? nothing : html` <span class="quiet">SMTPS</span> <code>${smtpsPort}</code>`}</span>
    <span class="live ${state.live ? 'on' : 'off'}" title=${state.live
      ? 'New mail shows by itself' : 'The server does not answer; trying again'}>${state.live ? 'Live' : 'Offline'}</span>`;
}

// ---- what is where

let here = location.pathname;

/** Follows the address: which mail or session, and which tab. */
async function follow({ focus = false } = {}) {
  const left = here;
  here = location.pathname;
  const [, kind, id] = /^\/(view|session)\/([^/]+)$/.exec(location.pathname) ?? [];
  state.openId = kind === 'view' ? decodeURIComponent(id) : null;
  state.openSession = kind === 'session' ? decodeURIComponent(id) : null;
  if (state.openId) {
    await openMail(state.openId);
  } else if (state.openSession) {
    await openSession(state.openSession);
  } else {
    state.view = null;
  }
  drawNow();
  if (focus && matchMedia('(max-width: 899px)').matches) {
    (document.querySelector('.reader h1') ?? document.querySelector(`.inbox a[href="${left}"]`))?.focus();
    if (state.view) {
      scrollTo(0, 0);
    }
  }
}

async function openMail(id) {
  try {
    if (state.letter?.message.ID !== id) {
      const [message, evidence] = await Promise.all([api.message(id), api.evidence(id)]);
      if (state.openId !== id) {
        return; // somebody was quicker
      }
      state.letter = { message, evidence, source: null };
      markRead(id);
    }
    const letter = state.letter;
    state.view = () => letterView(letter, tabOf(letter, location.hash.slice(1)));
    if (location.hash === '#source' && letter.source === null) {
      api.raw(id).then((source) => {
        letter.source = source;
        draw();
      });
    }
  } catch (error) {
    state.view = () => (error.status === 404 ? gone('mail') : failed(error));
  }
}

async function openSession(id) {
  try {
    const session = await api.session(id);
    state.view = () => sessionView(session);
  } catch (error) {
    state.view = () => (error.status === 404 ? gone('session') : failed(error));
  }
}

function markRead(id) {
  const mail = state.mails.find((each) => each.ID === id);
  if (mail && !mail.Read) {
    mail.Read = true;
    state.unread = Math.max(0, state.unread - 1);
  }
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href]');
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || link.target || link.hasAttribute('download') || link.origin !== location.origin
    || link.classList.contains('skip')) {
    return;
  }
  if (link.pathname === '/' || /^\/(view|session)\//.test(link.pathname)) {
    event.preventDefault();
    const tab = link.getAttribute('role') === 'tab';
    if (link.href !== location.href) {
      history[tab ? 'replaceState' : 'pushState'](null, '', link.href);
    }
    follow({ focus: !tab });
  }
});
addEventListener('popstate', () => follow({ focus: true }));

// ---- what is new

let loading = null;
let again = false;

/** Loads what the list shows. Calls that come while it loads make it load once more. */
function load() {
  again = loading !== null;
  loading ??= loadNow().finally(() => {
    loading = null;
    if (again) {
      load().catch(() => {}); // the stream says that the server is gone
    }
  });
  return loading;
}

async function loadNow() {
  const { shown } = state;
  const [server, page, tries] = await Promise.all([api.server(), api.messages(0, shown), api.refusals(PAGE)]);
  if (shown !== state.shown) {
    return loadNow(); // older mail was asked for meanwhile: this answer would take it away again
  }
  Object.assign(state, { server, tries, mails: page.messages, total: page.total, unread: page.unread });
  draw();
}

function reload() {
  load().catch(() => {});
}

async function more() {
  state.shown += PAGE;
  const page = await api.messages(state.mails.length, PAGE);
  const known = new Set(state.mails.map((mail) => mail.ID));
  state.mails.push(...page.messages.filter((mail) => !known.has(mail.ID)));
  state.total = page.total;
  draw();
}

function arrived(mail) {
  if (state.mails.some((each) => each.ID === mail.ID)) {
    return;
  }
  state.mails.unshift(mail);
  state.mails.length = Math.min(state.mails.length, state.shown);
  state.total += 1;
  state.unread += mail.Read ? 0 : 1;
  state.fresh.add(mail.ID);
  setTimeout(() => state.fresh.delete(mail.ID), 3000);
  document.getElementById('news').textContent = `New mail: ${mail.Subject || 'no subject'}`;
  draw();
}

function removed({ ids }) {
  const away = new Set(ids);
  state.mails = state.mails.filter((mail) => !away.has(mail.ID));
  draw();
  reload(); // which of them were unread, and what moves up, the server knows
}

async function tried() {
  state.tries = await api.refusals(PAGE);
  draw();
}

api.listen({ new: arrived, gone: removed, attempts: tried, reload }, (live) => {
  state.live = live;
  if (live) {
    reload(); // what happened before the stream began, or while it was interrupted
  }
  draw();
});

setInterval(draw, 30_000); // "4 min" grows old

try {
  await load();
  await follow();
} catch (error) {
  render(failed(error), at.desk);
}
