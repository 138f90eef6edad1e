/** The only writer of the audit: numbers and chains, keeps what D1 does not take, writes again what D1 lost, puts each day into R2. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { asc, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GENESIS_HASH, hashedText } from '../../src/domain/audit/audit-row.ts';
import { auditEvents, auditSubjects } from '../../src/store/schema.ts';
import { sha256Hex } from '../../src/store/seal.ts';
import { readSigns } from '../../src/store/signs.ts';
import { addLines, anEntry, auditLog, copiedLines, emptyTrail, withAuditEnv } from '../support/given-audit.ts';
import { catchLog, db, later, restore, START, stopClock, testEnv } from '../support/worker-env.ts';

const DAY_MS = 24 * 3_600_000;

beforeEach(async () => {
  await emptyTrail();
  catchLog();
  stopClock();
});
afterEach(restore);

const mirrored = () => db.select().from(auditEvents).orderBy(asc(auditEvents.seq));
const withoutTable = async (work: () => Promise<void>) => {
  await db.run(sql`alter table audit_events rename to audit_events_away`);
  try {
    await work();
  } finally {
    await db.run(sql`alter table audit_events_away rename to audit_events`);
  }
};

describe('a line', () => {
  it('follows the one before it, by number and by hash, and stands in D1 when it is answered (HS-05, T07)', async () => {
    expect(await addLines({}, { shown: null }, { shown: '["pat_1","pat_2"]' })).toEqual([1, 2, 3]);
    const rows = await mirrored();
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    let before = GENESIS_HASH;
    for (const row of rows) {
      expect(row.prevHash).toBe(before);
      expect(row.hash).toBe(sha256Hex(hashedText({ ...row, prevHash: before })));
      before = row.hash ?? '';
    }
    expect((await auditLog().standing()).head).toEqual({ seq: 3, hash: before });
    const subjects = await db
      .select()
      .from(auditSubjects)
      .orderBy(asc(auditSubjects.seq), asc(auditSubjects.patientId));
    expect(subjects.map(({ seq, patientId }) => `${seq} ${patientId}`)).toEqual(['1 pat_1', '3 pat_1', '3 pat_2']);
  });

  it('has a number of its own, whoever else adds one at that moment', async () => {
    const all = await Promise.all(Array.from({ length: 40 }, () => addLines({})));
    expect(all.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect((await mirrored()).map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  });

  it('is not added twice by whoever asks again', async () => {
    const addition = { id: 'once', entries: [anEntry(), anEntry()], isPoll: false };
    expect(await auditLog().add(addition)).toEqual([1, 2]);
    await evictDurableObject(auditLog());
    expect(await auditLog().add(addition)).toEqual([]);
    expect(await mirrored()).toHaveLength(2);
  });

  it('goes on from what D1 held before there was a chain', async () => {
    const { shown: _, ...old } = anEntry();
    await db.insert(auditEvents).values({ ...old, seq: 7 });
    expect(await addLines({})).toEqual([8]);
    expect((await auditLog().standing()).start).toEqual({ seq: 7, hash: GENESIS_HASH });
  });
});

describe('while D1 is away', () => {
  it('a line is kept, survives an eviction, and is copied by the alarm', async () => {
    await addLines({});
    await withoutTable(async () => {
      expect(await addLines({}, {})).toEqual([2, 3]);
      await evictDurableObject(auditLog());
      await runDurableObjectAlarm(auditLog());
    });
    expect(await mirrored()).toHaveLength(1);
    await runDurableObjectAlarm(auditLog());
    expect((await mirrored()).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('the next line brings those before it along, in their order', async () => {
    await addLines({});
    await withoutTable(async () => void (await addLines({}, {})));
    await addLines({});
    expect((await mirrored()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });
});

describe('however long D1 takes', () => {
  it('whoever adds a line waits no more than two seconds, though many stand before it, and all are copied', async () => {
    await addLines({});
    await withoutTable(async () => {
      const entries = Array.from({ length: 400 }, () => anEntry({ shown: null }));
      await auditLog().add({ id: 'many', entries, isPoll: false });
    });
    const slow = new Proxy(testEnv.DB, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== 'batch') return value.bind(target);
        return async (...all: unknown[]) => {
          await new Promise((resolve) => setTimeout(resolve, 1200));
          return value.apply(target, all);
        };
      },
    });
    await withAuditEnv({ DB: slow });
    const began = performance.now();
    await addLines({ shown: null });
    expect(performance.now() - began).toBeLessThan(2900);
    expect((await mirrored()).length).toBeLessThan(402);
    await withAuditEnv({ DB: testEnv.DB });
    await auditLog().settle(Date.now());
    expect(await mirrored()).toHaveLength(402);
  });

  it('an alarm that could not be set is set by the next line', async () => {
    await addLines({});
    await runDurableObjectAlarm(auditLog());
    await runInDurableObject(auditLog(), async (log, { storage }) => {
      vi.spyOn(storage, 'setAlarm').mockRejectedValueOnce(new Error('away'));
      const addition = { id: 'failing', entries: [anEntry()], isPoll: false };
      await expect(log.add(addition)).rejects.toThrow('away');
      expect(await storage.getAlarm()).toBeNull();
      await log.add({ ...addition, id: 'next' });
      expect(await storage.getAlarm()).not.toBeNull();
    });
  });
});

describe('D1 set back to an earlier time (HS-12)', () => {
  const setBack = () => db.run(sql`delete from audit_events where seq > 2`);

  it.each([
    ['by the next line', () => addLines({})],
    ['by the cron', () => auditLog().settle(Date.now())],
  ])('is noticed %s: what it lost is written again, and that it was is a line too', async (_, notice) => {
    await addLines({}, {}, {}, {}, {});
    const before = await mirrored();
    await setBack();
    await notice();
    await auditLog().settle(Date.now());
    const rows = await mirrored();
    expect(rows.slice(0, 5)).toEqual(before);
    const own = rows.find(({ action }) => action === 'audit.refilled');
    expect(own).toMatchObject({ actorName: 'audit_log', objectId: 'after.2.3' });
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_row, i) => i + 1));
    expect((await readSigns(db)).audit).toMatchObject({ code: 'audit_break' });
  });

  it('is filled a piece at a time, and whoever asks goes on from where the last one ended', async () => {
    await addLines({}, {}, {}, {}, {});
    const before = await mirrored();
    await setBack();
    expect(await auditLog().refill(2, 2)).toEqual({ written: 2, next: 4 });
    expect((await mirrored()).slice(0, 4)).toEqual(before.slice(0, 4));
    // The fifth, and the line that the first piece left.
    expect(await auditLog().refill(4, 100)).toEqual({ written: 2, next: null });
    expect((await mirrored()).slice(0, 5)).toEqual(before);
    expect(await auditLog().refill(8, 100)).toEqual({ written: 0, next: null });
  });

  it('is filled to the end minute by minute where it lost more than is written in one go', async () => {
    const entries = Array.from({ length: 2100 }, () => anEntry({ shown: null }));
    await auditLog().add({ id: 'many', entries, isPoll: false });
    await db.run(sql`delete from audit_events where seq > 1`);
    await addLines({});
    expect(await mirrored()).toHaveLength(2002);
    await evictDurableObject(auditLog());
    await auditLog().settle(Date.now());
    await auditLog().settle(Date.now());
    expect((await mirrored()).map(({ seq }) => seq)).toEqual(Array.from({ length: 2103 }, (_, i) => i + 1));
  });

  it('is filled from R2 where the lines are too old to be kept here', async () => {
    await addLines({}, {}, {}, {});
    later(2 * DAY_MS);
    await auditLog().settle(Date.now());
    later(40 * DAY_MS);
    await addLines({});
    await auditLog().settle(Date.now());
    const before = await mirrored();
    expect(await auditLog().hashesAfter(0, 3)).toEqual([]);
    await setBack();
    await auditLog().settle(Date.now());
    expect((await mirrored()).slice(0, before.length)).toEqual(before);
  });
});

describe('the copy of a day (HS-06)', () => {
  it('is put once the day is over, with where the chain stood, and never again', async () => {
    await addLines({}, {});
    await auditLog().settle(Date.now());
    expect(await copiedLines('2030/01/07')).toEqual([]);
    later(DAY_MS);
    await addLines({});
    await auditLog().settle(Date.now());
    const rows = await mirrored();
    const end = { day: '2030-01-07', first: 1, rows: 2, head: { seq: 2, hash: rows[1]?.hash } };
    expect(await copiedLines('2030/01/07')).toEqual([...rows.slice(0, 2), end]);
    const etag = async () => (await testEnv.BUCKET.head('audit/2030/01/07.ndjson'))?.etag;
    const first = await etag();
    await runInDurableObject(auditLog(), (_, { storage }) => void storage.sql.exec('delete from parts'));
    await auditLog().settle(Date.now());
    expect(await etag()).toBe(first);
  });

  it('takes no line more once it is put: one that comes late stands in the next', async () => {
    await addLines({});
    later(DAY_MS);
    await auditLog().settle(Date.now());
    await addLines({ at: START });
    later(DAY_MS);
    await auditLog().settle(Date.now());
    expect(await copiedLines('2030/01/08')).toMatchObject([{ seq: 2 }, { first: 2, rows: 1 }]);
  });

  it('comes before a line is forgotten here, and so does D1; the last one stays', async () => {
    await addLines({}, {});
    later(40 * DAY_MS);
    await withoutTable(() => addLines({}).then(() => undefined));
    const kept = async () => (await auditLog().hashesAfter(0, 3)).map(({ seq }) => seq);
    await auditLog().settle(Date.now());
    expect(await kept()).toEqual([2, 3]);
    expect((await auditLog().standing()).head.seq).toBe(3);
  });
});

describe('the round of the cron', () => {
  it('forgets what is old though R2 or D1 is away, and says that something failed', async () => {
    await addLines({}, {}, {});
    later(DAY_MS);
    await auditLog().settle(Date.now());
    later(40 * DAY_MS);
    await addLines({});
    later(DAY_MS);
    const away = new Proxy({} as R2Bucket, {
      get: () => async () => {
        throw new Error('no R2');
      },
    });
    await withAuditEnv({ BUCKET: away });
    await withoutTable(async () => {
      await runInDurableObject(auditLog(), (log) => expect(log.settle(Date.now())).rejects.toThrow());
    });
    expect((await auditLog().hashesAfter(0, 9)).map(({ seq }) => seq)).toEqual([3, 4]);
    await withAuditEnv({ BUCKET: testEnv.BUCKET });
    await auditLog().settle(Date.now());
    expect(await copiedLines('2030/02/17')).toMatchObject([{ seq: 4 }, { first: 4 }]);
  });
});

describe('a page that asks by itself', () => {
  const poll = (shown: readonly string[], more = {}) => {
    const entries = [anEntry({ shown: JSON.stringify(shown), action: 'page.poll', ...more })];
    return auditLog().add({ id: crypto.randomUUID(), entries, isPoll: true });
  };

  it('leaves a line when it shows somebody whom it did not show that person for a quarter of an hour (T12)', async () => {
    expect(await poll(['pat_1', 'pat_2'])).toHaveLength(1);
    expect(await poll(['pat_2'])).toHaveLength(0);
    await evictDurableObject(auditLog());
    expect(await poll(['pat_1'])).toHaveLength(0);
    expect(await poll(['pat_1', 'pat_3'])).toHaveLength(1);
    expect(await poll(['pat_1'], { actor: 'staff_2' })).toHaveLength(1);
    expect(await poll([])).toHaveLength(0);
    later(15 * 60_000);
    expect(await poll(['pat_2'])).toHaveLength(1);
    expect(await poll(['pat_3'], { status: 403, shown: null })).toHaveLength(1);
  });
});
