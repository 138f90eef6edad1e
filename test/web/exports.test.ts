/** /api/exports: lists as files, for whom, with which columns, and what the audit knows of them afterwards. */
import { parse } from 'csv-parse/sync';
import { asc } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { insertNote, listWholeNotes, type NoteFilter } from '../../src/store/notes.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { auditEvents } from '../../src/store/schema.ts';
import { ROLES } from '../../src/store/staff.ts';
import { FIELD_ACCESS } from '../../src/web/field-access.ts';
import { givenCampaign } from '../support/given-campaign.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { ring, testEnv } from '../support/worker-env.ts';
import { unlimited } from './every-route.ts';
import { ADMIN, type GivenApp, givenApp } from './given-app.ts';
import { endCall, givenCall, noteFor } from './given-call.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp({ PHI_KEYS: `k1:${ring.keys.get('k1')?.toBase64()}` });
  catchJobHints();
  await testEnv.DB.exec(
    'delete from suppressions; delete from staff; delete from contacts; delete from campaigns; delete from notes; delete from attempts; delete from tasks; delete from calls; delete from patients;',
  );
});
afterEach(() => vi.restoreAllMocks());

type Json = Record<string, unknown>;
const take = (order: Json, init: RequestInit & { token?: string } = {}) =>
  given.send('POST', '/api/exports', order, init);
async function rowsOf(what: string, filters: Json = {}, token?: string): Promise<Json[]> {
  const response = await take({ what, format: 'json', filters }, token === undefined ? {} : { token });
  expect(response.status).toBe(200);
  return response.json<Json[]>();
}
/** What the audit has of that request, in its order. */
const linesOf = (response: Response) =>
  given.db
    .select()
    .from(auditEvents)
    .orderBy(asc(auditEvents.seq))
    .then((lines) => lines.filter(({ requestId }) => requestId === response.headers.get('X-Request-Id')));
const overview = async (token?: string) =>
  (await given.request('/api/exports', token === undefined ? {} : { token })).json<{
    items: { what: string; columns: string[]; filters: string[]; formats: string[] }[];
    recent: Json[];
  }>();

async function givenNote(said = 'a sore throat') {
  const made = await givenCall(given);
  await endCall(given, made, { note: noteFor(made, said) });
  return made;
}

async function givenVersion(made: Awaited<ReturnType<typeof givenNote>>) {
  const note = noteFor(made, 'put right');
  const dataKey = await dataKeyOf(ring, made.patient.id);
  const second = { ...note, version: 2, note_id: `${note.note_id}.2` };
  await insertNote(given.db, dataKey, made.patient.id, second, Date.now() + 60_000);
}

describe('calls', () => {
  it('are a row each, with ids, times, causes and a masked number (C67, HS-18)', async () => {
    const { call, patient } = await givenNote();
    expect(await rowsOf('calls')).toMatchObject([
      {
        ...{ call_id: call.id, patient_id: patient.id, status: 'completed', hangup_cause: 'normal_clearing' },
        ...{ phone_number: `•••• ${call.phoneNumber.slice(-4)}`, ring_seconds: 9, duration_seconds: 184 },
        ...{ note_version: 1, review: 'unreviewed', red_flags: 0, questionnaire: 'adult-intake' },
        ...{ dialed_at: '2026-11-20T14:59:51.000Z', consent: 'given', recording_consent: 'given' },
      },
    ]);
  });

  it('are narrowed down as their list is', async () => {
    const { call, patient } = await givenNote();
    const other = await givenCall(given);
    const ids = async (filters: Json) => (await rowsOf('calls', filters)).map((row) => row['call_id']);
    expect(await ids({ status: 'completed' })).toEqual([call.id]);
    expect(await ids({ patient_id: patient.id })).toEqual([call.id]);
    expect(await ids({ patient_id: other.patient.id, reviewed: false })).toEqual([]);
    expect(await ids({ reviewed: false })).toEqual([call.id]);
    expect(await ids({ to: '2020-01-01T00:00:00Z' })).toEqual([]);
  });
});

