/* The page in a real browser, against a faked service.  See run.sh. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { LOST, need, open, quit } from './browser.js';
import { HOSTILE, TROUBLE } from './fixtures.js';

const LIMIT = 10240; /* bytes of the whole page, packed, both languages */

after(quit);

const card = (page, name) => page.locator('section.card').filter({ has: page.getByRole('button', { name, exact: true }) });
const expand = async (page, name) => {
  await page.getByRole('button', { name, exact: true }).click();
  await card(page, name).getByRole('heading', { name: 'Containers' }).waitFor();
  return card(page, name);
};
const has = async (locator, ...texts) => {
  for (const text of texts) await locator.getByText(text).first().waitFor();
};
const eventually = async (what, check) => {
  for (const end = Date.now() + 20000; !check(); await new Promise(resolve => setTimeout(resolve, 20)))
    assert.ok(Date.now() < end, `${what}: not within 20 s`);
};

/* What axe-core finds, by rule and place. */
const violations = async page => {
  const axe = await page.context().newCDPSession(page);
  await axe.send('Runtime.evaluate', { expression: need('axe-core').source });
  const { violations: found } = await page.evaluate(() => globalThis.axe.run());
  return found.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html}`));
};

/* A test with a page of its own, and nothing in the console at its end. */
const shows = (name, options, check) => test(name, async () => {
  const { page, service, problems, close } = await open(options);
  try {
    await check(page, service, problems);
    assert.deepEqual(problems.filter(text => !options.expected?.test(text)), []);
  } finally {
    await close();
  }
});

shows('every state of an agent', {}, async page => {
  await has(card(page, 'Front desk'), 'In sync', 'Ready', '1 call');
  await has(card(page, 'Night desk'), 'Drifted', '2 calls', 'sts AGENT_PROMPT, sts DEEPGRAM_API_KEY');
  await has(card(page, 'Booking'), 'Replacing', 'Draining', /llm · 2 calls · oldest 7m \d+s · at most 25m \d+s more/);
  await has(card(page, 'Spa'), 'Held', 'Ready', /exited with code 1/);
  await has(card(page, 'Concierge'), 'Paused', /do not touch/);
  await has(card(page, 'Old reception'), 'Orphan');
  await has(card(page, 'Clinic'), 'Held', 'Not ready', 'calls not known', /not valid JSON/);
  await has(card(page, HOSTILE), 'Stopped');
  await has(page.locator('.stat').nth(2), '2', 'Underway');
  await has(page.locator('.stat').nth(3), '4', 'Need attention');
});

shows('what differs, word by word, and no secret', {}, async page => {
  const open = await expand(page, 'Night desk');
  assert.deepEqual(await open.locator('pre').first().locator('ins').allTextContents(), [' of Hotel Aurora', 'kind']);
  assert.deepEqual(await open.locator('pre').first().locator('del').allTextContents(), ['brief']);
  await has(open, 'provider "Deepgram night", data.db', 'fp:3fa29100 → fp:91c0aa17', '9b1e4c20 → 41d07a13', '(not set) → Good evening.', 'using local image, built 2m ago', 'waits for Mon-Fri 02:00-05:00, in 8h 10m');
});

shows('a drain counts down, work is seen step by step', {}, async (page, service) => {
  const { id } = service.agents.find(a => a.name === 'Booking');
  service.tell('progress', { event: 'step', agent: 'Booking', agent_id: id, state: 'progress', role: 'llm', step: 'wait', gate: 'drain', calls: 2, oldest_ms: Date.now() - 60000, text: null, elapsed_ms: 1 });
  await has(card(page, 'Booking'), 'llm · drain');
  service.tell('progress', { event: 'step', agent: 'Booking', agent_id: id, state: 'started', role: 'llm', step: 'stop', gate: 'none', calls: 0, text: null, elapsed_ms: 1 });
  await has(card(page, 'Booking'), 'llm · stop');
  service.change('Booking', { state: 'in_sync', note: null, drains: [] });
  await has(card(page, 'Booking'), 'In sync');
  assert.equal(await card(page, 'Booking').getByText(/Underway|Draining/).count(), 0);
});

shows('an open card is of one round', {}, async (page, service) => {
  const { id } = service.agents.find(a => a.name === 'Booking'), open = await expand(page, 'Booking');
  await page.evaluate(() => {
    window.seen = [];
    new MutationObserver(() => window.seen.push(document.querySelector('main').innerText)).observe(document, { childList: true, subtree: true, characterData: true });
  });
  await has(open, /^avrd-drain-/);
  service.slow = 300;
  service.details.Booking = { boxes: [] };
  service.change('Booking', { state: 'in_sync', note: null, drains: [] });
  await has(open, 'In sync');
  assert.equal(await open.getByText(/^avrd-drain-/).count(), 0);
  assert.ok(!(await page.evaluate(() => window.seen)).some(text => /Booking\s+In sync[^]*avrd-drain-/.test(text)));
  service.tell('gone', { id });
  await open.waitFor({ state: 'detached' });
});

shows('changes arrive, and are announced', {}, async (page, service) => {
  service.change('Front desk', { state: 'drifted', ready: false, live_calls: 7 });
  await has(card(page, 'Front desk'), 'Drifted', 'Not ready', '7 calls');
  await has(page.locator('[aria-live=polite]'), 'Front desk: drifted, not ready');
  service.tell('activity', { id: 10, agent_id: 'x', agent_name: 'Lobby', roles: ['core'], began_ms: 1, ended_ms: 2, cause: 'a person asked', result: 'done', failure: null, drifts: [], log: [], calls_waited: 0, waited_ms: 0 });
  await has(page.locator('.side li').first(), 'Lobby', 'Done', 'a person asked');
  service.tell('gone', { id: service.agents[0].id });
  await card(page, 'Front desk').waitFor({ state: 'detached' });
});

shows('log and history', {}, async page => {
  const open = await expand(page, 'Night desk');
  await open.getByRole('button', { name: 'Log Night desk' }).click();
  await has(open.locator('.log'), /sts line 40 <i>/);
  await open.getByRole('button', { name: 'History Night desk' }).click();
  await has(open, 'the candidate exited with code 1; the old container serves');
  await open.getByRole('button', { name: 'Log Night desk' }).click();
  await open.locator('.log').waitFor({ state: 'detached' });
});

shows('a question names the calls and the command; only then is anything ordered', {}, async (page, service) => {
  const open = await expand(page, 'Night desk'), dialog = page.getByRole('dialog', { name: 'Restart: Night desk' });
  await open.getByRole('button', { name: 'Restart Night desk' }).click();
  await has(dialog, 'No call will be cut. 2 live calls go on to their end. The oldest: 3m 12s.', /^avr-sts-.* · 2 calls$/, "avr-reconciler restart 'Night desk'");
  assert.equal(await dialog.getByText('0', { exact: true }).count(), 0);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  assert.deepEqual(service.orders, []);

  await open.getByRole('button', { name: 'Restart Night desk' }).click();
  await dialog.getByRole('checkbox').check();
  await has(dialog, /^2 calls will be cut\./, "avr-reconciler restart 'Night desk' --now");
  await dialog.getByRole('button', { name: 'Restart: Night desk' }).click();
  await has(page.locator('[aria-live=polite]'), 'The order is taken.');
  assert.deepEqual(service.orders, [[`/api/v1/agents/${service.agents[1].id}/restart`, { now: true }]]);
});

shows('stop, roll back to a generation, apply, pause, apply all', {}, async (page, service) => {
  const confirm = async (button, ...texts) => {
    await button.click();
    await has(page.getByRole('dialog'), ...texts);
    await page.getByRole('dialog').getByRole('button').last().click();
  };
  const night = await expand(page, 'Night desk'), clinic = await expand(page, 'Clinic');
  await confirm(clinic.getByRole('button', { name: 'Stop Clinic' }), 'Calls may be cut. Calls that outlast their limit are cut.');
  await confirm(card(page, 'Spa').getByRole('button', { name: 'Apply Spa' }), 'No call will be cut.');
  await confirm(night.getByRole('button', { name: 'Pause Night desk' }), 'Hands off, until it is resumed.');
  await confirm(page.getByRole('button', { name: 'Apply all' }), 'Night desk, Spa, Old reception, Clinic', 'avr-reconciler apply');
  await night.getByRole('button', { name: 'Rollback Night desk' }).click();
  await page.getByRole('dialog').getByLabel('Generation').selectOption('2');
  await has(page.getByRole('dialog'), /rollback 'Night desk' --to 2/);
  await page.getByRole('dialog').getByRole('button').last().click();
  await eventually('orders', () => service.orders.length === 5);
  assert.deepEqual(service.orders.map(([path, body]) => [path.split('/').at(-1), body]),
    [['stop', {}], ['apply', {}], ['pause', {}], ['apply', {}], ['rollback', { to: 2 }]]);
  assert.equal(service.orders[3][0], '/api/v1/apply');
});

shows('a viewer has no buttons that change anything', { setup: service => { service.role = 'viewer'; } }, async page => {
  await expand(page, 'Night desk');
  await has(page.locator('header'), 'View only');
  assert.equal(await page.getByRole('button', { name: /^(Apply|Restart|Rollback|Pause|Stop)/ }).count(), 0);
});

shows('hostile names and texts are text', {}, async page => {
  await expand(page, HOSTILE);
  await has(page.locator('main'), '<script>alert(2)</script>', '<b onclick=alert(3)>');
  assert.equal(await page.locator('img, main script, main b[onclick]').count(), 0);
});

shows('the service is killed and comes back', { expected: LOST }, async (page, service) => {
  service.change('Front desk', { live_calls: 2 });
  await has(card(page, 'Front desk'), '2 calls');
  await service.kill();
  await has(page.locator('main'), 'Not connected to the service, trying again.');
  await has(page.locator('header'), 'Not connected');
  await has(card(page, 'Front desk'), '2 calls');
  service.agents[0].live_calls = 5;
  await service.start(service.port);
  await has(card(page, 'Front desk'), '5 calls');
  await has(page.locator('header'), 'Connected');
  assert.deepEqual(service.asked, [undefined, '1']);
});

shows('engine and database away, a roll-out paused', { setup: service => { service.status = TROUBLE; } }, async (page, service) => {
  await has(page.locator('main'), /engine does not answer/, 'The roll-out is paused: 2 agents failed in a row', /database is locked/, /no inotify watches/);
  service.tell('status', { healthy: true, rollout_paused: null, conditions: [], notices: [] });
  await page.locator('.note').first().waitFor({ state: 'detached' });
});

shows('a token is asked for, kept for the tab, sent everywhere', { setup: service => { service.token = 'secret'; }, expected: LOST }, async (page, service) => {
  const sign = async token => {
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
  };
  await sign('wrong');
  await has(page.locator('main'), 'This token was not accepted.');
  await sign('secret');
  await expand(page, 'Night desk');
  await card(page, 'Night desk').getByRole('button', { name: 'Log Night desk' }).click();
  await has(card(page, 'Night desk'), /sts line 40/);
  await page.reload();
  await has(card(page, 'Front desk'), 'In sync');
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token').waitFor();
});

shows('Italian by the browser, English by the switch, which is remembered', { locale: 'it-IT' }, async page => {
  await has(card(page, 'Night desk'), 'Non allineato', '2 chiamate', /^dalle /);
  await has(await expand(page, 'Night desk'), 'Differenze', 'nuovo container · provider "Deepgram night", data.db');
  assert.equal(await page.locator('html').getAttribute('lang'), 'it');
  await page.getByRole('button', { name: 'English' }).click();
  await has(card(page, 'Night desk'), 'Drifted');
  await page.reload();
  await has(card(page, 'Night desk'), 'Drifted');
  await page.getByRole('button', { name: 'Italiano' }).click();
  await has(card(page, 'Night desk'), 'Non allineato');
});

/* Words of the page itself, and those of the API that it shows. */
test('every word has its Italian', async () => {
  const read = path => readFileSync(new URL(`../../reconciler/face/${path}`, import.meta.url), 'utf8');
  const { default: italian } = await import('../../reconciler/face/page/words.it.js');
  const page = [...(read('page/view.js') + read('page/page.js')).matchAll(/\b(?:t|title|badge|button|part|stat)\((?:[^'()]*, )?'((?:[^'\\]|\\.)+)'/g)].map(m => m[1]);
  const api = [...read('openapi.yaml').matchAll(/^ +(state|place|result|StepName|Gate|ActionName):[^]*?enum: \[([^\]]*)\]/gm)].flatMap(m => m[2].split(/,\s*/));
  assert.ok(page.length > 30 && api.length > 40, `${page.length} and ${api.length} words were found`);
  const same = ['log', 'containers', 'token', '…', 'none', 'null', 'nothing', 'hold', 'started', 'progress']; /* or not shown */
  assert.deepEqual([...new Set([...page, ...api])].filter(word => !italian[word] && !same.includes(word)), []);
});

shows('keyboard alone: open, order, and where the focus stays', {}, async (page, service) => {
  const focused = () => page.evaluate(() => document.activeElement.ariaLabel || document.activeElement.textContent);
  await page.getByRole('button', { name: 'Night desk', exact: true }).focus();
  await page.keyboard.press('Enter');
  await has(card(page, 'Night desk'), 'What differs');
  service.change('Night desk', { live_calls: 3 });
  await has(card(page, 'Night desk'), '3 calls');
  assert.equal(await focused(), 'Night desk');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'Apply Night desk');
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  assert.equal(await focused(), 'Cancel');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  assert.equal(await focused(), 'Apply Night desk');
});

const back = page => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
for (const colorScheme of ['light', 'dark'])
  for (const width of [390, 1200])
    shows(`${colorScheme}, ${width} wide: nobody is shut out, nothing sticks out`, { colorScheme, viewport: { width, height: 844 } }, async page => {
      for (const name of ['Night desk', 'Booking', 'Spa', 'Clinic', HOSTILE]) await expand(page, name);
      await card(page, 'Night desk').getByRole('button', { name: 'Log Night desk' }).click();
      await has(card(page, 'Night desk'), /sts line 40/);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      assert.deepEqual(await violations(page), []);
      await card(page, 'Night desk').getByRole('button', { name: 'Rollback Night desk' }).click();
      await page.getByRole('dialog').waitFor();
      assert.deepEqual(await violations(page), []);
    });

shows('the theme is the browser’s, or the one that was chosen', { colorScheme: 'dark' }, async page => {
  const dark = await back(page);
  await page.getByRole('button', { name: 'Theme' }).click();
  const light = await back(page);
  assert.notEqual(light, dark);
  await page.reload();
  await page.locator('main > *').first().waitFor();
  assert.equal(await back(page), light);
});

shows('the sign-in is accessible, too', { setup: service => { service.token = 'x'; }, expected: LOST }, async page => {
  await page.getByLabel('Token').waitFor();
  assert.deepEqual(await violations(page), []);
});

shows('small: the whole page with both languages', { locale: 'it' }, async (page, service) => {
  await has(page.locator('header'), 'Connesso');
  const total = Object.values(service.sent).reduce((a, b) => a + b, 0);
  console.log(`# ${total} bytes, ${LIMIT} are the limit: ${JSON.stringify(service.sent)}`);
  assert.ok(total <= LIMIT, `${total} bytes`);
});
