/* Talks to the service, by addresses that also work below a proxy's path. */
const SILENT_MS = 45000; /* it says something every 15 s */

const request = async (path, { body, ...options } = {}) => {
  const reply = await fetch(path, {
    cache: 'no-store', ...options, ...body && { method: 'POST', body: JSON.stringify(body) },
    headers: {
      ...options.headers, ...body && { 'Content-Type': 'application/json', 'X-AVR-Reconciler': 1 },
      ...sessionStorage.token && { Authorization: 'Bearer ' + sessionStorage.token },
    },
  });
  if (reply.ok) return reply;
  const { error } = await reply.json().catch(() => ({}));
  throw Object.assign(Error(error?.message ?? 'HTTP ' + reply.status), { status: reply.status });
};

export const get = async (path, body) => (await request('api/v1/' + path, { body, signal: AbortSignal.timeout(SILENT_MS) })).json();
export const pathOf = (id, rest = '') => 'agents/' + encodeURIComponent(id) + rest;

const parsed = block => {
  const [event, id, data] = ['event', 'id', 'data'].map(name => block.match(RegExp(`^${name}: ?(.*)`, 'm'))?.[1]);
  return data && { event, id, data: JSON.parse(data) };
};

/* Server-Sent Events by fetch, since an EventSource cannot send a token; "open" comes first. */
export async function* stream(path, headers = {}, stop = new AbortController()) {
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stop.abort(), SILENT_MS);
  };
  heard();
  try {
    const reply = await request(path, { headers, signal: stop.signal });
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    yield { event: 'open' };
    for (let rest = ''; ;) {
      const { done, value } = await reader.read();
      heard();
      if (done) return;
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop();
      yield* blocks.map(parsed).filter(Boolean);
    }
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}
