/**
 * A note leaves as soon as its call is over; what is written down from the recording takes longer. Whoever gets the words gets them whenever
 * they are there, each once by its id, and waits for nothing (C66, S2-F4).
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runJob } from '../../src/outbox/run-job.ts';
import { sendAgain } from '../../src/store/deliveries.ts';
import { listDeliveries } from '../../src/store/delivery-list.ts';
import { deletePatientRows } from '../../src/store/erasure.ts';
import { findJob } from '../../src/store/jobs.ts';
import {
  says as answers,
  BACKEND,
  deliverJobOf,
  deliveryOf,
  type GivenNote,
  givenNote,
  givenReceiver,
  type Receiver,
  SECRET,
  type Sent,
  takes,
} from '../support/given-delivery.ts';
import { catchJobHints, type JobHints } from '../support/given-jobs.ts';
import type { SessionUnderTest } from '../support/given-session.ts';
import { givenSimulatedEngine, givenSpoken, spokenOf, triedOnce, writtenDown } from '../support/given-spoken.ts';
import { type Engine, envWith, givenEngine, OPENAI, refuses } from '../support/given-transcription.ts';
import { catchLog, db, later, restore, stopClock, testEnv, until } from '../support/worker-env.ts';

const ENV = envWith({ ...OPENAI, ...BACKEND });
let hints: JobHints;
beforeEach(async () => {
  stopClock();
  catchLog();
  hints = catchJobHints();
  await testEnv.DB.exec(
    'delete from jobs; delete from deliveries; delete from recordings; delete from recording_transcripts;',
  );
});
afterEach(restore);

/** One wire to both: the engine, and the clinic's own system. */
function wired(engine: Engine, ...receivers: readonly Receiver[]): Sent[] {
  givenEngine(engine);
  const toEngine = vi.mocked(globalThis.fetch).getMockImplementation() as typeof fetch;
  const sent = givenReceiver(...receivers);
  const toClinic = vi.mocked(globalThis.fetch).getMockImplementation() as typeof fetch;
  vi.mocked(globalThis.fetch).mockImplementation((input, init) =>
    (String(input).startsWith(OPENAI.OPENAI_BASE) ? toEngine : toClinic)(input, init),
  );
  return sent;
}

interface Both {
  readonly call: SessionUnderTest;
  readonly note: GivenNote;
  readonly sent: Sent[];
}
async function given(engine: Engine = givenSimulatedEngine().engine, ...receivers: readonly Receiver[]): Promise<Both> {
  const call = await givenSpoken();
  const note = await givenNote('backend', call.placed);
  return { call, note, sent: wired(engine, ...receivers) };
}

const run = async (note: GivenNote, version = 1) => runJob(ENV, (await deliverJobOf(note, version)).id);
const deliveriesOf = async ({ callId }: GivenNote) => {
  const filter = { limit: 20, cursor: null, status: null, sink: null, callId };
  return (await listDeliveries(db, filter)).items;
};
const transcriptOf = async (note: GivenNote) => (await deliveriesOf(note)).find(({ part }) => part === 'transcript');
async function runTranscript(note: GivenNote) {
  const delivery = await transcriptOf(note);
  const job = await findJob(db, 'deliver', delivery?.id ?? '');
  if (job === null) throw new Error('there is no such work');
  await runJob(ENV, job.id);
}
const recordedIn = ({ body }: Sent): number =>
  (body['transcripts'] as { items: { source: string }[] }).items.filter(({ source }) => source === 'recording').length;

