/** What patients have a right to, from a terminal: what is asked of the API, what is said, and that nobody's words stand in an argument. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Answer, type GivenService, givenService, problem, runCli } from './given-service.ts';

function givenFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'cli-rights-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
const sent = ({ asked }: GivenService, nth = 0) => JSON.parse(asked[nth]?.body || 'null') as Record<string, unknown>;
const routes = ({ asked }: GivenService) => asked.map((one) => `${one.method} ${one.path}`);
const page =
  (...items: object[]): Answer =>
  () => ({ json: { items, next_cursor: null } });

const REQUEST = {
  ...{ request_id: 'req_1', patient_id: 'pat_1', kind: 'amendment', status: 'open', overdue: true },
  ...{ received_at: '2026-09-01T14:00:00.000Z', due_at: '2026-10-31T14:00:00.000Z', requested_by: 'dana' },
};
const request: Answer = () => ({ status: 201, json: REQUEST });

describe('words about a patient (S1-C2, S1-C3)', () => {
  it.each([
    [['patient', 'hold', 'pat_1', '--reason', 'litigation', '--text', '-'], 'text'],
    [['patient', 'release', 'pat_1', 'hold_1', '--reason', '-'], 'reason'],
    [['patient', 'revoke', 'pat_1', 'con_1', '--reason', '-'], 'reason'],
    [['patient', 'amend', 'pat_1', '--details', '-'], 'details'],
    [['patient', 'disclose', 'pat_1', '--purpose', 'legal', '--what', 'note', '--to', '-'], 'to'],
    [['request', 'new', 'pat_1', '--kind', 'access', '--details', '-'], 'details'],
    [['request', 'close', 'req_1', '--as', 'denied', '--outcome', '-'], 'outcome'],
    [['request', 'refuse', 'req_1', '--reason', '-'], 'reason'],
    [['emergency', 'begin', '--reason', '-'], 'reason'],
    [['emergency', 'review', 'emg_1', '--verdict', 'justified', '--note', '-'], 'note'],
    [['audit', 'review', '2026-11-16', '--sign', '--note', '-'], 'note'],
  ])('%j takes them from standard input, and sends nothing without them', async (given, field) => {
    const service = await givenService(request);
    const ended = await runCli(service, given, { input: 'Rosa asked for it.\n' });
    expect([ended.code, ended.err]).toEqual([0, '']);
    expect(sent(service)[field]).toBe('Rosa asked for it.');
    const empty = await runCli(service, given, { input: '\n' });
    expect(empty).toMatchObject({ code: 2, err: expect.stringContaining('Standard input is empty') });
    expect(service.asked).toHaveLength(1);
    const typed = given.map((word) => (word === '-' ? 'Rosa asked for it.' : word));
    expect(await runCli(service, typed)).toMatchObject({ code: 2, err: expect.stringContaining('cannot be read') });
    expect(service.asked).toHaveLength(1);
  });

  it('stand in one line where the service takes one, and a terminal is told how they end', async () => {
    const service = await givenService(request);
    const given = ['patient', 'amend', 'pat_1', '--details', '-'];
    const { err } = await runCli(service, given, { input: '\uFEFFTwo lines\n  of it\n', isTTY: true });
    expect(err).toContain('Ctrl-D');
    expect(sent(service)['details']).toBe('Two lines of it');
  });
});

describe('patient hold and release (HS-21)', () => {
  it('says which holds stand, places one and lifts it', async () => {
    const hold = {
      hold_id: 'hold_1',
      reason: 'audit',
      text: 'x',
      placed_at: '2026-11-01T00:00:00.000Z',
      lifted_at: null,
    };
    const lifted = { ...hold, hold_id: 'hold_0', lifted_at: '2026-11-02T00:00:00.000Z' };
    const service = await givenService(page(hold, lifted));
    const { out } = await runCli(service, ['patient', 'holds', 'pat_1', '--standing']);
    expect(out).toContain('hold_1');
    expect(out).not.toContain('hold_0');
    expect((await runCli(await givenService(page()), ['patient', 'holds', 'pat_1'])).out).toBe(
      'No legal hold stands on this patient.\n',
    );
    const acting = await givenService(() => ({ json: hold }));
    const input = 'Case 7.\n';
    await runCli(acting, ['patient', 'hold', 'pat_1', '--reason', 'audit', '--text', '-'], { input });
    await runCli(acting, ['patient', 'release', 'pat_1', 'hold_1', '--reason', '-'], { input });
    expect(routes(acting)).toEqual(['POST /api/patients/pat_1/holds', 'DELETE /api/patients/pat_1/holds/hold_1']);
    expect([sent(acting), sent(acting, 1)]).toEqual([{ reason: 'audit', text: 'Case 7.' }, { reason: 'Case 7.' }]);
  });

  it('what is held is not erased, and says so (HS-21)', async () => {
    const service = await givenService(() => problem(409, 'legal_hold', { detail: 'A legal hold stands.' }));
    const ended = await runCli(service, ['patient', 'erase', 'pat_1', '--yes']);
    expect(ended).toMatchObject({ code: 5, err: 'legal_hold: A legal hold stands.\n' });
  });
});

describe('an erasure (HS-21, SE-20)', () => {
  it('that waits for a second person says so, and what goes on from there', async () => {
    const service = await givenService(() => ({
      status: 202,
      json: { patient_id: 'pat_1', status: 'waiting', job_id: null, request_id: 'req_1' },
    }));
    const { code, out } = await runCli(service, ['patient', 'erase', 'pat_1', '--yes']);
    expect(code).toBe(0);
    expect(out).toContain('Nothing is erased until a second administrator approves it.');
    expect(out).toContain('request approve req_1');
  });

  it('is approved by whoever types its id, and by no service token', async () => {
    const service = await givenService(() => problem(403, 'person_needed', { detail: 'Sign in as yourself.' }));
    const given = ['request', 'approve', 'req_1'];
    expect((await runCli(service, given, { isTTY: true, input: 'yes\n' })).code).toBe(2);
    expect((await runCli(service, given)).code).toBe(2);
    expect(service.asked).toEqual([]);
    const ended = await runCli(service, given, { isTTY: true, input: 'req_1\n' });
    expect(ended.code).toBe(3);
    expect(ended.err).toMatch(/person_needed: Sign in as yourself\. .*CF_ACCESS_TOKEN/);
  });

  it('is taken back by closing it as withdrawn', async () => {
    const service = await givenService(() => ({ json: { ...REQUEST, status: 'withdrawn' } }));
    expect((await runCli(service, ['request', 'close', 'req_1', '--as', 'withdrawn'])).out).toBe(
      'Answered: withdrawn.\n',
    );
    expect(routes(service)).toEqual(['POST /api/patient-requests/req_1/answer']);
  });
});

describe('patient export (HS-19)', () => {
  const exporting: Answer = () => ({ text: '{"patient":{}}' });

  it('goes to a file of its owner alone, never over another (S2-R4)', async () => {
    const file = path.join(givenFolder(), 'patient.json');
    const service = await givenService(exporting);
    const given = ['patient', 'export', 'pat_1', '-o', file];
    expect((await runCli(service, given)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('{"patient":{}}');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await runCli(service, given)).code).toBe(5);
    expect(routes(service)).toEqual(['GET /api/patients/pat_1/export?purpose=access&format=json']);
  });

  it('is never shown on a terminal unless that is asked for', async () => {
    const service = await givenService(exporting);
    const given = ['patient', 'export', 'pat_1', '-o', '-'];
    expect(await runCli(service, given, { isTTY: true })).toMatchObject({
      ...{ code: 2, out: '', err: expect.stringContaining('--force') },
    });
    expect(service.asked).toEqual([]);
    expect((await runCli(service, given)).out).toBe('{"patient":{}}');
    expect((await runCli(service, [...given, '--force'], { isTTY: true })).out).toBe('{"patient":{}}');
  });

  it('for a court says to whom it goes, from a file, and asks by POST (HS-22)', async () => {
    const folder = givenFolder();
    const [words, file] = [path.join(folder, 'court.txt'), path.join(folder, 'patient.html')];
    writeFileSync(words, 'The county court,\nroom 7\n');
    const service = await givenService(exporting);
    const given = ['patient', 'export', 'pat_1', '-o', file, '--purpose', 'legal', '--format', 'html'];
    expect((await runCli(service, given)).code).toBe(2);
    expect((await runCli(service, [...given.slice(0, -4), '--recipient', words])).code).toBe(2);
    expect(existsSync(file)).toBe(false);
    expect((await runCli(service, [...given, '--recipient', words])).code).toBe(0);
    expect(routes(service)).toEqual(['POST /api/patients/pat_1/export']);
    expect(sent(service)).toEqual({ purpose: 'legal', format: 'html', recipient: 'The county court, room 7' });
  });
});

describe('requests (HS-19, HS-20)', () => {
  it('are listed with the day they are due, by status, kind and what is overdue, and say so when there are none', async () => {
    const service = await givenService(page(REQUEST));
    const given = ['request', '--status', 'done', '--kind', 'amendment', '--overdue'];
    const { out } = await runCli(service, given);
    expect(out).toContain('2026-10-31 14:00:00Z');
    expect(routes(service)).toEqual(['GET /api/patient-requests?status=done&kind=amendment&overdue=true&limit=50']);
    const none = await givenService(page());
    expect((await runCli(none, ['request', 'list'])).out).toBe('No patient waits for an answer.\n');
    expect((await runCli(none, ['patient', 'requests', 'pat_1'])).out).toBe('This patient asked for nothing.\n');
    expect((await runCli(service, ['patient', 'requests', 'pat_1', '--kind', 'access'])).out).toBe(
      'This patient asked for nothing.\n',
    );
    expect(JSON.parse((await runCli(service, ['patient', 'requests', 'pat_1', '--json'])).out)).toMatchObject({
      items: [{ request_id: 'req_1' }],
    });
  });

  it('are taken down, with when they are due and what comes next', async () => {
    const service = await givenService(request);
    const { out } = await runCli(service, [
      ...['patient', 'amend', 'pat_1', '--call', 'call_1', '--received', '2026-09-01T14:00:00Z'],
    ]);
    expect(out).toContain('req_1  To be answered by 2026-10-31 14:00:00Z.');
    expect(out).toContain('Next: call correct call_1 --from FILE, then request close req_1 --as done');
    expect(sent(service)).toEqual({ kind: 'amendment', call_id: 'call_1', received_at: '2026-09-01T14:00:00.000Z' });
  });
});

describe('disclosures and accesses (HS-22, X12)', () => {
  it('tells what went out, and beside it what the systems of the clinic got', async () => {
    const handedOn = [{ delivery_id: 'dlv_1', at: '2026-11-01T00:00:00.000Z', system: 'backend', call_id: 'call_1' }];
    const service = await givenService(() => ({ json: { items: [], next_cursor: null, handed_on: handedOn } }));
    const { out } = await runCli(service, ['patient', 'disclosures', 'pat_1']);
    expect(out).toContain('Nothing of this patient went outside the clinic.');
    expect(out).toContain('dlv_1');
    expect(service.asked).toHaveLength(1);
    const asJson = await runCli(service, ['patient', 'disclosures', 'pat_1', '--json']);
    expect(JSON.parse(asJson.out)).toEqual({ items: [], next_cursor: null, handed_on: handedOn });
  });

  it('asks who saw a patient in a time', async () => {
    const service = await givenService(page());
    const given = ['patient', 'accesses', 'pat_1', '--from', '2026-11-01T00:00:00Z', '--limit', '5'];
    expect((await runCli(service, given)).out).toBe('Nobody saw this patient in that time.\n');
    expect(routes(service)).toEqual(['GET /api/patients/pat_1/accesses?from=2026-11-01T00%3A00%3A00.000Z&limit=5']);
  });
});

describe('patient flag (HS-17, HS-24)', () => {
  const flagged =
    (flags: readonly string[] | null): Answer =>
    () => ({ json: { patient_id: 'pat_1', flags } });

  it('adds and takes away, and leaves the others as they are', async () => {
    const service = await givenService(flagged(['no_voicemail', 'wrong_number']));
    const given = ['patient', 'flag', 'pat_1', '--set', 'sensitive', '--unset', 'wrong_number'];
    expect((await runCli(service, given)).out).toBe('Flags: no_voicemail, sensitive.\n');
    expect(routes(service)).toEqual(['GET /api/patients/pat_1', 'PUT /api/patients/pat_1/flags']);
    expect(sent(service, 1)).toEqual({ flags: ['no_voicemail', 'sensitive'] });
  });

  it('changes nothing when nothing is said, or when the role does not see them', async () => {
    const service = await givenService(flagged([]));
    expect((await runCli(service, ['patient', 'flag', 'pat_1'])).out).toBe('No flags.\n');
    const hidden = await givenService(flagged(null));
    expect((await runCli(hidden, ['patient', 'flag', 'pat_1', '--set', 'sensitive'])).code).toBe(3);
    expect([...routes(service), ...routes(hidden)]).not.toContain('PUT /api/patients/pat_1/flags');
    expect((await runCli(service, ['patient', 'flag', 'pat_1', '--set', 'lovely'])).code).toBe(2);
  });
});
