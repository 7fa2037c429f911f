/* How soon the page shows what the service did:  latency.js URL LOG, until standard input ends
 *
 * The service's log (JSON) has a line for the begin and the end of each step, and one for the end of
 * the work on an agent, in the order of the events; an event of the status says when its round was
 * finished.  So each is paired with the change of the document that followed. */
import { readFileSync } from 'node:fs';
import { launch } from './browser.js';

const [url, log] = process.argv.slice(2);

/* Keeps each event when it was read, and what was shown since when; times are those of the wall. */
const spy = () => {
  const { fetch } = window, now = () => performance.timeOrigin + performance.now(), shown = {};
  window.events = [];
  window.changes = [];
  const keep = async stream => {
    let rest = '';
    for (const reader = stream.pipeThrough(new TextDecoderStream()).getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop();
      for (const block of blocks) {
        const [, event, data] = block.match(/event: (.*)\ndata: (.*)/) ?? [];
        if (event) window.events.push({ at: now(), kind: event, ...JSON.parse(data) });
      }
    }
  };
  window.fetch = async (path, options) => {
    const reply = await fetch(path, options);
    if (path !== 'events') return reply;
    const [page, mine] = reply.body.tee();
    keep(mine).catch(() => {});
    return new Response(page, reply);
  };
  const note = (what, text) => {
    if (shown[what] !== text) window.changes.push({ at: now(), what, text: shown[what] = text });
  };
  new MutationObserver(() => {
    for (const card of document.querySelectorAll('section.card'))
      note(`step ${card.id}`, card.querySelector('p > .underway')?.parentNode.textContent);
    note('stats', [...document.querySelectorAll('.stat b')].slice(1, 3).map(b => b.textContent).join(' '));
    const last = {};
    for (const entry of document.querySelectorAll('.side li')) last[entry.querySelector('b').textContent] ??= entry.querySelector('.badge').textContent;
    for (const [name, result] of Object.entries(last)) note(`end ${name}`, result);
  }).observe(document, { childList: true, subtree: true, characterData: true });
};

const { page } = await launch(url, { before: spy });
await page.locator('section.card').first().waitFor();
console.log('looks on');
for await (const _ of process.stdin); // eslint-disable-line no-unused-vars
const { events, changes } = await page.evaluate(() => ({ events: window.events, changes: window.changes }));
const lines = readFileSync(log, 'utf8').split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line));

/* When this came to be shown, first after the event that told of it; undefined if it stood there, or
 * was overtaken by the agent's next event before anything was drawn. */
const seen = (what, text, { at, next = Infinity }) => {
  const mine = changes.filter(c => c.what === what), before = mine.filter(c => c.at < at - 50).at(-1);
  const then = mine.find(c => c.at >= at - 50 && (c.text === text || c.at > next));
  return before?.text === text || then?.text !== text ? undefined : then.at;
};
/* Pairs the log's lines and the events of each agent, in their order. */
const nameOf = event => event.agent ?? event.agent_name;
const paired = (isLine, isEvent) => [...new Set(events.filter(isEvent).map(nameOf))].flatMap(name => {
  const mine = events.filter(e => isEvent(e) && nameOf(e) === name);
  const said = lines.filter(line => line.agent === name && isLine(line)).slice(-mine.length);
  if (said.length !== mine.length || said.some((line, i) => mine[i].role && line.role !== mine[i].role)) throw Error('the log and the events do not match');
  return mine.map((event, i) => [Date.parse(said[i].time), { ...event, next: mine[i + 1]?.at }]);
});
const word = e => e.gate && e.gate !== 'none' ? e.gate : e.step;
/* Since the service's own moment: until the browser had read of it, and until it was shown. */
const sample = (at, what, text, event) => ({ read: event.at - at, shown: seen(what, text, event) - at });
const samples = {
  'a step begins': paired(line => line.role, e => e.kind === 'progress' && e.step && (e.state !== 'progress' || e.text))
    .filter(([, e]) => e.state === 'started').map(([at, e]) => sample(at, `step ${e.agent_id}`, `Underway ${e.role} · ${word(e)}`, e)),
  'an entry of the history': paired(line => /^\w+ after .*change/.test(line.message), e => e.kind === 'activity' && e.result !== 'underway' && !e.to_generation)
    .map(([at, e]) => sample(at, `end ${e.agent_name}`, 'Done', e)),
  'a round is finished': events.filter(e => e.kind === 'status')
    .map(e => sample(e.looked_ms, 'stats', `${e.agents.in_sync} ${e.agents.replacing}`, e)),
};
for (const [what, all] of Object.entries(samples)) {
  const changed = all.filter(s => !isNaN(s.shown));
  const at = (key, share) => {
    const ms = changed.map(s => s[key]).sort((a, b) => a - b);
    return `${ms[Math.min(ms.length - 1, Math.floor(ms.length * share))]?.toFixed(0)} ms`.padStart(8);
  };
  for (const key of ['read', 'shown'])
    console.log(`${what.padEnd(24)} ${key.padEnd(6)} n ${String(changed.length).padEnd(4)} p50${at(key, 0.5)}  p90${at(key, 0.9)}  p99${at(key, 0.99)}  longest${at(key, 1)}`);
}
process.exit(0);
