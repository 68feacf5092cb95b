// Figures over time, and what is unusual about them.
import { html, nothing, svg } from './lit/lit-html.js';
import * as api from './api.js';
import { base } from './api.js';
import { fullTime, timeOfDay, visible } from './format.js';
import { recall, remember } from './store.js';
import { t } from './words.js';

const KINDS = ['accepted', 'refused', 'aborted'];
const SPANS = [15, 60, 360, 1440, 0];
const TICKS = 4;
const USUAL = { burst: 100, refused: 25, flooded: 50 };

export class Overview {
  data = null;
  minutes = 0;
  limits = { ...USUAL, ...recall('limits', {}) };
  #changed;
  #timer = null;

  constructor(changed) {
    this.#changed = changed;
  }

  async load() {
    this.data = await api.overview(this.minutes);
    this.#changed();
  }

  loadSoon() {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.load().catch(() => {}); // the stream says that the server is gone
    }, 400);
  }

  async follow(parameters) {
    const wanted = Number(parameters.get('minutes') ?? 0);
    this.minutes = SPANS.includes(wanted) ? wanted : 0;
    await this.load();
  }

  /** What is out of the ordinary, by the person's thresholds. */
  unusual() {
    const { data, limits } = this;
    const found = [];
    const all = data.accepted + data.refused + data.aborted;
    const bad = data.refused + data.aborted;
    if (data.busiestMinute > limits.burst) {
      found.push(t('unusual.burst', data.busiestMinute, fullTime(data.busiestAt)));
    }
    if (all >= 4 && (bad / all) * 100 > limits.refused) {
      found.push(t('unusual.refused', Math.round((bad / all) * 100)));
    }
    for (const each of data.recipients) {
      const count = each.accepted + each.refused + each.aborted;
      if (count > limits.flooded) {
        found.push(t('unusual.flooded', visible(each.name), count));
      }
    }
    return found;
  }

  view() {
    if (this.data === null) {
      return html`<p class="quiet padded">${t('loading')}</p>`;
    }
    const { data } = this;
    const unusual = this.unusual();
    return html`<section class="board" aria-labelledby="overview-title">
      <div class="board-head"><h1 id="overview-title">${t('nav.overview')}</h1>
        <nav class="chips" aria-label=${t('overview.span')}>${SPANS.map((each) => html`<a class="saved-search" href="${base}/overview${each ? `?minutes=${each}` : ''}"
          aria-current=${each === this.minutes ? 'true' : nothing}>${t(`overview.span.${each}`)}</a>`)}</nav></div>
      ${unusual.length === 0 ? nothing : html`<ul class="unusual" role="list" aria-label=${t('overview.unusual')}>${unusual.map((each) => html`<li>${each}</li>`)}</ul>`}
      <dl class="figures">${KINDS.map((kind) => html`<div class="card figure ${kind}"><dt>${t(`overview.${kind}`)}</dt><dd>${data[kind].toLocaleString()}</dd></div>`)}
        <div class="card figure"><dt>${t('overview.busiest')}</dt><dd>${data.busiestMinute.toLocaleString()}</dd></div></dl>
      <div class="card chart-card">${this.#chart()}</div>
      <div class="tallies">${['codes', 'senders', 'recipients', 'clients'].map((kind) => this.#tally(kind))}</div>
      <details class="card limits"><summary>${t('overview.limits')}</summary>
        <div class="limit-fields">${Object.keys(USUAL).map((key) => html`<label class="field">${t(`limit.${key}`)}<input type="number" min="0" name=${key} .value=${String(this.limits[key])}
          @change=${(event) => { this.limits[key] = Math.max(0, Number(event.target.value) || 0); event.target.value = this.limits[key]; remember('limits', this.limits); this.#changed(); }}></label>`)}
          <button type="button" @click=${() => { this.limits = { ...USUAL }; remember('limits', {}); this.#changed(); }}>${t('limit.usual')}</button></div></details>
    </section>`;
  }

  #chart() {
    const { buckets, from, bucketSeconds } = this.data;
    const step = tickStep(Math.max(...buckets.map((each) => each[0] + each[1] + each[2])));
    const most = step * TICKS;
    const width = 100 / buckets.length;
    const start = Date.parse(from);
    const at = (i) => timeOfDay(start + i * bucketSeconds * 1000, bucketSeconds);
    const summary = t('overview.chart', this.data.accepted, this.data.refused, this.data.aborted);
    return html`<div class="chart-head"><h2>${t('overview.over.time')}</h2><span class="legend">${KINDS.map((kind) => html`<span class="key ${kind}">${t(`overview.${kind}`)}</span>`)}</span></div>
      <div class="chart"><ol class="ticks" aria-hidden="true">${Array.from({ length: TICKS + 1 }, (_, i) => html`<li>${((TICKS - i) * step).toLocaleString()}</li>`)}</ol>
      <svg viewBox="0 0 100 40" preserveAspectRatio="none" width="100%" height="200" role="img" aria-label=${summary}>
        ${[0, 10, 20, 30].map((y) => svg`<line x1="0" x2="100" y1=${y} y2=${y} />`)}
        ${buckets.map((each, i) => {
          let y = 40;
          return KINDS.map((kind, k) => {
            const height = (each[k] / most) * 40;
            y -= height;
            return each[k] ? svg`<rect class=${kind} x=${i * width + width * 0.12} y=${y} width=${width * 0.76} height=${height}><title>${at(i)}: ${each[k]} ${t(`overview.${kind}`)}</title></rect>` : nothing;
          });
        })}
      </svg>
      ${this.data.accepted + this.data.refused + this.data.aborted === 0 ? html`<p class="quiet chart-empty">${t('overview.nothing')}</p>` : nothing}
      <div class="axis" aria-hidden="true"><span>${at(0)}</span><span>${at(buckets.length / 2)}</span><span>${at(buckets.length)}</span></div></div>`;
  }

  #tally(kind) {
    const rows = this.data[kind];
    const most = Math.max(1, ...rows.map((each) => each.accepted + each.refused + each.aborted));
    return html`<section class="card tally-card" aria-labelledby="tally-${kind}"><h2 id="tally-${kind}">${t(`overview.${kind}`)}</h2>
      ${rows.length === 0 ? html`<p class="quiet">${t('overview.nothing')}</p>` : nothing}
      <table class="bars of-${kind}">${rows.map((each) => html`<tr><th scope="row"><a href=${this.#link(kind, each.name)}><bdi>${visible(each.name)}</bdi></a></th>
        <td class="bar-cell"><svg width="100%" height="8" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">${stack(each, most)}</svg></td>
        <td class="number">${(each.accepted + each.refused + each.aborted).toLocaleString()}</td></tr>`)}</table></section>`;
  }

  #link(kind, name) {
    return kind === 'recipients' ? `${base}/?q=${encodeURIComponent(`rcpt:"${name.replaceAll('"', '')}"`)}`
      : `${base}/sessions?q=${encodeURIComponent(kind === 'clients' ? name.split(' ')[0] : name)}`;
  }
}

/** How much is from line to line: a whole number that is easily read, so that all lines together hold the most. */
function tickStep(most) {
  const least = Math.max(1, most / TICKS);
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((each) => each * power).find((each) => each >= least);
}

function stack(each, most) {
  let x = 0;
  return KINDS.map((kind) => {
    const width = (each[kind] / most) * 100;
    const rect = svg`<rect class=${kind} x=${x} width=${width} height="8" />`;
    x += width;
    return rect;
  });
}
