// The list of caught mail, and below it what was refused.
import { html, nothing } from '/assets/lit/lit-html.js';
import { repeat } from '/assets/lit/directives/repeat.js';
import { briefTime, called, count, fullTime, hue, initials, size } from '/assets/format.js';

export const avatar = (address) =>
  html`<span class="avatar tint-${hue(address, 6)}" aria-hidden="true">${initials(address)}</span>`;

export const clip = html`<svg class="icon" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path
  d="M13.2 7.3 8 12.5a3.2 3.2 0 0 1-4.6-4.5l5.6-5.6a2.1 2.1 0 0 1 3 3L6.6 10.8a1 1 0 0 1-1.5-1.4l4.7-4.7" /></svg>`;

function mailRow(mail, openId, fresh) {
  const everyone = [...mail.To, ...mail.Cc, ...mail.Bcc];
  const classes = ['mail', mail.Read ? '' : 'unread', fresh.has(mail.ID) ? 'fresh' : ''].filter(Boolean).join(' ');
  return html`<li>
    <a class=${classes} href="/view/${mail.ID}" aria-current=${mail.ID === openId ? 'page' : nothing}>
      ${avatar(mail.From)}
      <span class="from">${mail.Read ? nothing : html`<span class="hidden">Unread: </span>`}${called(mail.From)}</span>
      <span class="to"><span class="quiet">to</span> ${everyone.map(called).join(', ') || 'no one named'}</span>
      <span class="what">
        <span class="subject">${mail.Subject || '(no subject)'}</span>
        <span class="snippet">${mail.Snippet}</span>
      </span>
      <span class="facts">
        ${mail.Attachments
          ? html`<span class="clip" title=${count(mail.Attachments, 'attachment', 'attachments')}>${clip}<span
              class="hidden">Attachments: </span>${mail.Attachments}</span>`
          : nothing}
        <span class="size">${size(mail.Size)}</span>
      </span>
      <time datetime=${mail.Created} title=${fullTime(mail.Created)}>${briefTime(mail.Created)}</time>
    </a>
  </li>`;
}

function refusedRow(attempt, openSession) {
  const replies = [...attempt.recipients.flatMap((each) => [each.reply, each.delivery?.reply]), attempt.reply];
  const reply = replies.findLast((each) => each?.code >= 400);
  const code = reply?.code ?? (attempt.outcome === 'ABORTED' ? 'cut' : '–');
  const to = attempt.recipients.map((each) => each.address).join(', ');
  const who = attempt.sender ? `${attempt.sender.spoken || '<>'} → ${to || 'no one yet'}` : attempt.client.ip;
  return html`<li>
    <a class="try" href="/session/${attempt.sessionId}" aria-current=${attempt.sessionId === openSession ? 'page' : nothing}>
      <span class="code code-${String(code)[0]}">${code}</span>
      <span class="who">${who}</span>
      <span class="why">${attempt.outcome === 'ABORTED' ? 'aborted at' : 'at'} ${attempt.stage.replaceAll('_', ' ')}${
        reply ?? attempt.reason ? html` · ${reply?.text ?? attempt.reason}` : nothing}</span>
      <time datetime=${attempt.startedAt} title=${fullTime(attempt.startedAt)}>${briefTime(attempt.startedAt)}</time>
    </a>
  </li>`;
}

/** @param state what app.js keeps; @param actions `more()` loads older mail */
export function inbox(state, actions) {
  const { mails, total, unread, tries } = state;
  const alone = state.view === null;
  return html`<section class="inbox" aria-labelledby="inbox-title">
    <div class="bar">
      ${alone ? html`<h1 id="inbox-title">Caught mail</h1>` : html`<h2 id="inbox-title">Caught mail</h2>`}
      <span class="tally">${count(total, 'mail', 'mails')}${unread ? `, ${unread.toLocaleString()} unread` : ''}</span>
    </div>
    <div class="scroll" @keydown=${walk}>
      <ol class="mails" role="list">
        ${repeat(mails, (mail) => mail.ID, (mail) => mailRow(mail, state.openId, state.fresh))}
      </ol>
      ${mails.length === 0 ? html`<p class="none">No mail yet.</p>` : nothing}
      ${mails.length < total
        ? html`<button class="more" type="button" @click=${actions.more}>Show older mail</button>`
        : nothing}
    </div>
    ${tries.total === 0
      ? nothing
      : html`<section class="tries" aria-labelledby="tries-title">
          <div class="bar">
            <h2 id="tries-title">Refused and aborted</h2>
            <span class="tally">${count(tries.total, 'attempt', 'attempts')}</span>
          </div>
          <ol class="scroll" role="list" @keydown=${walk}>
            ${repeat(tries.attempts, (each) => each.number, (each) => refusedRow(each, state.openSession))}
          </ol>
        </section>`}
  </section>`;
}

/** Up and down go from row to row. */
function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    const rows = [...event.currentTarget.querySelectorAll('a')];
    rows[rows.indexOf(event.target.closest('a')) + step]?.focus();
    event.preventDefault();
  }
}
