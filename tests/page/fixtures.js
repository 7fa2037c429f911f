/* A fleet in which every state of an agent occurs once, in the shapes of openapi.yaml. */
const NOW = Date.now(), MINUTE = 60000;
const id = n => `0000000${n}-3f5e-4b4e-9a57-1f2f3a4b5c6d`;
const drainName = ms => 'avrd-drain-' + ms.toString(16).padStart(12, '0');
export const HOSTILE = '<img src=x onerror=alert(1)>"\' & Söhne';

const row = (n, name, state, more = {}) => ({
  id: id(n), name, state, verdict: 'in_sync', ready: true, since_ms: NOW - n * 17 * MINUTE, mode: 'sts', running: 2, containers: 2,
  live_calls: 0, unconnected_calls: 0, lost_calls: 0, image: 'agentvoiceresponse/avr-sts-deepgram:local', image_id: 'sha256:9b1e4c20',
  uptime_s: n * 3600, note: null, drains: [], ...more,
});
const drift = (field, key, have, want, more = {}) => ({
  field, key, have, want, secret: false, origin: 'provider "Deepgram night", data.db', effect: 'replace', note: null, ...more,
});
const role = (name, verdict = 'in_sync', drifts = [], reason = null) => ({
  role: name, container: `avr-${name}-${id(1)}`, verdict, reason, image: `agentvoiceresponse/avr-${name}-deepgram:local`, drifts,
});
const box = (name, place, more = {}) => ({
  role: name, place, id: 'c0ffee', name: `avr-${name}-${id(1)}`, image: `agentvoiceresponse/avr-${name}-deepgram:local`, image_id: 'sha256:9b1e4c20',
  state: 'running', health: 'good', health_text: null, exit_code: null, created_ms: NOW - 50 * MINUTE, started_ms: NOW - 50 * MINUTE,
  finished_ms: null, restarts: 0, connections: 0, drain_until_ms: null, ...more,
});
const action = (agent, name, more = {}) => ({
  action: name, allowed: true, refused: null, text: 'New containers with the same settings; new calls move at once, live ones finish on the old ones.',
  steps: [], calls_cut: 0, cut_after_limit: false, command: `avr-reconciler ${name} '${agent.name.replaceAll("'", "'\\''")}'`,
  now: { calls_cut: agent.live_calls, command: `avr-reconciler ${name} '${agent.name.replaceAll("'", "'\\''")}' --now` }, ...more,
});

const PROMPT = ['You are the night desk. Answer in the language of the caller, be brief, and never quote a price.',
  'You are the night desk of Hotel Aurora. Answer in the language of the caller, be kind, and never quote a price.'];

export const agents = [
  row(1, 'Front desk', 'in_sync', { live_calls: 1 }),
  row(2, 'Night desk', 'drifted', { verdict: 'replace', live_calls: 2, note: 'sts AGENT_PROMPT, sts DEEPGRAM_API_KEY' }),
  row(3, 'Booking', 'replacing', { verdict: 'underway', mode: 'pipeline', live_calls: 3, running: 4, containers: 4, note: 'llm image',
    drains: [{ role: 'llm', name: drainName(NOW - 4 * MINUTE), calls: 2, oldest_ms: NOW - 7 * MINUTE, until_ms: NOW + 26 * MINUTE }] }),
  row(4, 'Room service', 'replacing', { verdict: 'underway', note: 'sts DEEPGRAM_GREETING' }),
  row(5, 'Spa', 'held', { verdict: 'hold', note: 'sts exited with code 1 a moment after it was started; tried again in 4m' }),
  row(6, 'Concierge', 'paused', { note: 'paused by anna: "do not touch before the fair"' }),
  row(7, 'Old reception', 'orphan', { verdict: 'orphan', note: 'neither the specs nor the database ask for it' }),
  row(8, 'Clinic', 'held', { verdict: 'hold', ready: false, running: 0, live_calls: null, note: 'provider "Deepgram nite": config is not valid JSON' }),
  row(9, HOSTILE, 'stopped', { ready: false, running: 0, containers: 0, note: '<script>alert(2)</script>' }),
];

const planOf = agent => ({
  id: agent.id, name: agent.name, verdict: agent.verdict, live_calls: agent.live_calls, oldest_call_s: agent.live_calls ? 192 : null,
  unconnected_calls: 0, lost_calls: 0, oldest_lost_s: null, window: null, roles: [role('core'), role('sts')], steps: [], hold: null, orders: [],
});
const hold = (kind, why, at, advice) => ({ kind, why, at, advice });

