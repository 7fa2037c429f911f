/* What is seen: elements made of what the service told. */
import { h } from './dom.js';
import { ago, clock, compare, span, t, title } from './text.js';

const badge = (word, tone = word) => h('span.badge.' + tone, title(word));
const list = (...parts) => parts.filter(Boolean).join(' · ');
const said = (tag, ...parts) => h(tag, { lang: 'en' }, list(...parts));
const dim = (...parts) => h('p.dim', list(...parts));
const calls = n => n === null ? t('calls not known') : t('{n} call|{n} calls', { n });
const part = (word, ...kids) => h('section', h('h4', title(word)), kids);
const since = ms => ms && t('since {at}', { at: clock(ms) });

/* Buttons say what they do and to whom; the page listens for all of them. */
const button = (action, { id = '', name = '' } = {}, kind = 'button') =>
  h(kind, { type: 'button', 'data-do': action, 'data-id': id, 'aria-label': title(action) + ' ' + name }, title(action));

/* ---- an agent ---- */

const draining = d => h('p', badge('draining'), ' ', list(d.role, calls(d.calls),
  d.oldest_ms && t('oldest {age}', { age: ago(d.oldest_ms) }),
  d.until_ms && t('at most {in} more', { in: span((d.until_ms - Date.now()) / 1000) })));

const progress = p => p && h('p', badge('underway'), ' ',
  list(p.role, t(p.gate && p.gate !== 'none' ? p.gate : p.step ?? p.state)));

const EFFECTS = { replace: 'new container', update: 'in place', live: 'next call' };
const side = value => value?.fingerprint ?? value ?? t('(not set)');
const sides = ({ have, want }) => have?.match?.(' ') && want?.match?.(' ')
  ? compare(have, want).map(([kind, words]) => kind === '=' ? words.join('') : words[0] && h(kind, words.join('')))
  : [h('del', side(have)), ' → ', h('ins', side(want))];

const differs = r => r.reason || r.drifts[0];
const difference = r => differs(r) && [
  h('p.row', h('b', r.role), said('small', r.reason)),
  r.drifts.map(d => [
    h('p.row', d.field, h('b', d.key), said('small', t(EFFECTS[d.effect]), d.origin, d.note)),
    h('pre', sides(d)),
  ]),
];

const container = box => h('li',
  h('p.row', h('b', box.role), badge(box.place), badge(box.state, box.health), said('small', box.health_text)),
  dim(box.name, box.image, since(box.started_ms), box.connections && calls(box.connections), box.exit_code && 'exit ' + box.exit_code));

const change = c => h('li',
  h('p.row', h('b', c.agent_name ?? c.agent_id), c.roles.join(' '), badge(c.result), h('small', c.began_ms && clock(c.began_ms))),
  said('p', c.failure ?? c.cause), c.drifts.map(text => said('p.dim', text)),
  c.calls_waited > 0 && dim(calls(c.calls_waited), span(c.waited_ms / 1000)));

const detail = (agent, { log, history, detail: { actions, boxes, plan: { hold, roles, window } } }) => [
  h('p.row', actions.map(a => a.allowed && a.action !== 'apply' && button(a.action, agent)), button('log', agent), button('history', agent)),
  agent.state !== 'paused' && hold && said('p.note.error', hold.why, hold.at, hold.advice),
  window && dim(t('waits for {times}, in {in}', { times: window.times, in: span(window.opens_in_s) })),
  roles.some(differs) && part('what differs', roles.map(difference)),
  part('containers', h('ul', boxes.map(container))),
  log && part('log', h('pre.log', { tabindex: 0, role: 'region', 'aria-label': 'log' }, h('span', log.join('\n')))),
  history && part('history', h('ul', history.map(change))),
];

export const needsCare = a => /drifted|held|orphan/.test(a.state) || !a.ready && /in_sync|paused/.test(a.state);

const card = (agent, { opened, progresses, may }) => {
  const { id, name, state } = agent, open = opened.get(id);
  return h('section.card', { id },
    h('div.row',
      h('h3', h('button.name', { 'data-do': 'open', 'data-id': id, 'aria-expanded': !!open }, name)),
      h('div.row',
        badge(state), state !== 'stopped' && badge(agent.ready ? 'ready' : 'not_ready'), h(agent.live_calls === 0 ? 'small' : 'b', calls(agent.live_calls)),
        may && needsCare(agent) && button('apply', agent, 'button.main'))),
    dim(since(agent.since_ms), agent.mode, agent.image?.split('/').pop()),
    agent.note && said('p', agent.note), agent.drains.map(draining), state !== 'in_sync' && progress(progresses.get(id)),
    open && (open.detail ? detail(agent, open) : '…'));
};

