/** The command line at the real worker, through the stand-ins: what an operator does on a day. The first commands are processes of their own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { crowd } from '../../src/simulator/crowd.ts';
import { declines } from '../../src/simulator/refusing-personas.ts';
import { redFlag } from '../../src/simulator/urgent-personas.ts';
import { runCli } from '../cli/given-service.ts';
import { givenWav } from '../support/given-audio.ts';
import { TESTER } from '../tools/campaign-desk.ts';
import { type LocalStack, startLocalStack } from '../tools/local-stack.ts';
import { PORTS, stackPorts } from './ports.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'cli-'));
const people = crowd(1, ['+12125550131', '+12125550132'], [declines]);
const ports = stackPorts(PORTS.cli);
let stack: LocalStack;

beforeAll(async () => {
  stack = await startLocalStack({
    ...{ keep: false, stateFolder: path.join(folder, 'state'), ports },
    engine: { personas: [redFlag, ...people] },
    admins: ['second@clinic.example'],
  });
  await stack.worker.ready();
});
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Signed in by nothing but the port, as on any machine where the stand-ins run. */
const env = { TELNYX_EDGE_INTAKE_URL: `http://localhost:${ports.access}`, TZ: 'America/New_York' };

const cli = (given: readonly string[], input = '') =>
  runCli(null, given, { input, env, root, pause: (ms) => pause(ms) });

/** As a person, signed in as "cloudflared access token" would. */
const cliAs = async (email: string, given: readonly string[], input = '') => {
  const signedIn = { ...env, CF_ACCESS_TOKEN: await stack.access.mintToken(email) };
  return runCli(null, given, { input, env: signedIn, root, pause: (ms) => pause(ms) });
};

