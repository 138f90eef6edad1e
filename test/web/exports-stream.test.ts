/** A hundred thousand rows as a file: how much is read ahead of whoever takes it, and what is left where it breaks off. */
import { parse } from 'csv-parse/sync';
import { asc, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { auditEvents } from '../../src/store/schema.ts';
import { ring, testEnv } from '../support/worker-env.ts';
import { unlimited } from './every-route.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { countQuestions, givenLongCampaign } from './given-results.ts';

const ROWS = 100_000;

let given: GivenApp;
beforeEach(async () => {
  // A token is of its second, and with the next second comes another sign-in, whose row is counted too.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  given = givenApp({ PHI_KEYS: `k1:${ring.keys.get('k1')?.toBase64()}` }, { objects: 'real' });
  Object.assign(given.env, unlimited());
  await testEnv.DB.exec(
    'delete from suppressions; delete from campaigns; delete from contacts; delete from attempts; delete from calls; delete from notes; delete from call_logs;',
  );
  await given.request('/api/exports');
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const numbered = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${ROWS}) `;
/** Rows that do not open, so that each is cheap; they are listed all the same. */
const givenSuppressions = () =>
  testEnv.DB.prepare(
    `${numbered} insert into suppressions (id, phone_hash, key_id, sealed, reason, created_at)
     select printf('sup_0199f3c2-7f4e-7000-8000-%012d', i), 'hash' || i, 'k1', 'k1.AAAA', 'imported', i from n`,
  ).run();
const givenCampaigns = () =>
  testEnv.DB.prepare(
    `${numbered} insert into campaigns (id, name, purpose, questionnaire_id, questionnaire_version, status,
       pace_per_second, max_live_calls, retry, script, owner, owner_name, created_at)
     select printf('cmp_0199f3c2-7f4e-7000-8000-%012d', i), 'No. ' || i, 'intake', 'adult-intake', 1, 'draft',
       1, 1, '{"budget":1,"rules":{}}', '{}', 'staff_1', 'Ada', i from n`,
  ).run();

const take = (order: Record<string, unknown>) => given.send('POST', '/api/exports', order);
const readerOf = (response: Response) => (response.body as ReadableStream<Uint8Array>).getReader();
const linesOf = async (response: Response) => {
  const id = response.headers.get('X-Request-Id') ?? '';
  const lines = await given.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.requestId, id))
    .orderBy(asc(auditEvents.seq));
  return lines.map(({ action, objectId, code, shown }) => ({
    ...{ action, objectId, code },
    shown: (JSON.parse(shown ?? '[]') as string[]).length,
  }));
};
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

describe(`${ROWS} rows`, { timeout: 120_000 }, () => {
  it.each([
    ['suppressions', 'csv', givenSuppressions, 25, 1],
    ['campaigns', 'ndjson', givenCampaigns, 500, 2],
  ] as const)(
    'of %s as %s are never held: the first bytes go out before the second page is read, a page at a time, and nothing while nobody takes (C67, SE-18)',
    async (what, format, give, pages, statements) => {
      await give();
      const asked = countQuestions(given.env);
      const response = await take({ what, format });
      const reader = readerOf(response);
      const before = asked.statements;
      await settled();
      // One page is read before anything is answered, so that what cannot be read is refused; no other until somebody takes it.
      expect(asked.statements).toBe(before);
      let [most, pieces, rows, mostBytes] = [0, 0, 0, 0];
      for (let last = before; ; ) {
        const { done, value } = await reader.read();
        if (done) break;
        pieces += 1;
        if (pieces === 1) expect(asked.statements).toBe(before);
        most = Math.max(most, asked.statements - last);
        last = asked.statements;
        mostBytes = Math.max(mostBytes, value.length);
        rows += value.reduce((lines, byte) => lines + (byte === 10 ? 1 : 0), 0);
        if (pieces === 7) {
          await settled();
          expect(asked.statements).toBe(last);
        }
      }
      expect([pieces, rows]).toEqual([pages, ROWS + (format === 'csv' ? 1 : 0)]);
      expect(most).toBe(statements);
      // Of some twenty megabytes.
      expect(mostBytes).toBeLessThan(1_500_000);
      // D1 takes a thousand statements in a request, the platform ten thousand questions of all kinds.
      expect(asked.statements).toBeLessThan(1000 + before);
      expect(await linesOf(response)).toMatchObject([
        { action: 'data.export', objectId: `${what}.${format}` },
        { action: 'data.exported', objectId: `${what}.${format}.${ROWS}`, code: null },
      ]);
    },
  );
});

describe('a list of several pages', () => {
  const CALLS = 1200;

  it('shows in the audit whom each page shows, before it is sent, and takes three questions a page (HS-05, X12)', async () => {
    await givenLongCampaign(CALLS / 2);
    const asked = countQuestions(given.env);
    const response = await take({ what: 'calls', format: 'csv' });
    const begun = { ...asked };
    const reader = readerOf(response);
    let text = '';
    const decoder = new TextDecoder();
    for (let pages = 1; ; pages += 1) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
      expect((await linesOf(response)).filter(({ shown }) => shown > 0)).toHaveLength(pages);
    }
    const rows = parse(text, { bom: true, columns: true }) as Record<string, string>[];
    expect(new Set(rows.map(({ call_id }) => call_id)).size).toBe(CALLS);
    const lines = await linesOf(response);
    expect(lines.map(({ action }) => action)).toEqual([
      ...['data.export', 'data.export_page', 'data.export_page', 'data.exported'],
    ]);
    const seen = await given.db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.requestId, response.headers.get('X-Request-Id') ?? ''));
    const shown = new Set(seen.flatMap((line) => JSON.parse(line.shown ?? '[]') as string[]));
    expect(shown).toEqual(new Set(rows.map(({ patient_id }) => patient_id ?? '')));
    expect(lines.at(-1)).toMatchObject({ objectId: `calls.csv.${CALLS}`, code: null });
    expect(asked.vault - begun.vault).toBe(2);
  });

  it.each([
    ['csv', /\r\n$/],
    ['json', /\}$/],
    ['ndjson', /\}\n$/],
  ])(
    'breaks the answer off where it cannot be read any more: no reader of %s takes it for whole',
    async (format, end) => {
      await givenLongCampaign(CALLS / 2);
      countQuestions(given.env);
      const response = await take({ what: 'calls', format });
      const reader = readerOf(response);
      const text = new TextDecoder().decode((await reader.read()).value);
      vi.spyOn(given.env.KEY_VAULT, 'getByName').mockImplementation(() => {
        throw new Error('away');
      });
      await expect(reader.read()).rejects.toThrow();
      expect(text).toMatch(end);
      if (format === 'json') expect(() => JSON.parse(text)).toThrow();
      expect((await linesOf(response)).at(-1)).toMatchObject({ action: 'data.exported', code: 'failed', shown: 0 });
      expect(given.logged('data.exported')).toMatchObject([{ count: 500, code: 'failed' }]);
      const { recent } = await (await given.request('/api/exports')).json<{ recent: unknown[] }>();
      expect(recent[0]).toMatchObject({ what: 'calls', format, rows: 500, end: 'failed' });
    },
  );

  it('is read no further once nobody takes it, and that is written down', async () => {
    await givenLongCampaign(CALLS / 2);
    for (const reads of [0, 1]) {
      const response = await take({ what: 'calls' });
      const reader = readerOf(response);
      const asked = countQuestions(given.env);
      for (let i = 0; i < reads; i += 1) await reader.read();
      await reader.cancel();
      await settled();
      expect(asked.vault).toBe(0);
      expect((await linesOf(response)).at(-1)).toMatchObject({ objectId: 'calls.csv.500', code: 'broken_off' });
    }
  });

  it('sends no page of which nobody could write down whom it shows (HS-05)', async () => {
    await givenLongCampaign(CALLS / 2);
    const response = await take({ what: 'calls' });
    const reader = readerOf(response);
    await reader.read();
    vi.spyOn(given.env.AUDIT_LOG, 'getByName').mockImplementation(() => {
      throw new Error('away');
    });
    await expect(reader.read()).rejects.toThrow();
  });
});
