/** POST /api/calls/{id}/corrections: a note put right by staff, what it keeps, and that a later account of the call does not undo it (C28). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { getNote } from '../../src/store/notes.ts';
import { notes, reviews, tasks } from '../../src/store/schema.ts';
import { noteSchema } from '../../src/web/api/note-schema.ts';
import { BACKEND } from '../support/given-delivery.ts';
import { ADMIN, type GivenApp, givenApp } from './given-app.ts';
import { endCall, type GivenCall, givenCall, noteFor } from './given-call.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await given.db.delete(reviews);
  await given.db.delete(tasks);
});
afterEach(() => vi.restoreAllMocks());

type Body = Record<string, unknown>;
const WORDS = { item: 'hpi.chief_complaint', state: 'answered', value: 'tight chest since Monday' };
const correct = async (made: GivenCall, body: Body = { items: [WORDS] }, token?: string) => {
  const init = token === undefined ? {} : { token };
  const response = await given.send('POST', `/api/calls/${made.call.id}/corrections`, body, init);
  return [response.status, (await response.json()) as Body] as const;
};
const read = async (path: string) => (await given.request(path)).json() as Promise<Body>;
const noteOf = (made: GivenCall) => read(`/api/calls/${made.call.id}/intake-data`);
const sign = (made: GivenCall) => given.send('POST', `/api/calls/${made.call.id}/review`, { verdict: 'signed' });
async function ended(): Promise<GivenCall> {
  const made = await givenCall(given);
  await endCall(given, made, { tasks: [] });
  return made;
}
/** The call tells its account once more, as when Telnyx was late with its cost. */
const tellAgain = (made: GivenCall, version: number) => {
  const note = noteFor(made);
  const metadata = { ...note.call_metadata, cost: { amount: '0.0140', currency: 'USD' } };
  return endCall(given, made, {
    tasks: [],
    note: { ...note, note_id: `${note.note_id}.${version}`, version, call_metadata: metadata },
  });
};

