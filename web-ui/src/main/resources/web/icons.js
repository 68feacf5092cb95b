// Small drawings, in the colour of the text around them.
import { html, svg } from './lit/lit-html.js';

const icon = (drawing) => html`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${drawing}</svg>`;

export const clip = html`<svg class="icon" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path
  d="M13.2 7.3 8 12.5a3.2 3.2 0 0 1-4.6-4.5l5.6-5.6a2.1 2.1 0 0 1 3 3L6.6 10.8a1 1 0 0 1-1.5-1.4l4.7-4.7" /></svg>`;
export const glass = icon(svg`<circle cx="7" cy="7" r="4.3" /><path d="m10.3 10.3 3.4 3.4" />`);
export const cross = icon(svg`<path d="m4 4 8 8M12 4l-8 8" />`);
export const star = icon(svg`<path d="m8 2 1.8 3.8 4.2.6-3 2.9.7 4.1L8 11.4l-3.7 2 .7-4.1-3-2.9 4.2-.6z" />`);
export const starred = html`<svg class="icon full" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path
  d="m8 2 1.8 3.8 4.2.6-3 2.9.7 4.1L8 11.4l-3.7 2 .7-4.1-3-2.9 4.2-.6z" /></svg>`;
export const bin = icon(svg`<path d="M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M7 7v3.5M9 7v3.5" />`);
export const label = icon(svg`<path d="M2.5 3.5v4.2l6 5.8 5-5-6-5.9z" /><circle cx="5.4" cy="5.6" r=".6" />`);
export const opened = icon(svg`<path d="M2.5 6.5 8 2.8l5.5 3.7v6.7h-11zM2.5 6.5 8 10l5.5-3.5" />`);
export const sealed = icon(svg`<path d="M2.5 3.5h11v9h-11zM2.5 4.5 8 8.8l5.5-4.3" />`);
export const menu = icon(svg`<circle cx="8" cy="3.2" r=".8" /><circle cx="8" cy="8" r=".8" /><circle cx="8" cy="12.8" r=".8" />`);
export const keyboard = icon(svg`<rect x="1.8" y="4" width="12.4" height="8" rx="1.5" /><path d="M4.3 6.7h.1M6.8 6.7h.1M9.2 6.7h.1M11.7 6.7h.1M5.5 9.4h5" />`);
export const gear = icon(svg`<circle cx="8" cy="8" r="2" /><path d="M8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4" />`);
export const chevron = icon(svg`<path d="m6 3.5 4.5 4.5L6 12.5" />`);
export const up = icon(svg`<path d="M8 13V3M4 7l4-4 4 4" />`);
