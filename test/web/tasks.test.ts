/** /api/tasks: who may, what is due first, who was faster; and that seeing to a red flag shows in the note. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tasks } from '../../src/store/schema.ts';
import { createStaff, ROLES, type Role } from '../../src/store/staff.ts';
import { countAlerts } from '../../src/store/tasks.ts';
import { ADMIN, type GivenApp, givenApp, ORIGIN, serviceClaims, signed } from './given-app.ts';
import { endCall, givenCall, noteFor, openedTask, redFlagOf } from './given-call.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await given.db.delete(tasks);
});
afterEach(() => vi.restoreAllMocks());

const jsonOf = async (response: Response) => (await response.json()) as Record<string, unknown>;
const post = (path: string, token?: string) =>
  given.request(path, { method: 'POST', ...(token === undefined ? {} : { token }) });
const UNKNOWN = 'task_0199f3c2-7f4e-7000-8000-000000000001';

/** Somebody with one role; the token. */
async function person(role: Role): Promise<string> {
  const email = `${role}@tasks.example`;
  await createStaff(given.db, { email, roles: [role] }, Date.now());
  return given.token({ email, sub: email });
}

describe('the list', () => {
  it('shows open tasks with ids and codes, and nothing of the patient', async () => {
    const made = await givenCall(given, { firstName: 'Canary', lastName: 'Sentinel' });
    const task_id = await openedTask(given, made);
    const response = await given.request('/api/tasks');
    const text = await response.text();
    expect(JSON.parse(text)).toEqual({
      items: [
        {
          task_id,
          kind: 'red_flag',
          call_id: made.call.id,
          patient_id: made.patient.id,
          due_at: expect.stringMatching(/Z$/),
          status: 'open',
          owner: null,
          created_at: expect.stringMatching(/Z$/),
        },
      ],
      next_cursor: null,
    });
    expect(text).not.toMatch(/Canary|Sentinel|\+1\d{10}/);
    expect(await (await given.request(`/api/tasks/${task_id}`)).json()).toMatchObject({ task_id, status: 'open' });
  });

  it('filters by status and kind, and pages by what is due first', async () => {
    const [first, second] = [await givenCall(given), await givenCall(given)];
    const callback = await openedTask(given, first, 'callback');
    const later = await openedTask(given, second, 'callback', Date.now() + 1000);
    const flag = await openedTask(given, second);
    const idsOf = async (query: string) => {
      const { items, next_cursor } = await jsonOf(await given.request(`/api/tasks?${query}`));
      return { ids: (items as { task_id: string }[]).map(({ task_id }) => task_id), next_cursor };
    };
    expect((await idsOf('')).ids).toEqual([flag, callback, later]);
    expect((await idsOf('kind=callback')).ids).toEqual([callback, later]);
    const page = await idsOf('limit=2');
    expect(page).toMatchObject({ ids: [flag, callback], next_cursor: expect.stringMatching(/^\d+\.task_/) });
    expect(await idsOf(`limit=2&cursor=${page.next_cursor}`)).toEqual({ ids: [later], next_cursor: null });
    await post(`/api/tasks/${flag}/claim`);
    expect((await idsOf('status=claimed')).ids).toEqual([flag]);
    expect((await idsOf('status=open')).ids).toEqual([callback, later]);
    expect((await idsOf('status=done')).ids).toEqual([]);
  });

  it.each([
    ['limit=0', 'limit', 'invalid'],
    ['limit=201', 'limit', 'invalid'],
    ['status=closed', 'status', 'invalid'],
    ['kind=chore', 'kind', 'invalid'],
    [`cursor=${UNKNOWN}`, 'cursor', 'invalid'],
    ['cursor=1.call_0199f3c2-7f4e-7000-8000-000000000001', 'cursor', 'invalid'],
    ['owner=me', 'owner', 'unknown_field'],
  ])('refuses the query %s', async (query, name, code) => {
    const response = await given.request(`/api/tasks?${query}`);
    expect(response.status).toBe(422);
    expect(await jsonOf(response)).toMatchObject({ errors: [{ pointer: `/${name}`, code }] });
  });
});