/* ---- the fleet ---- */

const note = (level, text, ms) => text && h('p.note.wide.' + level, text, ' ', h('small', since(ms)));
const conditions = ({ link, problem, status: s }) => [
  note('error', link === 'Not_connected' && t('Not connected to the service, trying again.')),
  note('error', problem),
  note('warning', s?.rollout_paused && t('The roll-out is paused: {why}', { why: s.rollout_paused })),
  s?.conditions.map(c => !c.agent && note(c.level, c.text, c.since_ms)), s?.notices.map(text => note('info', text)),
];

const stat = (n, word) => h('div.stat', h('b', n ?? '?'), h('small', title(word)));
const fleet = page => {
  const s = page.status, agents = [...page.agents.values()].sort((a, b) => a.name.localeCompare(b.name)), care = agents.filter(needsCare).length;
  return [
    h('div.row.wide', stat(agents.length, 'agents'), stat(s.agents.in_sync, 'in_sync'), stat(s.agents.replacing, 'underway'), stat(care, 'need attention'), stat(s.live_calls, 'live calls')),
    h('section.list',
      h('div.row', h('h2', title('agents')), h('small', s.looked_ms && t('as of {at}', { at: clock(s.looked_ms) })), page.may && (care || s.rollout_paused) && button('apply all')),
      agents.map(a => card(a, page))),
    h('section.side', h('h2', title('activity')), h('ul', page.activity.map(change))),
  ];
};

/* ---- questions ---- */

const fate = (n, limit, live, oldest) => h('p.note' + (n === 0 ? '' : '.error'), [
  n === null ? t('Calls may be cut.')
    : n ? t('{n} call will be cut.|{n} calls will be cut.', { n }) : t('No call will be cut.'),
  limit && t('Calls that outlast their limit are cut.'),
  n === 0 && live && t('{n} live call goes on to its end.|{n} live calls go on to their end.', { n: live }),
  oldest != null && t('The oldest: {age}.', { age: span(oldest) }),
].filter(Boolean).join(' '));

/* What an order does, which calls it cuts, and the same as a command; chosen: what is ticked so far. */
export const question = ({ name, action, plan, boxes = [], past = [] }, chosen) => {
  const { calls_cut, command, cut_after_limit } = chosen.now ? action.now : action;
  const line = command + (chosen.to ? ' --to ' + chosen.to : '');
  return h('form', { method: 'dialog' },
    h('h3', { id: 'ask' }, name), !chosen.now && said('p', action.text),
    past[0] && h('p', h('label', title('generation'), ' ', h('select', { name: 'to' }, h('option', { value: '' }, t('the last good one')),
      past.map(g => h('option', { value: g.generation }, `${g.generation} ${g.cause ?? ''}`))))),
    action.now && h('p', h('label', h('input', { type: 'checkbox', name: 'now' }), ' ', t('Do not wait: cut the calls'))),
    fate(calls_cut, cut_after_limit, plan.live_calls, plan.oldest_call_s),
    boxes.map(b => b.connections > 0 && dim(b.name, calls(b.connections))),
    dim(t('The same as a command:')),
    h('p.row', h('code', line), navigator.clipboard && button('copy', { id: line })),
    h('p.row', h('button', { autofocus: '' }, title('cancel')),
      h('button.' + (calls_cut === 0 ? 'main' : 'danger'), { value: 'yes' }, name)));
};

const login = () => h('form.card',
  h('h2', title('sign in')), h('p', t('Paste a token of the dashboard or of avr-reconciler.')),
  note('error', sessionStorage.token && t('This token was not accepted.')),
  h('label', title('token'), ' ', h('input', { type: 'password', name: 'token', required: '' })), ' ', h('button.main', title('sign in')));

export const top = ({ link, may, status }) => [
  h('h1', 'AVR reconciler'), h('small', status?.engine), badge(link || '…'), status && !may && badge('view only'),
  button('Italiano'), button('theme'), sessionStorage.token && button('sign out'),
];
export const main = page => page.admit ? login() : [conditions(page), page.status && fleet(page)];
