/** A list whose reader dies at any of its steps ends as one that was read at once: no row is lost, none is doubled. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PatientKeys } from '../../src/store/patient-keys.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { countsOf, dumpDatabase } from '../support/dump-database.ts';
import { clearStorage } from '../support/given-erasable.ts';
import { catchJobHints, deliver, hintOf, knownJob } from '../support/given-jobs.ts';
import { givenImport, givenSuppressionImport, importOf, numbersFrom, resultOf } from '../support/given-list.ts';
import { catchLog, config, db, later, restore, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(async () => {
  stopClock();
  catchLog();
  catchJobHints();
  await clearStorage();
});
afterEach(restore);

/** Two pages, because so many columns make each one short; duplicates across them, bad rows in the second. */
const COLUMNS = Array.from({ length: 95 }, (_, i) => `a_variable_with_quite_a_long_name_${i}`);
const ROWS = 160;
const CONTENT = [
  `phone,first_name,${COLUMNS}`,
  ...numbersFrom(ROWS - 4).map((number) => `${number},A`),
  ...['1,', `${numbersFrom(1)[0]},A`, '2,', '3,'],
].join('\n');

type Step = 'before' | 'after';

/** Every question to D1, R2 and the vault counted; the one of that number dies, before or after it is done. */
function dieAt(deadly: number, step: Step): { readonly asked: () => number } {
  let asked = 0;
  const dying = async <T>(work: () => Promise<T>): Promise<T> => {
    asked += 1;
    const dies = asked === deadly;
    if (dies && step === 'before') throw new Error('killed');
    const done = await work();
    if (dies) throw new Error('killed');
    return done;
  };
  const { DB, BUCKET } = testEnv;
  const [batch, prepare] = [DB.batch.bind(DB), DB.prepare.bind(DB)];
  vi.spyOn(DB, 'batch').mockImplementation(((statements: D1PreparedStatement[]) =>
    dying(() => batch(statements))) as typeof DB.batch);
  vi.spyOn(DB, 'prepare').mockImplementation((sql) => mortal(prepare(sql)));
  const mortal = (statement: D1PreparedStatement): D1PreparedStatement => {
    const bind = statement.bind.bind(statement);
    statement.bind = (...values) => mortal(bind(...values));
    for (const name of ['all', 'run', 'raw'] as const) {
      const ask = statement[name].bind(statement) as () => Promise<never>;
      statement[name] = (() => dying(ask)) as never;
    }
    return statement;
  };
  for (const name of ['get', 'delete'] as const) {
    const ask = BUCKET[name].bind(BUCKET) as (...given: unknown[]) => Promise<never>;
    vi.spyOn(BUCKET, name).mockImplementation(((...given: unknown[]) => dying(() => ask(...given))) as never);
  }
  const vault = config.keyRing.vault;
  vi.spyOn(config.keyRing as { vault: PatientKeys['vault'] }, 'vault').mockImplementation(() => {
    const real = vault();
    return new Proxy(real, {
      get:
        (_, name: keyof typeof real) =>
        (...given: never[]) =>
          dying(() => (real as unknown as Record<string, (...given: never[]) => Promise<never>>)[name]!(...given)),
    });
  });
  return { asked: () => asked };
}

const hintFor = async (id: string) => hintOf(await knownJob({ kind: 'import_list', subject: id }));
const runOnce = async (id: string) => deliver(await hintFor(id));

/** Retried as the queue and the cron do it, until nothing is due. */
async function recover(id: string): Promise<void> {
  const at = Date.now();
  restore();
  stopClock();
  vi.setSystemTime(at);
  catchLog();
  catchJobHints();
  for (let i = 0; i < 6 && (await knownJob({ kind: 'import_list', subject: id })).status === 'waiting'; i += 1) {
    later(3_600_000);
    await runDueJobs();
  }
}

const summary = async (id: string) => {
  const { item, campaign, contacts, refused } = await resultOf(id);
  const { jobs: _, ...counts } = countsOf(await dumpDatabase());
  return {
    ...{ status: item.status, rowsRead: item.rowsRead, accepted: item.accepted, rejected: item.rejected },
    ...{ campaign: campaign.status, rows: contacts.map(({ row, phoneNumber }) => [row, phoneNumber]), refused, counts },
    files: (await testEnv.BUCKET.list({ prefix: 'imports/' })).objects.length,
  };
};

