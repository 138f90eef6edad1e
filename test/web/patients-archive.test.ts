/** GET /api/patients/{id}/export?format=zip: document, data, FHIR and audio in one archive, and what is said of what is not there. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallRecording, ConsentProof } from '../../src/domain/intake/recording.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { putRecording, recordingKey } from '../../src/store/recording-bucket.ts';
import { markReady, recordingIdOf } from '../../src/store/recordings.ts';
import { inPieces } from '../support/given-bytes.ts';
import { type GivenCampaign, givenCampaign } from '../support/given-campaign.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { readZip } from '../support/read-zip.ts';
import { ring } from '../support/worker-env.ts';
import { unlimited } from './every-route.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, type GivenCall, givenCall, logOf, noteFor } from './given-call.ts';
import { countQuestions, givenEnded } from './given-results.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp({ PHI_KEYS: `k1:${ring.keys.get('k1')?.toBase64()}` });
  Object.assign(given.env, unlimited());
  catchJobHints();
});
afterEach(() => vi.restoreAllMocks());

const PROOF = { eventId: 'ev9', at: 1, key: '1', wording: 'consent-en-1', wordingHash: 'c0ffee' } as ConsentProof;
const TOLD: CallRecording = {
  ...{ id: 'rec_1', startedAt: 1, durationMs: 2000, format: 'mp3', link: null, linkAt: null },
  proof: PROOF,
};
/** Several chunks of the sealed object. */
const AUDIO = Uint8Array.from({ length: 400_000 }, (_, i) => (i * 31 + (i >> 8)) & 255);
const refOf = ({ call, patient }: GivenCall) => ({
  id: recordingIdOf(call.id),
  callId: call.id,
  patientId: patient.id,
});

async function givenRecorded(): Promise<GivenCall> {
  const made = await givenCall(given);
  await endCall(given, made, { note: noteFor(made, 'archive-answer'), log: logOf('archive-words'), recording: TOLD });
  const dataKey = await dataKeyOf(ring, made.patient.id);
  const stored = await putRecording(given.env.BUCKET, refOf(made), dataKey, PROOF, inPieces(AUDIO, 65_536));
  const facts = { telnyxId: null, format: 'mp3' as const, durationMs: 2000, startedAt: null };
  await markReady(given.db, made.call.id, { ...stored, ...facts }, Date.now());
  return made;
}

const take = ({ patient }: Pick<GivenCall, 'patient'>, token?: string) =>
  given.request(`/api/patients/${patient.id}/export?format=zip`, token === undefined ? {} : { token });
async function filesOf(response: Response) {
  expect(response.status).toBe(200);
  const files = readZip(new Uint8Array(await response.arrayBuffer()));
  const text = (name: string) => new TextDecoder().decode(files.get(name));
  return { files, text, names: [...files.keys()] };
}
const sha256 = async (bytes: Uint8Array) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes))).toHex();

describe('the archive of a patient', () => {
  it('holds the record as document and data, a Bundle for each call, the audio as it was made, and their checksums (HS-19)', async () => {
    const made = await givenRecorded();
    const { call, patient } = made;
    const response = await take(made);
    expect(response.headers.get('Content-Type')).toBe('application/zip');
    expect(response.headers.get('Content-Disposition')).toBe(`attachment; filename="${patient.id}.zip"`);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const { files, text, names } = await filesOf(response);
    expect(names).toEqual([
      ...['record.json', 'record.html', `fhir/${call.id}.json`, `audio/${call.id}.mp3`, 'SHA256SUMS', 'README.txt'],
    ]);
    const whole = await (await given.request(`/api/patients/${patient.id}/export`)).json<Record<string, unknown>>();
    const record = JSON.parse(text('record.json')) as Record<string, unknown>;
    expect({ ...record, exported_at: whole['exported_at'] }).toEqual(whole);
    expect(text('record.html')).toMatch(/^<!DOCTYPE html>[\s\S]*archive-answer[\s\S]*<\/html>\n$/);
    const bundle = await (await given.request(`/api/calls/${call.id}/fhir`)).json();
    expect(JSON.parse(text(`fhir/${call.id}.json`))).toEqual(bundle);
    expect(files.get(`audio/${call.id}.mp3`)).toEqual(AUDIO);
    const sums = text('SHA256SUMS')
      .trimEnd()
      .split('\n')
      .map((each) => each.split('  '));
    expect(sums.map(([, name]) => name)).toEqual(names.slice(0, 4));
    for (const [sum, name = ''] of sums) expect(await sha256(files.get(name) ?? new Uint8Array())).toBe(sum);
    expect(text('README.txt')).toMatch(
      /Taken for the patient by admin@clinic\.example[\s\S]*Nothing is missing: 4 files/,
    );
  });

  it('is on record as an export, and is for clinical staff alone (HS-05, SE-10)', async () => {
    const made = await givenRecorded();
    await filesOf(await take(made));
    expect(given.logged('audit').at(-1)).toMatchObject({
      audit: 'patient.export',
      patient_id: made.patient.id,
      phi: true,
    });
    expect(given.logged('patient.archived')).toMatchObject([{ patient_id: made.patient.id, count: 4, code: 'whole' }]);
    expect(given.lines.join('\n')).not.toMatch(/archive-answer|archive-words|Diaz/);
    for (const role of ['intake', 'operator', 'auditor'] as const)
      expect((await take(made, await tokenOf(given, role))).status).toBe(403);
    expect(
      (await given.request('/api/patients/pat_0199f3c2-7f4e-7000-8000-000000000001/export?format=zip')).status,
    ).toBe(404);
  });

  it('holds nothing of anybody else (T17)', async () => {
    const other = await givenRecorded();
    const made = await givenCall(given, { lastName: 'Mine' });
    await endCall(given, made);
    const { text, names } = await filesOf(await take(made));
    expect(names.filter((name) => name.startsWith('audio/'))).toEqual([]);
    expect(names.map(text).join('')).not.toContain(other.call.id);
  });

  it('for a court is noted down as a disclosure, and a key for repeats keeps no archive (HS-22)', async () => {
    const made = await givenRecorded();
    const path = `/api/patients/${made.patient.id}/export`;
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': 'court-1' };
    const body = { purpose: 'legal', format: 'zip', recipient: 'The county court' };
    const { text } = await filesOf(await given.send('POST', path, body, { headers }));
    expect(text('README.txt')).toContain('for a legal purpose');
    const again = await given.send('POST', path, body, { headers });
    expect([again.status, (await again.json<{ code: string }>()).code]).toEqual([409, 'answer_gone']);
    const { items } = await (await given.request(`/api/patients/${made.patient.id}/disclosures`)).json<{
      items: unknown[];
    }>();
    expect(items).toHaveLength(1);
  });
});

