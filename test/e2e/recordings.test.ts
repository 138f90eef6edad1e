/**
 * One recorded call of a patient whose every word is marked, from the phone to the player; then a search of everything this machine
 * has written for those marks, and the erasure, also against an older copy of the database put back in its place.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Mp3Channel } from '../../src/domain/audio/mp3-channel.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { personas } from '../../src/simulator/personas.ts';
import { renderRecording } from '../../src/simulator/recording-audio.ts';
import { launchBrowser } from '../support/browser.ts';
import { searchLeaks, sink, sinksUnder } from '../support/search-leaks.ts';
import { type LocalStack, startLocalStack } from '../tools/local-stack.ts';
import { PORTS, stackPorts } from './ports.ts';

const full = personas.find(({ id }) => id === 'full-recorded')!;
/** Words that nothing else in the product says. */
const marked: Persona = {
  ...full,
  id: 'marked',
  phone: '+12025550187',
  firstName: 'Zyxwquartz',
  lastName: 'Vbnmplinth',
  dateOfBirth: '1957-11-23',
  keys: {
    ...full.keys,
    birth_date: ['11231957#'],
    'hpi.chief_complaint': [{ say: ['flumboozle in my gronkle'] }],
    'ample.allergies_detail': [{ say: ['quixotane'] }],
  },
};
const MARKS = [
  ...['Zyxwquartz', 'zyxwquartz', 'Vbnmplinth', 'vbnmplinth', '1957-11-23', '11231957', '+12025550187', '2025550187'],
  ...['flumboozle in my gronkle', 'flumboozle', 'gronkle', 'quixotane', 'Evidencemark'],
];

const stateFolder = mkdtempSync(path.join(tmpdir(), 'recordings-'));
const olderDatabase = mkdtempSync(path.join(tmpdir(), 'older-database-'));
const database = path.join(stateFolder, 'v3/d1');
const ports = stackPorts(PORTS.recordings);
// Telnyx' copy stays, so that ours can be compared with it.
const options = { ports, stateFolder, engine: { personas: [marked] }, variables: { DELETE_AT_TELNYX: 'false' } };
let stack: LocalStack;
let browser: Browser;
let page: Page;
let patientId: string;
let callId: string;
const addresses: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  [stack, browser] = await Promise.all([startLocalStack({ ...options, keep: false }), launchBrowser()]);
  await stack.worker.ready();
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on('request', (request) => addresses.push(request.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  for (const folder of [stateFolder, olderDatabase]) rmSync(folder, { recursive: true, force: true });
});

const get = async (address: string) =>
  (await stack.api('GET', address)) as { status: number; body: Record<string, never> };