function cliProcess(given: readonly string[], input = ''): Promise<{ code: number | null; out: string; err: string }> {
  const { PATH, HOME } = process.env;
  const main = path.join(root, 'src/cli/main.ts');
  const child = spawn(process.execPath, [main, ...given], { cwd: folder, env: { ...env, PATH, HOME } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (piece) => {
    out += piece;
  });
  child.stderr.on('data', (piece) => {
    err += piece;
  });
  child.stdin.end(input);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

/** What it says as JSON, when it ends with 0. */
async function json<T = Record<string, unknown>>(...given: readonly string[]): Promise<T> {
  const { code, out, err } = await cli([...given, '--json']);
  expect({ code, err }).toMatchObject({ code: 0 });
  return JSON.parse(out) as T;
}

const patient = {
  ...{ phone_number: redFlag.phone, first_name: redFlag.firstName, last_name: redFlag.lastName },
  ...{ date_of_birth: redFlag.dateOfBirth, external_id: 'cli-1' },
};
const CONSENT = ['--consent-basis', 'written', '--consent-by', 'front desk', '--consent-at', '2026-01-02'];
const EVIDENCE = ['--evidence', 'form 7'];
let patientId: string;
let callId: string;
let campaignId: string;

it('puts a patient on file from standard input, so that no history holds who it is (S1-C2, S1-C3)', async () => {
  const refused = await cliProcess(['call', 'start', redFlag.phone]);
  expect(refused.code).toBe(5);
  expect(refused.err).toMatch(/^no_consent: No consent to call .*--consent-basis/s);
  const made = await cliProcess(
    ['patient', 'create', '--from', '-', ...CONSENT, ...EVIDENCE, '--json'],
    JSON.stringify(patient),
  );
  expect(made.code).toBe(0);
  const { patient_id: id, phone_number: number } = JSON.parse(made.out) as Record<string, string>;
  patientId = id!;
  expect(number).toBe(`•••• ${redFlag.phone.slice(-4)}`);
  const listed = await cli(['patient', 'list', '--external-id', 'cli-1']);
  expect(listed.out).toContain(redFlag.lastName);
  expect(listed.out).not.toContain(redFlag.phone);
  expect((await cli(['patient', 'get', patientId, '--reveal'])).out).toContain(redFlag.phone);
});

it('rings the patient, tells what is said as it is said, and how it ended (S1-C4, S1-C6, S1-C11)', async () => {
  const call = await json<{ call_id: string; status: string }>('call', 'start', '--patient', patientId);
  callId = call.call_id;
  const watched = await cliProcess(['call', 'watch', callId, '--json']);
  expect(watched.code).toBe(0);
  const news = watched.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const kinds = new Set(news.map(({ kind }) => kind));
  expect([...kinds].toSorted()).toEqual(['call', 'event', 'status', 'transcript']);
  expect(news.at(-1)).toMatchObject({ kind: 'call', call_id: callId, status: 'completed', red_flags: 1 });
  // Nothing twice: as many lines as the call has.
  const { items } = await json<{ items: unknown[] }>('call', 'transcript', callId, '--source', 'live');
  expect(news.filter(({ kind }) => kind === 'transcript')).toHaveLength(items.length);
});

it('reads the note and keeps the recording, never over another file (S1-C8)', async () => {
  const note = await cli(['call', 'note', callId, '--wait']);
  expect(note.code).toBe(0);
  expect(note.out).toMatch(/hpi\.pain_level +\d+ +answered +keys/);
  expect(note.out).toContain('chest-pain');
  const file = path.join(folder, 'call.mp3');
  expect((await cli(['call', 'recording', callId, '-o', file, '--wait'])).code).toBe(0);
  const stored = await stack.bytes(`/api/calls/${callId}/recording`);
  expect(readFileSync(file).equals(stored.body)).toBe(true);
  expect(statSync(file).mode & 0o077).toBe(0);
  const again = await cli(['call', 'recording', callId, '-o', file]);
  expect(again).toMatchObject({ code: 5, err: expect.stringContaining('--force') });
});

it('claims what the call left to do, and says so when it is done already', async () => {
  const listed = await json<{ items: { task_id: string; kind: string; call_id: string }[] }>(
    'tasks',
    'list',
    '--kind',
    'red_flag',
  );
  const task = listed.items.find(({ call_id: of }) => of === callId)!;
  expect((await cli(['tasks', 'claim', task.task_id])).out).toBe('red flag is yours.\n');
  expect((await cli(['tasks', 'done', task.task_id])).code).toBe(0);
  expect(await cli(['tasks', 'done', task.task_id])).toMatchObject({
    code: 5,
    err: expect.stringMatching(/^already_done: /),
  });
});

it('reads a list, with a verdict for each bad row, and rings nobody by it', async () => {
  const file = path.join(folder, 'list.csv');
  const rows = people.map(({ phone, firstName, lastName, dateOfBirth, id }) =>
    [phone, firstName, lastName, dateOfBirth ?? '', id].join(','),
  );
  writeFileSync(
    file,
    ['phone,first_name,last_name,date_of_birth,external_id', ...rows, 'nothing,Kim,Lee,,bad-1'].join('\n'),
  );
  const made = await cli([
    'campaign',
    'create',
    file,
    '--name',
    'By hand',
    ...CONSENT,
    ...EVIDENCE,
    '--tries',
    '1',
    '--pace',
    '5',
  ]);
  expect(made.code).toBe(1);
  expect(made.out).toMatch(/3 rows: 2 taken, 1 bad_number/);
  expect(made.out).toMatch(/^1 of 3 rows were refused\. .*campaign refused imp_[0-9a-f-]{36} -o refused\.csv$/m);
  expect(made.out).toMatch(/^3 +bad_number +phone$/m);
  expect(made.err).toMatch(/^Reading the list: 100% +2 taken, 1 refused$/m);
  campaignId = /cmp_[0-9a-f-]{36}/.exec(made.out)![0];
  // Nobody is there to confirm it, and nothing was tested.
  expect((await cli(['campaign', 'start', campaignId])).code).toBe(2);
  expect(await cli(['campaign', 'start', campaignId, '--yes'])).toMatchObject({
    code: 5,
    err: expect.stringMatching(/^not_tested: /),
  });
});

it('runs it to its end, and saves what became of everybody (S2-C1)', async () => {
  const tested = await cli(['campaign', 'test-call', campaignId, TESTER, '--wait']);
  expect(tested).toMatchObject({ code: 0, out: 'Answered. The campaign may be started.\n' });
  const started = await cli(['campaign', 'start', campaignId, '--yes', '--watch']);
  expect(started.out).toContain('2 people will be called.');
  expect(started.out).toMatch(/^Campaign: 100% +completed, 2 of 2 settled/m);
  expect(started.code).toBe(0);
  // Both declined.
  expect((await cli(['campaign', 'watch', campaignId, '--strict'])).code).toBe(1);
  const file = path.join(folder, 'results.csv');
  expect((await cli(['campaign', 'results', campaignId, '--format', 'csv', '-o', file])).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toMatch(/declined/);
  expect((await cli(['campaign', 'results', campaignId, '-o', file])).code).toBe(5);
});

it('keeps a number from being called, and says so to whoever asks', async () => {
  const number = people[0]!.phone;
  expect((await cli(['suppress', 'check', '-'], `${number}\n`)).code).toBe(0);
  expect((await cli(['suppress', 'add', '-', '--reason', 'asked at the desk'], number)).code).toBe(0);
  expect((await cli(['suppress', 'check', number])).code).toBe(1);
  const { items } = await json<{ items: { suppression_id: string }[] }>('suppress', 'list', '--active');
  expect((await cli(['suppress', 'lift', items[0]!.suppression_id, '--evidence', 'form 9'])).code).toBe(0);
  expect((await cli(['suppress', 'check', number])).code).toBe(0);
});

it('tells what is kept of a patient and who saw it, and notes down what they wish and ask (HS-19, HS-22, X12)', async () => {
  const file = path.join(folder, 'patient.json');
  const legal = ['patient', 'export', patientId, '--purpose', 'legal', '--recipient', '-', '-o', file];
  expect((await cli(legal, 'The county court')).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toContain(redFlag.phone);
  expect(statSync(file).mode & 0o077).toBe(0);
  const disclosed = await json<{ items: { to: string }[] }>('patient', 'disclosures', patientId);
  expect(disclosed.items).toMatchObject([{ to: 'The county court', purpose: 'legal', what: 'export' }]);
  const seen = await cli(['patient', 'accesses', patientId, '--all']);
  expect(seen.out).toMatch(/local-tools\.access +patient\.export/);
  expect((await cli(['patient', 'flag', patientId, '--set', 'no_voicemail'])).out).toBe('Flags: no_voicemail.\n');
  const asked = await cli(['patient', 'amend', patientId, '--call', callId, '--details', '-'], 'It is the left knee.');
  const requestId = /req_[0-9a-f-]{36}/.exec(asked.out)?.[0] ?? '';
  expect((await cli(['request'])).out).toMatch(new RegExp(`${requestId} +${patientId} +amendment +open`));
  // Nothing was put right yet.
  expect(await cli(['request', 'close', requestId, '--as', 'done'])).toMatchObject({
    ...{ code: 5, err: expect.stringMatching(/^not_corrected: /) },
  });
  const corrections = '[{"item":"hpi.pain_level","state":"answered","value":4}]';
  expect((await cli(['call', 'correct', callId, '--from', '-'], corrections)).out).toContain('Version 2 is written.');
  expect((await cli(['request', 'close', requestId, '--as', 'done'])).out).toBe('Answered: done.\n');
});

it('lets people in and out, and takes an emergency from people alone (HS-02, HS-11)', async () => {
  const nurse = 'nurse@clinic.example';
  expect((await cliAs(nurse, ['tasks'])).code).toBe(3);
  expect((await cli(['staff', 'add', nurse, '--role', 'operator'])).code).toBe(0);
  const begin = ['emergency', 'begin', '--reason', '-'];
  expect(await cli(begin, 'Unconscious at the desk.')).toMatchObject({
    ...{ code: 3, err: expect.stringMatching(/^person_needed: .*CF_ACCESS_TOKEN/) },
  });
  expect((await cliAs(nurse, ['call', 'note', callId])).code).toBe(3);
  expect((await cliAs(nurse, begin, 'Unconscious at the desk.')).code).toBe(0);
  expect((await cliAs(nurse, ['call', 'note', callId])).code).toBe(0);
  expect((await cliAs(nurse, ['emergency', 'end'])).code).toBe(0);
  const taken = await json<{ items: { emergency_id: string }[] }>('emergency', 'list', '--unreviewed');
  const review = ['emergency', 'review', taken.items[0]?.emergency_id ?? '', '--verdict', 'justified'];
  expect((await cliAs('admin@clinic.example', review)).out).toBe('It is on record as justified.\n');
  expect((await cli(['emergency', '--unreviewed'])).out).toBe('All of it was looked at.\n');
  expect((await cli(['staff', 'remove', nurse, '--yes'])).code).toBe(0);
  expect((await cliAs(nurse, ['campaign', 'list'])).code).toBe(3);
});

it('erases a patient when two people say so, and not while a hold stands (HS-21, SE-20)', async () => {
  const [one, two, newcomer] = ['admin@clinic.example', 'second@clinic.example', 'new@clinic.example'];
  const erase = ['patient', 'erase', patientId, '--yes'];
  expect((await cli(['staff', 'add', newcomer, '--role', 'admin'])).code).toBe(0);
  expect((await cli(['patient', 'hold', patientId, '--reason', 'litigation', '--text', '-'], 'Case 7.')).code).toBe(0);
  expect(await cliAs(one, erase)).toMatchObject({ code: 5, err: expect.stringMatching(/^legal_hold: /) });
  const { items } = await json<{ items: { hold_id: string }[] }>('patient', 'holds', patientId);
  const release = ['patient', 'release', patientId, items[0]?.hold_id ?? '', '--reason', '-'];
  expect((await cli(release, 'Settled.')).code).toBe(0);
  const asked = await cliAs(one, erase);
  expect(asked.out).toContain('Nothing is erased until a second administrator approves it.');
  const approve = ['request', 'approve', /req_[0-9a-f-]{36}/.exec(asked.out)?.[0] ?? '', '--yes'];
  expect(await cliAs(one, approve)).toMatchObject({ code: 5, err: expect.stringMatching(/^second_approver: /) });
  expect(await cliAs(newcomer, approve)).toMatchObject({ code: 5, err: expect.stringMatching(/^role_too_new: /) });
  const approved = await cliAs(two, approve);
  expect(approved.code).toBe(0);
  const job = /job_[0-9a-f-]{36}/.exec(approved.out)?.[0] ?? '';
  expect((await cli(['jobs', 'get', job])).code).toBe(0);
  expect((await cli(['patient', 'get', patientId])).code).toBe(4);
});

it('looks after the rest: messages, what is kept, the week, and figures of a time', async () => {
  const file = path.join(folder, 'message.wav');
  const sound = givenWav(1000);
  writeFileSync(file, sound);
  const media = await json<{ media_id: string }>('media', 'add', file, '--name', 'Reminder');
  expect((await cli(['media'])).out).toContain('Reminder');
  const copy = path.join(folder, 'copy.wav');
  expect((await cli(['media', 'audio', media.media_id, '-o', copy])).code).toBe(0);
  expect(readFileSync(copy).equals(sound)).toBe(true);
  expect((await cli(['media', 'delete', media.media_id, '--yes'])).code).toBe(0);
  expect((await cli(['media'])).out).toContain('No recorded message yet.');
  expect((await cli(['transcription'])).out).toContain('No transcriptions.');
  expect((await cli(['retention'])).out).toMatch(/^RULE +WHAT/m);
  expect((await cli(['audit', 'reviews'])).out).toContain('running');
  expect(await json('stats', '--days', '1')).toMatchObject({ calls: { by_status: { declined: 2 } } });
  expect(await json('stats', '--from', '2020-01-01', '--to', '2020-01-02')).toMatchObject({ calls: { total: 0 } });
});

it('says what is wrong with the installation, and with whoever asks it wrongly (S2-L4)', async () => {
  const well = await cli(['doctor']);
  expect(well).toMatchObject({ code: 0, out: expect.stringContaining('Nothing is wrong.') });
  expect((await cli(['call', 'get', 'call_0'])).code).toBe(4);
  expect((await cli(['call', 'list', '--status', 'asleep'])).code).toBe(6);
  const elsewhere = await cli(['doctor', '--url', `http://localhost:${ports.telnyx}`]);
  expect(elsewhere.code).toBe(3);
});
