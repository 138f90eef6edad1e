/** A call and its note at a FHIR server, through the whole of the outbox: what is there after each delivery, in whatever order (C29, C66). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { beginDelivery, isSuperseded, markGivenUp, putAwayDelivery, sendAgain } from '../../src/store/deliveries.ts';
import { type FhirStandIn, fhirStandIn } from '../support/fhir-stand-in.ts';
import { deliverJobOf, deliveryOf, givenNote, idOf, sinkEnv, triedDelivery } from '../support/given-delivery.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { forgetCaps } from '../support/place-call.ts';
import { catchLog, db, later, restore, stopClock, testEnv, until } from '../support/worker-env.ts';

let server: FhirStandIn;
let answers: (() => Response)[];
const env = sinkEnv({ FHIR_BASE: 'https://fhir.example/r4', FHIR_TOKEN: 'canary-token' });
let lines: Record<string, unknown>[];

beforeEach(async () => {
  stopClock();
  catchJobHints();
  lines = catchLog();
  await forgetCaps();
  await testEnv.DB.exec('delete from jobs; delete from deliveries;');
  server = fhirStandIn({ token: 'canary-token' });
  answers = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(
    async (input, init) => answers.shift()?.() ?? server.handle(new Request(input, init)),
  );
});
afterEach(restore);

const typesThere = () => [...new Set([...server.resources.keys()].map((key) => key.split('/')[0]))].toSorted();
const resource = (type: string) => [...server.resources].find(([key]) => key.startsWith(`${type}/`))?.[1];
const again = async (note: Awaited<ReturnType<typeof givenNote>>, version = 1) => {
  later(3_600_000);
  await sendAgain(db, [await deliveryOf(note, version)], Date.now());
  return (await triedDelivery(note, version, env)).delivery;
};

/** Requests wait on the wire until the test says whose turn it is: the server takes them in that order. By version of that note. */
async function heldWire(note: Awaited<ReturnType<typeof givenNote>>) {
  const versions = new Map([
    [await idOf(note, 1), 1],
    [await idOf(note, 2), 2],
  ]);
  const waiting = new Map<number, () => void>();
  const taken: number[] = [];
  vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const version = versions.get(request.headers.get('X-Request-Id') ?? '') ?? 0;
    await new Promise<void>((go) => waiting.set(version, go));
    taken.push(version);
    return server.handle(request);
  });
  /** Whoever does not come is not waited for long. */
  const settle = async (order: readonly number[]) => {
    for (const version of order) {
      for (let turns = 0; turns < 60 && !waiting.has(version); turns += 1) await new Promise((go) => setTimeout(go, 5));
      waiting.get(version)?.();
    }
  };
  return { waiting, taken, settle };
}