async function until<T>(ask: () => Promise<T | null | false>, limitMs = 30_000): Promise<T> {
  for (const deadline = Date.now() + limitMs; ; ) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`still not so: ${ask}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

it('the recording of a call is fetched while its page is open, and what is played is what the line carried, sample by sample (S1-F13, S1-P7)', async () => {
  const patient = await stack.api('POST', '/api/patients', {
    phone_number: marked.phone,
    first_name: marked.firstName,
    last_name: marked.lastName,
    date_of_birth: marked.dateOfBirth,
    external_id: 'REC-1',
    consent: {
      ...{ basis: 'verbal', obtained_at: new Date().toISOString() },
      ...{ obtained_by: 'Evidencemark clerk', evidence: 'Evidencemark form' },
    },
  });
  patientId = (patient.body as { patient_id: string }).patient_id;
  const placed = await stack.api('POST', '/api/calls', { phone_number: marked.phone, patient_id: patientId });
  callId = (placed.body as { call_id: string }).call_id;
  await page.goto(`${stack.access.url}/dashboard`);
  await page.getByRole('button', { name: /Ada Admin/ }).click();
  await page.waitForURL('**/dashboard/today');
  await page.goto(`${stack.access.url}/dashboard/calls/${callId}`);
  // Never reloaded: the player comes by the page's own polling.
  await page.locator('#player').waitFor({ timeout: 40_000 });

  const [recording] = stack.telnyx.engine.recordings.all();
  const carried = renderRecording(recording!);
  const played = await page.evaluate<number[]>(`(async () => {
    const answer = await fetch('/api/calls/${callId}/recording');
    return [...new Uint8Array(await answer.arrayBuffer())];
  })()`);
  expect(played.length).toBeGreaterThan(5000);
  expect(Buffer.from(played).equals(Buffer.from(carried))).toBe(true);
  const decoded = await page.evaluate<{ seconds: number; channels: number; loudest: number[] }>(`(async () => {
    const bytes = await (await fetch('/api/calls/${callId}/recording')).arrayBuffer();
    const audio = await new OfflineAudioContext(2, 1, 16000).decodeAudioData(bytes);
    const loudest = [0, 1].map((channel) => audio.getChannelData(channel).reduce((most, level) => Math.max(most, Math.abs(level)), 0));
    return { seconds: audio.duration, channels: audio.numberOfChannels, loudest };
  })()`);
  const seconds = (recording!.endedAt - recording!.startedAt) / 1000;
  expect(Math.abs(decoded.seconds - seconds)).toBeLessThan(0.2);
  expect(decoded.channels).toBe(2);
  for (const loudness of decoded.loudest) expect(loudness).toBeGreaterThan(0.01);
});

interface Line {
  readonly speaker: string;
  readonly text: string;
  readonly item: string;
  readonly offset_ms: number;
  readonly end_offset_ms: number;
}

it('each channel alone sounds as it does in the recording, sample by sample, and can be played (S2-F4)', async () => {
  const [recording] = stack.telnyx.engine.recordings.all();
  const both = renderRecording(recording!);
  for (const channel of [0, 1]) {
    const reader = new Mp3Channel(channel, 0);
    const alone = reader.file(reader.push(both));
    const { channels, apart, loudest } = await page.evaluate<{
      channels: number;
      apart: number;
      loudest: number;
    }>(`(async () => {
      const decoded = (bytes) => new OfflineAudioContext(2, 1, 16000).decodeAudioData(new Uint8Array(bytes).buffer);
      const [both, alone] = [await decoded(${JSON.stringify([...both])}), await decoded(${JSON.stringify([...alone])})];
      const [here, there] = [alone.getChannelData(0), both.getChannelData(${channel})];
      const most = (level) => here.reduce((max, _, i) => Math.max(max, Math.abs(level(i))), 0);
      return { channels: alone.numberOfChannels, apart: most((i) => here[i] - there[i]), loudest: most((i) => here[i]) };
    })()`);
    expect(channels).toBe(1);
    expect(loudest).toBeGreaterThan(0.01);
    expect(apart).toBeLessThan(1e-4);
  }
});

it('is written down from its audio while the page is open: who spoke, to which question, within half a second of each answer (S2-F4, C6)', async () => {
  const written = await until(async () => {
    const { body } = await get(`/api/calls/${callId}/transcripts?source=recording`);
    const { items, from_recording: of } = body as unknown as {
      items: Line[];
      from_recording: { status: string } | null;
    };
    return of?.status === 'done' && items;
  });
  const call = (await get(`/api/calls/${callId}`)).body as unknown as { telnyx: { call_control_id: string } };
  const { utterances } = stack.telnyx.engine.record(call.telnyx.call_control_id)!;
  const [recording] = stack.telnyx.engine.recordings.all();
  const words = written.filter(({ speaker }) => speaker === 'patient');
  expect(words.map(({ text, item }) => [item, text])).toEqual(utterances.map(({ step, said }) => [step, said]));
  for (const [i, { startedAt, endedAt }] of utterances.entries()) {
    expect(Math.abs(recording!.startedAt + words[i]!.offset_ms - startedAt)).toBeLessThan(500);
    expect(Math.abs(recording!.startedAt + words[i]!.end_offset_ms - endedAt!)).toBeLessThan(500);
  }
  // As the note has its answers, which nothing of this has changed.
  const note = (await get(`/api/calls/${callId}/intake-data`)).body as unknown as {
    hpi: { chief_complaint: { value: string; offset_ms: number } };
    version: number;
  };
  const { value, offset_ms: offsetMs } = note.hpi.chief_complaint;
  const said = words.find(({ item }) => item === 'hpi.chief_complaint')!;
  expect(said.text).toBe(value);
  expect(Math.abs(said.end_offset_ms - offsetMs)).toBeLessThan(500);
  expect(written.some(({ speaker, text }) => speaker === 'agent' && text.includes('main reason'))).toBe(true);

  const shown = page.locator('#spoken-said');
  await shown.waitFor({ timeout: 20_000 });
  await shown.locator('summary').click();
  await shown.getByText('flumboozle in my gronkle', { exact: true }).waitFor();
  expect(await shown.locator('.line').count()).toBe(written.length);
});

it('an answer’s second starts the player there, and the transcript follows in its own box', async () => {
  const button = page.locator('[data-item="ample.events"] .seek');
  const from = Number(await button.getAttribute('data-seek')) / 1000;
  expect(from).toBeGreaterThan(0);
  await button.focus();
  const scrolled = await page.evaluate('window.scrollY');
  await page.keyboard.press('Enter');
  const playing = 'document.getElementById("player").paused ? 0 : document.getElementById("player").currentTime';
  await until(async () => Number(await page.evaluate(playing)) >= from);
  const current = page.locator('#said .line[aria-current=true]');
  await current.waitFor();
  const at = Number(await current.getAttribute('data-offset')) / 1000;
  const now = Number(await page.evaluate('document.getElementById("player").currentTime'));
  expect(at).toBeLessThanOrEqual(now);
  expect(await page.evaluate('document.getElementById("said").open')).toBe(true);
  expect(await page.evaluate('window.scrollY')).toBe(scrolled);
  // The player stays in sight however far one reads.
  await page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
  expect(await page.locator('#player').isVisible()).toBe(true);
  expect((await page.locator('#player').boundingBox())?.y).toBeGreaterThanOrEqual(0);
  await page.evaluate('document.getElementById("player").currentTime = 0.2');
  await until(async () => Number(await page.evaluate('document.getElementById("player").currentTime')) < from);
  await page.evaluate('document.getElementById("player").pause()');
  await page.setViewportSize({ width: 375, height: 812 });
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
  expect(complaints).toEqual([]);
});

it('nothing of the patient stands in D1, R2, Durable Objects, logs or addresses, in any encoding (HS-04, LG-05, T13, HS-09)', async () => {
  await page.close();
  await stack.stop();
  cpSync(database, olderDatabase, { recursive: true });
  const [recording] = stack.telnyx.engine.recordings.all();
  const audio = Buffer.from(renderRecording(recording!)).subarray(1000, 1064);
  const files = sinksUnder(stateFolder, ['secrets.json']);
  const heard = files.filter(({ contents }) => contents.includes(audio)).map(({ name }) => `${name}: audio`);
  const found = [...searchLeaks(files, MARKS), ...heard];
  expect(found).toEqual([]);
  const { log } = stack.telnyx.engine;
  const asked = log.flatMap((entry) =>
    entry.kind === 'request' ? [`${entry.path}?${JSON.stringify(entry.query)}`] : [entry.url],
  );
  expect(searchLeaks([sink('addresses', [...addresses, ...asked])], MARKS)).toEqual([]);
  // Not vacuous: the search looked where things are, and finds what is there.
  const places = ['v3/d1', 'v3/r2', 'IntakeSession', 'KeyVault', 'worker.log'];
  expect(places.filter((place) => !files.some(({ name }) => name.includes(place)))).toEqual([]);
  const everything = Buffer.concat(files.map(({ contents }) => contents));
  expect([patientId, callId, 'recording.stored'].filter((text) => !everything.includes(text))).toEqual([]);
});

it('an erased patient is gone, and an older copy of the database brings nothing back (C74, X13, HS-21, T19)', async () => {
  stack = await startLocalStack({ ...options, keep: true });
  await stack.worker.ready();
  expect((await get(`/api/patients/${patientId}`)).body).toMatchObject({ first_name: marked.firstName });
  const erasing = await stack.api('DELETE', `/api/patients/${patientId}`);
  expect(erasing.status).toBe(202);
  const { job_id: jobId } = erasing.body as { job_id: string };
  await until(async () => ((await get(`/api/jobs/${jobId}`)).body as { status?: string }).status === 'done');
  await expectNothing();
  // No audio; what the vault keeps of itself is text.
  const blobs = path.join(stateFolder, 'v3/r2/telnyx-edge-intake/blobs');
  const left = readdirSync(blobs).map((name) => readFileSync(path.join(blobs, name)));
  expect(left.filter((bytes) => bytes[0] !== 0x7b)).toEqual([]);

  await stack.stop();
  rmSync(database, { recursive: true });
  cpSync(olderDatabase, database, { recursive: true });
  stack = await startLocalStack({ ...options, keep: true });
  await stack.worker.ready();
  // The rows are there again, and open for nobody.
  await expectNothing();
});

async function expectNothing(): Promise<void> {
  expect((await get(`/api/patients/${patientId}`)).status).toBe(404);
  expect((await get(`/api/calls/${callId}`)).status).toBe(404);
  for (const part of ['intake-data', 'transcripts', 'events', 'recording'])
    expect((await get(`/api/calls/${callId}/${part}`)).status, part).toBe(404);
  expect((await get('/api/patients?external_id=REC-1')).body).toMatchObject({ items: [] });
  expect((await get('/api/calls')).body).toMatchObject({ items: [] });
}