describe('answers', () => {
  it('are a row for each call and item of the newest note, in the words of the patient', async () => {
    const { call, patient } = await givenNote('a sore throat');
    const rows = await rowsOf('answers', { status: 'complete' });
    const first = rows.find((row) => row['item'] === 'hpi.chief_complaint');
    expect(first).toMatchObject({
      ...{ call_id: call.id, patient_id: patient.id, questionnaire: 'adult-intake', questionnaire_version: 1 },
      ...{ note_version: 1, note_status: 'complete', state: 'answered', value: 'a sore throat', input: 'voice' },
    });
    expect(rows.length).toBeGreaterThan(5);
    expect(new Set(rows.map((row) => row['item'])).size).toBe(rows.length);
    expect(JSON.stringify(rows)).not.toMatch(/Diaz|\+1202/);
    expect(await rowsOf('answers', { flagged: true })).toEqual([]);
  });

  it('are all in it once, also of a note that gets another version between two pages (C67)', async () => {
    const made = [];
    for (const said of ['first', 'second', 'third', 'fourth']) made.push(await givenNote(said));
    const ids = made.map(({ call }) => call.id);
    const got: string[] = [];
    let cursor: NoteFilter['cursor'] = null;
    do {
      const page: Awaited<ReturnType<typeof listWholeNotes>> = await listWholeNotes(given.db, ring, {
        limit: 1,
        cursor,
      });
      got.push(...page.items.map(({ listed }) => listed.callId));
      cursor = page.nextCursor;
      // One that was read already, and one that was not yet.
      if (got.length === 2)
        for (const of of made.filter(({ call }) => call.id === got[0] || call.id === ids[0])) await givenVersion(of);
    } while (cursor !== null);
    expect(got.toSorted()).toEqual(ids.toSorted());
    const rows = await rowsOf('answers');
    const versions = new Map(rows.map((row) => [row['call_id'], row['note_version']]));
    expect([versions.get(ids[0]), versions.size]).toEqual([2, 4]);
  });

  it('are narrowed down by when the newest version was written', async () => {
    const [early, late] = [await givenNote(), await givenNote()];
    await testEnv.DB.prepare('update calls set note_at = 1000 where id = ?').bind(early.call.id).run();
    const ids = async (filters: Json) => [...new Set((await rowsOf('answers', filters)).map((row) => row['call_id']))];
    expect(await ids({ to: '1970-01-02T00:00:00Z' })).toEqual([early.call.id]);
    expect(await ids({ from: '1970-01-02T00:00:00Z' })).toEqual([late.call.id]);
  });

  it('are for whoever may read notes, and for nobody else (HS-18, SE-10)', async () => {
    await givenNote();
    for (const role of ROLES) {
      const response = await take({ what: 'answers' }, { token: await tokenOf(given, role) });
      expect([role, response.status]).toEqual([role, FIELD_ACCESS.answers[role] === 'full' ? 200 : 403]);
      if (response.status === 403) expect(await response.json()).toMatchObject({ code: 'forbidden' });
    }
  });
});

describe('patients', () => {
  it('are whole, found as their search finds them, without a name in any address (T12)', async () => {
    const { patient } = await givenCall(given, { firstName: 'Ana', lastName: 'Díaz' });
    await givenCall(given, { lastName: 'Other' });
    const rows = await rowsOf('patients', { family_name: 'diaz' });
    expect(rows).toMatchObject([
      {
        ...{ patient_id: patient.id, phone_number: patient.phoneNumber, first_name: 'Ana', last_name: 'Díaz' },
        ...{ date_of_birth: '1980-04-12', language: 'en', external_id: null, flags: [] },
      },
    ]);
    expect(given.lines.join('\n')).not.toMatch(/D[ií]az/i);
  });

  it('who are marked as sensitive keep name and number from the front desk (HS-24)', async () => {
    const { patient } = await givenCall(given, { lastName: 'Quimbleton' });
    await given.send('PUT', `/api/patients/${patient.id}/flags`, { flags: ['sensitive'] });
    const [row] = await rowsOf('patients', {}, await tokenOf(given, 'intake'));
    expect(row).toMatchObject({ patient_id: patient.id, phone_number: null, last_name: null, flags: ['sensitive'] });
    expect(await rowsOf('patients')).toMatchObject([{ last_name: 'Quimbleton' }]);
  });

  it('are one cell for several marks in a sheet', async () => {
    const { patient } = await givenCall(given);
    await given.send('PUT', `/api/patients/${patient.id}/flags`, { flags: ['sensitive', 'staff_only'] });
    const text = await (await take({ what: 'patients', format: 'csv', columns: ['flags', 'patient_id'] })).text();
    expect(text).toBe(`flags,patient_id\r\nsensitive staff_only,${patient.id}\r\n`);
  });
});

