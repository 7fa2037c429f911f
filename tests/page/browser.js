/* A browser window with the page in it, and the faked service behind. */
import { createRequire } from 'node:module';
import { Service } from './server.js';

export const need = createRequire(`${process.env.PAGE_MODULES ?? '.'}/`);
const { chromium } = need('playwright-core');
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-lcd-text'];
let browser;

export const LOST = /ERR_|401|Failed to fetch/; /* what a browser says of a service that is away or refuses */

/* A window at url.  before: is run in it ahead of the page.  problems: what the console complained of. */
export const launch = async (url, { before = () => {}, ...context } = {}) => {
  browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: QUIET });
  const window = await browser.newContext({ locale: 'en-GB', ...context });
  await window.addInitScript(before);
  const page = await window.newPage(), problems = [];
  page.setDefaultTimeout(20000);
  page.on('console', message => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', error => problems.push(error.message));
  await page.goto(url);
  await page.locator('main > *').first().waitFor();
  return { page, problems, close: () => window.close() };
};

/* The same before a faked service.  setup(service) is called before the page is opened. */
export const open = async ({ setup = () => {}, ...context } = {}) => {
  const service = await new Service(process.env.PAGE_FOLDER).start();
  setup(service);
  const { page, problems, close } = await launch(service.url, context).catch(async error => {
    await service.kill(); /* or the tests would never end */
    throw error;
  });
  return { page, service, problems, close: async () => { await close(); await service.kill(); } };
};
export const quit = () => browser?.close();
