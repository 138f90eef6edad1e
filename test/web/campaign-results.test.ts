/** GET /api/campaigns/{id}/results: what became of everybody, for whom, and how much is read for it. */
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Note } from '../../src/domain/note/note.ts';
import { insertNote } from '../../src/store/notes.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { storePiece } from '../../src/store/recording-transcripts.ts';
import { recordingTranscripts } from '../../src/store/schema.ts';
import { createStaff, type Role } from '../../src/store/staff.ts';
import { type GivenCampaign, givenCampaign, type Person } from '../support/given-campaign.ts';
import { db, ring, testEnv } from '../support/worker-env.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { noteFor } from './given-call.ts';
import { countQuestions, givenEnded, givenLongCampaign, noAnswer } from './given-results.ts';
import { tokenOf } from './given-role.ts';

const PHI_KEYS = String((testEnv as unknown as Record<string, string>)['PHI_KEYS']);

let given: GivenApp;
beforeEach(async () => {
  given = givenApp({ PHI_KEYS }, { objects: 'real' });
  await testEnv.DB.exec('delete from campaigns; delete from contacts; delete from attempts; delete from staff;');
});
afterEach(() => vi.restoreAllMocks());

type Json = Record<string, unknown>;
type Contact = { row: number; phone_number: string | null; attempts: Json[] } & Json;
const at = ({ id }: { id: string }, query = '') => `/api/campaigns/${id}/results${query}`;
async function text(campaign: GivenCampaign, query: string, token?: string): Promise<string> {
  const response = await given.request(at(campaign, query), token === undefined ? {} : { token });
  expect(response.status).toBe(200);
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await response.arrayBuffer());
}
const contactsOf = async (campaign: GivenCampaign, query = '', token?: string) =>
  JSON.parse(await text(campaign, query, token)) as Contact[];
const recordsOf = (csv: string, delimiter = ','): Record<string, string>[] =>
  parse(csv, { bom: true, columns: true, delimiter });
const tableOf = async (campaign: GivenCampaign, token?: string) =>
  recordsOf(await text(campaign, '?format=csv', token));

const OUTCOME_COLUMNS =
  'row,external_id,phone_number,contact_status,contact_code,attempt,call_id,call_status,dialed_at,answered_at,ended_at,ring_seconds,duration_seconds,answered_by,identity,consent,recording_consent,recording_status,hangup_cause,hangup_source,sip_hangup_cause,error,cost,currency,questionnaire,language';
const ANSWER_COLUMNS =
  'hpi.chief_complaint,hpi.symptom_duration,hpi.pain_level,ample.allergies,ample.allergies_detail,ample.medications,ample.medications_detail,ample.past_medical_history,ample.past_medical_history_detail,ample.last_meal,ample.events,family_history.heart_disease,family_history.diabetes,family_history.cancer,transcript,recording_transcript';

/** Rung twice and answered, and never rung. */
async function givenTwo(said?: string): Promise<GivenCampaign> {
  const campaign = await givenCampaign([{ externalId: 'MRN-1' }, {}], { status: 'completed' });
  const [first] = campaign.people as [Person];
  const cost = { costNanos: 14_000_000, costCurrency: 'USD' };
  await givenEnded(campaign, first, noAnswer(), { attempt: 2, record: cost, ...(said === undefined ? {} : { said }) });
  await testEnv.DB.exec("update contacts set status = 'skipped', code = 'suppressed' where row = 2");
  await testEnv.DB.exec("update contacts set external_id = 'MRN-1' where row = 1");
  return campaign;
}