describe('campaigns and the do-not-call list', () => {
  it('campaigns count their people by where they are, for every role', async () => {
    const { id } = await givenCampaign([{}, {}], { status: 'running' });
    await testEnv.DB.exec(`update contacts set status = 'done' where row = 1`);
    const token = await tokenOf(given, 'auditor');
    expect(await rowsOf('campaigns', {}, token)).toMatchObject([
      { campaign_id: id, status: 'running', people: 2, people_done: 1, people_ready: 1, people_skipped: 0 },
    ]);
    expect(await rowsOf('campaigns', { status: 'draft' })).toEqual([]);
  });

  it('all numbers of the do-not-call list are for administrators alone, and nobody’s words (HS-18)', async () => {
    await given.send('POST', '/api/suppressions', { phone_number: '+12025550177', reason: 'very upset' });
    expect(await rowsOf('suppressions', { active: true })).toMatchObject([
      { phone_number: '+12025550177', reason: 'stated', active: true, created_by: ADMIN },
    ]);
    expect(JSON.stringify(await rowsOf('suppressions', {}))).not.toContain('upset');
    for (const role of ['clinician', 'intake', 'operator', 'auditor'] as const)
      expect((await take({ what: 'suppressions' }, { token: await tokenOf(given, role) })).status).toBe(403);
    expect(await rowsOf('suppressions', { active: false })).toEqual([]);
  });
});

describe('formats', () => {
  it.each([
    ['csv', 'text/csv; charset=utf-8'],
    ['tsv', 'text/tab-separated-values; charset=utf-8'],
    ['json', 'application/json'],
    ['ndjson', 'application/x-ndjson; charset=utf-8'],
  ])('%s has the same rows, as an attachment that nobody keeps on the way', async (format, type) => {
    const { call } = await givenNote();
    const response = await take({ what: 'calls', format, columns: ['call_id', 'attempt', 'error'] });
    expect(response.headers.get('Content-Type')).toBe(type);
    expect(response.headers.get('Content-Disposition')).toMatch(
      new RegExp(`^attachment; filename="calls-\\d{4}-\\d\\d-\\d\\d\\.${format}"$`),
    );
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const text = await response.text();
    const row = { call_id: call.id, attempt: 1, error: null };
    const sheet = { call_id: call.id, attempt: '1', error: '' };
    if (format === 'json') expect(JSON.parse(text)).toEqual([row]);
    else if (format === 'ndjson') expect(text).toBe(`${JSON.stringify(row)}\n`);
    else expect(parse(text, { bom: true, columns: true, delimiter: format === 'csv' ? ',' : '\t' })).toEqual([sheet]);
  });

  it.each([
    ['csv', /^campaign_id,name,.*\r\n$/],
    ['json', /^\[\]\n$/],
    ['ndjson', /^$/],
  ])('%s of nothing is a whole file too', async (format, text) => {
    expect(await (await take({ what: 'campaigns', format })).text()).toMatch(text);
  });
});

