/**
 * Notes handed to the clinic's systems: whatever is refused, slow, away, killed or doubled, each version arrives, in order, and once by its
 * id; what cannot be delivered waits for a person; and nothing of an erased patient is sent (C66, S1-I3).
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JOB_POLICIES } from '../../src/domain/jobs/backoff.ts';
import { runJob } from '../../src/outbox/run-job.ts';
import { beginDelivery, sendAgain } from '../../src/store/deliveries.ts';
import { deadDeliveries } from '../../src/store/delivery-list.ts';
import { deletePatientRows } from '../../src/store/erasure.ts';
import { dueJobs, retryJob, settleJob, takeJob } from '../../src/store/jobs.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import {
  BACKEND,
  deliverJobOf,
  deliveryOf,
  givenNote,
  givenReceiver,
  idOf,
  says,
  sinkEnv,
  takes,
  triedDelivery,
} from '../support/given-delivery.ts';
import { catchJobHints, type JobHints } from '../support/given-jobs.ts';
import { forgetCaps } from '../support/place-call.ts';
import { catchLog, db, later, restore, ring, START, stopClock, testEnv, until } from '../support/worker-env.ts';

const POLICY = JOB_POLICIES.deliver;

let hints: JobHints;
let lines: Record<string, unknown>[];
beforeEach(async () => {
  stopClock();
  hints = catchJobHints();
  lines = catchLog();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  await forgetCaps();
  await testEnv.DB.exec('delete from jobs; delete from deliveries;');
});
afterEach(restore);

const events = (event: string) => lines.filter((line) => line['event'] === event);

/** As the queue does it in time, until nothing waits any more. */
async function runUntilOver(): Promise<void> {
  for (let rounds = 0; rounds < 400; rounds += 1) {
    const due = await dueJobs(db, Number.MAX_SAFE_INTEGER, 100);
    if (due.length === 0) return;
    const [first] = await db.$client
      .prepare("select min(due_at) as at from jobs where status = 'waiting'")
      .all<{ at: number }>()
      .then(({ results }) => results);
    later(Math.max(0, (first?.at ?? 0) - Date.now()));
    for (const { id } of await dueJobs(db, Date.now(), 100)) await runJob(sinkEnv(), id);
  }
  throw new Error('it goes on for ever');
}

describe('a note', () => {
  it('and its delivery are written together, and written again it is the same delivery', async () => {
    const note = await givenNote();
    expect(await deliveryOf(note)).toEqual({
      ...{ id: await idOf(note), callId: note.callId, noteVersion: 1, part: 'note', sink: 'backend', status: 'queued' },
      ...{ attempts: 0, code: null, failedAt: null, createdAt: START, endedAt: null, deliveredAt: null },
    });
    expect(await deliverJobOf(note)).toMatchObject({ callId: note.callId, status: 'waiting', dueAt: START });
    later(1000);
    await note.write(1);
    const { deliveries, jobs } = await dumpDatabase();
    expect([deliveries?.length, jobs?.length]).toEqual([1, 1]);
  });

  it('is sent as the API shows it, once, and is known to be there (S1-I2, S1-I3)', async () => {
    const sent = givenReceiver(takes);
    const note = await givenNote();
    later(500);
    const { delivery, job } = await triedDelivery(note);
    expect(delivery).toMatchObject({ status: 'delivered', attempts: 1, code: null, endedAt: START + 500 });
    expect(job.status).toBe('done');
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      ...{ url: BACKEND.SINK_BACKEND_URL, id: delivery.id, version: 1 },
      body: {
        call: { call_id: note.callId, status: 'partial', phone_number: note.patient.phoneNumber },
        transcripts: { items: [], next_cursor: null },
        intake_data: { call_id: note.callId, version: 1, patient_info: { first_name: 'Canaryfirst' } },
      },
    });
    await runJob(sinkEnv(), job.id);
    expect(sent).toHaveLength(1);
    expect(events('delivery.done')).toMatchObject([{ delivery_id: delivery.id, sink: 'backend', status: 200 }]);
  });

  it('of which nothing is kept or logged but ids and codes (HS-04, LG-01, S1-I4)', async () => {
    givenReceiver(says(500), says(422));
    const note = await givenNote();
    await triedDelivery(note);
    later(10_000);
    await triedDelivery(note);
    const { deliveries, jobs } = await dumpDatabase();
    expect(JSON.stringify([deliveries, jobs, lines])).not.toMatch(/canary|ehr\.example|\+1/i);
  });

  it('with several versions arrives in their order, also when the first one is late', async () => {
    const sent = givenReceiver(says(503), takes);
    const note = await givenNote();
    await note.write(2);
    await note.write(3);
    for (const version of [3, 2, 1, 2, 3]) await triedDelivery(note, version);
    // Only the first was tried, and failed.
    expect(sent.map(({ version }) => version)).toEqual([1]);
    await runUntilOver();
    expect(sent.map(({ version }) => version)).toEqual([1, 1, 2, 3]);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(3);
  });

  it('releases its next version the moment it is delivered', async () => {
    givenReceiver(takes);
    const note = await givenNote();
    await note.write(2);
    const { job } = await triedDelivery(note, 2);
    expect(job).toMatchObject({ status: 'waiting', progress: 'held', dueAt: START + 30 * 60_000 });
    hints.take();
    await triedDelivery(note, 1);
    expect((await deliverJobOf(note, 2)).dueAt).toBe(START);
    expect(hints.take()).toContainEqual({ jobId: job.id, delaySeconds: 0 });
    expect((await triedDelivery(note, 2)).delivery.status).toBe('delivered');
  });

  it('releases it also in the moment between looking and waiting', async () => {
    givenReceiver(takes);
    const note = await givenNote();
    await note.write(2);
    // Version 2 has been taken, and has not settled that it waits.
    const second = await deliverJobOf(note, 2);
    const mine = await takeJob(db, second.id, Date.now(), () => Date.now() + POLICY.leaseMs);
    await triedDelivery(note, 1);
    const settlement = { status: 'waiting', dueAt: START + 1, code: null, progress: 'held' } as const;
    expect(await settleJob(db, mine!, settlement, Date.now())).toBe(false);
    expect((await triedDelivery(note, 2)).delivery.status).toBe('delivered');
  });

  it('that is refused for good holds up no later version', async () => {
    const sent = givenReceiver(says(422), takes);
    const note = await givenNote();
    await note.write(2);
    await triedDelivery(note, 2);
    expect((await triedDelivery(note, 1)).delivery).toMatchObject({ status: 'dead', code: 'answered_422' });
    expect((await triedDelivery(note, 2)).delivery.status).toBe('delivered');
    expect(sent.map(({ version }) => version)).toEqual([1, 2]);
  });
});

