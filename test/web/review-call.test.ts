/** POST and GET /api/calls/{id}/review: who may sign what and when, and what is answered (C28). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { insertNote } from '../../src/store/notes.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { reviews, tasks } from '../../src/store/schema.ts';
import { claimTask } from '../../src/store/tasks.ts';
import { ADMIN, type GivenApp, givenApp } from './given-app.ts';
import { endCall, type GivenCall, givenCall, noteFor, openedTask, recordOf, redFlagOf } from './given-call.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await given.db.delete(reviews);
  await given.db.delete(tasks);
});
afterEach(() => vi.restoreAllMocks());

type Body = Record<string, unknown>;
const jsonOf = async (response: Response) => (await response.json()) as Body;
const sign = (made: GivenCall, body: Body = {}, token?: string) =>
  given.send(
    'POST',
    `/api/calls/${made.call.id}/review`,
    { verdict: 'signed', ...body },
    token === undefined ? {} : { token },
  );
const signed = async (...args: Parameters<typeof sign>) => {
  const response = await sign(...args);
  const body = await jsonOf(response);
  return [response.status, body['code'] ?? body['status'], body] as const;
};
const read = async (path: string) => jsonOf(await given.request(path));
async function ended(): Promise<GivenCall> {
  const made = await givenCall(given);
  await endCall(given, made, { tasks: [] });
  return made;
}
async function laterVersion(made: GivenCall, version = 2): Promise<void> {
  const note = noteFor(made, 'tight chest since Monday');
  const dataKey = await dataKeyOf(given.config.keyRing, made.patient.id);
  await insertNote(
    given.db,
    dataKey,
    made.patient.id,
    { ...note, note_id: `${note.note_id}.${version}`, version },
    Date.now(),
  );
}

describe('signing', () => {
  it('is answered 201 with who and when, and shows in the call, the lists and the filters (CL-23)', async () => {
    const [made, other] = [await ended(), await ended()];
    const [status, , body] = await signed(made);
    expect(status).toBe(201);
    expect(body).toEqual({
      call_id: made.call.id,
      note_id: `note_${made.call.id.slice(5)}`,
      note_version: 1,
      status: 'signed',
      by: ADMIN,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      signatures: [{ note_version: 1, by: ADMIN, at: body['at'] }],
      addenda: [],
    });
    const review = { status: 'signed', by: ADMIN, at: body['at'] };
    expect((await read(`/api/calls/${made.call.id}`))['review']).toEqual(review);
    const ids = async (query: string) =>
      ((await read(`/api/calls?patient_id=${query}`))['items'] as Body[]).map(({ call_id }) => call_id);
    expect(await ids(`${made.patient.id}&reviewed=true`)).toEqual([made.call.id]);
    expect(await ids(`${made.patient.id}&reviewed=false`)).toEqual([]);
    expect(await ids(`${other.patient.id}&reviewed=false`)).toEqual([other.call.id]);
    expect(((await read('/api/calls?reviewed=true&limit=1'))['items'] as Body[])[0]).toMatchObject({ review });
    expect((await given.request('/api/calls?reviewed=maybe')).status).toBe(422);
    expect(given.logged('note.signed')).toMatchObject([
      { call_id: made.call.id, actor: expect.stringMatching(/^admin:/) },
    ]);
    expect(given.logged('audit')).toContainEqual(
      expect.objectContaining({ audit: 'note.sign', status: 201, call_id: made.call.id }),
    );
  });

  it('twice by the same person is the same answer, and one signature', async () => {
    const made = await ended();
    const [, , first] = await signed(made, { note_version: 1 });
    const [status, , second] = await signed(made, { note_version: 1 });
    expect([status, second]).toEqual([200, first]);
    expect(await given.db.select().from(reviews)).toHaveLength(1);
  });

  it('at the same moment by several people gives one signature, and the others hear of it', async () => {
    const made = await ended();
    const tokens = [await tokenOf(given, 'clinician'), undefined, undefined];
    const answers = await Promise.all(tokens.map((token) => signed(made, {}, token)));
    const rows = await given.db.select().from(reviews);
    expect(rows).toHaveLength(1);
    for (const [status, word, body] of answers) {
      if (status === 409) expect(word).toBe('already_signed');
      else expect(body['by']).toBe(rows[0]?.actorName);
    }
  });

  it('after somebody else has is 409, and says how to add something', async () => {
    const made = await ended();
    await signed(made);
    const clinician = await tokenOf(given, 'clinician');
    const [status, code, body] = await signed(made, {}, clinician);
    expect([status, code]).toEqual([409, 'already_signed']);
    expect(body['detail']).toMatch(/addendum/);
    const [added, , review] = await signed(made, { addendum: 'I agree.' }, clinician);
    expect(added).toBe(201);
    expect(review).toMatchObject({ by: ADMIN, addenda: [{ by: 'clinician@role.example', text: 'I agree.' }] });
  });

  it('before the note is 404 not_ready; of a call that left none 404 no_note; of no call 404', async () => {
    const running = await givenCall(given);
    expect((await signed(running)).slice(0, 2)).toEqual([404, 'not_ready']);
    const silent = await givenCall(given);
    await endCall(given, silent, { note: null, record: recordOf({ status: 'no_answer' }), tasks: [] });
    expect((await signed(silent)).slice(0, 2)).toEqual([404, 'no_note']);
    const unknown = '/api/calls/call_0199f3c2-7f4e-7000-8000-000000000001/review';
    expect((await given.send('POST', unknown, { verdict: 'signed' })).status).toBe(404);
    expect((await given.request(unknown)).status).toBe(404);
  });

  it('waits for the red flag: 409 until somebody has claimed it, also that of an earlier call', async () => {
    const [earlier, made] = [await ended(), await givenCall(given)];
    await endCall(given, made, { tasks: [], note: { ...noteFor(made), red_flags: [redFlagOf(earlier)] } });
    const taskId = await openedTask(given, earlier);
    for (const each of [earlier, made]) {
      const [status, code, body] = await signed(each, { addendum: 'Seen.' });
      expect([status, code]).toEqual([409, 'red_flag_open']);
      expect(body['detail']).toMatch(/Claim it under Tasks first/);
    }
    expect(await given.db.select().from(reviews)).toEqual([]);
    await claimTask(given.db, taskId, ADMIN, Date.now());
    for (const each of [earlier, made]) expect((await sign(each)).status).toBe(201);
  });

  it('of a version that is no longer the newest is 409; the call is unreviewed again', async () => {
    const made = await ended();
    await signed(made, { note_version: 1 });
    await laterVersion(made);
    expect((await read(`/api/calls/${made.call.id}`))['review']).toEqual({ status: 'unreviewed', by: null, at: null });
    expect((await signed(made, { note_version: 1 })).slice(0, 2)).toEqual([409, 'note_changed']);
    expect((await signed(made, { note_version: 3 })).slice(0, 2)).toEqual([409, 'note_changed']);
    expect(await read(`/api/calls/${made.call.id}/review`)).toMatchObject({
      ...{ note_version: 2, status: 'unreviewed', by: null, at: null, signatures: [{ note_version: 1, by: ADMIN }] },
    });
    const [status, , body] = await signed(made, { note_version: 2 });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      note_version: 2,
      status: 'signed',
      signatures: [{ note_version: 1 }, { note_version: 2 }],
    });
  });
});

describe('an addendum', () => {
  it('comes with the signature or after it, in its own row; sent twice it is there once', async () => {
    const made = await ended();
    const [, , first] = await signed(made, { addendum: '  Spoke with her daughter.\r\nShe takes no aspirin.  ' });
    expect(first['addenda']).toEqual([
      {
        addendum_id: expect.stringMatching(/^rev_/),
        note_version: 1,
        text: 'Spoke with her daughter.\nShe takes no aspirin.',
        by: ADMIN,
        at: first['at'],
      },
    ]);
    expect((await sign(made, { addendum: 'Spoke with her daughter.\nShe takes no aspirin.' })).status).toBe(200);
    const [status, , second] = await signed(made, { addendum: 'Called back.' });
    expect(status).toBe(201);
    expect((second['addenda'] as Body[]).map(({ text }) => text)).toEqual([
      'Spoke with her daughter.\nShe takes no aspirin.',
      'Called back.',
    ]);
    // The signature stands as it was given.
    expect([second['at'], second['signatures']]).toEqual([first['at'], first['signatures']]);
    expect(await read(`/api/calls/${made.call.id}/review`)).toEqual(second);
    expect(given.lines.join('\n')).not.toContain('daughter');
  });

  it.each([
    [{ verdict: 'rejected' }, '/verdict'],
    [{ verdict: null }, '/verdict'],
    [{ addendum: '' }, '/addendum'],
    [{ addendum: ' \n ' }, '/addendum'],
    [{ addendum: 'x'.repeat(4001) }, '/addendum'],
    [{ addendum: 'a\u0000b' }, '/addendum'],
    [{ addendum: 'a\u202eb' }, '/addendum'],
    [{ addendum: 7 }, '/addendum'],
    [{ note_version: 0 }, '/note_version'],
    [{ note_version: '1' }, '/note_version'],
    [{ signed_by: 'somebody' }, '/signed_by'],
  ])('or a signature as %j is 422 and writes nothing', async (body, pointer) => {
    const [status, , problem] = await signed(await ended(), body as Body);
    expect(status).toBe(422);
    expect(problem['errors']).toMatchObject([{ pointer }]);
    expect(await given.db.select().from(reviews)).toEqual([]);
  });

  it('of 4000 letters is kept whole, whatever it says', async () => {
    const text = `<script>alert(1)</script> ${'é'.repeat(3974)}`;
    const [status, , body] = await signed(await ended(), { addendum: text });
    expect(status).toBe(201);
    expect(body['addenda']).toMatchObject([{ text }]);
  });
});

it.each(['intake', 'operator', 'auditor'] as const)('an %s may neither sign nor read who did', async (role) => {
  const made = await ended();
  const token = await tokenOf(given, role);
  expect((await sign(made, {}, token)).status).toBe(403);
  expect((await given.request(`/api/calls/${made.call.id}/review`, { token })).status).toBe(403);
  expect(await given.db.select().from(reviews)).toEqual([]);
});
