// A list of any length, of which only what is in sight is drawn. All rows are of the same height.
import { render } from './lit/lit-html.js';
import { repeat } from './lit/directives/repeat.js';

const BEYOND = 10;
/** Browsers cannot draw taller boxes than about this; a longer list scrolls faster than its rows. */
const TALLEST = 12_000_000;

export class VirtualList {
  #wanted = null;

  /**
   * @param count how many rows there are
   * @param row makes the row of an index: `{ key, content }`
   * @param height of a row, for a width in pixels
   * @param needed is told which rows are in sight
   */
  constructor({ name, count, row, height, needed }) {
    Object.assign(this, { count, row, height, needed });
    this.node = document.createElement('div');
    this.node.className = 'scroll';
    this.node.tabIndex = -1;
    this.sheet = document.createElement('div');
    this.sheet.className = 'sheet';
    this.rows = document.createElement('ol');
    this.rows.className = name;
    this.rows.setAttribute('role', 'list');
    this.sheet.append(this.rows);
    this.node.append(this.sheet);
    this.rowHeight = height(1000); // of the box with its scroll bar, as style sheets ask for it
    this.inSight = { from: 0, to: 0 };
    this.node.addEventListener('scroll', () => this.draw(), { passive: true });
    new ResizeObserver(() => {
      const now = height(this.node.offsetWidth);
      if (now !== this.rowHeight) {
        const top = this.node.scrollTop / this.rowHeight;
        this.rowHeight = now;
        this.node.scrollTop = top * now;
      }
      this.draw();
    }).observe(this.node);
  }

  get whole() {
    return this.count() * this.rowHeight;
  }

  /** The scroll position in pixels of the whole list, which may be taller than its sheet. */
  get top() {
    const { scrollTop, clientHeight } = this.node;
    const room = Math.min(this.whole, TALLEST) - clientHeight;
    return this.whole <= TALLEST || room <= 0 ? scrollTop : (scrollTop / room) * (this.whole - clientHeight);
  }

  set top(pixels) {
    const room = Math.min(this.whole, TALLEST) - this.node.clientHeight;
    this.node.scrollTop = this.whole <= TALLEST ? pixels : (pixels / (this.whole - this.node.clientHeight)) * room;
  }

  draw() {
    const count = this.count();
    const { top, rowHeight } = this;
    const shown = Math.ceil((this.node.clientHeight || 800) / rowHeight);
    const first = Math.max(0, Math.min(Math.floor(top / rowHeight), count - shown));
    const from = Math.max(0, first - BEYOND);
    const to = Math.min(count, first + shown + 1 + BEYOND);
    this.inSight = { from: first, to: Math.min(count, first + shown + 1) };
    this.sheet.style.height = `${Math.min(this.whole, TALLEST)}px`;
    this.rows.style.transform = `translateY(${from * rowHeight - (top - this.node.scrollTop)}px)`;
    const indexes = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
    const rows = indexes.map((index) => this.row(index));
    render(repeat(rows, (each) => each.key, (each) => each.content), this.rows);
    this.#focusWanted();
    this.needed(from, to);
  }

  /** Keeps what is in sight where it is when rows come in above it. */
  shift(rows) {
    if (this.node.scrollTop > this.rowHeight / 2) {
      this.sheet.style.height = `${Math.min(this.whole, TALLEST)}px`; // or there is no room yet to go down
      this.top = this.top + rows * this.rowHeight;
    }
  }

  reveal(index) {
    const { rowHeight, node } = this;
    const top = index * rowHeight;
    if (top < this.top) {
      this.top = top;
    } else if (top + rowHeight > this.top + node.clientHeight) {
      this.top = top + rowHeight - node.clientHeight;
    }
    this.draw();
  }

  /** Draws the row and puts the focus on its link, as soon as the row is loaded. */
  focus(index) {
    this.#wanted = index;
    this.reveal(index);
  }

  #focusWanted() {
    const link = this.#wanted === null ? null : this.rows.querySelector(`[data-index="${this.#wanted}"] a`);
    const free = document.activeElement === document.body || this.node.contains(document.activeElement) || !document.activeElement?.matches('input, textarea');
    if (link) {
      this.#wanted = null;
      if (free) {
        link.focus({ preventScroll: true });
      }
    }
  }
}
