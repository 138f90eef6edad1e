/**
 * Patients in a real browser, as the front desk works with them: put one on file, find them by name, look who it is, correct and call
 * them, be refused where the role ends; and as an administrator, who erases.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { declines } from '../../src/simulator/refusing-personas.ts';
import { launchBrowser } from '../support/browser.ts';
import { type LocalStack, startLocalStack } from '../tools/local-stack.ts';
import { PORTS, stackPorts } from './ports.ts';

const screenshots = path.resolve(import.meta.dirname, '../screenshots');
const stateFolder = mkdtempSync(path.join(tmpdir(), 'patients-'));
/** Says who they are and no more: a short call. */
const person = declines;
const listFile = path.join(tmpdir(), `patients-${process.pid}.csv`);
const INTAKE = 'intake@clinic.example';
let stack: LocalStack;
let browser: Browser;
let page: Page;
let patientPath = '';
const complaints: string[] = [];

beforeAll(async () => {
  mkdirSync(screenshots, { recursive: true });
  writeFileSync(listFile, 'phone,first_name,last_name\n+12125550161,Bo,Lee\nnonsense,Kim,Lee\n');
  [stack, browser] = await Promise.all([
    startLocalStack({ keep: false, stateFolder, ports: stackPorts(PORTS.patients), engine: { personas: [person] } }),
    launchBrowser(),
  ]);
  await stack.worker.ready();
  await stack.api('POST', '/api/staff', { email: INTAKE, roles: ['intake'] });
  page = await signedIn(INTAKE);
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  rmSync(stateFolder, { recursive: true, force: true });
  rmSync(listFile, { force: true });
});

async function signedIn(email: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const opened = await context.newPage();
  opened.setDefaultTimeout(15_000);
  opened.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  opened.on('pageerror', (error) => complaints.push(error.message));
  await opened.goto(`${stack.access.url}/dashboard/patients`);
  await opened.getByLabel('Another e-mail address').fill(email);
  await opened.getByRole('button', { name: 'Sign in' }).last().click();
  await opened.waitForURL('**/dashboard/patients');
  return opened;
}
const shot = (name: string) => page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });
/** axe by way of the debugger: the page's own policy lets no script in. */
async function violations(): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const run = async (expression: string) =>
    (await session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })).result.value;
  await run(axe.source);
  return (await run(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + " " + nodes[0].html))',
  )) as string[];
}

it('puts a patient on file, saying beside each field what is wrong and losing nothing', async () => {
  await page.getByText('Nobody on file yet').waitFor();
  expect(await violations()).toEqual([]);
  await shot('patients-empty');
  await page.getByRole('link', { name: 'New patient' }).click();
  await page.getByLabel('First name').fill(person.firstName);
  await page.getByLabel('Family name').fill(person.lastName);
  await page.getByLabel('Birth date').fill(person.dateOfBirth ?? '');
  await page.getByLabel('Telephone number').fill('12345');
  await page.getByLabel('Record number').fill('MRN-77');
  await page.getByRole('button', { name: 'Put on file' }).click();
  await page.getByText('This is not a US number that can be called.').waitFor();
  expect(await page.getByLabel('Family name').inputValue()).toBe(person.lastName);
  expect(await page.getByLabel('Telephone number').getAttribute('aria-invalid')).toBe('true');
  expect(await violations()).toEqual([]);
  await shot('patient-new-problem');
  await page.getByLabel('Telephone number').fill(person.phone);
  await page.getByRole('button', { name: 'Put on file' }).click();
  await page.getByText('The patient is on file.').waitFor();
  patientPath = new URL(page.url()).pathname;
});

it('finds them by name, shows initials and last digits, and more only when asked', async () => {
  await page.getByRole('link', { name: 'Patients', exact: true }).click();
  await page.getByLabel('Family name').fill(person.lastName.toUpperCase());
  await page.getByRole('button', { name: 'Find' }).click();
  await page.waitForURL('**/dashboard/patients/search');
  expect(page.url()).not.toContain(person.lastName);
  await shot('patients-found');
  await page.locator('.patientlist a').click();
  await page.waitForURL(`**${patientPath}`);
  expect(await page.locator('main').innerText()).not.toContain(person.lastName);
  await shot('patient');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByText(`${person.firstName} ${person.lastName}`).waitFor();
  expect(await page.evaluate('document.activeElement.id')).toBe('who');
  await shot('patient-shown');
  expect(await violations()).toEqual([]);
  await page.reload();
  expect(await page.locator('main').innerText()).not.toContain(person.lastName);
});