describe('a receiver', () => {
  it.each([500, 503, 429, 408, 302])('that answers %i is asked again by itself', async (status) => {
    const sent = givenReceiver(says(status), takes);
    const note = await givenNote();
    const { delivery, job } = await triedDelivery(note);
    expect(delivery).toMatchObject({ status: 'queued', code: `answered_${status}`, failedAt: START, endedAt: null });
    expect(job).toMatchObject({ status: 'waiting', dueAt: START + 10_000 });
    later(10_000);
    expect((await triedDelivery(note)).delivery).toMatchObject({ status: 'delivered', attempts: 2 });
    expect(sent[0]?.id).toBe(sent[1]?.id);
  });

  it.each([400, 401, 404, 410, 422])('that answers %i is left to a person', async (status) => {
    const sent = givenReceiver(says(status));
    const note = await givenNote();
    const { delivery, job } = await triedDelivery(note);
    expect(delivery).toMatchObject({ status: 'dead', code: `answered_${status}`, endedAt: START });
    expect(job.status).toBe('dead');
    expect(sent).toHaveLength(1);
  });

  it('that asks for time gets it, however short our own wait is', async () => {
    givenReceiver(says(429, { 'Retry-After': '7200' }));
    const note = await givenNote();
    const { job } = await triedDelivery(note, 1, sinkEnv({ ...BACKEND, TIMER_SCALE: '0.01' }));
    expect(job.dueAt - Date.now()).toBe(7_200_000);
  });

  it('that hangs, or breaks off, is asked again', async () => {
    givenReceiver(
      () => Promise.reject(new DOMException('x', 'AbortError')),
      () => Promise.reject(new TypeError('Network connection lost.')),
      takes,
    );
    const note = await givenNote();
    await runUntilOver();
    expect(await deliveryOf(note)).toMatchObject({ status: 'delivered', attempts: 3 });
  });

  it('that is away for three days is given up then, and a person can send everything again (S2-L5)', async () => {
    const sent = givenReceiver(says(503));
    const note = await givenNote();
    await note.write(2);
    await runUntilOver();
    const [first, second] = [await deliveryOf(note), await deliveryOf(note, 2)];
    expect([first.status, second.status]).toEqual(['dead', 'dead']);
    expect(first.attempts).toBe(POLICY.waitsMs.length + 1);
    const tried = (first.endedAt ?? 0) - START;
    expect(tried).toBeGreaterThanOrEqual(72 * 3_600_000);
    expect(tried).toBeLessThan(76 * 3_600_000);
    // One version after the other.
    expect(sent.map(({ version }) => version)).toEqual(sent.map(({ version }) => version).toSorted());
    vi.mocked(globalThis.fetch).mockClear();
    const back = givenReceiver(takes);
    await sendAgain(db, await deadDeliveries(db, 'backend', 10), Date.now());
    await runUntilOver();
    expect(back.map(({ version, id }) => [version, id])).toEqual([
      [1, first.id],
      [2, second.id],
    ]);
    expect(await deadDeliveries(db, null, 10)).toEqual([]);
  });

  it('that is set up no longer is not asked, and the delivery waits for a person', async () => {
    const sent = givenReceiver(takes);
    const note = await givenNote();
    const { delivery } = await triedDelivery(note, 1, sinkEnv({}));
    expect(delivery).toMatchObject({ status: 'dead', code: 'sink_off', attempts: 0 });
    await retryJob(db, (await deliverJobOf(note)).id, Date.now());
    // Sent again from the page of background work, it is the same.
    expect((await triedDelivery(note)).delivery.status).toBe('delivered');
    expect(sent).toHaveLength(1);
  });
});

