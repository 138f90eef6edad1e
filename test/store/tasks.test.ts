/** Work for staff: opened once, claimed by one, done once; a red flag alerts until then, and is back when there is another. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskKind } from '../../src/domain/intake/state.ts';
import { listCalls } from '../../src/store/calls.ts';
import { tasks } from '../../src/store/schema.ts';
import {
  alertAgainAt,
  claimTask,
  countAlerts,
  dueAlerts,
  finishTask,
  getTask,
  insertTask,
  listTasks,
  openTask,
  redFlagTasks,
  tasksOfCall,
} from '../../src/store/tasks.ts';
import { givenPlacedCall } from '../support/place-call.ts';
import { db, later, restore, ring, stopClock } from '../support/worker-env.ts';

beforeEach(async () => {
  stopClock();
  await db.delete(tasks);
});
afterEach(restore);

const HOUR = 3_600_000;
const newCallId = () => `call_${crypto.randomUUID()}`;
async function givenTask(kind: TaskKind = 'red_flag', callId = newCallId()) {
  const id = await openTask(db, { kind, callId, patientId: 'pat_1' }, Date.now());
  return { id, callId };
}
const alerts = () => dueAlerts(db, Date.now(), 10);

describe('an open task', () => {
  it.each([
    ['red_flag', 0],
    ['callback', 4 * HOUR],
    ['guardian', 4 * HOUR],
    ['voice_items', 24 * HOUR],
    ['opt_out_review', 24 * HOUR],
  ] as const)('of the kind %s is due after %d ms', async (kind, dueAfter) => {
    const { id } = await givenTask(kind);
    expect(await getTask(db, id)).toMatchObject({ kind, status: 'open', owner: null, dueAt: Date.now() + dueAfter });
  });

  it('alerts at once when it is a red flag, and only then', async () => {
    const { id, callId } = await givenTask('red_flag');
    await givenTask('callback');
    expect(await alerts()).toEqual([{ id, kind: 'red_flag', callId }]);
    expect(await countAlerts(db, 10)).toBe(1);
  });

  it('alerts again at the time it was told to, and counts as waiting all the while', async () => {
    const { id } = await givenTask();
    await alertAgainAt(db, id, Date.now() + 1000);
    expect(await alerts()).toEqual([]);
    expect(await countAlerts(db, 10)).toBe(1);
    later(1000);
    expect(await alerts()).toHaveLength(1);
  });

  it('is one for a call and kind, however often the end of the call writes it', async () => {
    const { id, callId } = await givenTask('callback');
    await insertTask(db, { kind: 'callback', callId, patientId: 'pat_1' }, Date.now() + 1);
    expect((await tasksOfCall(db, callId)).map((task) => task.id)).toEqual([id]);
  });

  it('marks its call as flagged in the same write, so that lists show it while the call runs', async () => {
    const { callId } = await givenPlacedCall();
    await givenTask('callback', callId);
    const flagged = () => listCalls(db, ring, { limit: 10, cursor: null, flagged: true });
    expect((await flagged()).items).toEqual([]);
    await givenTask('red_flag', callId);
    await givenTask('red_flag', callId);
    expect((await flagged()).items).toMatchObject([{ id: callId, redFlags: 1 }]);
  });
});

describe('claiming', () => {
  it('gives it to whoever was first, and ends the alerts', async () => {
    const { id } = await givenTask();
    const claims = await Promise.all(
      ['a@x.example', 'b@x.example'].map((owner) => claimTask(db, id, owner, Date.now())),
    );
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
    const owner = claims.find((claim) => claim !== null)?.owner;
    expect(await getTask(db, id)).toMatchObject({ status: 'claimed', owner });
    expect([await alerts(), await countAlerts(db, 10)]).toEqual([[], 0]);
    // An alert that was under way does not bring them back.
    await alertAgainAt(db, id, Date.now() + 1);
    expect(await countAlerts(db, 10)).toBe(0);
  });

  it('of what is done or unknown changes nothing', async () => {
    const { id } = await givenTask();
    await finishTask(db, id, 'a@x.example', Date.now());
    expect(await claimTask(db, id, 'b@x.example', Date.now())).toBeNull();
    expect(await claimTask(db, 'task_none', 'b@x.example', Date.now())).toBeNull();
    expect(await getTask(db, id)).toMatchObject({ status: 'done', owner: 'a@x.example' });
  });
});

describe('finishing', () => {
  it('counts without a claim too, ends the alerts, and happens once', async () => {
    const { id } = await givenTask();
    later(5000);
    const done = await finishTask(db, id, 'a@x.example', Date.now());
    expect(done).toMatchObject({ status: 'done', owner: 'a@x.example', doneAt: Date.now() });
    expect(await countAlerts(db, 10)).toBe(0);
    expect(await finishTask(db, id, 'b@x.example', Date.now())).toBeNull();
  });

  it('leaves it with whoever claimed it', async () => {
    const { id } = await givenTask();
    await claimTask(db, id, 'a@x.example', Date.now());
    expect(await finishTask(db, id, 'b@x.example', Date.now())).toMatchObject({ status: 'done', owner: 'a@x.example' });
  });
});

it('another red flag in the same call opens a task again that was claimed or done, and alerts again', async () => {
  const { id, callId } = await givenTask();
  await finishTask(db, id, 'a@x.example', Date.now());
  later(5000);
  expect((await givenTask('red_flag', callId)).id).toBe(id);
  expect(await getTask(db, id)).toMatchObject({ status: 'open', owner: null, doneAt: null, dueAt: Date.now() });
  expect(await alerts()).toMatchObject([{ id }]);
  expect(await redFlagTasks(db, [callId, 'call_none'])).toMatchObject(new Map([[callId, { id }]]));
  expect(await redFlagTasks(db, [])).toEqual(new Map());
});

describe('the list', () => {
  it('has what is due first on top, and pages through it without a gap, also where several are due at once', async () => {
    const kinds: readonly TaskKind[] = ['voice_items', 'callback', 'red_flag', 'callback', 'callback'];
    for (const kind of kinds) await givenTask(kind);
    const seen: string[] = [];
    let cursor: Parameters<typeof listTasks>[1]['cursor'] = null;
    do {
      const page = await listTasks(db, { limit: 2, cursor, status: 'open' });
      seen.push(...page.items.map(({ kind }) => kind));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(['red_flag', 'callback', 'callback', 'callback', 'voice_items']);
    expect((await listTasks(db, { limit: 9, cursor, status: 'open', kind: 'callback' })).items).toHaveLength(3);
  });

  it('of what is done goes backwards: the newest is looked for', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      const { id } = await givenTask();
      await finishTask(db, id, 'a@x.example', Date.now());
      ids.unshift(id);
      later(1000);
    }
    const first = await listTasks(db, { limit: 2, cursor: null, status: 'done' });
    const second = await listTasks(db, { limit: 2, cursor: first.nextCursor, status: 'done' });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
    expect(second.nextCursor).toBeNull();
  });

  it('counts alerts no further than it is told', async () => {
    for (let n = 0; n < 3; n += 1) await givenTask();
    expect([await countAlerts(db, 2), await countAlerts(db, 9)]).toEqual([2, 3]);
  });
});

it('a claimed task keeps when it was claimed', async () => {
  const { id } = await givenTask();
  await claimTask(db, id, 'a@x.example', 1234);
  expect(await db.select({ at: tasks.claimedAt }).from(tasks).where(eq(tasks.id, id))).toEqual([{ at: 1234 }]);
});
