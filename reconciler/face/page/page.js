/* The page: keeps what the service tells, has it drawn, and sends orders. */
import { show } from './dom.js';
import { get, pathOf, stream } from './service.js';
import { speak, t, title } from './text.js';
import { main, needsCare, question, top } from './view.js';

const root = document.documentElement, [header, body, box, live] = document.body.children;
const page = {
  agents: new Map(), activity: [], progresses: new Map(),
  opened: new Map(), /* what more is shown of an agent: its detail, log, history */
};
const say = text => {
  live.textContent = text;
  clearTimeout(page.said);
  page.said = setTimeout(say, 8000, '');
};
/* Once for all that happened in the same moment. */
const draw = () => page.due ??= setTimeout(() => {
  page.due = null;
  show(header, top(page));
  show(body, main(page));
});

/* What the service tells. */

const put = a => {
  const old = page.agents.get(a.id);
  page.agents.set(a.id, a);
  if (a.state !== 'replacing') page.progresses.delete(a.id);
  if (old && (old.state !== a.state || old.ready !== a.ready)) say(`${a.name}: ${t(a.state)}, ${t(a.ready ? 'ready' : 'not_ready')}`);
};

/* An open card is of one round, row and all.  Answers may overtake each other, or come too late. */
const look = async id => {
  const detail = await get(pathOf(id)).catch(() => {}), opened = page.opened.get(id);
  if (!detail || !opened || !page.agents.has(id) || opened.detail?.looked_ms > detail.looked_ms) return;
  opened.detail = detail;
  put(detail.status);
  draw();
};

const take = {
  agent(a) {
    if (page.agents.has(a.id) && page.opened.has(a.id)) look(a.id);
    else put(a);
  },
  gone: ({ id }) => page.agents.delete(id),
  activity(c) { page.activity = [c, ...page.activity.filter(o => o.id !== c.id)].sort((a, b) => b.id - a.id).slice(0, 30); },
  progress(p) {
    if (p.event === 'agent' && /done|failed/.test(p.state)) page.progresses.delete(p.agent_id);
    else page.progresses.set(p.agent_id, p);
    if (page.opened.has(p.agent_id)) look(p.agent_id);
  },
  status(s) {
    page.status = { ...page.status, ...s };
    page.may = /manager|admin/.test(page.status.asker?.role);
  },
  async reset() {
    take.status(await get('status'));
    page.activity = (await get('activity?limit=30')).changes;
    const agents = new Map();
    for (let after = '', more = true; more;) {
      const found = await get(`agents?limit=500&after=${encodeURIComponent(after)}`);
      for (const a of found.agents) agents.set(after = a.id, a);
      more = found.more;
    }
    for (const id of page.agents.keys()) if (!agents.has(id)) page.agents.delete(id);
    agents.forEach(take.agent);
  },
};

const follow = async () => {
  for await (const { event, id, data } of stream('events', page.last && { 'Last-Event-ID': page.last })) {
    await (event === 'open' ? take.reset() : take[event]?.(data));
    page.last = id ?? page.last;
    page.link = 'Connected';
    page.problem = '';
    draw();
  }
};

const forever = async () => {
  for (let wait = 1000; ; page.admit = null) {
    const { status, message } = await follow().catch(error => error) ?? {};
    if (page.link === 'Connected') wait = 1000;
    page.link = status ? 'Connected' : 'Not_connected';
    page.problem = status && message;
    await new Promise(resolve => {
      if (status === 401) page.admit = resolve;
      else setTimeout(resolve, wait = Math.min(wait * 2, 8000));
      draw();
    });
  }
};

/* What the reader does. */

/* Resolves to what is ordered beside the action itself, or to undefined. */
const ask = what => new Promise(resolve => {
  const chosen = () => {
    const { now, to } = box.firstChild ?? {};
    return { ...now?.checked && { now: true }, ...to?.value && { to: +to.value } };
  };
  const draw = () => show(box, question(what, chosen()));
  show(box);
  draw();
  box.onchange = draw;
  box.onclose = () => resolve(box.returnValue ? chosen() : undefined);
  box.returnValue = '';
  box.showModal();
});

const order = async (path, what) => {
  const body = await ask(what);
  if (body) say((await get(path, body)).text);
};

const orderAgent = async (name, id) => {
  const agent = await get(pathOf(id)), action = agent.actions.find(a => a.action === name);
  if (!action.allowed) return say(action.refused);
  const past = name === 'rollback' && (await get(pathOf(id, '/generations'))).generations.slice(1) || [];
  await order(pathOf(id, '/' + name), { ...agent, action, past, name: title(name) + ': ' + agent.plan.name });
};

const closeLog = opened => {
  opened.stop?.abort();
  delete opened.log;
};

const does = {
  open(id) {
    if (!page.opened.has(id)) return page.opened.set(id, {}), look(id);
    closeLog(page.opened.get(id));
    page.opened.delete(id);
  },
  async log(id) {
    const opened = page.opened.get(id);
    if (opened.log) return closeLog(opened);
    opened.log = [];
    const { signal } = opened.stop = new AbortController();
    for await (const { event, data } of stream('api/v1/' + pathOf(id, '/logs'), {}, opened.stop)) {
      if (signal.aborted || event === 'end') return;
      if (event === 'line') opened.log = [...opened.log, `${data.role} ${data.line}`].slice(-300);
      draw();
    }
    if (opened.stop.signal === signal) closeLog(opened); /* it broke off, and shall not look alive */
  },
  async history(id) {
    const opened = page.opened.get(id);
    opened.history = opened.history ? null : (await get(pathOf(id, '/history?limit=30'))).changes;
  },
  'apply all': () => order('apply', {
    name: title('apply all'), plan: page.status, action: {
      ...page.status.summary, command: 'avr-reconciler apply', text: [...page.agents.values()].filter(needsCare).map(a => a.name).join(', '),
    },
  }),
  copy: text => navigator.clipboard.writeText(text).then(() => say(t('copied'))),
  Italiano: () => speak(localStorage.language = root.lang === 'it' ? 'en' : 'it'),
  theme() { localStorage.theme = root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark'; },
  'sign out'() {
    delete sessionStorage.token;
    location.reload();
  },
};

document.onclick = async ({ target }) => {
  const { do: what, id } = target.closest('[data-do]')?.dataset ?? {};
  try {
    if (what) await (does[what] ?? (() => orderAgent(what, id)))(id);
  } catch (error) {
    if (error.name !== 'AbortError') say(error.message);
  }
  draw();
};
document.onsubmit = event => {
  if (!event.target.token) return;
  event.preventDefault();
  sessionStorage.token = event.target.token.value.trim();
  page.admit();
};

root.dataset.theme = localStorage.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
await speak(localStorage.language ?? navigator.language.slice(0, 2));
setInterval(draw, 1000);
setInterval(() => page.link === 'Connected' && take.reset().catch(() => {}), 60000); /* ages in what is said */
forever();