describe('what is written down from the recording of a note', () => {
  it('after it was taken is sent with the same version, once, under an id of its own', async () => {
    const { call, note, sent } = await given();
    await run(note);
    hints.take();
    await writtenDown(call, ENV);
    const delivery = await transcriptOf(note);
    expect(delivery).toMatchObject({ noteVersion: 1, sink: 'backend', status: 'queued', attempts: 0 });
    const job = await findJob(db, 'deliver', delivery?.id ?? '');
    expect(hints.take()).toContainEqual({ jobId: job?.id, delaySeconds: 0 });
    await runTranscript(note);
    expect(sent.map((one) => [one.version, recordedIn(one)])).toEqual([
      [1, 0],
      [1, 6],
    ]);
    expect(sent.map(({ id }) => id)).toEqual([(await deliveryOf(note)).id, delivery?.id]);
    expect((await deliveriesOf(note)).map(({ status }) => status)).toEqual(['delivered', 'delivered']);
  });

  it('before it was ever sent goes along, and nothing more is sent', async () => {
    const { call, note, sent } = await given();
    await writtenDown(call, ENV);
    await run(note);
    expect(sent.map(recordedIn)).toEqual([6]);
    expect(await deliveriesOf(note)).toHaveLength(1);
  });

  it('never, for the engine refuses it: the note is there, and nothing more is sent', async () => {
    const { call, note, sent } = await given(refuses(400));
    await run(note);
    await triedOnce(call, ENV);
    expect((await spokenOf(call)).status).toBe('failed');
    expect(sent.map(recordedIn)).toEqual([0]);
    expect(await deliveriesOf(note)).toHaveLength(1);
  });

  it('while it was on the wire follows it, and waits until it is taken', async () => {
    let answer: (response: Response) => void = () => {};
    const held: Receiver = () => new Promise((resolve) => (answer = resolve));
    const { call, note, sent } = await given(givenSimulatedEngine().engine, held, takes);
    const first = run(note);
    await until(() => sent.length === 1);
    await writtenDown(call, ENV);
    await runTranscript(note);
    expect(sent).toHaveLength(1);
    answer(new Response(null, { status: 200 }));
    await first;
    await runTranscript(note);
    expect(sent.map(recordedIn)).toEqual([0, 6]);
  });

  it('between two tries goes with the next one and once more: the first may have got there', async () => {
    const { call, note, sent } = await given(givenSimulatedEngine().engine, answers(503), takes);
    await run(note);
    await writtenDown(call, ENV);
    later((await deliverJobOf(note)).dueAt - Date.now());
    await run(note);
    await runTranscript(note);
    expect(sent.map(recordedIn)).toEqual([0, 6, 6]);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(2);
  });

  it('goes with the newest version: one that was not sent yet takes it along by itself', async () => {
    const { call, note, sent } = await given();
    await run(note);
    await note.write(2);
    await writtenDown(call, ENV);
    expect(await transcriptOf(note)).toBeUndefined();
    await run(note, 2);
    expect(sent.map((one) => [one.version, recordedIn(one)])).toEqual([
      [1, 0],
      [2, 6],
    ]);
  });

  it('comes before a version that is written after it', async () => {
    const { call, note, sent } = await given();
    await run(note);
    await writtenDown(call, ENV);
    await note.write(2);
    await run(note, 2);
    expect(sent).toHaveLength(1);
    await runTranscript(note);
    await run(note, 2);
    expect(sent.map(({ version }) => version)).toEqual([1, 1, 2]);
  });

  it('is sent again by a person under its own id, as a note is', async () => {
    const { call, note, sent } = await given();
    await run(note);
    await writtenDown(call, ENV);
    await runTranscript(note);
    const delivery = await transcriptOf(note);
    if (delivery === undefined) throw new Error('there is none');
    expect(await sendAgain(db, [delivery], Date.now())).toHaveLength(1);
    await runTranscript(note);
    expect(sent.slice(1).map(({ id }) => id)).toEqual([delivery.id, delivery.id]);
  });

  it('of an erased patient goes nowhere (C74, X13)', async () => {
    const { call, note, sent } = await given();
    await run(note);
    await writtenDown(call, ENV);
    await deletePatientRows(db, note.patient.id, Date.now());
    expect((await transcriptOf(note))?.status).toBe('canceled');
    expect(sent).toHaveLength(1);
  });

  it('goes to no system that does not tell what a recording says, nor to one that is set up no longer', async () => {
    const call = await givenSpoken();
    const note = await givenNote('alert', call.placed);
    const alert = { SINK_ALERT_URL: 'https://pager.example/', SINK_ALERT_SECRET: SECRET };
    wired(givenSimulatedEngine().engine);
    await runJob(envWith({ ...OPENAI, ...alert }), (await deliverJobOf(note)).id);
    await writtenDown(call, envWith({ ...OPENAI, ...alert }));
    expect(await deliveriesOf(note)).toHaveLength(1);
    const other = await given();
    await run(other.note);
    await writtenDown(other.call, envWith());
    expect(await deliveriesOf(other.note)).toHaveLength(1);
  });
});
