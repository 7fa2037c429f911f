/* The service, faked: serves the page as the real one does, and answers from fixtures. */
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import * as fixtures from './fixtures.js';

const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css' };
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export class Service {
  role = 'admin';
  token = null; /* asked for when set */
  status = {};
  agents = structuredClone(fixtures.agents);
  changes = fixtures.changes;
  details = {}; /* by name: what is otherwise than in the fixtures */
  slow = 0; /* ms until an agent is answered */
  orders = []; /* [path, body] */
  asked = []; /* Last-Event-ID of each stream of events */
  sent = {}; /* bytes of each file of the page */
  #streams = new Set();
  #sockets = new Set();
  #next = 1;

  constructor(folder) { this.folder = folder; }

  async start(port = 0) {
    this.server = createServer((request, reply) => this.#answer(request, reply));
    this.server.on('connection', socket => this.#sockets.add(socket.on('close', () => this.#sockets.delete(socket))));
    await new Promise(resolve => this.server.listen(port, '127.0.0.1', resolve));
    this.port = this.server.address().port;
    this.url = `http://127.0.0.1:${this.port}/`;
    return this;
  }

  async kill() {
    const closed = new Promise(resolve => this.server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    this.#streams.clear();
    await closed;
  }

  tell(event, data) {
    for (const stream of this.#streams) stream.write(`id: ${this.#next}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    this.#next++;
  }

  /* An agent's row is another now. */
  change(name, more) {
    const agent = this.agents.find(a => a.name === name);
    this.tell('agent', Object.assign(agent, more));
  }

  async #answer(request, reply) {
    const { pathname } = new URL(request.url, this.url), [, first, , ...path] = pathname.split('/').map(decodeURIComponent);
    if (pathname === '/' || first === 'page') return this.#file(pathname === '/' ? 'index.html' : pathname.slice(6), reply);
    const json = (code, body) => reply.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    if (this.token && request.headers.authorization !== `Bearer ${this.token}`)
      return json(401, { error: { code: 'unauthorized', message: 'A token is needed.' } });
    if (request.method === 'POST') {
      if (!request.headers['x-avr-reconciler'] || request.headers['content-type'] !== 'application/json')
        return json(403, { error: { code: 'no_mark', message: 'What changes something must carry X-AVR-Reconciler: 1.' } });
      let body = '';
      for await (const chunk of request) body += chunk;
      this.orders.push([pathname, JSON.parse(body)]);
      return json(202, { accepted: true, action: path.at(-1), agent_id: path[1] ?? null, text: 'The order is taken.' });
    }
    if (path[0] === 'agents' && path[1]) await new Promise(resolve => setTimeout(resolve, this.slow));
    const found = first === 'events' ? this.#events(request, reply) : this.#resource(path, reply);
    if (found) json(200, found);
    else if (found === undefined) json(404, { error: { code: 'not_found', message: 'There is no such thing.' } });
  }

  #file(name, reply) {
    const body = gzipSync(readFileSync(`${this.folder}/${name}`), { level: 9 });
    this.sent[name] = body.length;
    reply.writeHead(200, {
      'Content-Type': `${TYPES[name.split('.').at(-1)]}; charset=utf-8`, 'Content-Encoding': 'gzip',
      'Content-Security-Policy': CSP, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-cache',
    }).end(body);
  }

  #stream(reply) {
    reply.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': hello\n\n');
    return reply;
  }

  #events(request, reply) {
    this.asked.push(request.headers['last-event-id']);
    this.#streams.add(this.#stream(reply));
    reply.on('close', () => this.#streams.delete(reply));
    return null;
  }

  #log(reply) {
    const stream = this.#stream(reply);
    for (let n = 1; n <= 40; n++)
      stream.write(`event: line\ndata: ${JSON.stringify({ role: 'sts', box: 'avr-sts', place: 'live', line: `line ${n} <i>` })}\n\n`);
    return null;
  }

  #resource([kind, id, part], reply) {
    const agent = this.agents.find(a => a.id === id);
    if (kind === 'status') return { ...fixtures.status(this.role), ...this.status };
    if (kind === 'activity' || part === 'history') return { changes: this.changes, more: false };
    if (kind === 'agents' && !id) return { in_sync: false, notices: [], agents: this.agents, more: false };
    if (part === 'generations') return { agent_id: id, generations: fixtures.generations };
    if (part === 'logs') return this.#log(reply);
    return agent && { ...fixtures.detail(agent, this.role), ...this.details[agent.name] };
  }
}
