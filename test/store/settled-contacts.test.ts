/** What the retry rules are told of a contact whose attempt is over, and whom a redial makes ready again. */
import { beforeEach, expect, it } from 'vitest';
import { endContacts, endedAttempts, redialContacts, workLeft } from '../../src/store/contacts.ts';
import { rowsFromJson } from '../../src/store/rows-from-json.ts';
import { attempts, calls, contacts } from '../../src/store/schema.ts';
import { givenPlacedCall } from '../support/place-call.ts';
import { db, testEnv } from '../support/worker-env.ts';

const NOW = Date.UTC(2030, 0, 7, 15);
beforeEach(() =>
  testEnv.DB.exec('delete from calls; delete from attempts; delete from contacts; delete from campaigns;'),
);

const campaign = (status: string) =>
  testEnv.DB.prepare(
    `insert or replace into campaigns (id, name, purpose, questionnaire_id, questionnaire_version, status, pace_per_second,
      max_live_calls, retry, script, owner, owner_name, created_at)
    values ('cmp_1', 'Spring', 'intake', 'adult-intake', 1, ?, 1, 1, '{}', '{}', 'staff_1', 'admin', ?)`,
  )
    .bind(status, NOW)
    .run();

const contact = (id: string, changes: Partial<typeof contacts.$inferInsert>) =>
  db.insert(contacts).values({
    ...{ id, campaignId: 'cmp_1', row: Number(id.slice(4)), patientId: 'pat_1', phoneHash: 'h', sealed: '' },
    ...{ status: 'active', nextAt: NOW, createdAt: NOW, updatedAt: NOW, ...changes },
  });

it('U5: how often it ended like that counts what rang apart from what never did', async () => {
  await givenPlacedCall();
  const [[call], [attempt]] = await Promise.all([db.select().from(calls), db.select().from(attempts)]);
  if (call === undefined || attempt === undefined) throw new Error('no call');
  const ends: [status: string, dialedAt: number | null, contactId: string][] = [
    ['failed', null, 'cnt_1'],
    ['failed', null, 'cnt_1'],
    ['busy', NOW, 'cnt_1'],
    ['failed', NOW, 'cnt_2'],
    ['failed', NOW, 'cnt_1'],
  ];
  for (const [n, [status, dialedAt, contactId]] of ends.entries()) {
    const mine = { campaignId: 'cmp_1', contactId };
    await db.insert(calls).values({ ...call, ...mine, id: `call_${n}`, status });
    const over = { status: 'ended', endedAt: NOW, dialedAt, reservedNumber: null, reservedPatient: null };
    await db.insert(attempts).values({ ...attempt, ...mine, ...over, id: `att_${n}`, callId: `call_${n}` });
  }
  const seen = async (lastCallId: string) => {
    await testEnv.DB.exec('delete from contacts;');
    await contact('cnt_1', { lastCallId });
    const [row] = await endedAttempts(db, 'cmp_1', 10);
    return [row?.status, row?.sameOutcome];
  };
  expect(await seen('call_4')).toEqual(['failed', 1]);
  expect(await seen('call_1')).toEqual(['failed', 2]);
  expect(await seen('call_2')).toEqual(['busy', 1]);
});

it('a redial makes ready whom nobody reached, never who failed the identity check', async () => {
  const ends: [outcome: string, code: string, status?: string][] = [
    ['no_answer', 'budget_used'],
    ['busy', 'most_retries'],
    ['voicemail', 'most_retries'],
    ['failed', 'campaign_ended'],
    ['failed', 'outcome_final'],
    ['completed', 'complete'],
    ['opted_out', 'outcome_final'],
    ['no_answer', 'suppressed', 'skipped'],
  ];
  await campaign('completed');
  for (const [n, [outcome, code, status = 'done']] of ends.entries())
    await contact(`cnt_${n + 1}`, { outcome, code, status, rings: 3 });
  expect(await redialContacts(db, 'cmp_1', NOW + 5)).toBe(4);
  const ready = (await db.select().from(contacts)).filter(({ status }) => status === 'ready');
  expect(ready.map(({ row, rings, code, nextAt }) => [row, rings, code, nextAt])).toEqual(
    [1, 2, 3, 4].map((row) => [row, 0, null, NOW + 5]),
  );
});

it('a redial that meets a campaign canceled meanwhile makes nobody ready', async () => {
  await campaign('canceled');
  await contact('cnt_1', { outcome: 'busy', code: 'budget_used', status: 'done' });
  expect(await redialContacts(db, 'cmp_1', NOW)).toBe(0);
  await campaign('paused');
  expect(await redialContacts(db, 'cmp_1', NOW)).toBe(1);
});

it('a long list is ended, and redialled, a page at a time', async () => {
  const list = Array.from({ length: 2001 }, (_, n) => ({
    ...{ id: `cnt_${n + 1}`, campaignId: 'cmp_1', row: n + 1, patientId: 'pat_1', phoneHash: 'h', sealed: '' },
    ...{ status: 'ready', rings: 0, nextAt: NOW + n, createdAt: NOW, updatedAt: NOW },
  }));
  await db.insert(contacts).select(rowsFromJson(contacts, list));
  const end = () => endContacts(db, 'cmp_1', 'canceled', 'canceled', NOW);
  expect(await workLeft(db, 'cmp_1')).toEqual({ nextAt: NOW, active: false });
  expect([await end(), await end()]).toEqual([true, true]);
  expect((await db.select().from(contacts)).filter(({ status }) => status === 'ready')).toHaveLength(1);
  expect(await end()).toBe(false);
  expect(await workLeft(db, 'cmp_1')).toEqual({ nextAt: null, active: false });
  await campaign('completed');
  await testEnv.DB.exec("update contacts set status = 'done', code = 'budget_used', outcome = 'busy';");
  expect(await redialContacts(db, 'cmp_1', NOW)).toBe(2001);
});

it('a contact that is given back while it is asked what is left is seen as one of the two', async () => {
  await contact('cnt_1', { status: 'active' });
  const session = Reflect.get(testEnv.DB, 'alwaysPrimarySession') as { fetcher: Fetcher };
  const { fetcher } = session;
  let line: Promise<unknown> = Promise.resolve();
  // One request after the other, and between them the dialer gives the contact back.
  const fetch = (...asked: Parameters<Fetcher['fetch']>) => {
    const answer = line.then(() => fetcher.fetch(...asked));
    line = answer.then(async () => {
      Reflect.set(session, 'fetcher', fetcher);
      await testEnv.DB.exec("update contacts set status = 'ready';");
    });
    return answer;
  };
  Reflect.set(session, 'fetcher', { fetch });
  try {
    expect(await workLeft(db, 'cmp_1')).toEqual({ nextAt: null, active: true });
  } finally {
    Reflect.set(session, 'fetcher', fetcher);
  }
  expect(await workLeft(db, 'cmp_1')).toEqual({ nextAt: NOW, active: false });
});
