/** Signatures and addenda as the database keeps them, and the calls and notes that lists find by them. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getCall, listCalls } from '../../src/store/calls.ts';
import { deletePatientRows } from '../../src/store/erasure.ts';
import { insertNote, listNotes } from '../../src/store/notes.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import {
  countUnreviewed,
  insertAddendum,
  insertSignature,
  listUnreviewed,
  reviewsOfCall,
} from '../../src/store/reviews.ts';
import { calls, reviews } from '../../src/store/schema.ts';
import { claimTask, openTask } from '../../src/store/tasks.ts';
import { givenPlacedCall, type Placed } from '../support/place-call.ts';
import { db, later, restore, ring, START, stopClock, testEnv } from '../support/worker-env.ts';
import { noteFor } from '../web/given-call.ts';

beforeEach(async () => {
  stopClock();
  await testEnv.DB.exec(
    'delete from calls; delete from attempts; delete from notes; delete from reviews; delete from tasks;',
  );
});
afterEach(restore);

const ANN = { id: 'staff_ann', name: 'ann@clinic.example' };
const BOB = { id: 'staff_bob', name: 'bob@clinic.example' };

async function noted(version = 1, placed?: Placed): Promise<Placed> {
  const made = placed ?? (await givenPlacedCall());
  const call = (await getCall(db, ring, made.callId))!;
  const note = noteFor({ call, patient: made.patient, attemptId: made.attemptId });
  const note_id = version === 1 ? note.note_id : `${note.note_id}.${version}`;
  const dataKey = await dataKeyOf(ring, made.patient.id);
  await insertNote(db, dataKey, made.patient.id, { ...note, note_id, version }, Date.now());
  return made;
}
const sign = async (
  { callId, patient }: Placed,
  { actor = ANN, noteVersion = 1, addendum = null as string | null, flagCalls = [callId] } = {},
) =>
  insertSignature(
    db,
    await dataKeyOf(ring, patient.id),
    { callId, patientId: patient.id, noteVersion, actor, addendum, flagCalls },
    Date.now(),
  );
const rowOf = async ({ callId }: Placed) =>
  (await db.select().from(calls).where(eq(calls.id, callId)))[0] as typeof calls.$inferSelect;

describe('a signature', () => {
  it('is of one version, and the call knows it (C28)', async () => {
    const made = await givenPlacedCall();
    expect(await rowOf(made)).toMatchObject({ noteVersion: null, review: null });
    await noted(1, made);
    expect(await rowOf(made)).toMatchObject({ noteVersion: 1, noteAt: START, review: 'unreviewed', signedBy: null });
    later(5000);
    expect(await sign(made)).toBe(true);
    expect(await rowOf(made)).toMatchObject({ review: 'signed', signedBy: ANN.name, signedAt: START + 5000 });
  });

  it('is given once: whoever comes second writes nothing, and no addendum either', async () => {
    const made = await noted();
    expect(await sign(made)).toBe(true);
    expect(await sign(made, { actor: BOB, addendum: 'Me too.' })).toBe(false);
    expect(await reviewsOfCall(db, ring, made.callId)).toMatchObject({
      signatures: [{ actorId: ANN.id, noteVersion: 1 }],
      addenda: [],
    });
    expect(await rowOf(made)).toMatchObject({ signedBy: ANN.name });
  });

  it('does not outlive the version it is of: a later note is not reviewed', async () => {
    const made = await noted();
    await sign(made);
    // Written again after a crash it is the same note.
    await noted(1, made);
    expect(await rowOf(made)).toMatchObject({ review: 'signed' });
    later(1000);
    await noted(2, made);
    expect(await rowOf(made)).toMatchObject({
      ...{ noteVersion: 2, noteAt: START + 1000, review: 'unreviewed', signedBy: null, signedAt: null },
    });
    expect(await sign(made, { noteVersion: 1, actor: BOB })).toBe(false);
    expect(await sign(made, { noteVersion: 2, actor: BOB })).toBe(true);
    expect(
      (await reviewsOfCall(db, ring, made.callId)).signatures.map((each) => [each.noteVersion, each.actorId]),
    ).toEqual([
      [1, ANN.id],
      [2, BOB.id],
    ]);
  });

  it('is not given while a red flag of the note is open, also one of an earlier call', async () => {
    const [earlier, made] = [await noted(), await noted()];
    const row = { kind: 'red_flag', callId: earlier.callId, patientId: earlier.patient.id } as const;
    const taskId = await openTask(db, row, Date.now());
    expect(await sign(earlier, { addendum: 'Seen.' })).toBe(false);
    expect(await sign(made, { flagCalls: [made.callId, earlier.callId] })).toBe(false);
    expect(await db.select().from(reviews)).toEqual([]);
    await claimTask(db, taskId, ANN.name, Date.now());
    expect(await sign(earlier)).toBe(true);
    expect(await sign(made, { flagCalls: [made.callId, earlier.callId] })).toBe(true);
  });
});

describe('an addendum', () => {
  it('is sealed under the key of the patient and bound to its row; erasure takes it', async () => {
    const [made, other] = [await noted(), await noted()];
    await sign(made, { addendum: 'Canary: spoke with her daughter.' });
    later(1000);
    const dataKey = await dataKeyOf(ring, made.patient.id);
    const row = { callId: made.callId, patientId: made.patient.id, noteVersion: 1, actor: BOB };
    await insertAddendum(db, dataKey, row, 'Canary: called back.', Date.now());
    await sign(other);
    expect((await reviewsOfCall(db, ring, made.callId)).addenda).toMatchObject([
      { text: 'Canary: spoke with her daughter.', actorName: ANN.name, createdAt: START },
      { text: 'Canary: called back.', actorName: BOB.name, createdAt: START + 1000 },
    ]);
    const stored = await db.select().from(reviews);
    expect(JSON.stringify(stored)).not.toMatch(/canary|daughter/i);
    // Moved to another row it does not open.
    const [first, second] = stored.filter(({ sealed }) => sealed !== null);
    await db.update(reviews).set({ sealed: first!.sealed }).where(eq(reviews.id, second!.id));
    await expect(reviewsOfCall(db, ring, made.callId)).rejects.toMatchObject({ name: 'SealError' });
    await deletePatientRows(db, made.patient.id, Date.now());
    expect((await db.select().from(reviews)).map(({ callId }) => callId)).toEqual([other.callId]);
  });
});

describe('lists', () => {
  it('of what nobody has signed hold only calls with a note, newest first, by the page', async () => {
    await givenPlacedCall();
    const made: Placed[] = [];
    for (let n = 0; n < 4; n += 1) {
      later(1000);
      made.unshift(await noted());
    }
    await sign(made[1]!);
    const waiting = [made[0], made[2], made[3]].map((each) => each?.callId);
    const first = await listUnreviewed(db, ring, { limit: 2, cursor: null });
    const second = await listUnreviewed(db, ring, { limit: 2, cursor: first.nextCursor });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(waiting);
    expect(second.nextCursor).toBeNull();
    expect([await countUnreviewed(db, 100), await countUnreviewed(db, 2)]).toEqual([3, 2]);
    const signed = await listCalls(db, ring, { limit: 10, cursor: null, reviewed: true });
    expect(signed.items).toMatchObject([{ id: made[1]?.callId, review: 'signed', signedBy: ANN.name }]);
    const ofOne = { limit: 10, cursor: null, patientId: made[0]!.patient.id, status: 'queued' } as const;
    expect((await listCalls(db, ring, { ...ofOne, reviewed: false })).items).toHaveLength(1);
    expect((await listCalls(db, ring, { ...ofOne, reviewed: true })).items).toEqual([]);
  });

  it('of notes are in the order they were written, by the newest version, and filtered', async () => {
    const [first, second] = [await noted(), await noted()];
    later(1000);
    const third = await noted();
    later(1000);
    await noted(2, first);
    const list = async (filter: Partial<Parameters<typeof listNotes>[1]> = {}) =>
      (await listNotes(db, { limit: 10, cursor: null, ...filter })).items.map(({ callId }) => callId);
    expect(await list()).toEqual([first.callId, third.callId, second.callId]);
    expect((await listNotes(db, { limit: 1, cursor: null })).items).toMatchObject([
      { id: `${first.callId.replace('call_', 'note_')}.2`, version: 2, status: 'complete', createdAt: START + 2000 },
    ]);
    const page = await listNotes(db, { limit: 2, cursor: null });
    expect(await list({ cursor: page.nextCursor })).toEqual([second.callId]);
    await sign(third);
    await db.update(calls).set({ redFlags: 2 }).where(eq(calls.id, second.callId));
    expect(await list({ reviewed: true })).toEqual([third.callId]);
    expect(await list({ reviewed: false })).toEqual([first.callId, second.callId]);
    expect(await list({ flagged: true })).toEqual([second.callId]);
    expect(await list({ flagged: false })).toEqual([first.callId, third.callId]);
    expect(await list({ patientId: second.patient.id, reviewed: false })).toEqual([second.callId]);
    expect(await list({ status: 'partial' })).toEqual([]);
    expect(await list({ from: START + 1000, to: START + 1500 })).toEqual([third.callId]);
  });
});
