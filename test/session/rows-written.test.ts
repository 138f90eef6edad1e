/**
 * D1 bills every row that is written, of a table and of each of its indexes: what a call writes from being asked for to its audio being stored,
 * and what the handing on of its note writes. The API adds the line of the audit. An index too many, or a row written twice, shows here.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { givenNote, givenReceiver, takes, triedDelivery } from '../support/given-delivery.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { ended, expectStoredOnce, fetched, givenRecorded, saved } from '../support/given-recording.ts';
import { catchLog, restore, stopClock, testEnv } from '../support/worker-env.ts';

/** Of what happens inside, by table. */
async function rowsWritten(doing: () => Promise<unknown>): Promise<Record<string, number>> {
  // D1 tells the rows with its results; some ways of asking keep them to themselves, so they are read below.
  const session = Reflect.get(testEnv.DB, 'alwaysPrimarySession') as { fetcher: Fetcher };
  const { fetcher } = session;
  const written: Record<string, number> = {};
  Reflect.set(session, 'fetcher', {
    fetch: async (input: RequestInfo, init: RequestInit) => {
      const answer = await fetcher.fetch(input, init);
      const asked = [JSON.parse(String(init.body)) as unknown].flat() as { sql: string }[];
      const told = [(await answer.clone().json()) as unknown].flat() as { meta?: { rows_written?: number } }[];
      for (const [n, { sql }] of asked.entries()) {
        const rows = told[n]?.meta?.rows_written ?? 0;
        const table = /^\s*(?:insert into|update|delete from) "?(\w+)/i.exec(sql)?.[1] ?? sql;
        if (rows > 0) written[table] = (written[table] ?? 0) + rows;
      }
      return answer;
    },
  });
  try {
    await doing();
  } finally {
    Reflect.set(session, 'fetcher', fetcher);
  }
  return written;
}

beforeEach(() => {
  stopClock();
  catchLog();
  catchJobHints();
});
afterEach(restore);

/** Where it is more than that, and what. */
const above = (written: Record<string, number>, most: Record<string, number>) =>
  Object.entries(written).filter(([table, rows]) => rows > (most[table] ?? 0));
/** Once in half a minute, whatever the calls. */
const OF_THE_SERVICE = { signs: 2 };
const OF_THE_PATIENT = { patients: 6, consents: 3, ...OF_THE_SERVICE };
const OF_THE_CALL = { attempts: 8, call_logs: 2, calls: 15, dial_decisions: 2, jobs: 6, notes: 4 };

it('a recorded call writes a row once, and few of indexes', async () => {
  const written = await rowsWritten(async () => {
    const call = await givenRecorded();
    await saved(call);
    await ended(call);
    await fetched(call);
    await expectStoredOnce(call);
  });
  // The questionnaire that the service brings along is written once for all.
  expect(above(written, { ...OF_THE_CALL, ...OF_THE_PATIENT, recordings: 3, questionnaire_versions: 2 })).toEqual([]);
});

it('a note is handed on with few rows', async () => {
  givenReceiver(takes);
  const written = await rowsWritten(async () => triedDelivery(await givenNote()));
  expect(above(written, { ...OF_THE_CALL, ...OF_THE_PATIENT, calls: 10, deliveries: 7 })).toEqual([]);
});