describe('as CSV', () => {
  it('has a row for each attempt with outcome, times, seconds, answers and transcript, and one for whoever was never rung (S2-E04, S2-E05)', async () => {
    const campaign = await givenTwo();
    const csv = await text(campaign, '?format=csv');
    expect(csv.split('\r\n')[0]).toBe(`\uFEFF${OUTCOME_COLUMNS},${ANSWER_COLUMNS}`);
    const [first, second, third, ...more] = recordsOf(csv);
    const phone = `'${campaign.people[0]?.patient.phoneNumber}`;
    expect(first).toMatchObject({
      ...{ row: '1', external_id: 'MRN-1', phone_number: phone, contact_status: 'done', attempt: '1' },
      ...{ call_status: 'no_answer', answered_at: '', ring_seconds: '193', duration_seconds: '0', transcript: '' },
      ...{ 'hpi.chief_complaint': '', cost: '', currency: '', consent: 'not_asked', hangup_cause: 'timeout' },
    });
    expect(second).toMatchObject({
      ...{ row: '1', external_id: 'MRN-1', phone_number: phone, attempt: '2', call_status: 'completed', error: '' },
      ...{ dialed_at: '2026-11-20T14:59:51.000Z', answered_at: '2026-11-20T15:00:00.000Z' },
      ...{ ended_at: '2026-11-20T15:03:04.000Z', ring_seconds: '9', duration_seconds: '184', answered_by: 'human' },
      ...{ identity: 'verified', consent: 'given', recording_consent: 'given', recording_status: 'pending' },
      ...{ hangup_cause: 'normal_clearing', hangup_source: 'caller', sip_hangup_cause: '200' },
      ...{ cost: '0.0140', currency: 'USD', questionnaire: 'adult-intake v1', language: 'en' },
      ...{ 'hpi.chief_complaint': 'tight chest since yesterday', 'hpi.symptom_duration': 'One to three days' },
      ...{ 'hpi.pain_level': '0', 'ample.allergies': 'No', 'ample.allergies_detail': '' },
      ...{ 'family_history.diabetes': 'Not sure', 'family_history.cancer': '' },
      transcript: 'agent: Please tell us the main reason for your visit.\npatient: tight chest since yesterday',
    });
    expect(third).toMatchObject({
      ...{ row: '2', contact_status: 'skipped', contact_code: 'suppressed', attempt: '', call_id: '', call_status: '' },
      ...{ questionnaire: '', 'hpi.chief_complaint': '', transcript: '' },
    });
    expect(more).toEqual([]);
  });

  it('has a line for each row as TSV', async () => {
    const tsv = await text(await givenTwo('one\ttwo\nthree'), '?format=tsv');
    const lines = tsv.split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]?.split('\t')).toHaveLength(42);
    expect(lines[2]?.split('\t').at(-2)).toBe(
      'agent: Please tell us the main reason for your visit. patient: one two three',
    );
  });

  it('says that words were never confirmed', async () => {
    const campaign = await givenCampaign([{}], { status: 'completed' });
    await givenEnded(campaign, campaign.people[0] as Person, {
      note: (made) => {
        const note = noteFor(made, 'my knee');
        return {
          ...note,
          hpi: { ...note.hpi, chief_complaint: { ...note.hpi['chief_complaint'], confirmed: false } },
        } as typeof note;
      },
    });
    expect((await tableOf(campaign))[0]?.['hpi.chief_complaint']).toBe('my knee (not confirmed)');
  });
});

describe('what was written down from a recording', () => {
  const SPOKEN = {
    speaker: 'patient',
    startMs: 500,
    endMs: 1500,
    confidence: 0.9,
    item: 'hpi.chief_complaint',
  } as const;
  /** Of the first person's last call. */
  async function givenSpoken(campaign: GivenCampaign): Promise<void> {
    const { patient } = campaign.people[0] as Person;
    const row = await testEnv.DB.prepare("select id from calls where patient_id = ? and status = 'completed'")
      .bind(patient.id)
      .first<{ id: string }>();
    const owner = { callId: row?.id ?? '', patientId: patient.id, pieces: 0 };
    await db.insert(recordingTranscripts).values({ ...owner, status: 'running', audioMs: 0, createdAt: 1 });
    const lines = [{ ...SPOKEN, text: 'a tight chest' }];
    const listened = { audioMs: 2000, costNanos: null, language: 'en' };
    await storePiece(db, await dataKeyOf(ring, patient.id), owner, { lines }, listened, Date.now());
  }

  it('stands beside what was heard live, told apart from it, for whoever sees answers', async () => {
    const campaign = await givenTwo();
    await givenSpoken(campaign);
    const [first, second] = await tableOf(campaign);
    expect([first?.['recording_transcript'], second?.['recording_transcript']]).toEqual(['', 'patient: a tight chest']);
    expect(second?.['transcript']).toContain('patient: tight chest since yesterday');
    const [contact] = await contactsOf(campaign);
    const said = contact?.attempts[1]?.['transcript'] as { source: string; text: string }[];
    expect(said.map(({ source }) => source)).toEqual(['live', 'live', 'recording']);
    const hidden = await text(campaign, '', await tokenOf(given, 'operator'));
    expect(hidden).not.toContain('a tight chest');
  });
});

