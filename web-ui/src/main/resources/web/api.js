// The HTTP API, as far as the page uses it.

/** An answer other than 200; `status` says which. */
export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

async function get(path) {
  const response = await fetch(path);
  if (!response.ok) {
    throw new Refused(response.status, await response.text());
  }
  return response;
}

const json = async (path) => (await get(path)).json();

export const server = () => json('/api/v1/server');
export const messages = (start, limit) => json(`/api/v1/messages?start=${start}&limit=${limit}`);
export const message = (id) => json(`/api/v1/message/${encodeURIComponent(id)}`);
export const evidence = (id) => json(`/api/v1/message/${encodeURIComponent(id)}/evidence`);
export const session = (id) => json(`/api/v1/sessions/${encodeURIComponent(id)}`);
export const refusals = (limit) => json(`/api/v1/attempts?outcome=refused,aborted&limit=${limit}`);
export const raw = async (id) => (await get(rawPath(id))).text();

export const rawPath = (id) => `/api/v1/message/${encodeURIComponent(id)}/raw`;
export const partPath = (id, part) => `/api/v1/message/${encodeURIComponent(id)}/part/${encodeURIComponent(part)}`;
export const previewPath = (id) => `/preview/${encodeURIComponent(id)}`;

/**
 * Calls back for each event of the server; `changed(false)` when the connection is lost, `changed(true)` when it is back.
 * The browser connects again by itself.
 */
export function listen(handlers, changed) {
  const source = new EventSource('/api/v1/events/stream');
  source.addEventListener('hello', () => changed(true));
  source.addEventListener('error', () => changed(false));
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  }
}