describe('claim and done', () => {
  it('make it the task of whoever asks, and then a done one', async () => {
    const made = await givenCall(given);
    const id = await openedTask(given, made);
    const claimed = await post(`/api/tasks/${id}/claim`);
    expect([claimed.status, await jsonOf(claimed)]).toMatchObject([
      200,
      { task_id: id, status: 'claimed', owner: ADMIN },
    ]);
    expect(await countAlerts(given.db, 9)).toBe(0);
    const done = await post(`/api/tasks/${id}/done`);
    expect([done.status, await jsonOf(done)]).toMatchObject([200, { task_id: id, status: 'done', owner: ADMIN }]);
    expect(given.logged('task.claimed')).toMatchObject([{ task_id: id, call_id: made.call.id, kind: 'red_flag' }]);
    expect(given.logged('task.finished')).toHaveLength(1);
    expect(given.logged('audit').at(-1)).toMatchObject({ audit: 'task.done', task_id: id, status: 200 });
    expect(given.lines.join('\n')).not.toContain(ADMIN);
  });

  it('name a service token by its client id', async () => {
    const id = await openedTask(given, await givenCall(given), 'callback');
    const claims = serviceClaims(given.team);
    const response = await post(`/api/tasks/${id}/claim`, await signed(claims));
    expect(await jsonOf(response)).toMatchObject({ owner: claims['common_name'] });
  });

  it('by several at once is one owner; the others hear 409 and what to do', async () => {
    const id = await openedTask(given, await givenCall(given));
    const clinician = await person('clinician');
    const answers = await Promise.all([post(`/api/tasks/${id}/claim`), post(`/api/tasks/${id}/claim`, clinician)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await refused?.json()).toMatchObject({
      status: 409,
      code: 'not_open',
      detail: expect.stringContaining('POST to its /done'),
    });
    const accepted = (await answers.find(({ status }) => status === 200)?.json()) as { owner: string };
    expect(await jsonOf(await given.request(`/api/tasks/${id}`))).toMatchObject({ owner: accepted.owner });
  });

  it('are 409 when it is done: there is nothing left', async () => {
    const id = await openedTask(given, await givenCall(given));
    expect((await post(`/api/tasks/${id}/done`)).status).toBe(200);
    for (const [verb, code] of [
      ['done', 'already_done'],
      ['claim', 'not_open'],
    ]) {
      const response = await post(`/api/tasks/${id}/${verb}`);
      expect([response.status, await jsonOf(response)]).toMatchObject([
        409,
        { code, detail: expect.stringContaining('done already') },
      ]);
    }
  });

  it('are 404 for an unknown id, and 403 from another site', async () => {
    for (const id of [UNKNOWN, 'task_x', 'call_0199f3c2-7f4e-7000-8000-000000000001', `${UNKNOWN}'`]) {
      expect((await given.request(`/api/tasks/${id}`)).status).toBe(404);
      for (const verb of ['claim', 'done']) {
        const response = await post(`/api/tasks/${id}/${verb}`);
        expect([response.status, (await jsonOf(response))['code']]).toEqual([404, 'not_found']);
      }
    }
    const id = await openedTask(given, await givenCall(given));
    const headers = { Origin: ORIGIN.replace('intake', 'evil') };
    expect((await given.request(`/api/tasks/${id}/claim`, { method: 'POST', headers })).status).toBe(403);
    expect(await jsonOf(await given.request(`/api/tasks/${id}`))).toMatchObject({ status: 'open' });
  });
});

describe('roles (HS-11)', () => {
  it.each(ROLES)('%s', async (role) => {
    const token = await person(role);
    const may = ['admin', 'clinician', 'intake'].includes(role);
    const id = await openedTask(given, await givenCall(given));
    const answers = [
      await given.request('/api/tasks', { token }),
      await given.request(`/api/tasks/${id}`, { token }),
      await post(`/api/tasks/${id}/claim`, token),
      await post(`/api/tasks/${id}/done`, token),
      await given.request('/dashboard/tasks', { token }),
      await given.request('/dashboard/fragments/tasks', { token }),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => (may ? 200 : 403)));
    if (!may) expect(await jsonOf(answers[0]!)).toMatchObject({ code: 'forbidden' });
  });
});

describe('the red flags of a note', () => {
  const flagsOf = async (callId: string) =>
    (await jsonOf(await given.request(`/api/calls/${callId}/intake-data`)))['red_flags'];

  it('are acknowledged by the owner of the task, once there is one', async () => {
    const made = await givenCall(given);
    const id = await openedTask(given, made);
    await endCall(given, made, { note: { ...noteFor(made), red_flags: [redFlagOf(made)] }, record: { redFlags: 1 } });
    const flag = redFlagOf(made);
    expect(await flagsOf(made.call.id)).toEqual([{ ...flag, acknowledged_by: null }]);
    await post(`/api/tasks/${id}/claim`);
    expect(await flagsOf(made.call.id)).toEqual([{ ...flag, acknowledged_by: ADMIN }]);
    // Somebody saw to the callback of the same call: that says nothing of the flag.
    const other = await givenCall(given);
    await openedTask(given, other);
    await endCall(given, other, { note: { ...noteFor(other), red_flags: [redFlagOf(other)] } });
    const { items } = await jsonOf(await given.request('/api/tasks?kind=callback'));
    const callback = (items as { task_id: string; call_id: string }[]).find(({ call_id }) => call_id === other.call.id);
    await post(`/api/tasks/${callback?.task_id}/done`);
    expect(await flagsOf(other.call.id)).toMatchObject([{ acknowledged_by: null }]);
  });

  it('that came with an earlier call are acknowledged by the owner of that call’s task', async () => {
    const [earlier, made] = [await givenCall(given), await givenCall(given)];
    const id = await openedTask(given, earlier);
    const red_flags = [redFlagOf(earlier), redFlagOf(made)];
    await endCall(given, made, { note: { ...noteFor(made), red_flags } });
    await post(`/api/tasks/${id}/done`);
    expect(await flagsOf(made.call.id)).toMatchObject([
      { call_id: earlier.call.id, acknowledged_by: ADMIN },
      { call_id: made.call.id, acknowledged_by: null },
    ]);
  });
});
