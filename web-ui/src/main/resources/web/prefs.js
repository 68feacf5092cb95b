// What a person may choose: colours, language, whether new mail is announced. And the icon that counts.
import { html, nothing } from './lit/lit-html.js';
import { live } from './lit/directives/live.js';
import { openDialog, redrawDialog } from './overlay.js';
import { recall, remember } from './store.js';
import { language, LANGUAGES, speak, t } from './words.js';

const THEMES = ['system', 'light', 'dark'];
let theme = recall('theme', 'system');

function applyTheme() {
  if (theme === 'system') {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme;
  }
}

applyTheme();

export function setTheme(wanted) {
  theme = wanted;
  remember('theme', wanted);
  applyTheme();
}

/** The next of system, light and dark. */
export function turnTheme() {
  setTheme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]);
}

// ---- announcements

const canAnnounce = () => 'Notification' in window && Notification.permission === 'granted';
const announces = () => recall('announce', false) && canAnnounce();

export async function announceMails(wanted) {
  if (wanted && 'Notification' in window) {
    await Notification.requestPermission();
  }
  remember('announce', wanted && canAnnounce());
  redrawDialog();
}

const BURST = 5_000;
let burst = { count: 0, end: 0 };

/** Tells of a new mail while nobody looks at the page; `open` is called when the person wants to see it. */
export function announce(mail, open) {
  if (announces() && (document.hidden || !document.hasFocus())) {
    // The first of a burst by its subject; the others are one that counts.
    burst = Date.now() < burst.end ? { count: burst.count + 1, end: burst.end } : { count: 0, end: Date.now() + BURST };
    const told = burst.count === 0
      ? new Notification(mail.Subject || t('no.subject'), { body: mail.From.Name || mail.From.Address, tag: mail.ID })
      : new Notification(t('announce.more', burst.count), { tag: `restante-${burst.end}` });
    told.onclick = () => {
      window.focus();
      told.close();
      open();
    };
  }
}

// ---- the icon

let shown = -1;

/** Puts the number of unread mails on the icon of the page. */
export function badge(unread) {
  if (unread === shown) {
    return;
  }
  shown = unread;
  const number = unread > 99 ? '99+' : String(unread);
  const mark = unread === 0 ? '' : `<rect x="${unread > 9 ? 10 : 15}" y="14" width="${unread > 9 ? 22 : 17}" height="17" rx="8.5" fill="#cf3b32"/><text x="${
    unread > 9 ? 21 : 23.5}" y="27" font-family="sans-serif" font-weight="700" font-size="13" text-anchor="middle" fill="#fff">${number}</text>`;
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="3" y="5" width="26" height="18" rx="3" fill="#1d4f91"/><path d="M4.5 7.5 16 16l11.5-8.5" fill="none" stroke="#fff" stroke-width="2"/>${mark}</svg>`;
  document.querySelector('link[rel=icon]').href = `data:image/svg+xml,${encodeURIComponent(drawing)}`;
}

// ---- the dialog

export function showPrefs() {
  const choice = (name, value, checked, words, choose) => html`<label><input type="radio" name=${name} value=${value} .checked=${live(checked)}
    @change=${choose}><span>${words}</span></label>`;
  openDialog(t('prefs'), () => html`<div class="prefs">
    <div><span id="pref-theme">${t('theme')}</span><div class="segments" role="radiogroup" aria-labelledby="pref-theme">${THEMES.map((each) =>
      choice('theme', each, each === theme, t(`theme.${each}`), () => { setTheme(each); redrawDialog(); }))}</div></div>
    <div><span id="pref-language">${t('language')}</span><div class="segments" role="radiogroup" aria-labelledby="pref-language">${Object.entries(LANGUAGES).map(([key, name]) =>
      choice('language', key, key === language, name, () => speak(key)))}</div></div>
    <div><span id="pref-announce">${t('announce')}</span><label class="switch"><input type="checkbox" role="switch" aria-labelledby="pref-announce" .checked=${live(announces())}
      @change=${(event) => announceMails(event.target.checked)}></label></div>
    ${'Notification' in window && Notification.permission === 'denied' ? html`<p class="quiet">${t('announce.denied')}</p>` : nothing}
  </div>`);
}
