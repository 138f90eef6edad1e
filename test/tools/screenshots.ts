/**
 * `npm run screenshots`: every page of a filled clinic at desktop and phone width, light and dark, into `test/screenshots/`.
 * `-- --only today,calls` makes those alone; `-- --readme` the three of README, small, into `.github/`.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { personas } from '../../src/simulator/personas.ts';
import { launchBrowser } from '../support/browser.ts';
import { dashboardPages } from './dashboard-pages.ts';
import { campaignPeople, type FilledClinic, fillClinic } from './filled-clinic.ts';
import { startLocalStack } from './local-stack.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    readme: { type: 'boolean', default: false },
    'first-port': { type: 'string', default: '8877' },
  },
});
const only = values.only?.split(',') ?? null;
const folder = path.resolve(import.meta.dirname, '../screenshots');
const WIDTHS = { desktop: { width: 1280, height: 900 }, phone: { width: 375, height: 812 } } as const;
/** What README shows, cut where the picture says enough. */
const OF_README = { today: 900, 'call-red-flag': 940, campaign: 900 } as const;
const first = Number(values['first-port']);

mkdirSync(folder, { recursive: true });
const [stack, browser] = await Promise.all([
  startLocalStack({
    ...{ keep: false, stateFolder: path.resolve(folder, '../../.state/screenshots') },
    withFhir: true,
    ports: { access: first, worker: first + 1, telnyx: first + 2 },
    engine: { personas: [...personas, ...campaignPeople] },
  }),
  launchBrowser(),
]);
try {
  const clinic = await fillClinic(stack);
  await (values.readme ? shootForReadme(clinic) : shootAll(clinic));
} finally {
  await browser.close();
  await stack.stop();
}

async function signedIn(options: BrowserContextOptions): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  await page.goto(`${stack.access.url}/dashboard`);
  await page.getByRole('button', { name: /Ada Admin/ }).click();
  return page;
}

async function shootForReadme(clinic: FilledClinic): Promise<void> {
  const page = await signedIn({ viewport: WIDTHS.desktop });
  for (const [name, height] of Object.entries(OF_README)) {
    const address = dashboardPages(clinic).find((each) => each.name === name)?.path;
    await page.setViewportSize({ ...WIDTHS.desktop, height });
    await page.goto(`${stack.access.url}${address}`);
    await page.waitForLoadState('networkidle');
    const file = `.github/${name}.jpg`;
    await page.screenshot({ path: path.resolve(folder, '../..', file), type: 'jpeg', quality: 75 });
    process.stdout.write(`${file}\n`);
  }
}

async function shootAll(clinic: FilledClinic): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [device, viewport] of Object.entries(WIDTHS)) {
      const page = await signedIn({ viewport, colorScheme });
      for (const { name, path: address } of dashboardPages(clinic)) {
        if (only !== null && !only.includes(name)) continue;
        await page.goto(`${stack.access.url}${address}`);
        await page.waitForLoadState('networkidle');
        const file = `${name}.${device}.${colorScheme}.png`;
        await page.screenshot({ path: path.join(folder, file), fullPage: true });
        process.stdout.write(`test/screenshots/${file}\n`);
      }
      await page.context().close();
    }
}