describe('hostile words (SE-26)', () => {
  const FORMULA = /^["\s]*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20\t\r\0]/;
  it.each([
    '=HYPERLINK("http://x","y")',
    '+1+1',
    '-2',
    '@SUM(A1)',
    '  =1',
    '\t=1',
    '\r=1',
    '\n=1',
    '\uFF1D1',
    'a;=1+1;b',
    'a\t=1+1',
    'say "=1" ; =2',
    '","=1',
    "'=1",
  ])('are words to every spreadsheet: %j', async (said) => {
    const campaign = await givenTwo(said);
    const csv = await text(campaign, '?format=csv');
    const cells = recordsOf(csv).flatMap((record) => Object.values(record));
    expect(recordsOf(csv)).toHaveLength(3);
    // One that cuts at semicolons, and does not know the quotes of a cell that begins in the middle for it.
    const cut = csv.split(/[;\r\n]/);
    const tsv = (await text(campaign, '?format=tsv')).split(/[\t\r\n;]/);
    for (const cell of [...cells, ...cut, ...tsv]) expect(cell).not.toMatch(FORMULA);
    const [contact] = await contactsOf(campaign);
    expect(contact?.attempts[1]).toMatchObject({ answers: { 'hpi.chief_complaint': { value: said } } });
  });
});

describe('as JSON', () => {
  it('is what is given without a format: a contact with its attempts, answers as in the note, and what was said', async () => {
    const campaign = await givenTwo();
    const contacts = await contactsOf(campaign);
    expect(contacts).toHaveLength(2);
    expect(contacts[0]).toMatchObject({
      ...{ row: 1, external_id: 'MRN-1', phone_number: campaign.people[0]?.patient.phoneNumber, status: 'done' },
      outcome: 'completed',
      attempts: [
        { attempt: 1, status: 'no_answer', answers: null, transcript: null, cost: null, ring_seconds: 193 },
        {
          ...{ attempt: 2, status: 'completed', ring_seconds: 9, duration_seconds: 184, hangup_source: 'caller' },
          ...{ cost: { amount: '0.0140', currency: 'USD' }, questionnaire: { id: 'adult-intake', version: 1 } },
          consent: { collection: 'given', recording: 'given', at: '2026-11-20T15:00:20.000Z' },
          answers: {
            'hpi.chief_complaint': { state: 'answered', confidence: 0.93, confirmed: true, input: 'voice' },
            'hpi.symptom_duration': { state: 'answered', value: '1_to_3_days', display: 'One to three days' },
            'ample.allergies': { state: 'none', value: false },
            'family_history.cancer': { state: 'skipped' },
          },
          transcript: [
            { speaker: 'agent', item: 'hpi.chief_complaint' },
            { speaker: 'patient', text: 'tight chest since yesterday', timestamp: '2026-11-20T15:00:41.250Z' },
          ],
        },
      ],
    });
    expect(contacts[1]).toMatchObject({ row: 2, status: 'skipped', code: 'suppressed', outcome: null, attempts: [] });
  });

  it('is an empty list of a campaign without people; a table is its head', async () => {
    const campaign = await givenCampaign([], { status: 'draft' });
    expect(await contactsOf(campaign)).toEqual([]);
    expect(await text(campaign, '?format=csv')).toBe(`\uFEFF${OUTCOME_COLUMNS},${ANSWER_COLUMNS}\r\n`);
  });

  it('holds the newest version of a note alone', async () => {
    const campaign = await givenCampaign([{}], { status: 'completed' });
    const [person] = campaign.people as [Person];
    let first: Note | null = null;
    await givenEnded(campaign, person, {
      note: (made) => {
        first = noteFor(made, 'as first written');
        return first;
      },
    });
    const { note_id } = first as unknown as Note;
    const words = { state: 'answered', value: 'as written later' } as const;
    const later = {
      ...(first as unknown as Note),
      note_id: `${note_id}.2`,
      version: 2,
      hpi: { chief_complaint: words },
    };
    await insertNote(db, await dataKeyOf(ring, person.patient.id), person.patient.id, later, Date.now());
    const [contact] = await contactsOf(campaign);
    expect(contact?.attempts).toMatchObject([
      { note_id: `${note_id}.2`, answers: { 'hpi.chief_complaint': { value: 'as written later' } } },
    ]);
  });
});

describe('who may have it (HS-18, T15)', () => {
  const outcome = expect.objectContaining({ call_status: 'completed', duration_seconds: '184' });

  it.each<[Role, { answers: boolean; number: boolean }]>([
    ['admin', { answers: true, number: true }],
    ['clinician', { answers: true, number: true }],
    ['intake', { answers: false, number: true }],
    ['operator', { answers: false, number: false }],
  ])('%s: %o', async (role, { answers, number }) => {
    const campaign = await givenTwo();
    const token = await tokenOf(given, role);
    const phone = String(campaign.people[0]?.patient.phoneNumber);
    const csv = await text(campaign, '?format=csv', token);
    const json = await text(campaign, '', token);
    const tsv = await text(campaign, '?format=tsv', token);
    expect(csv.split('\r\n')[0]).toBe(`\uFEFF${OUTCOME_COLUMNS}${answers ? `,${ANSWER_COLUMNS}` : ''}`);
    expect(recordsOf(csv)[1]).toEqual(outcome);
    for (const body of [csv, tsv, json]) {
      expect(body.includes('tight chest')).toBe(answers);
      expect(body.includes('One to three days')).toBe(answers);
      expect(body.includes(phone)).toBe(number);
      expect(body).toContain(phone.slice(-4));
    }
    const [contact] = JSON.parse(json) as Contact[];
    expect('answers' in (contact?.attempts[1] ?? {})).toBe(answers);
    expect('transcript' in (contact?.attempts[1] ?? {})).toBe(answers);
  });

  it('an emergency of whoever runs campaigns adds nothing to it (HS-02)', async () => {
    const campaign = await givenTwo();
    const token = await tokenOf(given, 'operator');
    const before = await text(campaign, '', token);
    const reason = 'Unconscious in the waiting room, allergies needed';
    expect((await given.send('POST', '/api/emergency-access', { reason }, { token })).status).toBe(201);
    expect(await text(campaign, '', token)).toBe(before);
  });

  it('nobody without patient data in their role, and more roles show more', async () => {
    const campaign = await givenTwo();
    expect((await given.request(at(campaign), { token: await tokenOf(given, 'auditor') })).status).toBe(403);
    const email = 'both@role.example';
    await createStaff(given.db, { email, roles: ['operator', 'clinician'] }, Date.now());
    expect(await text(campaign, '', await given.token({ email, sub: email }))).toContain('tight chest');
  });

  it('reads no note and no log for whoever may not see them', async () => {
    const campaign = await givenTwo();
    const token = await tokenOf(given, 'operator');
    await testEnv.DB.exec("update notes set sealed = 'damaged'; update call_logs set sealed = 'damaged';");
    expect(await contactsOf(campaign, '', token)).toHaveLength(2);
  });
});

describe('the answer', () => {
  it.each([
    ['csv', 'text/csv; charset=utf-8'],
    ['tsv', 'text/tab-separated-values; charset=utf-8'],
    ['json', 'application/json'],
  ])('%s is a file of its own type, kept by nobody, and leaves its audit line (HS-25, SE-22)', async (format, type) => {
    const campaign = await givenTwo();
    const response = await given.request(at(campaign, `?format=${format}`));
    await response.text();
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': type,
      'content-disposition': `attachment; filename="${campaign.id}.${format}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(given.logged('audit')).toMatchObject([
      { audit: 'campaign.results', campaign_id: campaign.id, phi: true, status: 200 },
    ]);
    expect(given.logged('campaign.results_sent')).toMatchObject([
      { campaign_id: campaign.id, kind: format, count: 2, code: 'whole' },
    ]);
    expect(given.lines.join('')).not.toMatch(/tight chest|\+1\d{10}/);
  });

  it('is of one status or outcome where asked, and of nothing else', async () => {
    const campaign = await givenTwo();
    const rows = async (query: string) => (await contactsOf(campaign, query)).map(({ row }) => row);
    expect(await rows('?status=skipped')).toEqual([2]);
    expect(await rows('?outcome=completed')).toEqual([1]);
    expect(await rows('?status=skipped&outcome=completed')).toEqual([]);
    for (const query of ['?format=xls', '?status=gone', '?outcome=gone', '?limit=1'])
      expect((await given.request(at(campaign, query))).status).toBe(422);
    const unknown = { id: 'cmp_0199f3c2-7f4e-7000-8000-000000000001' };
    expect((await given.request(at(unknown))).status).toBe(404);
  });
});

describe('what does not open', () => {
  it('leaves a blank: of a patient who was erased, codes and times are left, and the others are whole', async () => {
    const campaign = await givenCampaign([{}, {}], { status: 'completed' });
    const [first, second] = campaign.people as [Person, Person];
    await givenEnded(campaign, first, { said: 'gone' });
    await givenEnded(campaign, second, { said: 'here' });
    await testEnv.DB.exec("update contacts set external_id = 'MRN-' || row");
    await ring.vault().erase(first.patient.id, Date.now());
    const [erased, whole] = await tableOf(campaign);
    expect(erased).toMatchObject({
      ...{ row: '1', external_id: '', phone_number: '', call_status: 'completed', duration_seconds: '184' },
      ...{ 'hpi.chief_complaint': '', transcript: '' },
    });
    expect(whole).toMatchObject({ row: '2', external_id: 'MRN-2', 'hpi.chief_complaint': 'here' });
    expect(await contactsOf(campaign)).toMatchObject([
      { phone_number: null, attempts: [{ status: 'completed', answers: null, transcript: null }] },
      { attempts: [{ answers: { 'hpi.chief_complaint': { value: 'here' } } }] },
    ]);
  });

  it('leaves a blank where one note or one log is damaged', async () => {
    const campaign = await givenTwo();
    await testEnv.DB.exec("update notes set sealed = 'AAAA' || substr(sealed, 5)");
    expect((await tableOf(campaign))[1]).toMatchObject({
      ...{ 'hpi.chief_complaint': '', call_status: 'completed' },
      transcript: expect.stringContaining('tight chest'),
    });
    await testEnv.DB.exec("update call_logs set sealed = 'not base64!'");
    expect((await tableOf(campaign))[1]).toMatchObject({ transcript: '', call_status: 'completed' });
  });

  it('is refused before anything is sent where the keys of the installation are wrong', async () => {
    const campaign = await givenTwo();
    const wrong = givenApp({ PHI_KEYS: `k1:${new Uint8Array(32).fill(9).toBase64()}` }, { objects: 'real' });
    for (const format of ['json', 'csv']) {
      const response = await wrong.request(at(campaign, `?format=${format}`));
      expect([response.status, ((await response.json()) as Json)['code']]).toEqual([503, 'sealed_data_unreadable']);
    }
  });
});

describe('a long list', () => {
  const PEOPLE = 250;
  // A token is of its second, and with the next second comes another sign-in, whose row is counted too.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() }));
  afterEach(() => void vi.useRealTimers());

  it('is read page by page: everybody once, in order, three statements and three questions to the vault', async () => {
    const campaign = await givenLongCampaign(PEOPLE);
    await given.request(at(campaign));
    const asked = countQuestions(given.env);
    const contacts = await contactsOf(campaign);
    expect(contacts.map(({ row }) => row)).toEqual(Array.from({ length: PEOPLE }, (_, i) => i + 1));
    expect(contacts.every(({ attempts }) => attempts.length === 2 && attempts[1]?.['answers'] !== null)).toBe(true);
    // The campaign, and three pages; the sign-in and the line of the audit.
    expect(asked).toEqual({ statements: 6, vault: 3 });
    const table = await tableOf(campaign);
    expect(table.map(({ row, attempt }) => `${row}.${attempt}`)).toEqual(
      contacts.flatMap(({ row }) => [`${row}.1`, `${row}.2`]),
    );
  });

  it('is read as it is asked for, and no further once nobody listens', async () => {
    const campaign = await givenLongCampaign(PEOPLE);
    await given.request(at(campaign));
    const asked = countQuestions(given.env);
    const response = await given.request(at(campaign, '?format=csv'));
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    // The questionnaire too, the sign-in and the line of the audit.
    expect(asked.statements).toBe(5);
    await reader.read();
    expect(asked.statements).toBe(5);
    await reader.read();
    expect(asked.statements).toBe(6);
    await reader.cancel();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked).toEqual({ statements: 6, vault: 2 });
    expect(given.logged('campaign.results_sent')).toMatchObject([{ count: 200, code: 'canceled' }]);
  });

  it('breaks off where the database does, so that nobody takes a part for the whole', async () => {
    const campaign = await givenLongCampaign(PEOPLE);
    countQuestions(given.env);
    const response = await given.request(at(campaign, '?format=csv'));
    vi.spyOn(given.env.KEY_VAULT, 'getByName').mockImplementation(() => {
      throw new Error('away');
    });
    await expect(response.text()).rejects.toThrow();
    expect(given.logged('campaign.results_sent')).toMatchObject([{ count: 100, code: 'failed' }]);
  });

  it('goes on where the key of one page alone is damaged', async () => {
    const campaign = await givenLongCampaign(101);
    const last = campaign.people[100] as Person;
    const vault = ring.vault();
    const damaged = { patientId: last.patient.id, wrapped: `k1.${'A'.repeat(80)}` };
    vi.spyOn(given.env.KEY_VAULT, 'getByName').mockReturnValue({
      wrappedKeys: async (ids: readonly string[]) =>
        (await vault.wrappedKeys(ids)).map((key) => (key.patientId === last.patient.id ? damaged : key)),
    } as never);
    const contacts = await contactsOf(campaign);
    expect(contacts).toHaveLength(101);
    expect(contacts[100]).toMatchObject({ row: 101, phone_number: null, attempts: [{}, { answers: null }] });
  });
});
