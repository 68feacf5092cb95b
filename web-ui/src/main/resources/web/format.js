// Values as people read them.

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayAndMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const complete = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** "now", "4 min", then the time of day, then the date. */
export function briefTime(iso, now = Date.now()) {
  const time = new Date(iso);
  const minutes = Math.floor((now - time) / 60_000);
  if (minutes < 1) {
    return 'now';
  }
  if (minutes < 60) {
    return `${minutes} min`;
  }
  return new Date(now).toDateString() === time.toDateString() ? clock.format(time) : dayAndMonth.format(time);
}

export const fullTime = (iso) => complete.format(new Date(iso));

export function size(octets) {
  if (octets < 1000) {
    return `${octets} B`;
  }
  const kilo = octets / 1024;
  return kilo < 1000 ? `${kilo.toFixed(kilo < 10 ? 1 : 0)} KB` : `${(kilo / 1024).toFixed(1)} MB`;
}

export function duration(micros) {
  if (micros < 1_000_000) {
    return `${Math.max(1, Math.round(micros / 1000))} ms`;
  }
  const seconds = micros / 1_000_000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

export const offset = (micros) => `+${(micros / 1_000_000).toFixed(3)}`;

export const count = (number, one, many) => `${number.toLocaleString()} ${number === 1 ? one : many}`;

/** What to call a person: the name, else the address. */
export const called = (address) => address.Name || address.Address || '(no sender)';

/** One or two letters for a person. */
export function initials(address) {
  const words = (address.Name || address.Address.split('@')[0] || '?').split(/[\s._+-]+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters.map((word) => Array.from(word)[0].toUpperCase()).join('');
}

/** The same person always gets the same of `n` colours. */
export function hue(address, n) {
  let hash = 7;
  for (const letter of address.Address || address.Name) {
    hash = (hash * 31 + letter.codePointAt(0)) >>> 0;
  }
  return hash % n;
}
