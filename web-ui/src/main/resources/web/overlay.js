// What lies above the page: short notices with a way back, and dialogs.
import { html, nothing, render } from './lit/lit-html.js';
import { t } from './words.js';

const at = {
  notices: document.getElementById('notices'),
  dialog: document.getElementById('dialog'),
};

// ---- notices

let notices = [];
/** What had the focus before a notice. */
let before = null;

at.notices.addEventListener('focusin', (event) => {
  before = event.relatedTarget && !at.notices.contains(event.relatedTarget) ? event.relatedTarget : before;
});

function drawNotices() {
  render(notices.map((each) => html`<div class="note ${each.kind}">
    <span>${each.text}</span>
    ${each.action ? html`<button type="button" @click=${() => each.act()}>${each.action}</button>` : nothing}
    <button type="button" class="bare" aria-label=${t('close')} @click=${() => each.end()}>×</button>
  </div>`), at.notices);
}

/**
 * Shows a notice for a while.
 *
 * @param action the word on a button that calls `undo`, with true if the button had the focus; without it the notice only tells
 * @param ended is called when the notice goes without having been undone
 */
export function notice(text, { action, undo, ended, seconds = 4, kind = '' } = {}) {
  const note = {
    text,
    action,
    kind,
    timer: setTimeout(() => note.end(), seconds * 1000),
    act() {
      const byHand = at.notices.contains(document.activeElement);
      note.away();
      undo(byHand);
    },
    end() {
      note.away();
      ended?.();
    },
    away() {
      clearTimeout(note.timer);
      notices = notices.filter((each) => each !== note);
      const had = at.notices.contains(document.activeElement) ? document.activeElement : null;
      drawNotices();
      if (had && !had.isConnected) {
        (before?.isConnected ? before : document.getElementById('desk')).focus({ preventScroll: true });
      }
    },
  };
  notices.push(note);
  drawNotices();
  return note;
}

/** Takes back what the latest notice tells, if that can be. */
export function undoLatest() {
  notices.findLast((each) => each.action)?.act();
}

/** What still waits for its notice to go is done now. */
export function endAll() {
  notices.filter((each) => each.action).forEach((each) => each.end());
}

export const sorry = (error) => notice(t('failed.do', error.message), { kind: 'bad', seconds: 8 });

// ---- dialogs

let refresh = null;

/** Opens a dialog; `content` makes it, and is asked again by {@link redrawDialog}. */
export function openDialog(title, content, kind = '') {
  const draw = () => render(html`<div class="dialog-head">
      <h2 id="dialog-title">${title}</h2>
      <button type="button" class="bare" aria-label=${t('close')} @click=${closeDialog}>×</button>
    </div>${content()}`, at.dialog);
  refresh = draw;
  at.dialog.className = kind;
  draw();
  if (!at.dialog.open) {
    at.dialog.showModal();
  }
  at.dialog.querySelector('[autofocus]')?.focus({ preventScroll: true });
  at.dialog.scrollTop = 0;
}

export function redrawDialog() {
  refresh?.();
}

export function closeDialog() {
  at.dialog.close();
}

export const dialogIsOpen = () => at.dialog.open;

at.dialog.addEventListener('click', (event) => {
  if (event.target === at.dialog) { // beside it
    closeDialog();
  }
});
at.dialog.addEventListener('close', () => {
  if (!at.dialog.open) { // the event comes late, and the next dialog may be there
    refresh = null;
    render(nothing, at.dialog);
  }
});