describe('a reader that is killed', () => {
  it.each<Step>(['before', 'after'])(
    '%s any of its steps leaves the list as if it had not been',
    async (step) => {
      const { id } = await givenImport(CONTENT);
      const { asked } = dieAt(0, step);
      await runOnce(id);
      const steps = asked();
      restore();
      stopClock();
      const whole = await summary(id);
      expect(whole).toMatchObject({
        status: 'done',
        rowsRead: ROWS,
        accepted: ROWS - 4,
        rejected: 4,
        campaign: 'draft',
        files: 0,
      });
      expect(steps).toBeGreaterThanOrEqual(18);
      for (let deadly = 1; deadly <= steps; deadly += 1) {
        await clearStorage();
        catchLog();
        catchJobHints();
        const again = await givenImport(CONTENT);
        const hint = await hintFor(again.id);
        dieAt(deadly, step);
        await deliver(hint);
        await recover(again.id);
        expect([deadly, await summary(again.id)]).toEqual([deadly, whole]);
      }
    },
    240_000,
  );

  it('and is slower than its lease writes nothing that another try has written', async () => {
    const { id } = await givenImport(CONTENT);
    const get = testEnv.BUCKET.get.bind(testEnv.BUCKET);
    let overtaken = false;
    vi.spyOn(testEnv.BUCKET, 'get').mockImplementation((async (...given: Parameters<typeof get>) => {
      const object = await get(...given);
      if (!overtaken) {
        overtaken = true;
        later(3 * 60_000);
        await runOnce(id);
      }
      return object;
    }) as never);
    await runOnce(id);
    await recover(id);
    expect(overtaken).toBe(true);
    expect(await summary(id)).toMatchObject({
      status: 'done',
      rowsRead: ROWS,
      accepted: ROWS - 4,
      rejected: 4,
      counts: { contacts: ROWS - 4, patients: ROWS - 4 },
    });
  });
});

describe('a file that cannot be read', () => {
  it.each<[string, (key: string) => Promise<unknown>, string]>([
    ['is gone', (key) => testEnv.BUCKET.delete(key), 'file_missing'],
    ['is shorter', (key) => testEnv.BUCKET.put(key, 'TEI1'), 'file_missing'],
    [
      'is damaged',
      async (key) => {
        const bytes = new Uint8Array((await (await testEnv.BUCKET.get(key))?.arrayBuffer()) ?? new ArrayBuffer(0));
        bytes[60] = (bytes[60] ?? 0) ^ 1;
        await testEnv.BUCKET.put(key, bytes);
      },
      'file_damaged',
    ],
  ])('because it %s is tried for a day, then the import and its campaign have failed', async (_, spoil, code) => {
    const { id } = await givenImport(CONTENT);
    await spoil(`imports/${id}`);
    for (let i = 0; i < 20; i += 1) {
      await runDueJobs();
      later(9 * 3_600_000);
    }
    expect(await knownJob({ kind: 'import_list', subject: id })).toMatchObject({ status: 'dead', code });
    expect(await resultOf(id)).toMatchObject({
      item: { status: 'failed', code },
      campaign: { status: 'failed', statusReason: 'import_failed' },
    });
    expect((await testEnv.BUCKET.list({ prefix: 'imports/' })).objects).toEqual([]);
  });
});

describe('a list into the do-not-call list', () => {
  it('ends the same, killed before or after any of its steps', async () => {
    const content = [...numbersFrom(30), '1', numbersFrom(1)[0], ''].join('\n');
    for (const step of ['before', 'after'] as const) {
      for (let deadly = 1; ; deadly += 1) {
        await clearStorage();
        catchLog();
        catchJobHints();
        const { id } = await givenSuppressionImport(content);
        const hint = await hintFor(id);
        const { asked } = dieAt(deadly, step);
        await deliver(hint);
        const isOver = asked() < deadly;
        await recover(id);
        expect([deadly, await importOf(id)]).toMatchObject([
          deadly,
          { status: 'done', rowsRead: 32, accepted: 31, rejected: 1 },
        ]);
        expect(await db.$client.prepare('select count(*) as n from suppressions').first('n')).toBe(30);
        if (isOver) break;
      }
    }
  }, 120_000);
});
