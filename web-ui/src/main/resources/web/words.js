// The texts of the page in the person's language.
import { recall, remember } from './store.js';
import { words as english } from './words-en.js';

export const LANGUAGES = { en: 'English', zh: '简体中文' };

const wanted = recall('language', null);
export const language = wanted in LANGUAGES ? wanted : navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
export const locale = language === 'zh' ? 'zh-CN' : navigator.language.startsWith('en') ? navigator.language : 'en-GB';

const words = language === 'zh' ? (await import('./words-zh.js')).words : english;
document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en';

/** The text of a key, with what it is about filled in. */
export function t(key, ...about) {
  const text = words[key] ?? english[key] ?? key;
  return typeof text === 'function' ? text(...about) : text;
}

export function speak(other) {
  remember('language', other);
  location.reload();
}
