/**
 * A campaign in a real browser, as whoever runs one goes through it: upload a list with bad rows, read the verdicts and the pre-flight,
 * make a test call, start, pause, go on, stop all dialing from another page, and see everybody settled.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { crowd } from '../../src/simulator/crowd.ts';
import { fullRecorded, fullUnrecorded } from '../../src/simulator/interview-personas.ts';
import { declines, voicemail } from '../../src/simulator/refusing-personas.ts';
import { launchBrowser } from '../support/browser.ts';
import { TESTER } from '../tools/campaign-desk.ts';
import { type LocalStack, startLocalStack } from '../tools/local-stack.ts';
import { PORTS, stackPorts } from './ports.ts';

const screenshots = path.resolve(import.meta.dirname, '../screenshots');
const stateFolder = mkdtempSync(path.join(tmpdir(), 'campaign-pages-'));
const PHONES = Array.from({ length: 12 }, (_, n) => `+1212555${String(n + 110).padStart(4, '0')}`);
const people = crowd(1, PHONES, [fullRecorded, fullUnrecorded, declines, voicemail]);
const listFile = path.join(stateFolder, 'list.csv');
let stack: LocalStack;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  mkdirSync(screenshots, { recursive: true });
  [stack, browser] = await Promise.all([
    startLocalStack({
      ...{ keep: false, stateFolder, ports: stackPorts(PORTS.campaignPages) },
      engine: { personas: people },
    }),
    launchBrowser(),
  ]);
  await stack.worker.ready();
  const rows = people.map(({ phone, firstName, lastName, dateOfBirth, id }) =>
    [phone, firstName, lastName, dateOfBirth ?? '', id].join(','),
  );
  const bad = ['not a number,Kim,Lee,,bad-1', rows[0]];
  writeFileSync(listFile, ['phone,first_name,last_name,date_of_birth,external_id', ...rows, ...bad].join('\n'));
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => void dialog.accept());
  await page.goto(`${stack.access.url}/dashboard`);
  await page.getByRole('button', { name: /Ada Admin/ }).click();
  await page.waitForURL('**/dashboard/today');
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  rmSync(stateFolder, { recursive: true, force: true });
});

const shot = (name: string) => page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });

it('says what is wrong beside each field and loses nothing, not even the file', async () => {
  await page.getByRole('link', { name: 'Campaigns', exact: true }).click();
  await page.getByText('No campaigns yet').waitFor();
  await shot('campaigns-empty');
  await page.getByRole('link', { name: 'Make a campaign' }).click();
  await page.getByLabel('Name').fill('Autumn intake');
  await page.getByLabel('List').setInputFiles(listFile);
  await page.getByLabel('Basis').selectOption('written');
  await page.getByLabel('Obtained on').fill('2026-01-02');
  await page.getByLabel('Obtained by').fill('Front desk');
  await page.getByLabel('Evidence').fill('Form 7');
  await page.getByLabel('Calls a second').fill('2');
  await page.getByLabel('Tries a person').fill('1');
  // What the browser lets pass and the service does not.
  await page.getByLabel('Name').fill('—');
  await page.getByRole('button', { name: 'Read the list' }).click();
  await page.getByText('Give it a name.').waitFor();
  expect(await page.evaluate('document.activeElement.id')).toBe('name');
  expect(await page.getByLabel('Name').getAttribute('aria-invalid')).toBe('true');
  await shot('campaign-new-problem');
  await page.getByLabel('Name').fill('Autumn intake');
  await page.getByRole('button', { name: 'Read the list' }).click();
  await page.waitForURL('**/dashboard/campaigns/cmp_*');
});

