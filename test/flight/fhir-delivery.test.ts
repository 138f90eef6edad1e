/**
 * The Bundle of every simulated call at a FHIR server, each sent twice: the second time nothing changes there, and a corrected note takes
 * the place of the first. Sixty calls at once; FHIR_CALLS for more.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { judgeTransaction } from '../../src/domain/delivery/judge-transaction.ts';
import type { BundleInput } from '../../src/domain/fhir/bundle-input.ts';
import { bundleOf } from '../../src/domain/fhir/bundle-of.ts';
import { type FhirStandIn, fhirStandIn } from '../support/fhir-stand-in.ts';
import { castOf, crowdOf } from './cast.ts';
import { FHIR_CALLS } from './deep.ts';
import { fhirInput } from './fhir-input.ts';
import { givenFlight } from './flight.ts';

let inputs: BundleInput[];
beforeAll(async () => {
  const patients = castOf(FHIR_CALLS);
  const flight = await givenFlight({ ...crowdOf(patients), ringBacks: true });
  for (const persona of patients) flight.call(persona);
  await flight.land();
  // Whoever was called twice is on file once.
  const onFile = new Map<string, BundleInput['patient']>();
  inputs = [...flight.sessions.values()].map((session, index) => {
    const input = fhirInput(session, index);
    const patient = onFile.get(input.patient.id) ?? input.patient;
    onFile.set(patient.id, patient);
    return { ...input, patient };
  });
}, 600_000);

/** Why one was not taken; null: it was. */
async function sent(server: FhirStandIn, input: BundleInput): Promise<string | null> {
  const bundle = bundleOf(input);
  const headers = { 'Content-Type': 'application/fhir+json' };
  const request = new Request(server.base, { method: 'POST', headers, body: JSON.stringify(bundle) });
  const response = await server.handle(request);
  const answer = await response.json();
  const verdict = judgeTransaction(response.status, answer, bundle.entry?.length ?? 0);
  return verdict.kind === 'delivered' ? null : `${input.call.call_id} ${verdict.code} ${JSON.stringify(answer)}`;
}
async function allSent(server: FhirStandIn): Promise<string[]> {
  const problems: string[] = [];
  for (const input of inputs) {
    const problem = await sent(server, input);
    if (problem !== null) problems.push(problem);
  }
  return problems;
}

describe(`the Bundles of ${FHIR_CALLS} simulated calls at a FHIR server (C29)`, { timeout: 600_000 }, () => {
  it('are taken, every entry, with references that lead somewhere; sent twice they change nothing', async () => {
    const server = fhirStandIn();
    expect((await allSent(server)).slice(0, 5)).toEqual([]);
    const versions = () => [...server.resources].map(([key, { version }]) => `${key} ${version}`);
    const [state, first] = [server.state(), new Set(versions())];
    expect(first.size).toBeGreaterThan(3 * inputs.length);
    expect((await allSent(server)).slice(0, 5)).toEqual([]);
    expect(versions().filter((each) => !first.has(each))).toEqual([]);
    expect(server.state() === state).toBe(true);
  });

  it('of a call that is heard of again in another order are the same in the end', async () => {
    const [first, second] = [fhirStandIn(), fhirStandIn()];
    await allSent(first);
    inputs.reverse();
    await allSent(second);
    const keys = ({ resources }: FhirStandIn) => [...resources.keys()].toSorted();
    expect(keys(second)).toEqual(keys(first));
  });

  it('do not change another call: one that is sent anew touches its own resources and its patient alone', async () => {
    const server = fhirStandIn();
    await allSent(server);
    const corrected = inputs.find(({ intake_data }) => intake_data !== null) as BundleInput;
    const note = { ...corrected.intake_data, version: 9, status: 'partial' } as NonNullable<BundleInput['intake_data']>;
    const before = new Map([...server.resources].map(([key, { version }]) => [key, version]));
    expect(await sent(server, { ...corrected, intake_data: note })).toBeNull();
    const mine = new Set(bundleOf(corrected).entry?.map(({ request }) => request?.url));
    const changed = [...server.resources]
      .filter(([key, { version }]) => before.get(key) !== version)
      .map(([key]) => key);
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.filter((key) => before.has(key) && !mine.has(key))).toEqual([]);
  });
});