describe('a correction', () => {
  it('makes the next version, with who and when, what was said beside it, and nobody’s signature (HS-07, HS-20)', async () => {
    const made = await ended();
    await sign(made);
    const before = await noteOf(made);
    const [status, note] = await correct(made, {
      note_version: 1,
      items: [
        WORDS,
        { item: 'hpi.pain_level', state: 'answered', value: 4 },
        { item: 'family_history.cancer', state: 'none' },
      ],
    });
    expect(status).toBe(201);
    expect(note).toEqual(await noteOf(made));
    expect(noteSchema.parse(note)).toEqual(note);
    expect(note).toMatchObject({
      version: 2,
      note_id: `note_${made.call.id.slice(5)}.2-staff`,
      hpi: {
        chief_complaint: {
          ...{
            state: 'answered',
            value: WORDS.value,
            input: 'staff',
            corrected_by: ADMIN,
            timestamp: note['created_at'],
          },
          previous: (before['hpi'] as Body)['chief_complaint'],
        },
        pain_level: { value: 4, input: 'staff' },
        symptom_duration: (before['hpi'] as Body)['symptom_duration'],
      },
      family_history: { cancer: { state: 'none', value: false, previous: { state: 'skipped' } } },
    });
    expect((await read(`/api/calls/${made.call.id}`))['review']).toEqual({ status: 'unreviewed', by: null, at: null });
    expect((await sign(made)).status).toBe(201);
    expect(given.logged('note.corrected')).toMatchObject([{ call_id: made.call.id, count: 3 }]);
    expect(given.lines.join('\n')).not.toContain('Monday');
  });

  it('is not undone by a later account of the call, and that account is not lost', async () => {
    const made = await ended();
    await correct(made);
    await tellAgain(made, 2);
    const note = await getNote(given.db, given.config.keyRing, made.call.id);
    expect(note).toMatchObject({
      ...{ version: 3, call_metadata: { cost: { amount: '0.0140' } } },
      hpi: { chief_complaint: { value: WORDS.value, corrected_by: ADMIN }, pain_level: { value: 0, input: 'keys' } },
    });
    // Written again after a crash it is the same.
    await tellAgain(made, 2);
    expect(await getNote(given.db, given.config.keyRing, made.call.id)).toEqual(note);
    await tellAgain(made, 3);
    expect(await getNote(given.db, given.config.keyRing, made.call.id)).toMatchObject({
      ...{ version: 4, hpi: { chief_complaint: { value: WORDS.value } } },
    });
  });

  it('is handed on like every version, and a later account under the number it is written with (C66)', async () => {
    given = givenApp(BACKEND);
    const made = await ended();
    const versions = async () => {
      const { items } = await read(`/api/deliveries?call_id=${made.call.id}`);
      return (items as Body[]).map(({ note_version: version }) => version).sort();
    };
    expect(await versions()).toEqual([1]);
    await correct(made);
    await correct(made, { items: [WORDS], note_version: 1 });
    expect(await versions()).toEqual([1, 2]);
    await tellAgain(made, 2);
    await tellAgain(made, 2);
    expect(await versions()).toEqual([1, 2, 3]);
  });

  it('that says what the note says is none: no version, and the patient’s answer stays the patient’s', async () => {
    const made = await ended();
    const same = { item: 'hpi.chief_complaint', state: 'answered', value: 'tight chest since yesterday' };
    const [status, problem] = await correct(made, {
      items: [same, { item: 'family_history.cancer', state: 'skipped' }],
    });
    expect([status, problem['code']]).toEqual([409, 'unchanged']);
    expect(await noteOf(made)).toMatchObject({ version: 1, hpi: { chief_complaint: { input: 'voice' } } });
    // Beside one that is another, it is not rewritten either.
    expect((await correct(made, { items: [same, { item: 'hpi.pain_level', state: 'answered', value: 4 }] }))[0]).toBe(
      201,
    );
    expect(await noteOf(made)).toMatchObject({
      ...{ version: 2, hpi: { chief_complaint: { input: 'voice' }, pain_level: { value: 4, input: 'staff' } } },
    });
  });

  it('of a version that is no longer the newest is 409, also when two come at once', async () => {
    const made = await ended();
    const answers = await Promise.all([
      correct(made, { items: [WORDS], note_version: 1 }),
      correct(made, { items: [WORDS], note_version: 1 }),
    ]);
    expect(answers.map(([status]) => status).sort()).toEqual([201, 409]);
    const [status, problem] = await correct(made, { items: [WORDS], note_version: 1 });
    expect([status, problem['code']]).toEqual([409, 'note_changed']);
    expect(await noteOf(made)).toMatchObject({ version: 2 });
  });

  it.each<[Body, string]>([
    [{ items: [] }, '/items'],
    [{ items: [{ ...WORDS, item: 'hpi.nothing' }] }, '/items/0/item'],
    [{ items: [WORDS, { item: 'hpi.pain_level', state: 'answered', value: 11 }] }, '/items/1/value'],
    [{ items: [WORDS, WORDS] }, '/items/1/item'],
    [{ items: [{ ...WORDS, state: 'not_asked' }] }, '/items/0/state'],
    [{ items: [{ ...WORDS, value: 'a\u202eb' }] }, '/items/0/value'],
    [{ items: [{ ...WORDS, by: 'me' }] }, '/items/0/by'],
    [{ items: [WORDS], note_version: 0 }, '/note_version'],
  ])('as %j is 422 and writes nothing', async (body, pointer) => {
    const made = await ended();
    const [status, problem] = await correct(made, body);
    expect(status).toBe(422);
    expect((problem['errors'] as Body[]).map((error) => error['pointer'])).toContain(pointer);
    expect(await noteOf(made)).toMatchObject({ version: 1 });
  });

  it('before the note is 404; and for nobody who may not read one', async () => {
    const [status, problem] = await correct(await givenCall(given));
    expect([status, problem['code']]).toEqual([404, 'not_ready']);
    const made = await ended();
    for (const role of ['intake', 'operator', 'auditor'] as const)
      expect((await correct(made, undefined, await tokenOf(given, role)))[0]).toBe(403);
    expect(await noteOf(made)).toMatchObject({ version: 1 });
  });

  it('lies sealed like the rest of the note', async () => {
    await correct(await ended());
    expect(JSON.stringify(await given.db.select().from(notes))).not.toMatch(/Monday|admin@/);
  });
});