const details = {
  'Night desk': {
    plan: {
      roles: [role('core'), role('sts', 'replace', [
        drift('env', 'AGENT_PROMPT', ...PROMPT),
        drift('env', 'DEEPGRAM_API_KEY', { fingerprint: 'fp:3fa29100' }, { fingerprint: 'fp:91c0aa17' }, { secret: true }),
        drift('env', 'DEEPGRAM_GREETING', null, 'Good evening.', { effect: 'live', origin: 'specs/agents.yaml:9:17' }),
        drift('image', null, '9b1e4c20', '41d07a13', { origin: null, note: 'using local image, built 2m ago' }),
      ])],
      window: { times: 'Mon-Fri 02:00-05:00', opens_in_s: 29400 },
    },
    boxes: [box('core', 'live'), box('sts', 'live', { connections: 2 })],
  },
  Booking: {
    plan: { roles: [role('core'), role('asr'), role('llm', 'underway', [drift('image', null, '9b1e4c20', '41d07a13')]), role('tts')] },
    boxes: [box('llm', 'live', { connections: 1 }), box('llm', 'drain', { name: drainName(NOW - 4 * MINUTE), connections: 2, drain_until_ms: NOW + 26 * MINUTE })],
  },
  'Room service': { boxes: [box('sts', 'live'), box('sts', 'next', { name: 'avrd-next-01a203ef702a', health: 'unknown' })] },
  Spa: {
    plan: { hold: hold('failed', 'the candidate exited with code 1', null, 'avr-reconciler logs Spa sts') },
    boxes: [box('sts', 'live'), box('sts', 'failed', { name: 'avrd-failed-01a203ef702a', state: 'exited', health: 'bad', health_text: 'exited', exit_code: 1 })],
  },
  Clinic: { plan: { hold: hold('problem', 'provider "Deepgram nite": config is not valid JSON', 'data.db', null) }, boxes: [] },
};

export const detail = (agent, asker) => ({
  looked_ms: NOW, status: agent, working: agent.state === 'replacing',
  boxes: [box('core', 'live'), box('sts', 'live')], ...details[agent.name],
  plan: { ...planOf(agent), ...details[agent.name]?.plan },
  actions: [
    action(agent, 'apply', { allowed: agent.state !== 'in_sync', text: 'Has what differs carried out at once.' }), action(agent, 'restart'), action(agent, 'rollback'),
    action(agent, 'pause', { allowed: agent.state !== 'paused', now: null, text: 'Hands off, until it is resumed.' }),
    action(agent, 'resume', { allowed: agent.state === 'paused', now: null }),
    action(agent, 'stop', { calls_cut: agent.live_calls === null ? null : 0, cut_after_limit: true, text: 'Stops it once no call is on it.' }),
    action(agent, 'start', { allowed: agent.state === 'stopped', now: null }),
  ].map(a => asker === 'viewer' ? { ...a, allowed: false, refused: 'Viewers may only look.' } : a),
});

const change = (n, name, result, more = {}) => ({
  id: n, agent_id: id(n), agent_name: name, roles: ['sts'], began_ms: NOW - (40 - n) * 3 * MINUTE, ended_ms: NOW, cause: 'a commit to data.db',
  result, failure: null, drifts: [], log: [], calls_waited: 0, waited_ms: 0, from_generation: 3, to_generation: 4, ...more,
});
export const changes = [
  change(9, 'Booking', 'underway', { roles: ['llm'], cause: 'the image was built' }),
  change(8, 'Spa', 'failed', { failure: 'the candidate exited with code 1; the old container serves' }),
  change(7, 'Front desk', 'done', { drifts: ['sts: env DEEPGRAM_GREETING Good evening. → Welcome to Hotel Aurora. (provider "Deepgram night", data.db)'], calls_waited: 2, waited_ms: 252000 }),
  change(6, HOSTILE, 'interrupted', { cause: '<b onclick=alert(3)>' }),
];

export const generations = [4, 3, 2].map(generation => ({
  generation, since_ms: NOW - 90 * MINUTE, good_ms: NOW - 80 * MINUTE, cause: 'a commit to data.db', roles: [],
}));

export const status = role => ({
  version: '0.1.0', sources: 'specs, data.db', engine: 'pbx-01 (Docker 20.10.24)', looked_ms: NOW, healthy: true, standby: false, in_sync: false,
  notices: [], rollout_paused: null, agents: { in_sync: 1, drifted: 1, replacing: 2, held: 2, orphan: 1, stopped: 1, paused: 1 }, live_calls: 6,
  summary: { replace: 1, update: 0, live: 1, create: 0, start: 0, remove: 0, underway: 2, held: 2, orphans: 1, in_sync: 1, calls_cut: 0, cut_after_limit: false },
  conditions: [], asker: { name: 'anna', role },
});
export const TROUBLE = {
  healthy: false, rollout_paused: '2 agents failed in a row', notices: ['files are looked at every 2 s: no inotify watches are left'],
  conditions: [
    { key: 'engine', level: 'error', since_ms: NOW - MINUTE, seen: 9, agent: null, role: null, text: 'the engine does not answer: connection refused' },
    { key: 'database', level: 'warning', since_ms: NOW - 12 * MINUTE, seen: 3, agent: null, role: null, text: 'data.db cannot be read: database is locked; what it said last is in force' },
  ],
};
