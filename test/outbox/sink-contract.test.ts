/**
 * What holds of every system that notes are handed to, each with its own other side and its faults (C66): whatever is refused, slow, away,
 * broken off or said twice, each version of a note arrives, in order, and once by its id; nothing of a patient gets anywhere else.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SINK_NAMES } from '../../src/domain/delivery/sinks.ts';
import { configOf } from '../../src/env.ts';
import { runJob } from '../../src/outbox/run-job.ts';
import { sinkOf } from '../../src/outbox/sinks.ts';
import { sendAgain } from '../../src/store/deliveries.ts';
import { handedOnOf } from '../../src/store/disclosures.ts';
import { dueJobs } from '../../src/store/jobs.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { deliveryOf, givenNote, idOf, sinkEnv, triedDelivery } from '../support/given-delivery.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { forgetCaps } from '../support/place-call.ts';
import { catchLog, db, later, restore, START, stopClock, testEnv } from '../support/worker-env.ts';
import { SINK_RIGS } from './sink-rigs.ts';

const HOUR = 3_600_000;

let lines: Record<string, unknown>[];
beforeEach(async () => {
  stopClock();
  catchJobHints();
  lines = catchLog();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  // Nobody waits for an answer that does not come: the end of the time comes at once.
  const wait = globalThis.setTimeout;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, ms = 0) =>
    wait(work, ms >= 10_000 ? 20 : ms)) as typeof setTimeout);
  await forgetCaps();
  await testEnv.DB.exec('delete from jobs; delete from deliveries;');
});
afterEach(restore);

describe.each(SINK_NAMES)('%s', (name) => {
  const rig = SINK_RIGS[name];
  const env = sinkEnv(rig.variables);
  /** The bucket has no statuses. */
  const hasAnswers = rig.faults.includes('silent');
  const sink = sinkOf({ env, config: configOf(env) }, name);

  /** As the queue does it in time, until nothing waits any more, or until then. */
  async function runUntil(end: number): Promise<void> {
    for (let rounds = 0; rounds < 400; rounds += 1) {
      const [first] = await db.$client
        .prepare("select min(due_at) as at from jobs where status = 'waiting'")
        .all<{ at: number | null }>()
        .then(({ results }) => results);
      if (first?.at == null || first.at > end) return;
      later(Math.max(0, first.at - Date.now()));
      for (const { id } of await dueJobs(db, Date.now(), 100)) await runJob(env, id);
    }
    throw new Error('it goes on for ever');
  }

  it('takes a note once, and again changes nothing', async () => {
    const other = rig.other('none');
    const note = await givenNote(name);
    expect((await triedDelivery(note, 1, env)).delivery).toMatchObject({ status: 'delivered', attempts: 1 });
    expect(await other.taken()).toEqual([await idOf(note)]);
    const state = other.state();
    later(HOUR);
    expect(await sendAgain(db, [await deliveryOf(note)], Date.now())).toHaveLength(1);
    expect((await triedDelivery(note, 1, env)).delivery).toMatchObject({ status: 'delivered', attempts: 2 });
    expect([other.asked(), other.state()]).toEqual([2, state]);
  });

  it('that is away for an hour gets each version then, in order, once by its id', async () => {
    const down = rig.other('unreachable');
    const note = await givenNote(name);
    await note.write(2);
    await note.write(3);
    await runUntil(START + HOUR);
    expect([down.asked() > 5, await down.taken()]).toEqual([true, []]);
    const up = rig.other('none');
    await runUntil(START + 80 * HOUR);
    const versions = [1, 2, 3];
    expect(await up.taken()).toEqual(await Promise.all(versions.map((version) => idOf(note, version))));
    for (const version of versions) expect((await deliveryOf(note, version)).status).toBe('delivered');
    expect(up.asked()).toBe(3);
  });

  it.each(rig.faults)('gets it in the end after “%s”, and has it once', async (fault) => {
    const other = rig.other(fault, 'none');
    const note = await givenNote(name);
    await runUntil(START + 80 * HOUR);
    expect([await other.taken(), (await deliveryOf(note)).status]).toEqual([[await idOf(note)], 'delivered']);
  });

  it('that took it and could not say so has the same after the second time as after the first', async () => {
    const other = rig.other('lost', 'none');
    const note = await givenNote(name);
    await triedDelivery(note, 1, env);
    const state = other.state();
    expect(await other.taken()).toEqual([await idOf(note)]);
    await runUntil(START + HOUR);
    expect([other.asked(), other.state(), (await deliveryOf(note)).status]).toEqual([2, state, 'delivered']);
  });

  if (hasAnswers)
    it('that asks for time is left alone so long, after 429 and 503', async () => {
      for (const status of [429, 503]) {
        const other = rig.other({ status, headers: { 'Retry-After': '7200' } }, 'none');
        const note = await givenNote(name);
        const { delivery, job } = await triedDelivery(note, 1, env);
        expect(delivery).toMatchObject({ status: 'queued', code: `answered_${status}` });
        expect(job.dueAt - Date.now()).toBe(7_200_000);
        await runUntil(Date.now() + 80 * HOUR);
        expect([other.asked(), await other.taken()]).toEqual([2, [await idOf(note)]]);
      }
    });

  if (hasAnswers)
    it('that fails with 500 is asked again by itself; 422 is left to a person', async () => {
      const other = rig.other({ status: 500 }, { status: 422 });
      const note = await givenNote(name);
      expect((await triedDelivery(note, 1, env)).delivery).toMatchObject({ status: 'queued', code: 'answered_500' });
      later(10_000);
      expect((await triedDelivery(note, 1, env)).delivery).toMatchObject({ status: 'dead', code: 'answered_422' });
      expect(await other.taken()).toEqual([]);
    });

  it('leaves nothing of the patient, of a key or of an answer in any log, row or outcome (LG-01, HS-04)', async () => {
    const note = await givenNote(name);
    for (const fault of [...rig.faults, { status: 500 }, { status: 422 }] as const) {
      rig.other(fault);
      await sendAgain(db, [await deliveryOf(note)], Date.now());
      await triedDelivery(note, 1, env);
    }
    const { deliveries, jobs } = await dumpDatabase();
    expect(JSON.stringify([deliveries, jobs, lines])).not.toMatch(/canary|\.example|\+1/i);
    expect(sink?.host).not.toMatch(/canary|\/(?!\/)|@/);
  });

  it('is told of beside a patient’s disclosures only if it gets their answers and is not ours (HS-22)', async () => {
    rig.other('none');
    const note = await givenNote(name);
    await triedDelivery(note, 1, env);
    const told = await handedOnOf(db, note.patient.id, 10);
    expect(told.map(({ sink: system }) => system)).toEqual(name === 'backend' || name === 'fhir' ? [name] : []);
    // Sent again and not taken this time, it was handed on all the same.
    later(HOUR);
    rig.other(hasAnswers ? { status: 422 } : 'unreachable');
    await sendAgain(db, [await deliveryOf(note)], Date.now());
    await triedDelivery(note, 1, env);
    expect(await handedOnOf(db, note.patient.id, 10)).toEqual(told);
  });

  it('is tried without anything of a patient, and says what came back', async () => {
    rig.other('none');
    expect(await sink?.test(Date.now())).toMatchObject({ kind: 'delivered' });
    if (!hasAnswers) return;
    rig.other({ status: 503 }, 'unreachable', 'silent');
    expect(await sink?.test(Date.now())).toMatchObject({ kind: 'try_again', code: 'answered_503', httpStatus: 503 });
    expect(await sink?.test(Date.now())).toMatchObject({ kind: 'try_again', code: 'unreachable', httpStatus: null });
    expect(await sink?.test(Date.now())).toMatchObject({ kind: 'try_again', code: 'timed_out', httpStatus: null });
  });

  it('is not there without its settings', () => {
    expect(sinkOf({ env: testEnv, config: configOf(testEnv) }, name)).toBeNull();
    expect([sink?.name, (sink?.host ?? '') !== '']).toEqual([name, true]);
  });
});
