/**
 * Uploaded audio in a real browser: three files are sent at once, one of which is no audio; two are written down, one of them a recording
 * that the simulator made and knows by its words; one fails, is tried again, read in place, downloaded and deleted.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { renderRecording } from '../../src/simulator/recording-audio.ts';
import type { Recording } from '../../src/simulator/recordings.ts';
import { launchBrowser } from '../support/browser.ts';
import { givenWav } from '../support/given-audio.ts';
import { type LocalStack, startLocalStack } from '../tools/local-stack.ts';
import { PORTS, stackPorts } from './ports.ts';

const screenshots = path.resolve(import.meta.dirname, '../screenshots');
const stateFolder = mkdtempSync(path.join(tmpdir(), 'transcribe-'));
const RECORDING: Recording = {
  ...{ id: 'rec-1', format: 'mp3', channels: 'dual', startedAt: 1_000_000, endedAt: 1_012_000, initiatedBy: 'api' },
  ...{ callControlId: 'c', callLegId: 'l', callSessionId: 's', connectionId: 'x', from: '+1', to: '+1', callId: null },
  marks: [
    { atMs: 1_000_500, durationMs: 4_000, side: 'clinic', tones: [440], words: 'What brings you in today?' },
    { atMs: 1_006_000, durationMs: 2_000, side: 'patient', tones: [700], words: 'My left knee hurts.' },
  ],
};
let stack: LocalStack;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

const fileAt = (name: string, bytes: Uint8Array): string => {
  const file = path.join(stateFolder, name);
  writeFileSync(file, bytes);
  return file;
};

beforeAll(async () => {
  mkdirSync(screenshots, { recursive: true });
  [stack, browser] = await Promise.all([
    startLocalStack({ keep: false, stateFolder, ports: stackPorts(PORTS.transcribe), engine: { personas: [] } }),
    launchBrowser(),
  ]);
  stack.telnyx.engine.recordings.save(RECORDING);
  await stack.worker.ready();
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(10_000);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${stack.access.url}/dashboard`);
  await page.getByRole('button', { name: /Ada Admin/ }).click();
  await page.waitForURL('**/dashboard/today');
  await page.getByRole('link', { name: 'Transcribe' }).click();
  await page.getByText('No audio has been sent yet').waitFor();
  // By its script, which comes after the page, it takes several files.
  await page.locator('input[type=file][multiple]').waitFor();
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  rmSync(stateFolder, { recursive: true, force: true });
});

const shot = (name: string) => page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });
const axe = readFileSync(path.resolve(import.meta.dirname, '../../node_modules/axe-core/axe.min.js'), 'utf8');
async function expectAccessible(): Promise<void> {
  await page.evaluate(axe);
  const found = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
    'axe.run().then(({ violations }) => violations)',
  );
  expect(found.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
}
const row = (name: string) => page.locator('.upload', { hasText: name });

it('sends several files one after another, and says which one is no audio', async () => {
  await shot('transcribe-empty');
  stack.telnyx.engine.transcriptions.failNext('limited');
  await page
    .getByLabel(/^Audio/)
    .setInputFiles([
      fileAt('knee.mp3', renderRecording(RECORDING)),
      fileAt('letter.mp3', new TextEncoder().encode('Dear colleague, '.repeat(200))),
      fileAt('dictation.wav', givenWav(9_000)),
    ]);
  await page.getByRole('button', { name: 'Transcribe' }).click();
  await page.locator('.sending .is-refused').getByText('not taken: This is no audio file').waitFor();
  await page.locator('.sending .is-sent').nth(1).waitFor();
  await page.locator('.upload').nth(1).waitFor();
  await page.locator('.upload .chip-good').nth(1).waitFor({ timeout: 20_000 });
  await shot('transcribe-done');
});

it('shows in place what was said, word for word', async () => {
  await row('knee.mp3').locator('.upload-said > summary').click();
  const said = row('knee.mp3').locator('.transcript');
  await said.getByText('My left knee hurts.').waitFor();
  expect((await said.locator('.line').allInnerTexts()).map((line) => line.replace(/\s+/g, ' '))).toEqual([
    '0:00 What brings you in today?',
    '0:06 My left knee hurts.',
  ]);
  await shot('transcribe-said');
});

it('tells why one failed, tries it again, and keeps what is open open', async () => {
  stack.telnyx.engine.transcriptions.faults = { malformed: 1 };
  await page.getByLabel(/^Audio/).setInputFiles(fileAt('late.wav', givenWav(4_000)));
  await page.getByRole('button', { name: 'Transcribe' }).click();
  await row('late.wav').getByText('It is tried again by itself.').waitFor({ timeout: 15_000 });
  expect(await row('knee.mp3').locator('.transcript').isVisible()).toBe(true);
  await expectAccessible();
  await shot('transcribe-failing');
  stack.telnyx.engine.transcriptions.faults = {};
  await row('late.wav').locator('.chip-good').waitFor({ timeout: 20_000 });
});

it('plays a sentence on the page of the file, and gives everything as a table', async () => {
  await page.getByRole('link', { name: 'knee.mp3' }).click();
  await page.getByRole('button', { name: /0:06/ }).click();
  await expect
    .poll(() => page.evaluate<number>('document.getElementById("player").currentTime'), { timeout: 8_000 })
    .toBeGreaterThan(6);
  await expectAccessible();
  await shot('transcription');
  await page.getByRole('link', { name: 'All files' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'TSV' }).click();
  const table = readFileSync(await (await download).path(), 'utf8');
  expect(table.trim().split('\n')).toHaveLength(4);
  expect(table).toContain('What brings you in today? My left knee hurts.');
});

it('deletes one in two steps', async () => {
  await row('dictation.wav').locator('.upload-delete > summary').click();
  await shot('transcribe-delete');
  await row('dictation.wav')
    .getByRole('button', { name: /Delete for good/ })
    .click();
  await page.getByText('The file is deleted.').waitFor();
  expect(await page.locator('.upload').count()).toBe(2);
});

it('fits a phone, in either theme', async () => {
  await page.setViewportSize({ width: 375, height: 812 });
  const address = page.url();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(address);
    await row('knee.mp3').locator('.upload-said > summary').click();
    await row('knee.mp3').locator('.transcript').waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
    await shot(`transcribe-phone-${colorScheme}`);
    await page.getByRole('link', { name: 'knee.mp3' }).click();
    await page.locator('#player').waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
    await shot(`transcription-phone-${colorScheme}`);
  }
});

it('works without script: one file, and a page that says why not', async () => {
  const context = await browser.newContext({
    javaScriptEnabled: false,
    storageState: await page.context().storageState(),
  });
  const plain = await context.newPage();
  plain.setDefaultTimeout(10_000);
  await plain.goto(`${stack.access.url}/dashboard/transcriptions`);
  await plain.getByLabel(/^Audio/).setInputFiles(fileAt('note.wav', new TextEncoder().encode('no audio')));
  await plain.getByRole('button', { name: 'Transcribe' }).click();
  await plain.getByText('Not taken. This is no audio file').waitFor();
  await plain.getByLabel(/^Audio/).setInputFiles(fileAt('note.wav', givenWav(3_000)));
  await plain.getByRole('button', { name: 'Transcribe' }).click();
  await plain.locator('.upload', { hasText: 'note.wav' }).waitFor();
  await context.close();
});

it('breaks no content security policy and throws nothing on any page it showed', () => {
  // The refusal above was asked for; a poll gives way to the next page.
  const expected = /status of 415|^htmx:(sendAbort|afterRequest)/;
  expect(complaints.filter((line) => !expected.test(line))).toEqual([]);
});
