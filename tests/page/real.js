/* The page before the real service, whose world a shell script moves:  real.js URL FOLDER
 *
 * Says on standard output how far it has seen, a line each; the script does what comes next.
 * FOLDER gets pictures, and heard.txt: every answer to the page, and all that it showed. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { LOST, launch } from './browser.js';

const [url, folder] = process.argv.slice(2);
const AGENT = 'Night desk';

/* Keeps what is heard, each badge that was seen, and each card that contradicted itself, were it for a moment. */
const spy = () => {
  const { fetch } = window;
  window.heard = [];
  window.badges = new Set();
  window.contradictions = [];
  const keep = async stream => {
    for (const reader = stream.pipeThrough(new TextDecoderStream()).getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return;
      window.heard.push(value);
    }
  };
  window.fetch = async (...request) => {
    const reply = await fetch(...request), [page, mine] = reply.body.tee();
    keep(mine).catch(() => {});
    return new Response(page, reply);
  };
  new MutationObserver(() => {
    window.heard.push(document.body?.innerText);
    for (const badge of document.querySelectorAll('main .badge')) window.badges.add(badge.textContent);
    for (const { innerText } of document.querySelectorAll('section.card'))
      if (/In sync[^]*(Draining|Underway|avrd-drain-)/.test(innerText)) window.contradictions.push(innerText);
  }).observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
};

const { page, problems, close } = await launch(url, { before: spy, viewport: { width: 1200, height: 900 } });
page.setDefaultTimeout(90000);
const main = page.locator('main'), head = page.locator('header'), dialog = page.getByRole('dialog');
const card = page.locator('section.card').filter({ has: page.getByRole('button', { name: AGENT, exact: true }) });
const row = card.locator('> .row').first();

const has = (where, ...texts) => Promise.all(texts.map(text => where.getByText(text).first().waitFor()));
const click = name => card.getByRole('button', { name: `${name} ${AGENT}`, exact: true }).click();
const seen = badge => page.waitForFunction(name => window.badges.has(name), badge);
const forget = () => page.evaluate(() => window.badges.clear());
const shot = name => page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
const saw = what => console.log(what);
const order = async name => {
  await click(name);
  await dialog.waitFor();
  await dialog.getByRole('button', { name: new RegExp(`^${name}`) }).click();
};

await has(head, 'Connected', /Docker/);
await has(row, 'In sync', 'Ready', '0 calls');
await has(main, /^As of|^as of/);
assert.equal(await head.getByText('View only').count(), 0);
await card.getByRole('button', { name: AGENT, exact: true }).click();
await has(card, 'Containers', /^avr-core-/, /^avr-sts-/);
await click('Log');
await card.locator('.log').waitFor();
await shot('fleet');
await forget();
saw('the fleet');

await seen('Underway');
await has(main.locator('.side li').first(), AGENT, 'Done', /DEEPGRAM_GREETING/);
await has(row, 'In sync');
saw('a change');

await order('Pause');
await has(row, 'Paused');
saw('paused');
await has(card, 'What differs', 'DEEPGRAM_API_KEY', /^fp:[0-9a-f]+ → fp:[0-9a-f]+$/);
await shot('drift');
await order('Resume');
await has(row, 'In sync');
await card.getByText('What differs').waitFor({ state: 'detached' });
saw('resumed');

await has(row, '1 call');
await click('Restart');
await has(dialog, /No call will be cut\. 1 live call goes on to its end\. The oldest: \d/, `avr-reconciler restart '${AGENT}'`);
await dialog.getByLabel('Do not wait: cut the calls').check();
await has(dialog, /1 call will be cut\./, `avr-reconciler restart '${AGENT}' --now`);
assert.equal(await dialog.getByText(/goes? on to/).count(), 0);
await shot('question');
await dialog.getByLabel('Do not wait: cut the calls').uncheck();
await dialog.getByRole('button', { name: /^Restart/ }).click();
await has(card, 'Draining', /· 1 call · oldest \d+s/);
await shot('drain');
saw('a drain');
await card.getByText('Draining').first().waitFor({ state: 'detached' });
await has(row, 'In sync', '0 calls');
saw('drained');

await has(head, 'Not connected');
await has(main, /Not connected to the service/);
await card.locator('.log').waitFor({ state: 'detached' });
assert.doesNotMatch(await page.locator('[aria-live]').textContent(), /error/);
await shot('away');
saw('nobody');
await has(head, 'Connected');
await has(row, 'In sync');
await main.getByText(/Not connected to the service/).waitFor({ state: 'detached' });
await shot('again');
saw('the service again');

await page.emulateMedia({ colorScheme: 'dark' });
await page.setViewportSize({ width: 390, height: 844 });
await page.getByRole('button', { name: 'Theme' }).click();
await shot('phone');
assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);

const heard = await page.evaluate(() => window.heard.join('\n')); /* it was never loaded anew */
assert.deepEqual(await page.evaluate(() => window.contradictions), []);
assert.match(heard, /event: agent[\s\S]*event: progress/);
writeFileSync(`${folder}/heard.txt`, heard);
assert.deepEqual(problems.filter(text => !LOST.test(text)), []);
await close();
saw('the end');
process.exit(0);