it('corrects what is on file', async () => {
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('State').selectOption('NY');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The changes are saved.').waitFor();
  expect(await page.locator('#who').innerText()).toContain('NY');
});

it('is told why a call is refused, keeps what was typed, states the consent, and sees the call run (S1-P3)', async () => {
  await page.locator('#call-panel > summary').click();
  await page.locator('#call_language').selectOption('en');
  await page.getByRole('button', { name: 'Place the call' }).click();
  await page.getByText('No consent to call this number is on file.').waitFor();
  expect(await page.locator('#call_language').inputValue()).toBe('en');
  expect(await violations()).toEqual([]);
  await page.locator('#call_consent_basis').selectOption('verbal');
  await page.locator('#call_consent_obtained_at').fill('2026-01-02');
  await page.locator('#call_consent_obtained_by').fill('Front desk');
  await page.locator('#call_consent_evidence').fill('Asked at the desk');
  await shot('patient-call');
  await page.getByRole('button', { name: 'Place the call' }).click();
  await page.getByText('The call is placed.').waitFor();
  await page.locator('#history .chip', { hasText: 'Declined' }).waitFor({ timeout: 30_000 });
  await page.reload();
  expect(await page.locator('#consents').innerText()).toContain('Asked at the desk');
  expect(await page.locator('#history').innerText()).toContain('Declined');
  expect(await violations()).toEqual([]);
  await shot('patient-called');
});

it('ends where the role ends: no note, no transcript, no export, no erasure', async () => {
  const main = page.getByRole('main');
  await main.waitFor();
  expect(await main.getByRole('link', { name: /^(Export|Erase)/ }).count()).toBe(0);
  expect(await page.locator('#history a').count()).toBe(0);
  const { body } = await stack.api('GET', '/api/calls');
  const [call] = (body as { items: { call_id: string }[] }).items;
  for (const address of [`/dashboard/calls/${call?.call_id}`, `${patientPath}/erase`, '/dashboard/calls']) {
    await page.goto(`${stack.access.url}${address}`);
    await page.getByRole('heading', { name: 'Not part of your role' }).waitFor();
  }
});

it('reads a list, and tells which rows were not taken', async () => {
  await page.goto(`${stack.access.url}/dashboard/patients/import`);
  expect(await violations()).toEqual([]);
  await page.getByLabel('List').setInputFiles(listFile);
  await page.getByRole('button', { name: 'Read the list' }).click();
  await page.getByText('1 row was taken. 1 was not.').waitFor({ timeout: 15_000 });
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Rows that were not taken, and why (CSV)' }).click();
  expect((await download).suggestedFilename()).toMatch(/refused\.csv$/);
  await shot('patients-import');
});

it('fits a phone, in either theme', async () => {
  await page.setViewportSize({ width: 375, height: 812 });
  for (const [name, address] of [
    ['patients-phone', '/dashboard/patients'],
    ['patient-phone', patientPath],
    ['patient-edit-phone', `${patientPath}/edit`],
    ['patients-import-phone', '/dashboard/patients/import'],
    ['roles-phone', '/dashboard/settings/roles'],
  ] as const)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(`${stack.access.url}${address}`);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
      await shot(colorScheme === 'light' ? name : `${name}-dark`);
    }
});

it('is erased by an administrator who types what is asked, and is seen to be gone', async () => {
  await page.context().close();
  page = await signedIn('admin@clinic.example');
  await page.goto(`${stack.access.url}${patientPath}`);
  await page.getByRole('link', { name: 'Erase…' }).click();
  await page.getByLabel(/to confirm/).fill('0000');
  await page.getByRole('button', { name: 'Erase this patient' }).click();
  await page.getByText('Nothing was erased').waitFor();
  expect(await violations()).toEqual([]);
  await shot('patient-erase');
  await page.getByLabel(/to confirm/).fill(person.phone.slice(-4));
  await page.getByRole('button', { name: 'Erase this patient' }).click();
  await page.getByRole('heading', { name: 'This patient was erased' }).waitFor();
  await shot('patient-erased');
  await page.goto(`${stack.access.url}/dashboard/settings/roles`);
  expect(await violations()).toEqual([]);
  await shot('roles');
});

it('breaks no content security policy and throws nothing on any page it showed', () => {
  // The refusals above were asked for; a poll gives way to the next page.
  const expected = /status of 4(03|09|22)|Error Code 409|^htmx:(sendAbort|afterRequest)/;
  expect(complaints.filter((line) => !expected.test(line))).toEqual([]);
});
