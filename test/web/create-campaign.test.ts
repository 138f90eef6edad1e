/** POST /api/campaigns: from JSON and from a form, one way in: good rows are kept, bad ones told, nothing is lost. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { insertSuppression } from '../../src/store/suppressions.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { db, ring, testEnv } from '../support/worker-env.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { tokenOf } from './given-role.ts';

const PHI_KEYS = String((testEnv as unknown as Record<string, string>)['PHI_KEYS']);
const CONSENT = { basis: 'written', obtained_at: '2026-01-02T09:00:00Z', obtained_by: 'Desk', evidence: 'Form 7' };
const AREAS = ['212', '312', '503', '512', '602', '702', '303', '404', '206', '617'];
/** 1,000 fiction numbers, each once. */
const number = (n: number) => `+1${AREAS[Math.floor(n / 100) % 10]}55501${String(n % 100).padStart(2, '0')}`;

let given: GivenApp;
beforeEach(async () => {
  given = givenApp({ PHI_KEYS }, { objects: 'real' });
  // The queue as it is in life, without its waiting: whoever sends a hint has the work begun.
  vi.spyOn(testEnv.JOB_QUEUE, 'sendBatch').mockImplementation(async () => {
    setTimeout(() => void runDueJobs(), 0);
    return undefined as never;
  });
  await testEnv.DB.exec(
    'delete from jobs; delete from campaigns; delete from contacts; delete from suppressions; delete from staff;',
  );
});
afterEach(() => vi.restoreAllMocks());

type Json = Record<string, unknown>;
const jsonOf = async (response: Response) => (await response.json()) as Json;
const create = (changes: Json = {}, token?: string) =>
  given.send(
    'POST',
    '/api/campaigns',
    { name: 'Spring', purpose: 'intake', consent: CONSENT, contacts: [{ phone_number: number(0) }], ...changes },
    token === undefined ? {} : { token },
  );
const form = (list: string, fields: Record<string, string> = {}, name = 'list.csv') => {
  const body = new FormData();
  for (const [key, value] of Object.entries({
    name: 'Spring',
    purpose: 'intake',
    consent: JSON.stringify(CONSENT),
    ...fields,
  }))
    body.set(key, value);
  body.set('file', new File([list], name, { type: 'text/csv' }));
  return given.request('/api/campaigns', { method: 'POST', body });
};
const contactsOf = async (id: unknown) =>
  (await jsonOf(await given.request(`/api/campaigns/${id}/contacts?limit=200`)))['items'] as Json[];
const errorsOf = async (response: Response) => {
  const { errors } = await jsonOf(response);
  return [response.status, (errors as Json[] | undefined)?.map(({ pointer, code }) => [pointer, code])];
};

describe('from JSON', () => {
  it('is a draft with its contacts, whose consent is on file', async () => {
    const contacts = [
      { phone_number: '(212) 555-0143', external_id: 'MRN-1', first_name: 'Ana', variables: { clinic_day: 'Monday' } },
      { phone_number: number(1) },
    ];
    const response = await create({ contacts, pace_per_second: 2, max_live_calls: 5, retry: { budget: 1, rules: {} } });
    expect(response.status).toBe(201);
    const campaign = await jsonOf(response);
    expect(campaign).toMatchObject({
      ...{ status: 'draft', name: 'Spring', purpose: 'intake', pace_per_second: 2, max_live_calls: 5 },
      questionnaire: { id: 'adult-intake', version: 1 },
      counts: { accepted: 2, rejected: {} },
    });
    expect(response.headers.get('Location')).toBe(`/api/campaigns/${campaign['campaign_id']}`);
    expect(await contactsOf(campaign['campaign_id'])).toMatchObject([
      { row: 1, external_id: 'MRN-1', initials: 'A', status: 'ready' },
      { row: 2, status: 'ready' },
    ]);
    const preflight = await given.request(`/api/campaigns/${campaign['campaign_id']}/preflight`, { method: 'POST' });
    expect(await jsonOf(preflight)).toMatchObject({ counts: { will_call: 2, skipped: {} } });
  });

  it('keeps the good rows, and tells each bad one with its reason and its row (C31, C33, S2-F1)', async () => {
    const contacts = [number(1), 'not a number', number(1), '+14165550143', number(2)].map((phone_number) => ({
      phone_number,
    }));
    const campaign = await jsonOf(await create({ contacts }));
    expect(campaign).toMatchObject({
      status: 'draft',
      counts: { accepted: 2, rejected: { bad_number: 2, duplicate: 1 } },
    });
    const rows = await jsonOf(await given.request(`/api/imports/${campaign['import_id']}/rows`));
    expect(rows['items']).toMatchObject([
      { row: 2, code: 'bad_number' },
      { row: 3, code: 'duplicate' },
      { row: 4, code: 'bad_number' },
    ]);
  });

  it('with no good row is failed, and says so', async () => {
    expect(await jsonOf(await create({ contacts: [{ phone_number: 'x' }] }))).toMatchObject({
      ...{ status: 'failed', status_reason: 'import_failed' },
    });
  });

  it('refuses whom nobody agreed for', async () => {
    const campaign = await jsonOf(await create({ consent: null }));
    expect(campaign).toMatchObject({ status: 'failed', counts: { rejected: { no_consent: 1 } } });
  });

  it.each<[Json, [string, string]]>([
    [{ purpose: 'marketing' }, ['/purpose', 'invalid']],
    [{ name: '' }, ['/name', 'invalid']],
    [{ questionnaire: 'no-such' }, ['/questionnaire', 'unknown']],
    [{ media_id: 'med_nobody' }, ['/media_id', 'unknown']],
    [{ pace_per_second: 31 }, ['/pace_per_second', 'invalid']],
    [{ max_live_calls: 1.5 }, ['/max_live_calls', 'invalid']],
    [{ retry: { budget: 11, rules: {} } }, ['/retry/budget', 'invalid']],
    [{ ends_at: '2020-01-01T00:00:00Z' }, ['/ends_at', 'invalid']],
    [{ contacts: [] }, ['/contacts', 'invalid']],
    [{ contacts: [{ phone_number: 2125550143 }] }, ['/contacts/0/phone_number', 'invalid']],
    [{ surprise: 1 }, ['/surprise', 'unknown_field']],
  ])('%j is 422 at its place (TC-03, SE-16, T24)', async (changes, [pointer, code]) => {
    expect(await errorsOf(await create(changes))).toEqual([422, [[pointer, code]]]);
    expect((await jsonOf(await given.request('/api/campaigns')))['items']).toEqual([]);
  });

  it.each([
    ['admin', 201],
    ['operator', 201],
    ['clinician', 403],
    ['intake', 403],
    ['auditor', 403],
  ] as const)('by %s is %i', async (role, status) => {
    expect((await create({}, await tokenOf(given, role))).status).toBe(status);
  });
});

