// The HTTP API, as far as the page uses it.

/** The path below which the server answers; empty at the root. */
export const base = new URL('..', import.meta.url).pathname.replace(/\/$/, '');

const KEPT = 'restante.mailbox';

/** The mailbox that an address of mail names; the views beside mail keep the one that this window showed. */
export function named() {
  const path = location.pathname.slice(base.length);
  const isOfMail = path === '/' || path === '' || path.startsWith('/view/');
  try {
    return isOfMail ? new URLSearchParams(location.search).get('mailbox') ?? '' : sessionStorage.getItem(KEPT) ?? '';
  } catch {
    return ''; // a browser that keeps nothing
  }
}

/** The mailbox of the address, if it is still there. */
async function shown() {
  let name = named();
  if (name) {
    const present = await fetch(`${base}/api/v1/mailboxes`).then((answer) => answer.json()).catch(() => null);
    if (present?.mailboxes && (name === 'default' || !present.mailboxes.some((each) => each.name === name))) {
      name = '';
      const address = new URL(location);
      address.searchParams.delete('mailbox');
      history.replaceState(null, '', address);
    }
  }
  try {
    sessionStorage.setItem(KEPT, name);
  } catch {
    // then the other views lead back to the server's own
  }
  return name;
}

/** The mailbox that this window shows; empty for the server's own. */
export const mailbox = await shown();

/** Shows another mailbox, from the beginning, or one of its mails. */
export function showMailbox(name, path = '/', { replace = false } = {}) {
  location[replace ? 'replace' : 'assign'](`${base}${path}${name ? `?mailbox=${encodeURIComponent(name)}` : ''}`);
}

const api = mailbox ? `/api/v1/mailboxes/${mailbox}` : '/api/v1';
const page = mailbox ? `/page/mailboxes/${mailbox}` : '/page';

const zone = encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone);

/** An answer other than 200; `status` says which. */
export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

async function ask(method, path, body, more = {}) {
  const response = await fetch(base + path, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    ...more,
  });
  if (!response.ok) {
    throw new Refused(response.status, await response.text());
  }
  return response;
}

const json = async (path) => (await ask('GET', path)).json();
const found = (query) => `query=${encodeURIComponent(query)}&tz=${zone}`;

export const server = () => json('/api/v1/server');
export const mailboxes = async () => (await json('/api/v1/mailboxes')).mailboxes;
export const mails = (query, start, limit) =>
  json(`${api}/${query ? `search?${found(query)}&` : 'messages?'}start=${start}&limit=${limit}`);
export const checkQuery = (query) => json(`/page/query?${found(query)}`);
export const letter = (id) => json(`${page}/mail/${encodeURIComponent(id)}`);
export const session = (id) => json(`/api/v1/sessions/${encodeURIComponent(id)}`);
export const refusals = (limit) => json(`${api}/attempts?outcome=refused,aborted&limit=${limit}`);
export const raw = async (id) => (await ask('GET', rawPath(id).slice(base.length))).text();

/** Of these mails, or of all that the query finds if `ids` is null; an empty query means all there are. */
export const mark = (ids, query, read) =>
  ask('PUT', `${api}/messages?tz=${zone}`, ids ? { IDs: ids, Read: read } : query ? { Search: query, Read: read } : { Read: read });
export const setTags = (ids, tags) => ask('PUT', `${api}/tags`, { IDs: ids, Tags: tags });
/** Settles which mails are to go: these, or the `most` oldest of what the query finds. They go when it is said again. */
export const removal = async (ids, query, most) =>
  (await ask('POST', `${page}/removals?tz=${zone}`, ids ? { IDs: ids } : { Search: query, Most: most })).json();
export const remove = (removal, leaving) => ask('POST', `${page}/removals/${removal}`, undefined, { keepalive: leaving });
export const keep = (removal) => ask('DELETE', `${page}/removals/${removal}`);
/** At once, as when the page is left before anything was settled. */
export const removeNow = (ids) => ask('DELETE', `${api}/messages`, { IDs: ids }, { keepalive: true });

export const rawPath = (id) => `${base}${api}/message/${encodeURIComponent(id)}/raw`;
export const partPath = (id, part) => `${base}${api}/message/${encodeURIComponent(id)}/part/${encodeURIComponent(part)}`;
export const partText = async (id, part) => (await ask('GET', partPath(id, part).slice(base.length))).text();
export const sessions = (outcome, text, start, limit) =>
  json(`/page/sessions?outcome=${outcome}&q=${encodeURIComponent(text)}&start=${start}&limit=${limit}`);
export const overview = (minutes) => json(`/page/overview?minutes=${minutes}`);
export const script = () => json('/page/script');
export const schema = () => json('/api/v1/script/schema');
/** In place of the rules that the text was written from. */
export const putScript = (text, given) => ask('PUT', `/page/script?given=${given.map((rule) => rule.id)}`, JSON.parse(text));
export const addScript = (part) => ask('PATCH', '/api/v1/script', part);
export const clearScript = () => ask('DELETE', '/api/v1/script');
export const checkScript = async (text) => (await fetch(`${base}/page/script/check`, { method: 'POST', body: text })).json();
export const switchRule = (id, on) => ask('PATCH', `/api/v1/script/rules/${id}`, { on });
export const removeRule = (id) => ask('DELETE', `/api/v1/script/rules/${id}`);
export const htmlCheck = (id) => json(`${api}/message/${encodeURIComponent(id)}/html-check`);
export const webui = () => json('/api/v1/webui');
export const release = (id, to) => ask('POST', `/api/v1/message/${encodeURIComponent(id)}/release`, { To: to });
/** `outside`: with images from elsewhere; `dark`: as a mail client with dark colours shows it. */
export const previewPath = (id, { outside, dark }) =>
  `${base}${mailbox ? page : ''}/preview/${encodeURIComponent(id)}${outside || dark ? `?${[outside ? 'outside=1' : '', dark ? 'dark=1' : ''].filter(Boolean).join('&')}` : ''}`;
export const printPath = (id) => `${base}${page}/print/${encodeURIComponent(id)}`;

/**
 * Calls back for each event of the server; `changed(false)` when the connection is lost, `changed(true)` when it is back.
 * The browser connects again by itself.
 */
export function listen(handlers, changed) {
  const source = new EventSource(`${base}${api}/events/stream`);
  source.addEventListener('hello', () => changed(true));
  source.addEventListener('error', () => changed(false));
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  }
}
