/**
 * `npm run screenshots`: every page of a filled clinic at desktop and phone width, light and dark, into `test/screenshots/`.
 * `-- --only today,calls` makes those alone.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { personas } from '../../src/simulator/personas.ts';
import { launchBrowser } from '../support/browser.ts';
import { dashboardPages } from './dashboard-pages.ts';
import { campaignPeople, fillClinic } from './filled-clinic.ts';
import { startLocalStack } from './local-stack.ts';

const { values } = parseArgs({
  options: { only: { type: 'string' }, 'first-port': { type: 'string', default: '8877' } },
});
const only = values.only?.split(',') ?? null;
const folder = path.resolve(import.meta.dirname, '../screenshots');
const WIDTHS = { desktop: { width: 1280, height: 900 }, phone: { width: 375, height: 812 } } as const;
const first = Number(values['first-port']);

mkdirSync(folder, { recursive: true });
const [stack, browser] = await Promise.all([
  startLocalStack({
    ...{ keep: false, stateFolder: path.resolve(folder, '../../.state/screenshots') },
    ports: { access: first, worker: first + 1, telnyx: first + 2 },
    engine: { personas: [...personas, ...campaignPeople] },
  }),
  launchBrowser(),
]);
try {
  const clinic = await fillClinic(stack);
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [device, viewport] of Object.entries(WIDTHS)) {
      const context = await browser.newContext({ viewport, colorScheme });
      const page = await context.newPage();
      await page.goto(`${stack.access.url}/dashboard`);
      await page.getByRole('button', { name: /Ada Admin/ }).click();
      for (const { name, path: address } of dashboardPages(clinic)) {
        if (only !== null && !only.includes(name)) continue;
        await page.goto(`${stack.access.url}${address}`);
        await page.waitForLoadState('networkidle');
        const file = `${name}.${device}.${colorScheme}.png`;
        await page.screenshot({ path: path.join(folder, file), fullPage: true });
        process.stdout.write(`test/screenshots/${file}\n`);
      }
      await context.close();
    }
} finally {
  await browser.close();
  await stack.stop();
}
