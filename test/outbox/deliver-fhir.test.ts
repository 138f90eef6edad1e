/** A call and its note at a FHIR server, through the whole of the outbox: what is there after each delivery, in whatever order (C29, C66). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sendAgain } from '../../src/store/deliveries.ts';
import { type FhirStandIn, fhirStandIn } from '../support/fhir-stand-in.ts';
import { deliveryOf, givenNote, sinkEnv, triedDelivery } from '../support/given-delivery.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { forgetCaps } from '../support/place-call.ts';
import { catchLog, db, later, restore, stopClock, testEnv } from '../support/worker-env.ts';

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
