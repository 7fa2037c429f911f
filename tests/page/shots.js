/* Pictures of the page for the README:  run.sh PAGE-FOLDER WORK-FOLDER SHOTS-FOLDER */
import { open } from './browser.js';
import { HOSTILE } from './fixtures.js';

const SHOWN = ['Booking', 'Front desk', 'Night desk', 'Spa'];
const setup = service => {
  service.agents = service.agents.filter(a => SHOWN.includes(a.name));
  const inState = state => service.agents.filter(a => a.state === state).length;
  service.status = { agents: { in_sync: inState('in_sync'), replacing: inState('replacing') } };
  service.changes = service.changes.filter(c => c.agent_name !== HOSTILE);
};
const sizes = { wide: { width: 1000, height: 820 }, phone: { width: 390, height: 760 } };

for (const [size, viewport] of Object.entries(sizes))
  for (const colorScheme of ['light', 'dark']) {
    const { page, close } = await open({ viewport, colorScheme, setup });
    await page.getByRole('button', { name: 'Night desk', exact: true }).click();
    await page.getByText('What differs').waitFor();
    await page.mouse.move(0, 0);
    await page.evaluate(() => {
      document.activeElement.blur();
      scrollTo(0, 0);
    });
    await page.screenshot({ path: `${process.argv[2]}/page-${size}-${colorScheme}.png` });
    await close();
  }
process.exit(0);
