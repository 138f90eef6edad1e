/** There is no FHIR export yet. Until there is, nothing may look like one: half a Bundle is worse than none. */
import { beforeEach, describe, expect, it } from 'vitest';
import { SINK_NAMES } from '../../src/domain/delivery/sinks.ts';
import { routes } from '../../src/web/routes.ts';
import { type GivenApp, givenApp } from './given-app.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
const FHIR = /fhir|resourceType|hl7\.org/i;

describe('nothing is handed out as FHIR (FH-01, FH-02, FH-03, FH-04, FH-05, FH-06, FH-07)', () => {
  it('no route has it in its path, no operation in its words, input or answer', async () => {
    expect(routes.filter(({ path }) => FHIR.test(path))).toEqual([]);
    const document = await (await given.request('/api/openapi.json')).text();
    expect(document).toContain('/api/calls/{call_id}/intake-data');
    expect(document).not.toMatch(FHIR);
  });

  it('who asks for a resource, or for its type, gets none', async () => {
    const path = '/api/calls/call_0199f3c2-7f4e-7000-8000-000000000001/fhir';
    const headers = { Accept: 'application/fhir+json' };
    expect((await given.request(path, { headers })).status).toBe(404);
    const schema = await given.request('/api/schemas/note', { headers });
    expect(schema.status).toBe(200);
    expect(schema.headers.get('Content-Type')).not.toMatch(/fhir/i);
    expect(await schema.text()).not.toMatch(FHIR);
  });

  it('no system of the clinic is sent any', () => {
    expect(SINK_NAMES).toEqual(['backend']);
  });
});