describe('killed', () => {
  it('before the answer: when the lease has run out it is sent again under the same id', async () => {
    const sent = givenReceiver(() => new Promise(() => {}), takes);
    const note = await givenNote();
    void triedDelivery(note);
    await until(() => sent.length === 1);
    await triedDelivery(note);
    expect(sent).toHaveLength(1);
    later(POLICY.leaseMs);
    expect((await triedDelivery(note)).delivery).toMatchObject({ status: 'delivered', attempts: 2 });
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
  });

  it('between the answer and the row: it is sent once more, and the receiver knows it by its id', async () => {
    const note = await givenNote();
    const prepare = testEnv.DB.prepare.bind(testEnv.DB);
    let broken = false;
    const sent = givenReceiver(() => {
      // From here our own storage is away.
      broken = true;
      return new Response(null, { status: 204 });
    });
    vi.spyOn(testEnv.DB, 'prepare').mockImplementation((sql) => {
      if (broken) throw new Error('D1_ERROR');
      return prepare(sql);
    });
    const { id } = await deliverJobOf(note);
    await expect(runJob(sinkEnv(), id)).rejects.toThrow();
    vi.mocked(testEnv.DB.prepare).mockRestore();
    expect(await deliveryOf(note)).toMatchObject({ status: 'running' });
    later(POLICY.leaseMs);
    const again = givenReceiver(takes);
    expect((await triedDelivery(note)).delivery.status).toBe('delivered');
    expect([...sent, ...again].map(({ id: sentId }) => sentId)).toEqual([await idOf(note), await idOf(note)]);
  });

  it('between the row and the job: whoever comes next sends nothing', async () => {
    const sent = givenReceiver(takes);
    const note = await givenNote();
    await triedDelivery(note);
    await testEnv.DB.exec("update jobs set status = 'waiting', due_at = 0, ended_at = null");
    expect((await triedDelivery(note)).job.status).toBe('done');
    expect(sent).toHaveLength(1);
  });

  it('at every try is given up as such, and the later version goes on', async () => {
    const sent = givenReceiver(takes);
    const note = await givenNote();
    await note.write(2);
    await testEnv.DB.prepare('update jobs set attempts = 30 where subject = ?')
      .bind(await idOf(note))
      .run();
    expect((await triedDelivery(note)).delivery).toMatchObject({ status: 'dead', code: 'crashed' });
    expect((await triedDelivery(note, 2)).delivery.status).toBe('delivered');
    expect(sent.map(({ version }) => version)).toEqual([2]);
  });

  it('a try that outlived its lease and got through counts; one that failed has no say any more', async () => {
    let answer: (response: Response) => void = () => {};
    const late = () => new Promise<Response>((resolve) => (answer = resolve));
    const sent = givenReceiver(late, says(503));
    const note = await givenNote();
    const first = triedDelivery(note);
    await until(() => sent.length === 1);
    later(POLICY.leaseMs);
    expect((await triedDelivery(note)).delivery).toMatchObject({ status: 'queued', attempts: 2 });
    answer(new Response(null, { status: 204 }));
    await first;
    expect((await deliveryOf(note)).status).toBe('delivered');
    await runUntilOver();
    expect(sent).toHaveLength(2);
  });
});

