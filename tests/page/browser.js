/* A browser window with the page in it, and the service behind. */
import { createRequire } from 'node:module';
import { Service } from './server.js';

export const need = createRequire(`${process.env.PAGE_MODULES ?? '.'}/`);
const { chromium } = need('playwright-core');
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
let browser;

/* setup(service) is called before the page is opened.  problems: what the console complained of. */
export const open = async ({ setup = () => {}, ...context } = {}) => {
  browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: QUIET });
  const service = await new Service(process.env.PAGE_FOLDER).start();
  setup(service);
  const window = await browser.newContext({ locale: 'en-GB', ...context });
  const page = await window.newPage(), problems = [];
  page.setDefaultTimeout(20000);
  page.on('console', message => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', error => problems.push(error.message));
  await page.goto(service.url);
  await page.locator('main > *').first().waitFor();
  return { page, service, problems, close: async () => { await window.close(); await service.kill(); } };
};
export const quit = () => browser?.close();
