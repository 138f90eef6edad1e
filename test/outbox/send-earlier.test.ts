/** Notes from before a system was set up, sent to it because somebody asked: those it never got, each once, in ids alone (C66, S1-I3). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  earlierProgress,
  earlierRefusal,
  earlierSubject,
  parseEarlier,
} from '../../src/domain/delivery/earlier-notes.ts';
import { runJob } from '../../src/outbox/run-job.ts';
import { earlierPage, sendEarlierPage } from '../../src/store/earlier-notes.ts';
import { deletePatientRows } from '../../src/store/erasure.ts';
import { dueJobs, findJob, insertJob } from '../../src/store/jobs.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { deliveryOf, givenNote, givenReceiver, sinkEnv, takes, triedDelivery } from '../support/given-delivery.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { forgetCaps } from '../support/place-call.ts';
import { catchLog, db, later, restore, START, stopClock, testEnv } from '../support/worker-env.ts';

const DAY = 24 * 3_600_000;
const ASKED = { sink: 'backend', from: START - DAY, to: START + DAY } as const;

beforeEach(async () => {
  stopClock();
  catchJobHints();
  catchLog();
  await forgetCaps();
  await testEnv.DB.exec('delete from jobs; delete from deliveries; delete from notes;');
});
afterEach(restore);

/** As if there had been no system yet. */
async function earlierNote() {
  const note = await givenNote('r2');
  await testEnv.DB.exec('delete from jobs; delete from deliveries;');
  return { ...note, sink: 'backend' as const };
}
const ask = () => insertJob(db, { kind: 'send_earlier', subject: earlierSubject(ASKED) }, Date.now(), 'again');
const work = async () => {
  const job = await findJob(db, 'send_earlier', earlierSubject(ASKED));
  if (job === null) throw new Error('nobody asked');
  return job;
};
const run = async (env = sinkEnv()) => {
  await runJob(env, (await work()).id);
  return work();
};

describe('earlier notes', () => {
  it('are sent as any note is, with the newest version of each, and counted', async () => {
    const first = await earlierNote();
    later(1000);
    const second = await givenNote('r2');
    await second.write(2);
    await testEnv.DB.exec('delete from jobs; delete from deliveries;');
    const sent = givenReceiver(takes);
    await ask();
    const job = await run();
    expect([job.status, earlierProgress(job.progress).sent]).toEqual(['done', 2]);
    await triedDelivery(first);
    await triedDelivery({ ...second, sink: 'backend' }, 2);
    expect(sent.map(({ version, body }) => [version, (body['call'] as { call_id: string }).call_id])).toEqual([
      [1, first.callId],
      [2, second.callId],
    ]);
  });

  it('that the system has, or is getting, are passed over; asked for again, nothing is sent twice', async () => {
    const missing = await earlierNote();
    const known = await givenNote('backend');
    await ask();
    expect(earlierProgress((await run()).progress).sent).toBe(1);
    const sent = givenReceiver(takes);
    await triedDelivery(missing);
    await triedDelivery(known);
    await ask();
    expect(earlierProgress((await run()).progress).sent).toBe(0);
    expect(await dueJobs(db, Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
    expect([sent.length, (await deliveryOf(missing)).attempts]).toEqual([2, 1]);
  });

  it('that get a newer version after they were looked up are left to that version', async () => {
    const [note, other] = [await earlierNote(), await earlierNote()];
    const stands = { after: { at: 0, row: 0 }, sent: 0 };
    const page = await earlierPage(db, ASKED, stands, 10);
    expect(page.map(({ version }) => version)).toEqual([1, 1]);
    // Staff sign, or the recording is there: the second version goes to the system by itself.
    await (await givenNote('backend', note)).write(2);
    await testEnv.DB.exec(`delete from deliveries where note_version = 1`);
    await ask();
    expect(await sendEarlierPage(db, await work(), 'backend', page, stands, Date.now())).toHaveLength(1);
    const sent = (await dumpDatabase())['deliveries'] as { call_id: string; note_version: number }[];
    expect(new Set(sent.map((row) => `${row.call_id} ${row.note_version}`))).toEqual(
      new Set([`${note.callId} 2`, `${other.callId} 1`]),
    );
  });

  it('of other days are left alone', async () => {
    await earlierNote();
    for (const [from, to] of [
      [START - DAY, START],
      [START + 1, START + DAY],
    ] as const) {
      const subject = earlierSubject({ sink: 'backend', from, to });
      await insertJob(db, { kind: 'send_earlier', subject }, Date.now());
      await runJob(sinkEnv(), (await findJob(db, 'send_earlier', subject))?.id ?? '');
    }
    expect((await dumpDatabase())['deliveries']).toEqual([]);
  });

  it('go on where they stood when whoever sent them died, page by page', async () => {
    for (let i = 0; i < 3; i += 1) {
      await givenNote('r2');
      later(1);
    }
    const stands = { after: { at: 0, row: 0 }, sent: 0 };
    const [first, second] = await earlierPage(db, ASKED, stands, 2);
    const [third, ...none] = await earlierPage(
      db,
      ASKED,
      { after: { at: second!.createdAt, row: second!.row }, sent: 2 },
      2,
    );
    expect(new Set([first, second, third].map((note) => note?.callId)).size).toBe(3);
    expect(none).toEqual([]);
    await ask();
    await testEnv.DB.prepare('update jobs set progress = ?, code = ? where kind = ?')
      .bind(JSON.stringify({ after: { at: second!.createdAt, row: second!.row }, sent: 2 }), 'crashed', 'send_earlier')
      .run();
    const job = await run();
    expect(earlierProgress(job.progress)).toEqual({ after: { at: third!.createdAt, row: third!.row }, sent: 3 });
  });

  it('to a system that is not set up wait for a person', async () => {
    await earlierNote();
    await ask();
    expect(await run(sinkEnv({}))).toMatchObject({ status: 'dead', code: 'sink_off' });
    expect((await dumpDatabase())['deliveries']).toEqual([]);
  });

  it('of an erased patient are not sent, and what waits is called off (C74)', async () => {
    const note = await earlierNote();
    await ask();
    await run();
    await deletePatientRows(db, note.patient.id, Date.now());
    expect((await deliveryOf(note)).status).toBe('canceled');
    await ask();
    expect(earlierProgress((await run()).progress).sent).toBe(0);
  });
});

it('a span that is empty, too long or ahead of us is refused, and its name reads as it was asked for', () => {
  const of = (from: number, to: number) => earlierRefusal({ sink: 'backend', from, to }, START);
  expect([of(5, 5), of(0, 400 * DAY), of(START + 1, START + 2), of(0, 366 * DAY)]).toEqual([
    'empty',
    'too_long',
    'in_the_future',
    null,
  ]);
  expect(parseEarlier(earlierSubject(ASKED))).toEqual(ASKED);
  expect([parseEarlier('nobody/1/2'), parseEarlier('backend/1'), parseEarlier('all')]).toEqual([null, null, null]);
});