it('of a patient of 400 calls is whole: read by page, within what D1 answers in a request (HS-19)', {
  timeout: 120_000,
}, async () => {
  const campaign = await givenCampaign([{}]);
  const [person] = campaign.people as [GivenCampaign['people'][number]];
  const ids = await givenEnded(
    campaign,
    person,
    ...Array.from({ length: 400 }, () => ({
      said: 'archive-answer',
      record: { recordingStatus: 'none', recordingId: null } as const,
    })),
  );
  const asked = countQuestions(given.env);
  const { text, names } = await filesOf(await take(person));
  expect(text('README.txt')).not.toContain('NOT IN HERE');
  expect(names.filter((name) => name.startsWith('fhir/')).toSorted()).toEqual(
    ids.map((id) => `fhir/${id}.json`).toSorted(),
  );
  expect((JSON.parse(text('record.json')) as { calls: unknown[] }).calls).toHaveLength(400);
  for (const id of [ids[0], ids[399]])
    expect(JSON.parse(text(`fhir/${id}.json`))).toEqual(await (await given.request(`/api/calls/${id}/fhir`)).json());
  expect(asked.statements).toBeLessThan(600);
  expect(asked.vault).toBeLessThan(100);
});

describe('what cannot be read (HS-19)', () => {
  it('is named where the audio is gone, and the rest is there', async () => {
    const made = await givenRecorded();
    await given.env.BUCKET.delete(recordingKey(refOf(made)));
    const { text, names } = await filesOf(await take(made));
    expect(names).not.toContain(`audio/${made.call.id}.mp3`);
    expect(text('README.txt')).toContain(`NOT IN HERE:\r\n- audio/${made.call.id}.mp3: the stored audio is gone.`);
    expect(text('SHA256SUMS')).not.toContain('audio/');
    expect(names).toContain(`fhir/${made.call.id}.json`);
  });

  it.each([
    ['at its beginning', 100, 'the stored audio is damaged.'],
    ['half way', 200_000, 'the stored audio is damaged; what is there of it breaks off.'],
  ])('is named where the audio is damaged %s, and has no checksum', async (_, place, words) => {
    const made = await givenRecorded();
    const key = recordingKey(refOf(made));
    const object = (await given.env.BUCKET.get(key)) as R2ObjectBody;
    const bytes = new Uint8Array(await object.arrayBuffer());
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    await given.env.BUCKET.put(key, bytes, { customMetadata: object.customMetadata ?? {} });
    const { text } = await filesOf(await take(made));
    expect(text('README.txt')).toContain(`- audio/${made.call.id}.mp3: ${words}`);
    expect(text('SHA256SUMS')).not.toContain('audio/');
  });

  it('is named where audio was never fetched, or is on its way', async () => {
    const made = await givenCall(given);
    await endCall(given, made, { recording: TOLD });
    expect((await filesOf(await take(made))).text('README.txt')).toContain(
      `${made.call.id}.mp3: it is still being fetched.`,
    );
  });

  it('is named where no Bundle can be made, as of a call under way', async () => {
    const made = await givenCall(given);
    const { text, names } = await filesOf(await take(made));
    expect(names).toEqual(['record.json', 'record.html', 'SHA256SUMS', 'README.txt']);
    expect(text('README.txt')).toContain(`fhir/${made.call.id}.json: the call is still under way.`);
  });

  it('breaks the archive off where the record itself cannot be read', async () => {
    const made = await givenRecorded();
    const response = await take(made);
    vi.spyOn(given.env.KEY_VAULT, 'getByName').mockImplementation(() => {
      throw new Error('away');
    });
    await expect(response.arrayBuffer()).rejects.toThrow();
  });
});

it('is read as it is taken: of a recording a chunk is held, and nothing further once nobody listens', async () => {
  const made = await givenRecorded();
  const response = await take(made);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let [most, all] = [0, 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    most = Math.max(most, value.length);
    all += value.length;
  }
  expect(all).toBeGreaterThan(AUDIO.length);
  expect(most).toBeLessThanOrEqual(65_536);

  const cut = ((await take(made)).body as ReadableStream<Uint8Array>).getReader();
  await cut.read();
  const get = vi.spyOn(given.env.BUCKET, 'get');
  await cut.cancel().catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(get).not.toHaveBeenCalled();
  expect(given.logged('patient.archived').at(-1)).toMatchObject({ code: 'broken_off' });
});
