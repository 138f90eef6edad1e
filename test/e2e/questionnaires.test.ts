/**
 * A questionnaire in a real browser, as a clinician changes one: edit it, see what is wrong and on which line, try it by text, save it,
 * read what differs, approve it, and see the next call ask it.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type LocalStack, startLocalStack } from '../tools/local-stack.ts';
import { PORTS, stackPorts } from './ports.ts';

const screenshots = path.resolve(import.meta.dirname, '../screenshots');
const stateFolder = mkdtempSync(path.join(tmpdir(), 'questionnaires-'));
let stack: LocalStack;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  mkdirSync(screenshots, { recursive: true });
  [stack, browser] = await Promise.all([
    startLocalStack({ keep: false, stateFolder, ports: stackPorts(PORTS.questionnaires) }),
    launchBrowser(),
  ]);
  await stack.worker.ready();
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${stack.access.url}/dashboard`);
  await page.getByRole('button', { name: /Ada Admin/ }).click();
  await page.waitForURL('**/dashboard/today');
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  rmSync(stateFolder, { recursive: true, force: true });
});

/** To hide the caret of a field it would put a style into the page, which the policy stops. */
const shot = (name: string) =>
  page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true, caret: 'initial' });
const trial = () => page.locator('#try');
const editor = () => page.getByLabel('Definition, as JSON');
const replace = async (from: string, to: string) => {
  const text = await editor().inputValue();
  expect(text).toContain(from);
  await editor().fill(text.replace(from, to));
};

it('shows what calls ask, in both languages, without anybody having called yet', async () => {
  await page.getByRole('link', { name: 'Questionnaires' }).click();
  await page.getByRole('link', { name: 'Message and reply' }).waitFor();
  await shot('questionnaires');
  await page.getByRole('link', { name: 'Adult intake' }).click();
  await page.getByText('New calls ask version 1').waitFor();
  await page.getByText('¿Tiene alguna alergia?').waitFor();
  await shot('questionnaire');
});

it('says what is wrong and where, and loses nothing', async () => {
  await page.getByRole('link', { name: 'Write a new version' }).click();
  await replace('"Please tell us, in your own words', '"You should rest. Please tell us, in your own words');
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByText('Leave out advice').waitFor();
  await page
    .getByRole('button', { name: /^Line \d+$/ })
    .first()
    .click();
  const chosen = await page.evaluate<string>('getSelection().toString()');
  expect(chosen).toContain('You should rest.');
  await shot('questionnaire-edit-problem');
  await replace('"You should rest. ', '"');
  await replace('"type": "voice",', '"type": "voice"');
  await page.getByRole('button', { name: 'Save as new version' }).click();
  await page.getByText('This is not JSON').waitFor();
  expect(await editor().inputValue()).toContain('"type": "voice"\n');
});

it('is tried by text while it is written: keys, words, a red flag, the note', async () => {
  await replace('"type": "voice"\n', '"type": "voice",\n');
  await replace('"Please tell us, in your own words', '"Good day. Please tell us, in your own words');
  await page.getByRole('button', { name: 'Start in English' }).click();
  await page.getByRole('button', { name: '1 It is me' }).click();
  await page.getByRole('button', { name: /The birth date on file/ }).click();
  await page.getByRole('button', { name: '1 Go on and record' }).click();
  await trial().getByText('Good day. Please tell us').waitFor();
  // A part of a page that has just come takes keys once it is settled.
  await page.locator('.htmx-added, .htmx-settling').first().waitFor({ state: 'detached' });
  await page.getByLabel('Say', { exact: true }).fill('My left knee is swollen');
  await page.keyboard.press('Enter');
  await trial().getByText('We heard: My left knee is swollen').waitFor();
  await page.getByRole('button', { name: '1 Keep it' }).click();
  await page.getByRole('button', { name: '2 One to three days' }).click();
  await trial().getByText('On a scale from 0 to 10').waitFor();
  await page.getByLabel('Other keys').fill('10#');
  await page.getByRole('button', { name: 'Press', exact: true }).click();
  await trial().getByText('Red flag: Pain of 10 out of 10').waitFor();
  await page.getByRole('button', { name: '2 Go on', exact: true }).click();
  await page.locator('#try .value', { hasText: 'My left knee is swollen' }).waitFor();
  await shot('questionnaire-try');
  await page.getByRole('button', { name: '*9 Stop all calls' }).click();
  await trial().getByText('The call is over: opted out.').waitFor();
  await page.getByRole('button', { name: 'Start over in Spanish' }).click();
  await trial().getByText('Esta es una llamada automática').waitFor();
});

it('is saved as a draft, compared, approved, and asked by the next call', async () => {
  await page.getByRole('button', { name: 'Save as new version' }).click();
  await page.waitForURL('**/dashboard/questionnaires/adult-intake?version=2');
  await page.getByRole('button', { name: 'Show differences' }).click();
  await page.locator('ins', { hasText: 'Good day.' }).waitFor();
  await shot('questionnaire-differences');
  await page.getByText('Approve version 2').first().click();
  await page.getByRole('button', { name: 'Approve version 2' }).click();
  await page.getByText('New calls ask version 2').waitFor();
  await page.getByText('Version 2 is approved.').waitFor();
  const consent = {
    ...{ basis: 'written', obtained_at: '2026-01-02T12:00:00Z', obtained_by: 'Front desk', evidence: 'Form 7' },
  };
  const { body } = await stack.api('POST', '/api/calls', { phone_number: '+12025550143', consent });
  expect(body).toMatchObject({ questionnaire: { id: 'adult-intake', version: 2 } });
});

it('fits a phone, in either theme, with nothing an accessibility check finds', async () => {
  const axe = path.resolve(import.meta.dirname, '../../node_modules/axe-core/axe.min.js');
  // The policy would stop the checker too.
  const looking = await browser.newContext({ bypassCSP: true, storageState: await page.context().storageState() });
  const looked = await looking.newPage();
  for (const [name, address] of [
    ['questionnaires', ''],
    ['questionnaire', '/adult-intake?version=2'],
    ['questionnaire-differences', '/adult-intake?version=2&against=1'],
    ['questionnaire-edit', '/adult-intake/edit'],
    ['questionnaire-try', '/adult-intake/try'],
  ] as const) {
    await page.goto(`${stack.access.url}/dashboard/questionnaires${address}`);
    for (const [width, colorScheme] of [
      [1280, 'dark'],
      [375, 'light'],
    ] as const) {
      await page.setViewportSize({ width, height: 812 });
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      await shot(`${name}-${width}-${colorScheme}`);
    }
    for (const colorScheme of name === 'questionnaire-try' ? (['light', 'dark'] as const) : (['light'] as const)) {
      await looked.emulateMedia({ colorScheme });
      await looked.goto(`${stack.access.url}/dashboard/questionnaires${address}`);
      await looked.addScriptTag({ path: axe });
      const found = await looked.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>('axe.run()');
      expect(found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    }
  }
  await looking.close();
});

it('breaks no content security policy and throws nothing on any page it showed', () => {
  const expected = /status of 409|Error Code 409|^htmx:(sendAbort|afterRequest)/;
  expect(complaints.filter((line) => !expected.test(line))).toEqual([]);
});
