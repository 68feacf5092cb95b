// Values as people read them.
import { locale, t } from './words.js';

const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
const dayAndMonth = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const complete = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });

/** "now", "4 min", then the time of day, then the date. */
export function briefTime(iso, now = Date.now()) {
  const time = new Date(iso);
  const minutes = Math.floor((now - time) / 60_000);
  if (minutes < 1) {
    return t('time.now');
  }
  if (minutes < 60) {
    return t('time.minutes', minutes);
  }
  return new Date(now).toDateString() === time.toDateString() ? clock.format(time) : dayAndMonth.format(time);
}

/** The time of day as precisely as a chart needs it; the date where a step is an hour or more. */
export function timeOfDay(millis, stepSeconds) {
  const options = stepSeconds >= 3600 ? { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }
    : stepSeconds < 60 ? { hour: '2-digit', minute: '2-digit', second: '2-digit' } : { hour: '2-digit', minute: '2-digit' };
  return new Intl.DateTimeFormat(locale, options).format(new Date(millis));
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

/** What to call a person: the name, else the address. */
export const called = (address) => address.Name || address.Address || t('no.sender');

/** One or two letters for a person. */
export function initials(address) {
  const words = (address.Name || address.Address.split('@')[0] || '?').split(/[\s._+-]+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters.map((word) => Array.from(word)[0].toUpperCase()).join('') || '?';
}

/** The same person always gets the same of `n` colours. */
export function hue(address, n) {
  let hash = 7;
  for (const letter of address.Address || address.Name) {
    hash = (hash * 31 + letter.codePointAt(0)) >>> 0;
  }
  return hash % n;
}

/** Marks that turn the direction of writing, which make a text look like another, are written out. */
export const visible = (text) =>
  text.replace(/[\u202a-\u202e\u2066-\u2069]/g, (mark) => `[U+${mark.charCodeAt(0).toString(16).toUpperCase()}]`);
