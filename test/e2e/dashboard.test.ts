/** The dashboard in a real browser, through the Access stand-in: sign in, watch a call while it runs, read every answer. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Persona } from '../../src/simulator/persona.ts';
import { personas } from '../../src/simulator/personas.ts';
import { launchBrowser } from '../support/browser.ts';
import { type LocalStack, startLocalStack } from '../tools/local-stack.ts';
import { PORTS, stackPorts } from './ports.ts';

const screenshots = path.resolve(import.meta.dirname, '../screenshots');
const stateFolder = mkdtempSync(path.join(tmpdir(), 'dashboard-'));
const personaOf = (id: string): Persona => personas.find((persona) => persona.id === id)!;
const full = personaOf('full-recorded');
/** Nobody is reached twice a day. */
const another = personaOf('full-unrecorded');
const flagged = personaOf('red-flag');
let stack: LocalStack;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  mkdirSync(screenshots, { recursive: true });
  [stack, browser] = await Promise.all([
    startLocalStack({ keep: false, stateFolder, ports: stackPorts(PORTS.dashboard) }),
    launchBrowser(),
  ]);
  await stack.worker.ready();
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  rmSync(stateFolder, { recursive: true, force: true });
});

const placeCall = async (persona: Persona = full): Promise<string> => {
  const patient = (await stack.api('POST', '/api/patients', {
    phone_number: persona.phone,
    first_name: persona.firstName,
    last_name: persona.lastName,
    date_of_birth: persona.dateOfBirth,
    consent: {
      basis: 'verbal',
      obtained_at: new Date().toISOString(),
      obtained_by: 'front desk',
      evidence: 'asked at the desk',
    },
  })) as { body: { patient_id: string } };
  const call = await stack.api('POST', '/api/calls', {
    phone_number: persona.phone,
    patient_id: patient.body.patient_id,
  });
  expect(call.status).toBe(201);
  return (call.body as { call_id: string }).call_id;
};

const newestCall = async (): Promise<string> => {
  const { body } = await stack.api('GET', '/api/calls?limit=1');
  return (body as { items: { call_id: string }[] }).items[0]!.call_id;
};

it('asks a visitor to sign in, and shows an empty list that says how to begin', async () => {
  await page.goto(`${stack.access.url}/dashboard`);
  expect(new URL(page.url()).pathname).toBe('/cdn-cgi/access/login');
  await page.getByRole('button', { name: /Ada Admin/ }).click();
  await page.waitForURL('**/dashboard/today');
  expect(await page.locator('main').innerText()).toContain('Nothing waits for a person.');
  await page.getByRole('link', { name: 'Calls', exact: true }).click();
  expect(await page.locator('main').innerText()).toMatch(/no calls/i);
  await page.screenshot({ path: path.join(screenshots, 'calls-empty.png') });
});

it('shows a running call as it goes, and every answer when it is over', async () => {
  const callId = await placeCall();
  await page.goto(`${stack.access.url}/dashboard/calls/${callId}`);
  // The page is never reloaded here: what appears came by its own polling.
  await page.getByText('In progress', { exact: false }).first().waitFor({ timeout: 15_000 });
  await page.screenshot({ path: path.join(screenshots, 'call-running.png') });
  await page.getByText('Every question was reached', { exact: false }).waitFor({ timeout: 30_000 });
  await page.screenshot({ path: path.join(screenshots, 'call-desktop.png'), fullPage: true });

  const { body: note } = await stack.api('GET', `/api/calls/${callId}/intake-data`);
  const text = await page.locator('main').innerText();
  expect(text).toContain('Patient-reported by automated call, not reviewed');
  expect(text).toContain(`${full.firstName} ${full.lastName}`);
  const shown = await page
    .locator('[data-item]')
    .evaluateAll((rows) =>
      Object.fromEntries(
        rows.map((row) => [row.getAttribute('data-item'), (row.textContent ?? '').replace(/\s+/g, ' ')]),
      ),
    );
  const sections = note as unknown as Record<
    string,
    Record<string, { state: string; value?: unknown; display?: string }>
  >;
  for (const section of ['hpi', 'ample', 'family_history']) {
    for (const [name, answer] of Object.entries(sections[section]!)) {
      const expected =
        answer.display ??
        (answer.value === true
          ? 'Yes'
          : answer.value === false
            ? 'No'
            : answer.value === undefined || answer.value === null
              ? ''
              : String(answer.value));
      expect(shown[`${section}.${name}`], `${section}.${name}`).toContain(expected);
    }
  }
  expect(Object.keys(shown)).toHaveLength(14);
});

