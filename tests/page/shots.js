/* Pictures of the page for the README:  node shots.js FOLDER  (see run.sh) */
import { open } from './browser.js';

const folder = process.argv[2];
const sizes = { wide: { width: 1200, height: 860 }, phone: { width: 390, height: 844 } };
for (const [size, viewport] of Object.entries(sizes))
  for (const colorScheme of ['light', 'dark']) {
    const { page, close } = await open({ viewport, colorScheme });
    await page.getByRole('button', { name: 'Night desk', exact: true }).click();
    await page.getByText('What differs').waitFor();
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ fullPage: !!process.env.FULL, path: `${folder}/page-${size}-${colorScheme}.png` });
    await close();
  }
process.exit(0);
