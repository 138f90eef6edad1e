/** GET /api/intake-notes: the notes as other systems look for them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { insertNote } from '../../src/store/notes.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { tasks } from '../../src/store/schema.ts';
import { ADMIN, type GivenApp, givenApp } from './given-app.ts';
import { endCall, type GivenCall, givenCall, noteFor, redFlagOf } from './given-call.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await given.db.delete(tasks);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

type Body = Record<string, unknown>;
const list = async (query = ''): Promise<{ items: Body[]; next_cursor: string | null }> => {
  const response = await given.request(`/api/intake-notes${query}`);
  expect(response.status).toBe(200);
  return response.json();
};
const idsOf = async (query: string) => (await list(query)).items.map(({ call_id }) => call_id);
const ended = async (ending: Parameters<typeof endCall>[2] = {}): Promise<GivenCall> => {
  const made = await givenCall(given);
  await endCall(given, made, { tasks: [], ...ending });
  return made;
};
/** Each at a second of its own, after everything that other tests have left. */
let second = Date.parse('2027-01-01T00:00:00Z');
const nextSecond = (): string => {
  second += 1000;
  vi.useFakeTimers({ toFake: ['Date'], now: second });
  return new Date(second).toISOString();
};

describe('the list of notes', () => {
  it('says of each note whose it is and how it stands, and nothing that the patient said (S1-E15)', async () => {
    const created_at = nextSecond();
    const made = await ended();
    const { items } = await list('?limit=1');
    expect(items).toEqual([
      {
        note_id: `note_${made.call.id.slice(5)}`,
        version: 1,
        call_id: made.call.id,
        patient_id: made.patient.id,
        external_id: null,
        status: 'complete',
        red_flags: 0,
        review: { status: 'unreviewed', by: null, at: null },
        created_at,
      },
    ]);
  });

  it('has the last written on top, by the newest version of each, page by page', async () => {
    const from = nextSecond();
    const first = await ended();
    nextSecond();
    const second = await ended();
    nextSecond();
    const dataKey = await dataKeyOf(given.config.keyRing, first.patient.id);
    const note = noteFor(first);
    await insertNote(
      given.db,
      dataKey,
      first.patient.id,
      { ...note, note_id: `${note.note_id}.2`, version: 2 },
      Date.now(),
    );
    const page = await list(`?from=${from}&limit=1`);
    expect(page.items).toMatchObject([{ call_id: first.call.id, version: 2, note_id: `${note.note_id}.2` }]);
    const rest = await list(`?from=${from}&limit=1&cursor=${page.next_cursor}`);
    expect(rest).toMatchObject({ items: [{ call_id: second.call.id }], next_cursor: null });
  });

  it('is filtered by status, red flags, review, patient and time', async () => {
    const from = nextSecond();
    const plain = await ended();
    const middle = nextSecond();
    const flagged = await givenCall(given);
    const note = { ...noteFor(flagged), status: 'partial' as const, red_flags: [redFlagOf(flagged)] };
    await endCall(given, flagged, { note, record: { status: 'partial', redFlags: 1 }, tasks: [] });
    await given.send('POST', `/api/calls/${plain.call.id}/review`, { verdict: 'signed' });
    const both = [flagged.call.id, plain.call.id];
    for (const [query, ids] of [
      ['', both],
      ['&status=partial', [flagged.call.id]],
      ['&status=declined', []],
      ['&flagged=true', [flagged.call.id]],
      ['&flagged=false', [plain.call.id]],
      ['&reviewed=true', [plain.call.id]],
      ['&reviewed=false', [flagged.call.id]],
      [`&patient_id=${plain.patient.id}`, [plain.call.id]],
      [`&patient_id=${plain.patient.id}&reviewed=false`, []],
      [`&to=${from}`, [plain.call.id]],
    ] as const) {
      expect([query, await idsOf(`?from=${from}${query}`)]).toEqual([query, ids]);
    }
    expect(await idsOf(`?from=${middle}`)).toEqual([flagged.call.id]);
    expect((await list(`?from=${from}&reviewed=true`)).items).toMatchObject([
      { review: { status: 'signed', by: ADMIN, at: middle } },
    ]);
  });

  it('leaves out calls that left no note', async () => {
    const from = nextSecond();
    await ended({ note: null, record: { status: 'voicemail' } });
    expect(await list(`?from=${from}`)).toEqual({ items: [], next_cursor: null });
  });

  it.each([
    'status=completed',
    'flagged=yes',
    'reviewed=signed',
    'patient_id=pat_1',
    'from=yesterday',
    'limit=201',
    'limit=0',
    'cursor=1.task_0199f3c2-7f4e-7000-8000-000000000001',
    'name=Diaz',
  ])('refuses %s', async (query) => {
    expect((await given.request(`/api/intake-notes?${query}`)).status).toBe(422);
  });

  it.each([
    ['clinician', 200],
    ['intake', 403],
    ['operator', 403],
    ['auditor', 403],
  ] as const)('is for those who may read notes: %s %i', async (role, status) => {
    const token = await tokenOf(given, role);
    expect((await given.request('/api/intake-notes', { token })).status).toBe(status);
  });
});