describe('from a list', () => {
  it('reads a csv with its columns, and a txt with a number a line (S2-E02, S2-F1)', async () => {
    const csv = await form(`Phone,First Name,MRN\r\n${number(3)},Ana,M-3\r\n"${number(4)}","Ben ""B""",M-4\r\n`);
    const campaign = await jsonOf(csv);
    expect([csv.status, campaign]).toMatchObject([201, { status: 'draft', counts: { accepted: 2 } }]);
    expect(await contactsOf(campaign['campaign_id'])).toMatchObject([
      { external_id: 'M-3', initials: 'A' },
      { external_id: 'M-4', initials: 'B' },
    ]);
    expect(await jsonOf(await form(`${number(5)}\n${number(6)}\n`, {}, 'list.txt'))).toMatchObject({
      counts: { accepted: 2 },
    });
  });

  it('takes what a form sends: numbers as text, empty fields as not filled in', async () => {
    const response = await form(`phone\n${number(7)}\n`, {
      pace_per_second: '0.5',
      max_live_calls: '3',
      ends_at: '',
      retry: '',
    });
    expect(await jsonOf(response)).toMatchObject({ pace_per_second: 0.5, max_live_calls: 3, ends_at: null });
  });

  it.each<[string, Record<string, string>, number, [string, string]]>([
    ['', {}, 422, ['/file', 'empty']],
    ['name\nAna\n', {}, 422, ['/file', 'no_phone_column']],
    [`phone\n${'+12125550143'}\n`, { consent: '{' }, 422, ['/consent', 'not_json']],
  ])('%j is refused at its place', async (list, fields, status, error) => {
    const [said, errors] = await errorsOf(await form(list, fields));
    expect([said, (errors as [string, string][])[0]]).toEqual([status, error]);
  });
});

it('the golden list: 100 suppressed, 50 out of hours, 30 doubled, 20 bad → the pre-flight says exactly that (X9, U13)', async () => {
  given = givenApp({ PHI_KEYS, CALLING_HOURS: 'policy' } as never, { objects: 'real' });
  // A Tuesday: 14:00 in New York, 11:00 in Seattle, 9:00 in Honolulu, where nobody may be called before 10:00.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 17, 19) });
  try {
    const good = Array.from({ length: 900 }, (_, n) => `${number(n % 800)}`).slice(0, 800);
    const hawaii = Array.from({ length: 50 }, (_, n) => `+180855501${String(n).padStart(2, '0')}`);
    const suppressed = Array.from({ length: 100 }, (_, n) => number(900 + n));
    for (const phoneNumber of suppressed)
      await insertSuppression(db, ring, { phoneNumber, reason: 'asked', callId: null }, Date.now());
    const lines = [
      ...good,
      ...hawaii,
      ...suppressed,
      ...good.slice(0, 30),
      ...Array.from({ length: 20 }, (_, n) => `bad ${n}`),
    ];
    expect(lines).toHaveLength(1000);
    const campaign = await jsonOf(await form(`phone\n${lines.join('\n')}\n`));
    expect(campaign).toMatchObject({
      status: 'draft',
      counts: { accepted: 950, rejected: { duplicate: 30, bad_number: 20 } },
    });
    const response = await given.request(`/api/campaigns/${campaign['campaign_id']}/preflight`, { method: 'POST' });
    const { counts } = await jsonOf(response);
    expect(counts).toMatchObject({
      will_call: 800,
      skipped: { suppressed: 100, outside_hours: 50, duplicate: 30, bad_number: 20 },
    });
  } finally {
    vi.useRealTimers();
  }
});
