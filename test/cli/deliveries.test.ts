/** `deliveries` and `sinks`: what is asked of the API, and what is shown of it (C66). */
import { describe, expect, it } from 'vitest';
import { type Answer, givenService, problem, runCli } from './given-service.ts';

const DELIVERY = {
  ...{ delivery_id: 'dlv_1', call_id: 'call_1', note_version: 2, sink: 'fhir', status: 'dead', attempts: 19 },
  ...{ code: 'entry_422', what_happened: 'The FHIR server answered 422 to a part of the note.', failed_at: null },
  ...{ next_try_at: null, created_at: '2026-11-28T14:00:00.000Z', ended_at: null },
};
const SINK = {
  ...{ sink: 'fhir', host: 'fhir.example', has_key: true, is_signed: false, waiting: 3, dead: 1 },
  ...{ last_success_at: null, last_failure: null },
};
const says =
  (json: object, status = 200): Answer =>
  () => ({ status, json });

const asked = async (answer: Answer, words: readonly string[]) => {
  const service = await givenService(answer);
  const ended = await runCli(service, words);
  return { ...ended, asked: service.asked.map(({ method, path, body }) => [method, path, body]) };
};

describe('deliveries', () => {
  it('are listed with where each stands and why', async () => {
    const words = ['deliveries', 'list', '--status', 'dead', '--sink', 'fhir', '--call', 'call_1'];
    const { code, out, asked: requests } = await asked(says({ items: [DELIVERY], next_cursor: null }), words);
    expect([code, requests]).toEqual([
      0,
      [['GET', '/api/deliveries?status=dead&sink=fhir&call_id=call_1&limit=50', '']],
    ]);
    for (const text of ['dlv_1', 'fhir', 'dead', '19', 'answered 422']) expect(out).toContain(text);
    expect((await asked(says({ items: [], next_cursor: null }), ['deliveries'])).out).toBe('There are none.\n');
  });

  it('are sent again one by one, or all that were given up', async () => {
    const one = await asked(says(DELIVERY, 202), ['deliveries', 'retry', 'dlv_1']);
    expect([one.out, one.asked]).toEqual(['Version 2 is sent again.\n', [['POST', '/api/deliveries/dlv_1/retry', '']]]);
    const all = await asked(says({ count: 7 }, 202), ['deliveries', 'retry', '--all', '--sink', 'fhir']);
    expect([all.out, all.asked]).toEqual([
      '7 are sent again.\n',
      [['POST', '/api/deliveries/retry', '{"status":"dead","sink":"fhir"}']],
    ]);
    const json = await asked(says({ count: 1 }, 202), ['deliveries', 'retry', '--all', '--json']);
    expect([JSON.parse(json.out), json.asked[0]?.[2]]).toEqual([{ count: 1 }, '{"status":"dead"}']);
  });

  it.each([[['deliveries', 'retry']], [['deliveries', 'retry', 'dlv_1', '--all']]])(
    '%j asks for nothing',
    async (words) => {
      const { code, asked: requests } = await asked(says({}), words);
      expect([code, requests]).toEqual([2, []]);
    },
  );

  it('that cannot be sent end with the code of the refusal', async () => {
    const { code } = await asked(() => problem(409, 'being_sent'), ['deliveries', 'retry', 'dlv_1']);
    expect(code).toBe(5);
  });
});

describe('sinks', () => {
  it('are listed with what waits and what was given up', async () => {
    const { out, asked: requests } = await asked(says({ items: [SINK], next_cursor: null }), ['sinks']);
    expect(requests).toEqual([['GET', '/api/sinks', '']]);
    for (const text of ['fhir', 'fhir.example', '3', '1']) expect(out).toContain(text);
    const none = await asked(says({ items: [], next_cursor: null }), ['sinks', 'list']);
    expect(none.out).toBe('Notes are handed to no other system.\n');
  });

  it('are tried, and end with 1 unless the test was taken', async () => {
    const taken = await asked(says({ ok: true, duration_ms: 12 }), ['sinks', 'test', 'fhir']);
    expect([taken.code, taken.out, taken.asked]).toEqual([
      ...[0, 'Taken, in 12 ms.\n', [['POST', '/api/sinks/test', '{"sink":"fhir"}']]],
    ]);
    const refused = says({ ok: false, code: 'token_refused', what_happened: 'The token service does not know us.' });
    const { code, out } = await asked(refused, ['sinks', 'test', 'fhir']);
    expect([code, out]).toEqual([1, 'The token service does not know us.\n']);
  });
});
