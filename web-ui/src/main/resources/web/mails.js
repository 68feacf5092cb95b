// Which mails there are, as far as they were asked for. Counts from the oldest, so that new mail moves nothing.
import * as api from './api.js';

const PAGE = 100;

export class Mails {
  query = '';
  /** How many mails the query finds, those included that wait to be removed. */
  total = 0;
  unread = 0;
  /** How many there are without a query. */
  all = 0;
  allUnread = 0;
  tags = [];
  loaded = false;

  #byNumber = new Map();
  #numberOf = new Map();
  #asked = new Set();
  /** Goes up whenever what is known no longer holds; answers to older questions are dropped then. */
  #age = 0;
  #refreshes = 0;
  #running = null;
  #hiddenIds = new Set();
  /** All mails with smaller numbers are hidden. */
  #hiddenTo = 0;
  /** Numbers of the other hidden mails, ascending. */
  #hidden = [];
  #changed;
  #later = null;
  #position;

  /**
   * @param changed is called when there is something else to draw
   * @param position tells the index of the first row in sight
   */
  constructor(changed, position) {
    this.#changed = changed;
    this.#position = position;
  }

  /** How many rows the list has. */
  get count() {
    return this.total - this.#hiddenTo - this.#hidden.length;
  }

  /** How many of the rows are unread, and how many mails in all but the hidden ones. */
  get unreadShown() {
    return Math.max(0, this.unread - this.#unreadHidden());
  }

  get allUnreadShown() {
    return Math.max(0, this.allUnread - this.#unreadHidden());
  }

  #unreadHidden() {
    if (this.#hiddenTo === 0) {
      return this.#hidden.filter((number) => this.#byNumber.get(number)?.Read === false).length;
    }
    let shown = 0; // what came after all were hidden is known
    this.#byNumber.forEach((mail, number) => (shown += number >= this.#hiddenTo && !mail.Read && !this.#hiddenIds.has(mail.ID) ? 1 : 0));
    return this.unread - shown;
  }

  /** The mail of a row, the newest first; undefined if it is not loaded. */
  at(index) {
    return this.#byNumber.get(this.#number(index));
  }

  indexOf(id) {
    const number = this.#numberOf.get(id);
    if (number === undefined || number < this.#hiddenTo || this.#hiddenIds.has(id)) {
      return -1;
    }
    return this.count - 1 - (number - this.#hiddenTo - this.#hiddenBelow(number));
  }

  byId(id) {
    return this.#byNumber.get(this.#numberOf.get(id));
  }

  get known() {
    return this.#byNumber.values();
  }

  #hiddenBelow(number) {
    let low = 0;
    let high = this.#hidden.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#hidden[middle] < number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  #number(index) {
    const place = this.count - 1 - index;
    let low = 0;
    let high = this.#hidden.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#hidden[middle] - this.#hiddenTo - middle <= place) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return this.#hiddenTo + place + low;
  }

  /** Loads what is missing between two rows. */
  need(from, to) {
    if (!this.loaded) {
      return;
    }
    for (let index = from; index < to; index++) {
      const number = this.#number(index);
      if (!this.#byNumber.has(number)) {
        this.#loadPage(Math.floor(number / PAGE));
      }
    }
  }

  async #loadPage(page) {
    if (this.#asked.has(page)) {
      return;
    }
    this.#asked.add(page);
    const age = this.#age;
    const start = Math.max(0, this.total - (page + 1) * PAGE);
    const limit = this.total - page * PAGE - start;
    try {
      const answer = await api.mails(this.query, start, limit);
      if (age === this.#age) {
        this.#take(answer);
      }
    } catch {
      // the stream says that the server is gone, and what is in sight is asked for again when it is back
    } finally {
      if (age === this.#age) {
        this.#asked.delete(page);
      }
    }
  }

  #take(answer) {
    const before = this.total;
    this.total = Math.max(this.total, answer.messages_count);
    this.unread = answer.messages_unread;
    this.all = answer.total;
    this.allUnread = answer.unread;
    this.tags = answer.tags;
    answer.messages.forEach((mail, i) => this.#put(answer.messages_count - 1 - answer.start - i, mail));
    this.#changed(this.total - before);
  }

