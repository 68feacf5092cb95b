// What there is to read when there is no mail, or none is open.
import { html } from '/assets/lit/lit-html.js';

function snippet(title, command) {
  const copy = async (event) => {
    const button = event.currentTarget;
    await navigator.clipboard.writeText(command);
    button.textContent = 'Copied';
    setTimeout(() => (button.textContent = 'Copy'), 1500);
  };
  return html`<figure class="command">
    <figcaption>${title}<button type="button" @click=${copy} aria-label="Copy the ${title} command">Copy</button></figcaption>
    <pre tabindex="0"><code>${command}</code></pre>
  </figure>`;
}

/** First run. */
export function welcome(server) {
  const at = server.host.includes(':') ? `[${server.host}]:${server.port}` : `${server.host}:${server.port}`;
  return html`<section class="welcome">
    <svg class="stamp" viewBox="0 0 120 84" width="120" height="84" aria-hidden="true">
      <rect x="6" y="10" width="108" height="68" rx="6" class="stamp-paper" />
      <path d="M8 15 60 50l52-35" class="stamp-fold" />
      <circle cx="97" cy="27" r="14" class="stamp-mark" /><path d="M74 22h46M74 27h46M74 32h46" class="stamp-lines" />
    </svg>
    <h1>No mail yet</h1>
    <p>Point your application at this server. Whatever it sends shows here at once, and goes nowhere else.</p>
    <dl class="address-card">
      <div><dt>Host</dt><dd>${server.host}</dd></div>
      <div><dt>SMTP port</dt><dd>${server.port}</dd></div>
      ${server.smtpsPort === null ? '' : html`<div><dt>SMTPS port</dt><dd>${server.smtpsPort}</dd></div>`}
      <div><dt>User, password</dt><dd>none, or any</dd></div>
    </dl>
    ${snippet('swaks', `swaks --server ${at} --to you@example.test`)}
    ${snippet('curl', `printf 'Subject: Hello\\n\\nThe first of many.\\n' |
  curl --crlf -T - smtp://${at} \\
    --mail-from me@example.test --mail-rcpt you@example.test`)}
  </section>`;
}

/** A mail or session that is not here (any more). */
export const gone = (what) => html`<section class="welcome">
  <h1 tabindex="-1">This ${what} is not here</h1>
  <p>It was removed, or older ${what}s made room for newer ones, or the server was started anew.</p>
  <p><a class="button" href="/">All mail</a></p>
</section>`;

export const failed = (error) => html`<section class="welcome" role="alert">
  <h1 tabindex="-1">The server did not answer</h1>
  <p>${error.message}</p>
  <p><a class="button" href="/">Try again</a></p>
</section>`;