it('says that a hang-up was not done until it is, whatever works meanwhile; then the call ends', async () => {
  const callId = await placeCall(another);
  await page.goto(`${stack.access.url}/dashboard/calls/${callId}`);
  await page.getByText('In progress', { exact: false }).first().waitFor({ timeout: 15_000 });
  page.on('dialog', (dialog) => void dialog.accept());
  await page.route('**/hangup', (route) => route.fulfill({ status: 503, body: '' }));
  await page.getByRole('button', { name: 'Hang up' }).click();
  await page.locator('#not-done').waitFor();
  await page.waitForResponse((response) => response.url().includes('/dashboard/fragments/') && response.ok());
  expect(await page.locator('#not-done').isVisible()).toBe(true);

  await page.unroute('**/hangup');
  await page.getByRole('button', { name: 'Hang up' }).click();
  await page.locator('#not-done').waitFor({ state: 'hidden' });
  await page.getByText('The call ended early', { exact: false }).waitFor({ timeout: 15_000 });
  expect((await stack.api('GET', `/api/calls/${callId}`)).body).toMatchObject({ status: 'partial' });
});

it('shows a red flag while the call still runs; claimed by keyboard it is everybody else’s worry no more', async () => {
  const callId = await placeCall(flagged);
  await page.goto(`${stack.access.url}/dashboard/calls/${callId}`);
  const panel = page.locator('.red-flags');
  await panel.waitFor({ timeout: 20_000 });
  await page.getByText('The note is written when the call is over.').waitFor();
  expect(await panel.innerText()).toMatch(/chest pain/i);
  expect(await panel.innerText()).toContain('recognised in free speech, unverified');
  // Read out once, from a place that no poll replaces; counted beside "Tasks".
  expect(await page.locator('#news').textContent()).toContain('Red flag in this call.');
  await page.locator('#alerts', { hasText: /^1/ }).waitFor();
  await page.screenshot({ path: path.join(screenshots, 'red-flag-running.png') });

  const claim = panel.getByRole('button', { name: 'Claim' });
  await claim.focus();
  await page.keyboard.press('Enter');
  await page.getByText('is yours now').waitFor();
  await page.waitForResponse((response) => response.url().includes('/dashboard/fragments/') && response.ok());
  expect(await page.locator('#outcome').innerText()).toContain('is yours now');
  expect(await page.evaluate('document.activeElement.className')).toBe('task');
  await expect.poll(() => page.locator('#alerts').innerText(), { timeout: 20_000 }).toBe('');
  await page.getByText('Every question was reached', { exact: false }).waitFor({ timeout: 30_000 });
  expect(await panel.innerText()).toContain('by you');
  const { body: note } = await stack.api('GET', `/api/calls/${callId}/intake-data`);
  expect(note).toMatchObject({ red_flags: [{ rule: 'chest-pain', acknowledged_by: 'admin@clinic.example' }] });
});

it('tells whoever comes too late to a task who was faster, and has it done from the list', async () => {
  await page.goto(`${stack.access.url}/dashboard/tasks?status=claimed`);
  const row = page.getByRole('row', { name: /Red flag/ });
  await row.waitFor();
  const { body } = await stack.api('GET', '/api/tasks?status=claimed');
  const [task] = (body as { items: { task_id: string }[] }).items;
  expect((await stack.api('POST', `/api/tasks/${task?.task_id}/done`)).status).toBe(200);
  await row.getByRole('button', { name: 'Done' }).click();
  await page.getByText('had already done “Red flag”').waitFor();
  await row.waitFor({ state: 'detached' });
  await page.screenshot({ path: path.join(screenshots, 'tasks.png') });
});

it('fits a phone: nothing is wider than the screen on any page', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const [name, address] of [
    ['tasks-phone', '/dashboard/tasks?status=done'],
    ['call-phone', `/dashboard/calls/${await newestCall()}`],
    ['calls-phone', '/dashboard/calls'],
  ] as const) {
    await page.goto(`${stack.access.url}${address}`);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });
  }
  expect(await page.locator('main').innerText()).toMatch(/0143/);
  expect(await page.locator('main').innerText()).not.toContain(full.phone);
});

it('refuses somebody who signed in but has no role, and says whom to ask', async () => {
  const context = await browser.newContext();
  const stranger = await context.newPage();
  await stranger.goto(`${stack.access.url}/dashboard`);
  await stranger.locator('input[name=email]').fill('nobody@clinic.example');
  await stranger.locator('input[name=email]').press('Enter');
  await stranger.waitForURL('**/dashboard**');
  expect(await stranger.locator('main').innerText()).toMatch(/administrator/i);
  await stranger.screenshot({ path: path.join(screenshots, 'no-role.png') });
  await context.close();
});

it('breaks no content security policy and throws nothing on any page it showed', () => {
  // The refusals above were asked for.
  expect(complaints.filter((line) => !/status of (403|409|503)|Error Code (409|503)/.test(line))).toEqual([]);
});