describe('a note at a FHIR server', () => {
  it('is its patient, the call, the answers and where they come from; again, nothing changes', async () => {
    const note = await givenNote('fhir');
    expect((await triedDelivery(note, 1, env)).delivery.status).toBe('delivered');
    expect(typesThere()).toEqual(
      expect.arrayContaining(['Communication', 'Patient', 'Provenance', 'QuestionnaireResponse']),
    );
    expect(resource('Communication')?.resource['identifier']).toMatchObject([{ value: note.callId }]);
    const state = server.state();
    expect(await again(note)).toMatchObject({ status: 'delivered', attempts: 2 });
    expect(server.state()).toBe(state);
    expect(JSON.stringify(lines)).not.toMatch(/canary/i);
  });

  it('takes the place of its earlier version, under the same ids', async () => {
    const note = await givenNote('fhir');
    await triedDelivery(note, 1, env);
    const before = server.resources.size;
    await note.write(2);
    await triedDelivery(note, 2, env);
    const response = resource('QuestionnaireResponse');
    expect(response?.version).toBe(2);
    expect(server.resources.size - before).toBeLessThan(before);
    expect([...server.resources.keys()].filter((key) => key.startsWith('QuestionnaireResponse/'))).toHaveLength(1);
  });

  it('is not undone by an earlier version that was given up and is sent again after it', async () => {
    const note = await givenNote('fhir');
    await note.write(2);
    answers = [() => new Response('Canarybody', { status: 422 })];
    expect((await triedDelivery(note, 1, env)).delivery).toMatchObject({ status: 'dead', code: 'answered_422' });
    expect((await triedDelivery(note, 2, env)).delivery.status).toBe('delivered');
    const state = server.state();
    expect(await again(note)).toMatchObject({ status: 'canceled', code: 'superseded' });
    expect(server.state()).toBe(state);
  });

  it('is sent after all when its later version was refused for good and put away', async () => {
    const note = await givenNote('fhir');
    await note.write(2);
    answers = [422, 422].map((status) => () => new Response(null, { status }));
    await triedDelivery(note, 1, env);
    expect((await triedDelivery(note, 2, env)).delivery).toMatchObject({ status: 'dead', code: 'answered_422' });
    expect(await isSuperseded(db, await deliveryOf(note, 1))).toBe(true);
    await putAwayDelivery(db, (await deliverJobOf(note, 2)).id, Date.now());
    expect(await isSuperseded(db, await deliveryOf(note, 1))).toBe(false);
    expect(await again(note)).toMatchObject({ status: 'delivered' });
  });

  it.each([
    [2, 1],
    [1, 2],
  ])(
    'ends as its newest version when an earlier one is sent again while that is on the wire, answered %i then %i',
    async (...order) => {
      const note = await givenNote('fhir');
      await note.write(2);
      answers = [() => new Response(null, { status: 422 })];
      await triedDelivery(note, 1, env);
      const wire = await heldWire(note);
      const tries = [triedDelivery(note, 2, env)];
      await until(() => wire.waiting.size === 1);
      await sendAgain(db, [await deliveryOf(note, 1)], Date.now());
      tries.push(triedDelivery(note, 1, env));
      await wire.settle(order);
      await Promise.all(tries);
      expect(await deliveryOf(note, 1)).toMatchObject({ status: 'canceled', code: 'superseded' });
      expect(await deliveryOf(note, 2)).toMatchObject({ status: 'delivered' });
      expect(wire.taken).toEqual([2]);
    },
  );

  it('sent again before its later version was ever tried goes first, and the later one waits for its answer', async () => {
    const note = await givenNote('fhir');
    await note.write(2);
    answers = [() => new Response(null, { status: 422 })];
    await triedDelivery(note, 1, env);
    await sendAgain(db, [await deliveryOf(note, 1)], Date.now());
    const wire = await heldWire(note);
    const first = triedDelivery(note, 1, env);
    await until(() => wire.waiting.size === 1);
    expect((await triedDelivery(note, 2, env)).delivery).toMatchObject({ status: 'queued', attempts: 0 });
    await wire.settle([1]);
    await first;
    const second = triedDelivery(note, 2, env);
    await wire.settle([2]);
    await second;
    expect(wire.taken).toEqual([1, 2]);
  });

  it('whose versions were both given up ends as the newest when all is sent again, whichever is taken up first', async () => {
    for (const order of [
      [1, 2, 1, 2],
      [2, 1, 2],
    ]) {
      const note = await givenNote('fhir');
      await note.write(2);
      answers = [422, 422].map((status) => () => new Response(null, { status }));
      await triedDelivery(note, 1, env);
      await triedDelivery(note, 2, env);
      await sendAgain(db, [await deliveryOf(note, 1), await deliveryOf(note, 2)], Date.now());
      for (const version of order) {
        await triedDelivery(note, version, env);
        later(1);
      }
      expect(await deliveryOf(note, 1)).toMatchObject({ status: 'canceled', code: 'superseded' });
      expect(await deliveryOf(note, 2)).toMatchObject({ status: 'delivered' });
      later(3_600_000);
    }
  });

  it('is begun by one version at a time, also when both looked before either began', async () => {
    const note = await givenNote('fhir');
    await note.write(2);
    answers = [() => new Response(null, { status: 422 })];
    await triedDelivery(note, 1, env);
    const [first, second] = [await deliveryOf(note, 1), await deliveryOf(note, 2)];
    // Version 2 has seen that nothing is before it; at that moment version 1 is sent again.
    await sendAgain(db, [first], Date.now());
    expect(await beginDelivery(db, second, true)).toBeNull();
    expect(await beginDelivery(db, first, true)).toBe(2);
    await markGivenUp(db, first.id, 'answered_422', Date.now());
    expect(await beginDelivery(db, second, true)).toBe(1);
    await sendAgain(db, [first], Date.now());
    expect(await beginDelivery(db, first, true)).toBeNull();
  });

  it('to a system that keeps each version by itself is sent again all the same', async () => {
    const note = await givenNote('alert');
    await note.write(2);
    const alertEnv = sinkEnv({
      SINK_ALERT_URL: 'https://pager.example/',
      SINK_ALERT_SECRET: `whsec_${btoa('x'.repeat(32))}`,
    });
    answers = [410, 200, 200].map((status) => () => new Response(null, { status }));
    for (const version of [1, 2]) await triedDelivery(note, version, alertEnv);
    await sendAgain(db, [await deliveryOf(note)], Date.now());
    expect((await triedDelivery(note, 1, alertEnv)).delivery.status).toBe('delivered');
  });
});