describe('refusals', () => {
  const codeOf = async (response: Response) => {
    const { code, errors } = await response.json<{ code: string; errors?: { pointer: string; code: string }[] }>();
    return [response.status, errors?.[0]?.pointer ?? code];
  };
  it.each([
    [{ what: 'staff' }, 422, '/what'],
    [{ what: 'calls', format: 'xlsx' }, 422, '/format'],
    [{ what: 'calls', filters: { family_name: 'x' } }, 422, '/filters/family_name'],
    [{ what: 'calls', filters: { status: 'gone' } }, 422, '/filters/status'],
    [{ what: 'calls', columns: ['call_id', 'sealed'] }, 422, '/columns/1'],
    [{ what: 'calls', columns: [] }, 422, '/columns'],
    [{ what: 'calls', extra: 1 }, 422, '/extra'],
    [{ what: 'answers', filters: { from: 'yesterday' } }, 422, '/filters/from'],
    [{ what: 'suppressions', filters: { active: 'yes' } }, 422, '/filters/active'],
    [{ what: 'answers', filters: { patient_id: 'call_1' } }, 422, '/filters/patient_id'],
    [{ format: 'csv' }, 422, '/what'],
  ] as const)('%j', async (order, status, pointer) => {
    const response = await take(order);
    const [error] = (await response.clone().json<{ errors: Json[] }>()).errors;
    expect(error).toMatchObject({ code: expect.stringMatching(/^[a-z_]+$/), detail: expect.stringMatching(/\w{3}/) });
    expect(await codeOf(response)).toEqual([status, pointer]);
  });

  it('a column that the role does not see is none (HS-18)', async () => {
    const token = await tokenOf(given, 'auditor');
    const response = await take({ what: 'patients', columns: ['last_name'] }, { token });
    expect(await codeOf(response)).toEqual([403, 'forbidden']);
  });

  it('without a token there is nothing (SE-10)', async () => {
    for (const method of ['GET', 'POST'])
      expect((await given.request('/api/exports', { method, token: null })).status).toBe(401);
  });

  it('the twenty-first in a minute waits, of whatever kind (SE-18, T21)', async () => {
    Object.assign(given.env, { EXPORT_LIMIT: { limit: async () => ({ success: false }) } });
    expect(await codeOf(await take({ what: 'campaigns' }))).toEqual([429, 'rate_limited']);
  });

  it('nothing is taken along by the rights of an emergency (HS-02)', async () => {
    const token = await tokenOf(given, 'intake');
    const reason = 'Unconscious in the waiting room, allergies needed';
    const opened = await given.send('POST', '/api/emergency-access', { reason }, { token });
    expect(opened.status).toBe(201);
    expect((await take({ what: 'answers' }, { token })).status).toBe(403);
    expect((await overview(token)).items.map(({ what }) => what)).not.toContain('answers');
  });
});

describe('the audit', () => {
  it('says who took what, whom it showed, and in the end how many rows (HS-05, T15)', async () => {
    const { patient } = await givenNote();
    const response = await take({ what: 'calls', format: 'csv', filters: { patient_id: patient.id } });
    await response.text();
    const lines = (await linesOf(response)).filter(({ action }) => action.startsWith('data.'));
    expect(lines.map(({ action, objectId, code, shown }) => [action, objectId, code, shown])).toEqual([
      ['data.export', 'calls.csv', null, JSON.stringify([patient.id])],
      ['data.exported', 'calls.csv.1', null, null],
    ]);
    expect(given.logged('data.exported')).toMatchObject([{ kind: 'calls.csv', count: 1, code: 'whole' }]);
  });

  it('names in GET what a role may take, with its columns, and the last that were taken', async () => {
    Object.assign(given.env, unlimited());
    await givenNote();
    const intake = await tokenOf(given, 'intake');
    await (await take({ what: 'patients' }, { token: intake })).text();
    await (await take({ what: 'calls', format: 'ndjson' })).text();
    const mine = await overview(intake);
    expect(mine.items.map(({ what }) => what)).toEqual(['calls', 'patients', 'campaigns']);
    expect(mine.items[1]?.columns).toContain('last_name');
    expect(mine.items[0]?.filters).toEqual(
      expect.arrayContaining(['status', 'flagged', 'reviewed', 'patient_id', 'campaign_id', 'from', 'to']),
    );
    expect(mine.recent[0]).toMatchObject({ by: 'intake@role.example', what: 'patients', rows: 1, end: 'whole' });
    expect(mine.recent.every(({ by }) => by === 'intake@role.example')).toBe(true);
    const all = await overview(await tokenOf(given, 'auditor'));
    expect(all.items.map(({ what }) => what)).toEqual(['campaigns']);
    expect(all.recent.slice(0, 2)).toMatchObject([
      { by: ADMIN, what: 'calls', format: 'ndjson', rows: 1, end: 'whole' },
      { by: 'intake@role.example', what: 'patients', format: 'csv', rows: 1, end: 'whole' },
    ]);
  });

  it('keeps no answer for a key for repeats, which is for what changes something', async () => {
    const headers = { 'Idempotency-Key': 'k1', 'Content-Type': 'application/json' };
    for (const what of ['calls', 'campaigns'])
      expect((await take({ what, format: 'json' }, { headers })).status).toBe(200);
  });
});