it('tells which rows were not taken, whom it would call, and lets staff hear it', async () => {
  await page.getByText('12 people taken from the list, 2 rows not:').waitFor({ timeout: 20_000 });
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download the rows that were not taken' }).click();
  expect((await download).suggestedFilename()).toMatch(/refused\.csv$/);
  await page.getByRole('button', { name: 'Make the pre-flight' }).click();
  await page.getByText('called at once').waitFor();
  expect(await page.locator('.receipt').innerText()).toContain('12 people');

  // What is being typed survives the page's own fetching.
  await page.getByLabel('Telephone of a member of staff').fill('(202) 555-01');
  await page.waitForResponse((response) => response.url().includes('shown=') && response.ok());
  expect(await page.getByLabel('Telephone of a member of staff').inputValue()).toBe('(202) 555-01');
  await page.getByRole('button', { name: 'Make a test call' }).click();
  await page.getByText('This is not a US number that can be called.').waitFor();
  await page.getByLabel('Telephone of a member of staff').fill(TESTER);
  await page.getByRole('button', { name: 'Make a test call' }).click();
  await page.getByText('Somebody of the clinic has heard it.').waitFor({ timeout: 60_000 });
  await shot('campaign-ready');
});

it('starts for whoever types its name, is paused and goes on', async () => {
  await page.getByLabel('Type Autumn intake to confirm').fill('Autumn intake');
  await page.getByRole('button', { name: 'Start calling' }).click();
  await page.getByText('“Autumn intake” is started.').waitFor();
  await page.locator('.call-links a').first().waitFor({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Somebody paused it.').waitFor();
  await shot('campaign-paused');
  await page.getByRole('button', { name: 'Go on', exact: true }).click();
  await page.getByText('“Autumn intake” goes on.').waitFor();
});

it('all dialing is stopped from any page, seen on the others, and goes on', async () => {
  await page.goto(`${stack.access.url}/dashboard/tasks`);
  await page.getByText('Stop all dialing').click();
  await shot('stop-dialing');
  await page.getByRole('button', { name: 'Stop dialing', exact: true }).click();
  await page.getByText('All dialing is stopped.').first().waitFor();
  expect((await stack.api('GET', '/api/dialing')).body).toMatchObject({
    stopped: true,
    stopped_by: 'admin@clinic.example',
  });
  await page.goto(`${stack.access.url}/dashboard/campaigns`);
  await page.locator('.stopped').waitFor();
  await shot('campaigns-stopped');
  await page.getByRole('button', { name: 'Go on dialing' }).click();
  await page.locator('.stopped').waitFor({ state: 'detached' });
  expect((await stack.api('GET', '/api/dialing')).body).toMatchObject({ stopped: false });
});

it('shows everybody settled at the end, each with a way to every call', async () => {
  await page.getByRole('link', { name: 'Autumn intake' }).click();
  await page.getByText('12 of 12 people settled').waitFor({ timeout: 110_000 });
  await page.locator('#campaign .chip', { hasText: 'Completed' }).waitFor();
  expect(await page.locator('.call-links a').count()).toBeGreaterThanOrEqual(12);
  await shot('campaign-completed');
  await page.locator('.call-links a').first().click();
  await page.waitForURL('**/dashboard/calls/call_*');
});

it('fits a phone, in either theme', async () => {
  const { body } = await stack.api('GET', '/api/campaigns');
  const [campaign] = (body as { items: { campaign_id: string }[] }).items;
  await page.setViewportSize({ width: 375, height: 812 });
  for (const [name, address] of [
    ['campaigns-phone', '/dashboard/campaigns'],
    ['campaign-phone', `/dashboard/campaigns/${campaign?.campaign_id}`],
    ['campaign-new-phone', '/dashboard/campaigns/new'],
  ] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(`${stack.access.url}${address}`);
      await page.getByText('Stop all dialing').click();
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
      await shot(colorScheme === 'light' ? name : `${name}-dark`);
    }
  }
});

it('breaks no content security policy and throws nothing on any page it showed', () => {
  // The refusals above were asked for; a poll gives way to what somebody presses, and to the next page.
  const expected = /status of 409|Error Code 409|^htmx:(sendAbort|afterRequest)/;
  expect(complaints.filter((line) => !expected.test(line))).toEqual([]);
});
