/**
 * Who saw whom (X12, HS-23, T12), generated from the table of routes: whatever a route of patient data answers of a patient, its audit line
 * names that patient. A new list that forgets to say whom it shows fails here.
 */
import { eq } from 'drizzle-orm';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { auditEvents, auditSubjects } from '../../src/store/schema.ts';
import { routes } from '../../src/web/routes.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { ring } from '../support/worker-env.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { handOnProbes } from './given-doctor.ts';
import { givenSentinels, type Sentinels, TEXTS, type Text } from './given-sentinels.ts';

/** What is not of the patient on file: a number of the do-not-call list, a row of a list that was refused, names of things. */
const OF_OTHERS: ReadonlySet<Text> = new Set(['suppressed', 'statement', 'refusedContact', 'campaign', 'staff']);
const OF_PATIENT = (Object.keys(TEXTS) as Text[]).filter((name) => !OF_OTHERS.has(name));

let given: GivenApp;
let sentinels: Sentinels;
const begin = () => {
  given = givenApp({ PHI_KEYS: `k1:${ring.keys.get('k1')?.toBase64()}` });
  catchJobHints();
  handOnProbes();
};
beforeAll(async () => {
  begin();
  sentinels = await givenSentinels(given);
});
afterEach(() => {
  vi.restoreAllMocks();
  begin();
});

const filled = (path: string) =>
  path.replaceAll(/:([a-z]+_id)/g, (_, name) => sentinels.ids[name] ?? `unknown-${name}`);

/** Whom the lines of this request name. */
async function ask(path: string, init: RequestInit = {}) {
  const response = await given.request(filled(path), init);
  const text = await response.text();
  const lines = await given.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.requestId, response.headers.get('X-Request-Id') ?? ''));
  return { text, status: response.status, shown: lines.flatMap(({ shown }) => JSON.parse(shown ?? '[]') as string[]) };
}

const patientOf = () => sentinels.ids['patient_id'] ?? '';
const isAbout = (text: string) => text.includes(patientOf()) || OF_PATIENT.some((name) => TEXTS[name].test(text));
const GETS = routes.filter(({ method, phi }) => method === 'GET' && phi);
const about: string[] = [];

describe('a route whose answer says something of a patient names the patient in its audit line', () => {
  it.each(GETS.map(({ path }) => [path]))('GET %s (HS-05, T12)', async (path) => {
    const { text, shown, status } = await ask(path);
    if (status >= 400) expect(shown).toEqual([]);
    if (status >= 400 || !isAbout(text)) return;
    about.push(path);
    expect(shown).toContain(patientOf());
  });

  it('and most of them do say something, each list among them', () => {
    expect(about.length).toBeGreaterThan(25);
    expect(about).toEqual(
      expect.arrayContaining([
        ...['/api/calls', '/api/patients', '/api/intake-notes', '/api/campaigns/:campaign_id/contacts'],
        ...['/api/campaigns/:campaign_id/results', '/dashboard/calls', '/dashboard/patients', '/dashboard/today'],
        ...['/dashboard/tasks', '/dashboard/campaigns/:campaign_id', '/api/patients/:patient_id/export'],
      ]),
    );
  });

  it.each([
    ['/api/patients/search', { external_id: 'MRN-SENTINEL' }],
    ['/api/patients/search', { family_name: 'Quimbleton' }],
  ])('and so does a search: %s', async (path, body) => {
    const headers = { 'Content-Type': 'application/json' };
    const { shown } = await ask(path, { method: 'POST', body: JSON.stringify(body), headers });
    expect(shown).toEqual([patientOf()]);
  });

  it('and so does the search of the page', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const { shown } = await ask('/dashboard/patients/search', {
      method: 'POST',
      body: 'external_id=MRN-SENTINEL',
      headers,
    });
    expect(shown).toEqual([patientOf()]);
  });

  it('and a search that found nobody names nobody', async () => {
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ family_name: 'Nobody' });
    expect((await ask('/api/patients/search', { method: 'POST', body, headers })).shown).toEqual([]);
  });

  it('so that every line about a patient is found by their id', async () => {
    const { shown } = await ask('/api/calls');
    const lines = await given.db.select().from(auditSubjects).where(eq(auditSubjects.patientId, patientOf()));
    expect(lines.length).toBeGreaterThan(25);
    expect(shown).toContain(patientOf());
  });
});
