// Every command of the page, its keys, the sheet that lists them, and the palette that finds them.
import { html, nothing } from './lit/lit-html.js';
import { closeDialog, dialogIsOpen, openDialog, redrawDialog } from './overlay.js';
import { t } from './words.js';

/** `{ name, keys, group, run, when }`; keys such as "j", "g m" (one after the other), "Shift+ArrowDown", "Mod+k". */
let commands = [];
let begun = '';
let timer = null;

export function offer(all) {
  commands = all;
}

function pressed(event) {
  const mod = event.ctrlKey || event.metaKey ? 'Mod+' : '';
  const shift = event.shiftKey && event.key.length > 1 ? 'Shift+' : '';
  return mod + shift + (event.key === ' ' ? 'Space' : event.key);
}

/** Whether the control that has the focus is worked by this key itself. */
function worksWith(target, key) {
  return key === ' ' || key === 'Enter'
    ? target.closest?.('button, summary, input, select, [role=tab]')
    : /^(Arrow|Page|Home|End)/.test(key) && target.matches?.('input[type=range], input[type=radio], select');
}

addEventListener('keydown', (event) => {
  const typing = event.target.matches?.('input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable]');
  const key = pressed(event);
  if (event.altKey || event.isComposing || dialogIsOpen() || event.defaultPrevented || (typing && !key.startsWith('Mod+')) || worksWith(event.target, event.key)) {
    return;
  }
  const both = begun ? `${begun} ${key}` : key;
  const find = (wanted) => commands.find((each) => each.keys.includes(wanted) && (each.when?.() ?? true));
  const command = find(both) ?? find(key);
  begun = '';
  if (typing && command && !command.typing) {
    return;
  }
  if (command) {
    event.preventDefault();
    command.run();
  } else if (commands.some((each) => each.keys.some((keys) => keys.startsWith(`${key} `)))) {
    begun = key;
    clearTimeout(timer);
    timer = setTimeout(() => (begun = ''), 1200);
  }
});

const NAMES = { ArrowDown: '↓', ArrowUp: '↑', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc', Delete: 'Del', Mod: /Mac/.test(navigator.platform) ? '⌘' : 'Ctrl', Shift: '⇧' };
const keyCaps = (keys) => keys.split(' ').map((each) => each.split('+').map((cap) => html`<kbd>${NAMES[cap] ?? (cap.length === 1 ? cap : cap)}</kbd>`));

export function showKeys() {
  const groups = listed();
  openDialog(t('help.title'), () => html`<div class="key-sheet" tabindex="0" autofocus>${[...groups].map(([group, all]) => html`<section>
    <h3>${t(`help.${group}`)}</h3>
    <dl>${all.map((each) => html`<div><dt>${each.name}</dt><dd>${each.keys.slice(0, 2).map(keyCaps).map((caps, i) => html`${i ? html`<span class="quiet"> / </span>` : nothing}${caps}`)}</dd></div>`)}</dl>
  </section>`)}</div>`, 'wide');
}

/** What has keys, by group; what has the same name in several lists is told once. */
function listed() {
  const groups = new Map();
  const named = new Map();
  for (const { name, keys, group } of commands.filter((each) => each.keys.length && (each.offered?.() ?? true))) {
    const there = named.get(name);
    if (there) {
      there.keys = [...new Set([...there.keys, ...keys])];
    } else {
      const entry = { name, keys };
      named.set(name, entry);
      groups.set(group, [...(groups.get(group) ?? []), entry]);
    }
  }
  return groups;
}

/** Letters in order, at the beginnings of words if they can be. */
function fits(name, wanted) {
  const low = name.toLowerCase();
  return wanted.toLowerCase().split(/\s+/).every((part) => low.includes(part));
}

export function showPalette() {
  let wanted = '';
  let active = 0;
  const found = () => commands.filter((each) => (each.when?.() ?? true) && !each.silent && fits(each.name, wanted));
  const run = (command) => {
    closeDialog();
    command?.run();
  };
  const keydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = found();
    if (step) {
      active = (active + step + all.length) % Math.max(1, all.length);
    } else if (event.key === 'Enter') {
      run(all[active]);
    } else {
      return;
    }
    event.preventDefault();
    redrawDialog();
    document.getElementById(`command-${active}`)?.scrollIntoView({ block: 'nearest' });
  };
  openDialog(t('key.palette'), () => html`<input class="palette-field" type="text" role="combobox" autofocus autocomplete="off"
      aria-label=${t('palette.hint')} placeholder=${t('palette.hint')} aria-expanded="true" aria-controls="commands"
      aria-activedescendant=${found().length ? `command-${active}` : nothing}
      @keydown=${keydown} @input=${(event) => { wanted = event.target.value; active = 0; redrawDialog(); }}>
    <ul id="commands" class="palette" role="listbox" aria-label=${t('key.palette')}>${found().map((each, i) => html`<li id="command-${i}" role="option" aria-selected=${i === active}
      @click=${() => run(each)}><span>${each.name}</span><span class="caps">${each.keys[0] ? keyCaps(each.keys[0]) : nothing}</span></li>`)}</ul>
    ${found().length ? nothing : html`<p class="quiet none">${t('palette.none')}</p>`}`, 'palette-dialog');
}