describe('sent again by a person', () => {
  it('a delivered version goes out once more under its own id', async () => {
    const sent = givenReceiver(takes);
    const note = await givenNote();
    const { delivery } = await triedDelivery(note);
    expect(await sendAgain(db, [delivery], Date.now())).toHaveLength(1);
    expect(await deliveryOf(note)).toMatchObject({ status: 'queued', endedAt: null });
    expect((await triedDelivery(note)).delivery).toMatchObject({ status: 'delivered', attempts: 2 });
    expect(sent.map(({ id }) => id)).toEqual([delivery.id, delivery.id]);
  });

  it('also when the job that did it has been forgotten meanwhile', async () => {
    const sent = givenReceiver(takes);
    const note = await givenNote();
    const { delivery } = await triedDelivery(note);
    await testEnv.DB.exec('delete from jobs');
    expect(await sendAgain(db, [delivery], Date.now())).toHaveLength(1);
    await triedDelivery(note);
    expect(sent).toHaveLength(2);
  });

  it('before whoever delivered it could say so: it is not lost', async () => {
    givenReceiver(takes);
    const note = await givenNote();
    const { id: jobId } = await deliverJobOf(note);
    const prepare = testEnv.DB.prepare.bind(testEnv.DB);
    let isRetried = false;
    vi.spyOn(testEnv.DB, 'prepare').mockImplementation((sql) => {
      const statement = prepare(sql);
      // The last word of the try: that its work is over.
      if (!sql.startsWith('update "jobs" set "status"') || isRetried) return statement;
      isRetried = true;
      const bind = statement.bind.bind(statement);
      vi.spyOn(statement, 'bind').mockImplementation((...values) => {
        const bound = bind(...values);
        const raw = bound.raw.bind(bound) as () => Promise<unknown[]>;
        vi.spyOn(bound, 'raw').mockImplementation(async () => {
          expect(await sendAgain(db, [await deliveryOf(note)], Date.now())).toHaveLength(1);
          return raw() as never;
        });
        return bound;
      });
      return statement;
    });
    await runJob(sinkEnv(), jobId);
    expect([isRetried, (await deliveryOf(note)).status, (await deliverJobOf(note)).status]).toEqual([
      true,
      'queued',
      'waiting',
    ]);
  });

  it('one that is under way, or called off, is left as it is', async () => {
    const note = await givenNote();
    await beginDelivery(db, await deliveryOf(note), false);
    expect(await sendAgain(db, [await deliveryOf(note)], Date.now())).toEqual([]);
    await deletePatientRows(db, note.patient.id, Date.now());
    expect(await sendAgain(db, [await deliveryOf(note)], Date.now())).toEqual([]);
    expect((await deliveryOf(note)).status).toBe('canceled');
  });
});

describe('an erased patient (C74)', () => {
  it('has waiting and failed deliveries called off; what was handed on stays on record', async () => {
    const sent = givenReceiver(takes);
    const note = await givenNote();
    await triedDelivery(note);
    await note.write(2);
    await deletePatientRows(db, note.patient.id, Date.now());
    expect([(await deliveryOf(note)).status, (await deliveryOf(note, 2)).status]).toEqual(['delivered', 'canceled']);
    await runUntilOver();
    expect(sent).toHaveLength(1);
    const { jobs } = await dumpDatabase();
    expect(jobs).toEqual([]);
  });

  it('whose key is gone already is not waited for: the try finds nothing to send', async () => {
    const sent = givenReceiver(takes);
    const note = await givenNote();
    await ring.vault().erase(note.patient.id, Date.now());
    const { delivery, job } = await triedDelivery(note);
    expect(delivery).toMatchObject({ status: 'canceled', code: 'erased', endedAt: START });
    expect([job.status, sent.length]).toEqual(['done', 0]);
  });

  it('whose note was on the wire when they were erased, and got there, is on record as handed on', async () => {
    const note = await givenNote();
    givenReceiver(async () => {
      await deletePatientRows(db, note.patient.id, Date.now());
      return new Response(null, { status: 204 });
    });
    const { id } = await deliverJobOf(note);
    await runJob(sinkEnv(), id);
    expect(await deliveryOf(note)).toMatchObject({ status: 'delivered', endedAt: START });
  });

  it('whose note was on the wire, and was not taken, stays called off', async () => {
    const note = await givenNote();
    givenReceiver(async () => {
      await deletePatientRows(db, note.patient.id, Date.now());
      return new Response(null, { status: 503 });
    });
    const { id } = await deliverJobOf(note);
    await runJob(sinkEnv(), id);
    expect((await deliveryOf(note)).status).toBe('canceled');
    expect((await dumpDatabase())['jobs']).toEqual([]);
  });
});

it('what cannot be read for the moment is no fault of the receiver: it is tried again', async () => {
  const sent = givenReceiver(takes);
  const note = await givenNote();
  const getByName = vi.spyOn(testEnv.KEY_VAULT, 'getByName').mockImplementation(() => {
    throw new Error('the vault is away; Canary');
  });
  const { delivery, job } = await triedDelivery(note);
  expect(delivery).toMatchObject({ status: 'queued', code: 'storage_failed' });
  expect(sent).toEqual([]);
  getByName.mockRestore();
  later(job.dueAt - Date.now());
  expect((await triedDelivery(note)).delivery.status).toBe('delivered');
  expect(JSON.stringify(lines)).not.toContain('Canary');
});