  #put(number, mail) {
    const there = this.#byNumber.get(number);
    if (there && there.ID !== mail.ID) {
      this.#numberOf.delete(there.ID);
    }
    this.#byNumber.set(number, mail);
    this.#numberOf.set(mail.ID, number);
    if (this.#hiddenIds.has(mail.ID)) {
      this.#hide(number);
    }
  }

  #hide(number) {
    if (number < this.#hiddenTo) {
      return;
    }
    const at = this.#hiddenBelow(number);
    if (this.#hidden[at] !== number) {
      this.#hidden.splice(at, 0, number);
    }
  }

  /** Loads anew what is in sight, and forgets the rest. One at a time: whoever asks meanwhile gets another one after it. */
  async refresh() {
    clearTimeout(this.#later);
    this.#later = null;
    if (this.#running?.query === this.query) {
      this.#running.again = true;
      return this.#running.done;
    }
    const running = { query: this.query, again: false };
    this.#running = running;
    running.done = (async () => {
      try {
        await this.#refreshNow();
      } finally {
        if (this.#running === running) {
          this.#running = null;
        }
      }
      if (running.again) {
        this.refreshSoon();
      }
    })();
    return running.done;
  }

  async #refreshNow() {
    const turn = ++this.#refreshes;
    const { query } = this;
    const start = this.loaded ? Math.max(0, Math.min(this.#position(), this.total - 1) - PAGE / 4) : 0;
    const answer = await api.mails(query, start, PAGE);
    if (turn !== this.#refreshes || query !== this.query) {
      return;
    }
    const before = this.count;
    const asThought = this.loaded && answer.messages_count === this.total
      && answer.messages.every((mail, i) => (this.#byNumber.get(this.total - 1 - answer.start - i)?.ID ?? mail.ID) === mail.ID);
    if (!asThought) {
      this.#age++;
      this.#asked.clear();
      this.#byNumber.clear();
      this.#numberOf.clear();
      this.#hidden = [];
    }
    this.total = answer.messages_count;
    this.#hiddenTo = Math.min(this.#hiddenTo, this.total);
    this.loaded = true;
    this.#take(answer);
    this.#changed(this.count - before);
  }

  /** Loads anew, but not once for each of many events. */
  refreshSoon(delay = 250) {
    this.#later ??= setTimeout(() => this.refresh().catch(() => {}), delay);
  }

  async search(query) {
    if (query !== this.query || !this.loaded) {
      this.#hiddenTo = 0;
      this.#age++;
      this.query = query;
      this.loaded = false;
      await this.refresh();
    }
  }

  /** A new mail; true if it shows at once. */
  arrived(mail) {
    if (this.#numberOf.has(mail.ID)) {
      return false;
    }
    this.all += 1;
    this.allUnread += mail.Read ? 0 : 1;
    if (this.query || !this.loaded) {
      this.refreshSoon(400);
      return false;
    }
    const newest = this.#byNumber.get(this.total - 1);
    if (this.total > 0 && (!newest || newest.Created > mail.Created)) {
      this.refreshSoon(); // it may be counted already: news can be late
    } else {
      this.#put(this.total, mail);
      this.total += 1;
      this.unread += mail.Read ? 0 : 1;
      this.refreshSoon(700); // whether it is counted twice, the server knows
    }
    this.#changed(1);
    return true;
  }

  /** Mails that the server has no more. */
  gone(ids) {
    this.hide(ids);
    this.refreshSoon(60);
  }

  read(id, read) {
    const mail = this.byId(id);
    if (mail && mail.Read !== read) {
      this.#replace({ ...mail, Read: read });
      this.unread = Math.max(0, this.unread + (read ? -1 : 1));
      this.allUnread = Math.max(0, this.allUnread + (read ? -1 : 1));
      this.#changed(0);
    } else if (!mail) {
      this.refreshSoon();
    }
  }

  tagged(id, tags) {
    const mail = this.byId(id);
    if (mail) {
      this.#replace({ ...mail, Tags: tags });
      this.tags = [...new Set([...this.tags, ...tags])].sort((a, b) => a.localeCompare(b));
      this.#changed(0);
    }
  }

  #replace(mail) {
    this.#byNumber.set(this.#numberOf.get(mail.ID), mail);
  }

  /** Takes rows out of sight, all there are now if `ids` is null; they stay on the server. */
  hide(ids) {
    if (ids === null) {
      this.#hiddenTo = this.total;
      this.#hidden = [];
    } else {
      for (const id of ids) {
        this.#hiddenIds.add(id);
        const number = this.#numberOf.get(id);
        if (number !== undefined) {
          this.#hide(number);
        }
      }
    }
    this.#changed(0);
  }

  /** Shows hidden rows again. */
  show(ids) {
    if (ids === null) {
      this.#hiddenTo = 0;
      this.#hiddenIds.forEach((id) => this.#numberOf.has(id) && this.#hide(this.#numberOf.get(id)));
    } else {
      const away = new Set(ids);
      ids.forEach((id) => this.#hiddenIds.delete(id));
      this.#hidden = this.#hidden.filter((number) => !away.has(this.#byNumber.get(number)?.ID));
    }
    this.#changed(0);
  }

  /** The IDs of the rows between two indexes, loading what is not known. */
  async ids(from, to) {
    const ids = [];
    for (let index = from; index <= to; index++) {
      const mail = this.at(index);
      if (!mail) {
        const hidden = this.#hidden.length;
        const answer = await api.mails(this.query, Math.max(0, from - 1), to - from + 2 + hidden);
        answer.messages.forEach((each, i) => this.#put(answer.messages_count - 1 - answer.start - i, each));
        return Array.from({ length: to - from + 1 }, (_, i) => this.at(from + i)?.ID).filter(Boolean);
      }
      ids.push(mail.ID);
    }
    return ids;
  }
}
