/** What was taken out as a file is read in again by our own import, and is the same. */

import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { UNREADABLE } from '../../src/domain/campaign/sheet-text.ts';
import { listPatients } from '../../src/store/find-patients.ts';
import { storeKeys } from '../../src/store/patient-keys.ts';
import { type NewPatient, newPatient } from '../../src/store/patients.ts';
import { rowsFromJson } from '../../src/store/rows-from-json.ts';
import { patients } from '../../src/store/schema.ts';
import { listSuppressions, suppressNumber } from '../../src/store/suppression-list.ts';
import { line } from '../../src/web/text-line.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { clearStorage } from '../support/given-erasable.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { numbersFrom } from '../support/given-list.ts';
import { db, ring } from '../support/worker-env.ts';
import { unlimited } from './every-route.ts';
import { type GivenApp, givenApp } from './given-app.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp({ PHI_KEYS: `k1:${ring.keys.get('k1')?.toBase64()}` });
  Object.assign(given.env, unlimited());
  catchJobHints();
  await clearStorage();
});
afterEach(() => vi.restoreAllMocks());

async function taken(what: string, format: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await given.send('POST', '/api/exports', { what, format });
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}
async function readIn(path: string, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const form = new FormData();
  form.set('file', new File([bytes], name));
  const response = await given.request(path, { method: 'POST', body: form });
  expect([response.status, response.status === 202 ? null : await response.text()]).toEqual([202, null]);
  const { import_id } = (await response.json()) as { import_id: string };
  await runDueJobs();
  const item = await (await given.request(`/api/imports/${import_id}`)).json();
  expect(item).toMatchObject({ status: 'done', rejected: 0 });
}

/** What a patient's file says of a name, in every way that a sheet might misread it. */
const AWKWARD = [
  ...['=SUM(A1)a', '+1b', '-c', '@d', "'=e", "''=f", "'g", 'O’Brien', "O'Neil", '"Quote"', 'a"b', 'Two, Names', 'a;b'],
  ...[
    'a; =b',
    "a;' =b",
    ';=x',
    "l'=é",
    'Müller-Łukasz',
    '李小龍',
    'ﷺعمر',
    'Zoë 🙂',
    '＝full',
    'a  b',
    'NULL',
    'TRUE',
    '1e5x',
  ],
  ...["a';=b", "'; '=c", '--d', '=;=e', "'@;@f"],
];
const name = fc
  .oneof(fc.constantFrom(...AWKWARD), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }))
  .map((text) => text.trim())
  // The mark of a character that was lost is refused in a list, by whichever way it came on file.
  .filter((text) => line(100).safeParse(text).success && /\p{L}/u.test(text) && !UNREADABLE.test(text));

type Details = Required<
  Pick<NewPatient, 'firstName' | 'lastName' | 'dateOfBirth' | 'externalId' | 'state' | 'timeZone' | 'language'>
>;
const person: fc.Arbitrary<Details> = fc.record({
  firstName: fc.option(name),
  lastName: fc.option(name),
  dateOfBirth: fc.option(fc.constantFrom('1980-04-12', '1947-01-01')),
  externalId: fc.option(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,20}$/)),
  state: fc.option(fc.constantFrom('NY', 'DC')),
  timeZone: fc.option(fc.constantFrom('America/Chicago')),
  language: fc.constantFrom('en', 'es'),
});

async function givenPeople(people: readonly Details[]): Promise<void> {
  const numbers = numbersFrom(people.length);
  const made = people.map((each, i) => newPatient(ring, { ...each, phoneNumber: numbers[i] ?? '' }, Date.now()));
  await storeKeys(
    ring,
    made.map(({ patient, dataKey }) => ({ patientId: patient.id, dataKey })),
  );
  await db.insert(patients).select(
    rowsFromJson(
      patients,
      made.map(({ row }) => row),
    ),
  );
}
const onFile = async () => {
  const { items } = await listPatients(db, ring, { limit: 1000, cursor: null });
  return items
    .map(({ id: _, createdAt: _c, updatedAt: _u, ...rest }) => rest)
    .toSorted((a, b) => (a.phoneNumber < b.phoneNumber ? -1 : 1));
};

it.each(['csv', 'tsv'])(
  'patients, with awkward names, come back from %s as they were (C67, C68, SE-26)',
  async (format) => {
    const rule = fc.asyncProperty(fc.array(person, { minLength: 30, maxLength: 60 }), async (people) => {
      await clearStorage();
      await givenPeople([
        ...people,
        ...AWKWARD.map((text): Details => ({ ...NOBODY, firstName: text, lastName: text })),
      ]);
      const before = await onFile();
      const file = await taken('patients', format);
      await clearStorage();
      expect(await onFile()).toEqual([]);
      await readIn('/api/patients/import', `patients.${format}`, file);
      expect(await onFile()).toEqual(before);
    });
    await fc.assert(rule, { numRuns: 5 });
  },
);
const NOBODY: Details = {
  ...{ firstName: null, lastName: null, dateOfBirth: null, externalId: null, state: null, timeZone: null },
  language: 'en',
};

it('the same list read in twice changes nothing', async () => {
  await givenPeople([{ ...NOBODY, firstName: '=Ana', externalId: 'M-1' }]);
  const before = await onFile();
  const form = new FormData();
  form.set('file', new File([await taken('patients', 'csv')], 'patients.csv'));
  await given.request('/api/patients/import', { method: 'POST', body: form });
  await runDueJobs();
  expect(await onFile()).toEqual(before);
});

it.each(['csv', 'tsv'])(
  'the numbers of the do-not-call list come back from %s as they were (C67, SE-26)',
  async (format) => {
    const numbers = numbersFrom(60).map((each) => String(each));
    for (const phoneNumber of numbers)
      await suppressNumber(db, ring, { phoneNumber, reason: 'said', callId: null, createdBy: 'desk' }, Date.now());
    const file = await taken('suppressions', format);
    await clearStorage();
    await readIn('/api/suppressions/import', `do-not-call.${format}`, file);
    const { items } = await listSuppressions(db, ring, { limit: 100, cursor: null, active: true });
    expect(items.map(({ phoneNumber }) => phoneNumber).toSorted()).toEqual(numbers.toSorted());
  },
);

it('JSON and NDJSON hold the same values, and those are the ones on file, unmarked', async () => {
  await givenPeople(AWKWARD.map((text): Details => ({ ...NOBODY, firstName: text })));
  const text = async (format: string) => new TextDecoder().decode(await taken('patients', format));
  const rows = JSON.parse(await text('json')) as Record<string, string>[];
  const lines = (await text('ndjson')).trimEnd().split('\n');
  expect(lines.map((each) => JSON.parse(each) as unknown)).toEqual(rows);
  expect(rows.map((row) => row['first_name']).toSorted()).toEqual(AWKWARD.toSorted());
  const sheet = parse(await text('csv'), { bom: true, columns: true }) as Record<string, string>[];
  expect(sheet.map((row) => row['patient_id'])).toEqual(rows.map((row) => row['patient_id']));
});
