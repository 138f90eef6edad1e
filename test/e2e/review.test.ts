/** A note with a red flag in a real browser, as whoever reviews it goes through it: claim, sign with an addendum, see it signed, print. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Bundle, FhirResource, Questionnaire, QuestionnaireResponse } from 'fhir/r4';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { personas } from '../../src/simulator/personas.ts';
import { launchBrowser } from '../support/browser.ts';
import { judgeBundle, judgeResource } from '../support/judge-fhir.ts';
import { judgeResponse } from '../support/judge-response.ts';
import { type LocalStack, startLocalStack } from '../tools/local-stack.ts';
import { PORTS, stackPorts } from './ports.ts';

const screenshots = path.resolve(import.meta.dirname, '../screenshots');
const stateFolder = mkdtempSync(path.join(tmpdir(), 'review-'));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const flagged = personas.find(({ id }) => id === 'red-flag')!;
let stack: LocalStack;
let browser: Browser;
let page: Page;
let callId: string;
const complaints: string[] = [];

beforeAll(async () => {
  mkdirSync(screenshots, { recursive: true });
  [stack, browser] = await Promise.all([
    startLocalStack({ keep: false, stateFolder, ports: stackPorts(PORTS.review) }),
    launchBrowser(),
  ]);
  await stack.worker.ready();
  const { phone, firstName, lastName, dateOfBirth } = flagged;
  const obtained = { obtained_at: new Date().toISOString(), obtained_by: 'front desk', evidence: 'asked at the desk' };
  const patient = await stack.api('POST', '/api/patients', {
    ...{ phone_number: phone, first_name: firstName, last_name: lastName, date_of_birth: dateOfBirth },
    consent: { basis: 'verbal', ...obtained },
  });
  const { patient_id } = patient.body as { patient_id: string };
  const call = await stack.api('POST', '/api/calls', { phone_number: phone, patient_id });
  callId = (call.body as { call_id: string }).call_id;
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
const review = () => page.locator('#review');
/** What is wrong with the page for somebody who does not see it, or has no mouse. */
async function expectAccessible(): Promise<void> {
  await page.evaluate(axe);
  const found = await page.evaluate<string[]>(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map((node) => node.html)].join(" ")))',
  );
  expect(found).toEqual([]);
}

it('is signed only when the red flag is claimed, with an addendum, and then says by whom', async () => {
  await page.goto(`${stack.access.url}/dashboard/calls/${callId}`);
  await page.getByText('Every question was reached', { exact: false }).waitFor({ timeout: 40_000 });
  expect(await review().innerText()).toContain('A red flag is open');
  expect(await page.getByRole('button', { name: 'Sign the note' }).count()).toBe(0);
  await expectAccessible();
  await shot('review-red-flag');
  await page.locator('.red-flags').getByRole('button', { name: 'Claim' }).click();

  const words = page.getByLabel('Addendum, if there is something to add');
  await words.fill('Rang her back at once: 911 is on the way.');
  await shot('review-open');
  // The recording comes by itself meanwhile: nothing that was written is lost.
  await page.locator('#player').waitFor({ timeout: 20_000 });
  expect(await words.inputValue()).toContain('911 is on the way');
  // An answer is put right meanwhile: the note is another then, and what was written comes along.
  const pain = page.locator('[data-item="hpi.pain_level"]');
  await pain.getByText('Correct', { exact: false }).click();
  await pain.getByLabel('Answer').fill('9');
  await expectAccessible();
  await shot('review-correct');
  await pain.getByRole('button', { name: 'Save' }).click();
  await page.getByText('This is version 2 of the note').waitFor();
  expect(await pain.innerText()).toContain('The patient said: 7 (by key)');
  expect(await words.inputValue()).toContain('911 is on the way');
  const sign = page.getByRole('button', { name: 'Sign the note' });
  await sign.focus();
  await page.keyboard.press('Enter');
  await page.getByText('The note is signed, and your addendum added.').waitFor();
  expect(await page.evaluate('document.activeElement.id')).toBe('review');
  expect(await review().innerText()).toMatch(/Signed by admin@clinic\.example \(you\), \w+ \d+, \d{4}/);
  expect(await review().innerText()).toContain('911 is on the way');
  await expectAccessible();
  await shot('review-signed');
  expect((await stack.api('GET', `/api/calls/${callId}`)).body).toMatchObject({
    review: { status: 'signed', by: 'admin@clinic.example' },
  });
});

it('is a FHIR Bundle that holds the official definitions, from the page to the last addendum (FH-01)', async () => {
  const link = page.getByRole('link', { name: 'call (FHIR)' });
  expect(await link.getAttribute('href')).toBe(`/api/calls/${callId}/fhir`);
  const { body } = await stack.api('GET', `/api/calls/${callId}/fhir`);
  const bundle = body as Bundle<FhirResource>;
  expect(judgeBundle(bundle)).toEqual([]);
  const text = JSON.stringify(bundle);
  for (const part of [
    'urn:telnyx-edge-intake:red-flag',
    '"amended"',
    '"urgent"',
    'A clinician signed the note',
    '/recording',
  ])
    expect(text).toContain(part);
  const { body: questions } = await stack.api('GET', '/api/questionnaires/adult-intake/versions/1/fhir');
  expect(judgeResource(questions as Questionnaire)).toEqual([]);
  const response = bundle.entry?.find(({ resource }) => resource?.resourceType === 'QuestionnaireResponse')?.resource;
  expect(judgeResponse(response as QuestionnaireResponse, questions as Questionnaire)).toEqual([]);
});

it('is printed without what is pressed, on two pages at most, with patient, consent, red flag and signature', async () => {
  await page.emulateMedia({ media: 'print' });
  const shown = await page.locator('body').innerText();
  for (const part of [flagged.lastName, 'Intake note of an automated call', 'Consent', 'Red flag', 'Signed by', '911'])
    expect(shown).toContain(part);
  expect(shown).not.toMatch(/Sign out|Stop all dialing|Print the note|Line closed|Add an addendum|\(you\)/);
  await shot('review-print');
  const pdf = await page.pdf({ path: path.join(screenshots, 'review-print.pdf') });
  expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length).toBeLessThanOrEqual(2);
  await page.emulateMedia({ media: 'screen' });
});

it('is found in the list by its review, also on a phone', async () => {
  await page.goto(`${stack.access.url}/dashboard/calls`);
  await page.getByLabel('Review').selectOption('Not reviewed');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByText('No note waits to be reviewed.').waitFor();
  await page.getByLabel('Review').selectOption('Signed');
  await page.getByRole('button', { name: 'Show' }).click();
  expect(await page.locator('.cell-review').innerText()).toBe('Signed');
  await expectAccessible();
  await shot('calls-signed');
  await page.setViewportSize({ width: 375, height: 812 });
  for (const [name, address] of [
    ['calls-signed-phone', page.url()],
    ['review-signed-phone', `${stack.access.url}/dashboard/calls/${callId}`],
  ] as const) {
    await page.goto(address);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
    await shot(name);
  }
  expect(complaints.filter((line) => !/status of 409|Error Code 409/.test(line))).toEqual([]);
});
