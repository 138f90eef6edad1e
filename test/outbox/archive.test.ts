/** The archive in the bucket: what lies there, who can open it, and that it goes with its call and with its patient (HS-04, C74, X13). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { copyVault } from '../../src/outbox/copy-vault.ts';
import { archiveKey, openArchived } from '../../src/store/archive-bucket.ts';
import { insertErasure } from '../../src/store/erasure.ts';
import { findJob, insertJob } from '../../src/store/jobs.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import type { KeyRing } from '../../src/store/seal.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { type GivenNote, givenNote, sinkEnv, triedDelivery } from '../support/given-delivery.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { forgetCaps } from '../support/place-call.ts';
import { catchLog, db, later, restore, ring, START, stopClock, testEnv } from '../support/worker-env.ts';
import { type Opened, openArchive } from '../tools/open-archive.ts';

const DAY = 24 * 3_600_000;
const env = sinkEnv({ SINK_R2: 'on' });

beforeEach(async () => {
  stopClock();
  catchJobHints();
  catchLog();
  await forgetCaps();
  await testEnv.DB.exec('delete from jobs; delete from deliveries;');
  const { objects } = await testEnv.BUCKET.list({ prefix: 'archive/' });
  if (objects.length > 0) await testEnv.BUCKET.delete(objects.map(({ key }) => key));
});
afterEach(restore);

const keys = async () => (await testEnv.BUCKET.list({ prefix: 'archive/' })).objects.map(({ key }) => key);
const keyOf = ({ callId }: GivenNote, version = 1) => archiveKey({ callId, version, createdAt: START });
const textOf = async (key: string) => (await (await testEnv.BUCKET.get(key))?.text()) ?? '';

async function givenArchived(): Promise<GivenNote> {
  const note = await givenNote('r2');
  await triedDelivery(note, 1, env);
  return note;
}
async function allOf(keyRing: KeyRing): Promise<Opened[]> {
  const all: Opened[] = [];
  for await (const one of openArchive(testEnv.BUCKET, keyRing)) all.push(one);
  return all;
}
async function swept(): Promise<string[]> {
  await insertJob(db, { kind: 'sweep_storage', subject: `day-${Date.now()}` }, Date.now());
  await runDueJobs();
  return keys();
}

describe('a note in the archive', () => {
  it('lies by the day of its call, one line of JSON, with ids alone in clear (HS-04)', async () => {
    const note = await givenArchived();
    await note.write(2);
    await triedDelivery(note, 2, env);
    expect(await keys()).toEqual([keyOf(note), keyOf(note, 2)]);
    expect(keyOf(note)).toBe(`archive/2030/01/07/${note.callId}/1.ndjson`);
    const text = await textOf(keyOf(note));
    expect(text).toMatch(/^\{[^\n]+\}\n$/);
    expect(JSON.parse(text)).toEqual({
      ...{
        call_id: note.callId,
        version: 1,
        patient_id: note.patient.id,
        sealed: expect.stringMatching(/^[A-Za-z0-9+/=]+$/),
      },
    });
    expect(text).not.toMatch(/canary/i);
  });

  it('opens with its patient’s key to the call, what was said and the note; moved or changed it does not', async () => {
    const note = await givenArchived();
    const line = JSON.parse(await textOf(keyOf(note)));
    const dataKey = await dataKeyOf(ring, note.patient.id);
    expect(JSON.parse(openArchived(line, dataKey))).toMatchObject({
      ...{ call: { call_id: note.callId }, transcripts: { items: [] } },
      intake_data: { version: 1, patient_info: { first_name: 'Canaryfirst' } },
    });
    expect(() => openArchived({ ...line, version: 2 }, dataKey)).toThrow();
    expect(() => openArchived({ ...line, call_id: 'call_other' }, dataKey)).toThrow();
    const other = await givenNote('r2');
    const otherKey = await dataKeyOf(ring, other.patient.id);
    expect(() => openArchived(line, otherKey)).toThrow();
  });
});

describe('who takes over', () => {
  it('gets every note in clear with PHI_KEYS, without the database; not those of the erased', async () => {
    const [note, erased] = [await givenArchived(), await givenArchived()];
    await note.write(2);
    await triedDelivery(note, 2, env);
    await testEnv.BUCKET.put('archive/probe-1', 'probe');
    await ring.vault().erase(erased.patient.id, Date.now());
    await copyVault(testEnv.BUCKET, ring);
    const opened = await allOf(ring);
    const notes = opened.flatMap(({ text }) => (text === null ? [] : [JSON.parse(text)]));
    expect(notes.map(({ intake_data }) => [intake_data.call_id, intake_data.version])).toEqual([
      [note.callId, 1],
      [note.callId, 2],
    ]);
    expect(opened.filter(({ text }) => text === null).map(({ key }) => key)).toEqual([
      keyOf(erased),
      'archive/probe-1',
    ]);
    const others = { currentId: 'k9', keys: new Map([['k9', new Uint8Array(32)]]) };
    const closed = await allOf(others);
    expect(closed.map(({ text }) => text)).toEqual([null, null, null, null]);
  });
});

describe('an erased patient', () => {
  it('has nothing in the archive any more; another’s stays', async () => {
    const [note, other] = [await givenArchived(), await givenArchived()];
    await note.write(2);
    await triedDelivery(note, 2, env);
    vi.spyOn(testEnv.INTAKE_SESSION, 'getByName').mockReturnValue({
      ...{ erase: async () => 'erased', forgetPatient: async () => 'nothing' },
    } as never);
    await insertErasure(db, note.patient.id, Date.now());
    await runDueJobs();
    expect(await findJob(db, 'erase_patient', note.patient.id)).toMatchObject({ status: 'done' });
    expect(await keys()).toEqual([keyOf(other)]);
  });

  it('one of whose notes was on its way while they were erased: it opens to nobody, and goes the next day', async () => {
    const note = await givenArchived();
    const line = JSON.parse(await textOf(keyOf(note)));
    await ring.vault().erase(note.patient.id, Date.now());
    await expect(dataKeyOf(ring, line.patient_id)).rejects.toThrow();
    expect(await swept()).toEqual([]);
  });

  it('of whom something waits gets nothing archived', async () => {
    const note = await givenNote('r2');
    await ring.vault().erase(note.patient.id, Date.now());
    expect((await triedDelivery(note, 1, env)).delivery).toMatchObject({ status: 'canceled', code: 'erased' });
    expect(await keys()).toEqual([]);
  });
});

describe('a call that has been kept its time', () => {
  it('takes all its versions out of the archive; a younger one keeps its own (HS-06)', async () => {
    const old = await givenArchived();
    await old.write(2);
    await triedDelivery(old, 2, env);
    later(11 * 366 * DAY);
    const young = await givenArchived();
    await insertJob(db, { kind: 'apply_retention', subject: 'today' }, Date.now());
    await runDueJobs();
    expect(await keys()).toEqual([archiveKey({ callId: young.callId, version: 1, createdAt: START + 11 * 366 * DAY })]);
  });
});

describe('the daily round', () => {
  it('leaves what has its call', async () => {
    const note = await givenArchived();
    later(400 * DAY);
    expect(await swept()).toEqual([keyOf(note)]);
  });

  it('removes what has none any more, when no database can be set back to it', async () => {
    // The bucket has its own clock.
    const note = await givenArchived();
    await testEnv.DB.prepare('delete from calls where id = ?').bind(note.callId).run();
    vi.setSystemTime(vi.getRealSystemTime() + 34 * DAY);
    expect(await swept()).toEqual([keyOf(note)]);
    later(2 * DAY);
    expect(await swept()).toEqual([]);
  });

  it('removes a probe that somebody left', async () => {
    await testEnv.BUCKET.put('archive/probe-1', 'probe');
    vi.setSystemTime(vi.getRealSystemTime() + 36 * DAY);
    expect(await swept()).toEqual([]);
  });
});

it('is not there unless it is turned on', async () => {
  const note = await givenNote('r2');
  expect((await triedDelivery(note, 1, sinkEnv({}))).delivery).toMatchObject({ status: 'dead', code: 'sink_off' });
  expect(await keys()).toEqual([]);
});
