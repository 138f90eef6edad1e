/** `audit verify` goes through all pages and ends with 8 on a break (X12); `audit list` asks for what was asked. */
import { describe, expect, it } from 'vitest';
import { givenService, runCli } from './given-service.ts';

const head = { seq: 9, hash: 'abc' };
const page = (more: object) => ({ json: { ok: true, checked: 5, next: null, head, break: null, ...more } });

describe('audit verify', () => {
  it('goes from page to page and says how many lines there are (X12)', async () => {
    const service = await givenService((_, nth) => page(nth === 1 ? { next: '5' } : { checked: 4 }));
    const ended = await runCli(service, ['audit', 'verify']);
    expect(ended.code).toBe(0);
    expect(ended.out).toContain('Whole: 9 lines');
    expect(service.asked.map(({ path }) => path)).toEqual(['/api/audit/verify', '/api/audit/verify?after=5']);
  });

  it('ends with 8 on a break and names the line (X12, T07)', async () => {
    const broken = { seq: 3, code: 'missing_row', detail: 'It was written and is not there.' };
    const service = await givenService(() => page({ ok: false, break: broken }));
    const ended = await runCli(service, ['audit', 'verify']);
    expect([ended.code, ended.out]).toEqual([8, expect.stringContaining('BROKEN at line 3 (missing_row)')]);
    const asJson = await runCli(service, ['audit', 'verify', '--json']);
    expect([asJson.code, JSON.parse(asJson.out)]).toMatchObject([8, { ok: false, break: { seq: 3 } }]);
  });
});

describe('audit list', () => {
  it('asks by person and result, or who saw a patient (X12)', async () => {
    const service = await givenService(() => ({ json: { items: [], next_cursor: null } }));
    await runCli(service, ['audit', 'list', '--who', 'dana@clinic.example', '--refused']);
    await runCli(service, ['audit', '--patient', 'pat_1', '--from', '2026-05-01T00:00:00Z']);
    await runCli(service, ['audit', '--patient', 'pat_1', '--action', 'patient.reveal', '--phi', '--call', 'call_1']);
    expect(service.asked.map(({ path }) => path)).toEqual([
      '/api/audit?actor_name=dana%40clinic.example&refused=true&limit=50',
      '/api/patients/pat_1/accesses?from=2026-05-01T00%3A00%3A00.000Z&limit=50',
      '/api/audit?action=patient.reveal&call_id=call_1&phi=true&patient_id=pat_1&limit=50',
    ]);
  });
});
