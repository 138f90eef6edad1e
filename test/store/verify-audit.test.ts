/** The audit in D1 held against its object and R2: every kind of tampering is named by the number of its line (X12, T07, HS-05). */
import { eq, getTableColumns, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HANDLERS } from '../../src/outbox/handlers.ts';
import { auditEvents } from '../../src/store/schema.ts';
import { readSigns } from '../../src/store/signs.ts';
import { verifyAudit } from '../../src/store/verify-audit.ts';
import { addLines, anEntry, auditLog, emptyTrail } from '../support/given-audit.ts';
import { catchLog, config, db, later, restore, stopClock, testEnv } from '../support/worker-env.ts';

const DAY_MS = 24 * 3_600_000;
const LINES = 6;

beforeEach(async () => {
  await emptyTrail();
  await db.run(sql`delete from signs`);
  catchLog();
  stopClock();
  const filled = { code: 'x', callId: 'call_1', objectId: 'obj_1', shown: '["pat_1","pat_2"]' };
  await addLines(...Array.from({ length: LINES }, () => filled));
});
afterEach(restore);

const found = async (after = 0) => (await verifyAudit(testEnv, db, after)).found;
const run = (text: string) => db.run(sql.raw(text));

describe('verifying', () => {
  it('finds nothing wrong, says how many lines it looked at, and what the last one is', async () => {
    const { head } = await auditLog().standing();
    expect(await verifyAudit(testEnv, db, 0)).toEqual({ checked: LINES, next: null, head, found: null });
    expect(await verifyAudit(testEnv, db, 4)).toMatchObject({ checked: 2, found: null });
  });

  it('leaves lines from before there was a chain alone', async () => {
    await emptyTrail();
    await db.insert(auditEvents).values({ ...anEntry(), seq: 3 });
    await addLines({});
    expect(await verifyAudit(testEnv, db, 0)).toMatchObject({ checked: 1, found: null });
  });

  it('is not led astray by a line that waits to be copied', async () => {
    await run('alter table audit_events rename to away');
    await addLines({});
    await run('alter table away rename to audit_events');
    expect(await verifyAudit(testEnv, db, 0)).toMatchObject({ checked: LINES, found: null });
  });
});

describe('a page', () => {
  it('is shorter where lines are long, as those of lists are: it is held in memory', async () => {
    const shown = JSON.stringify(['x'.repeat(12_000)]);
    const entries = Array.from({ length: 600 }, () => anEntry({ shown }));
    await auditLog().add({ id: 'long', entries, isPoll: false });
    await auditLog().settle(Date.now());
    expect(await verifyAudit(testEnv, db, 0)).toMatchObject({ checked: 500, next: 500, found: null });
    expect(await verifyAudit(testEnv, db, 500)).toMatchObject({ checked: 106, next: null, found: null });
  });
});

describe('names the line (X12, T07)', () => {
  const columns = Object.values(getTableColumns(auditEvents)).filter(({ name }) => name !== 'seq');

  it.each(columns.map(({ name, dataType }) => [name, dataType]))('when %s is another', async (name, dataType) => {
    const seq = 1 + (name.length % LINES);
    const other = dataType === 'string' ? `${name} || 'x'` : `1 - ${name}`;
    await run(`update audit_events set ${name} = ${other} where seq = ${seq}`);
    expect(await found()).toEqual({ seq, kind: 'altered_row' });
  });

  it.each(columns.filter(({ notNull }) => !notNull).map(({ name }) => [name]))('when %s is gone', async (name) => {
    await run(`update audit_events set ${name} = null where seq = 2`);
    expect(await found()).toEqual({ seq: 2, kind: 'altered_row' });
  });

  it('when one byte of one field of one line is another', async () => {
    const texts = columns.filter(({ dataType }) => dataType === 'string').map(({ name }) => name);
    const place = fc.tuple(
      fc.integer({ min: 1, max: LINES }),
      fc.constantFrom(...texts),
      fc.nat(),
      fc.integer({ min: 1, max: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(place, async ([seq, name, nth, bit]) => {
        const before = (
          await db.get<{ text: string }>(sql.raw(`select ${name} as text from audit_events where seq = ${seq}`))
        ).text;
        const at = nth % before.length;
        const other = String.fromCharCode(before.charCodeAt(at) ^ (1 << bit));
        const write = (text: string) =>
          db.run(sql`update audit_events set ${sql.raw(name)} = ${text} where seq = ${seq}`);
        await write(before.slice(0, at) + other + before.slice(at + 1));
        expect(await found()).toEqual({ seq, kind: 'altered_row' });
        await write(before);
        expect(await found()).toBeNull();
      }),
      { numRuns: 60 },
    );
  });

  it.each([1, 2, 3, 4, 5])('when line %i was removed', async (seq) => {
    await run(`delete from audit_events where seq = ${seq}`);
    expect(await found()).toEqual({ seq, kind: 'missing_row' });
  });

  it('when the end was cut off, and when all of it is gone', async () => {
    await run('delete from audit_events where seq > 4');
    expect(await found()).toEqual({ seq: 5, kind: 'cut_tail' });
    expect(await found(5)).toMatchObject({ seq: 5 });
    await run('delete from audit_events');
    expect(await found()).toEqual({ seq: 1, kind: 'cut_tail' });
  });

  it('when two lines changed places', async () => {
    await run('update audit_events set seq = 99 where seq = 2');
    await run('update audit_events set seq = 2 where seq = 4');
    await run('update audit_events set seq = 4 where seq = 99');
    expect(await found()).toEqual({ seq: 2, kind: 'altered_row' });
  });

  it('when one was added at the end, before the beginning, or in the place of another', async () => {
    const forged = { ...anEntry(), prevHash: 'x', hash: 'y' };
    await db.insert(auditEvents).values({ ...forged, seq: LINES + 1 });
    expect(await found()).toEqual({ seq: LINES + 1, kind: 'inserted_row' });
    await run(`delete from audit_events where seq = ${LINES + 1}`);
    await db.insert(auditEvents).values({ ...forged, seq: -4 });
    expect(await found()).toEqual({ seq: -4, kind: 'inserted_row' });
    await run('delete from audit_events where seq in (-4, 3)');
    await db.insert(auditEvents).values({ ...forged, seq: 3 });
    expect(await found()).toEqual({ seq: 3, kind: 'altered_row' });
  });

  it('when a number was taken before the writer came to it', async () => {
    await db.insert(auditEvents).values({ ...anEntry(), seq: LINES + 1 });
    await addLines({});
    expect(await found()).toEqual({ seq: LINES + 1, kind: 'altered_row' });
  });

  it('when a patient is not led to a line that shows them', async () => {
    await run(`delete from audit_subjects where patient_id = 'pat_2' and seq = 3`);
    expect(await found()).toEqual({ seq: 3, kind: 'subject_missing' });
  });

  it.each([
    ['is another', async (key: string, text: string) => testEnv.BUCKET.put(key, text.replace('staff_1', 'staff_2'))],
    ['lacks it', async (key: string, text: string) => testEnv.BUCKET.put(key, text.split('\n').slice(1).join('\n'))],
    ['is gone', async (key: string) => testEnv.BUCKET.delete(key)],
  ])('when the copy of its day in R2 %s', async (_, tamper) => {
    later(DAY_MS);
    await auditLog().settle(Date.now());
    expect(await found()).toBeNull();
    const key = 'audit/2030/01/07.ndjson';
    await tamper(key, (await (await testEnv.BUCKET.get(key))?.text()) ?? '');
    expect(await found()).toEqual({ seq: 1, kind: 'copy_differs' });
  });
});

describe('the copy in R2 (HS-06, T07)', () => {
  const LONG = 'x'.repeat(400_000);
  const key = (name: string) => `audit/2030/01/${name}.ndjson`;
  const textOf = async (name: string) => (await (await testEnv.BUCKET.get(key(name)))?.text()) ?? '';
  const copied = async () => {
    later(DAY_MS);
    await auditLog().settle(Date.now());
  };

  it('is known by every byte: another anywhere names the line, or the last where the end of the object is another', async () => {
    await copied();
    const before = new TextEncoder().encode(await textOf('07'));
    const starts = [0, ...[...before].flatMap((byte, i) => (byte === 10 ? [i + 1] : []))];
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: before.length - 1 }), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
        const forged = before.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte));
        await testEnv.BUCKET.put(key('07'), forged);
        const line = starts.findLastIndex((start) => start <= at) + 1;
        expect(await found()).toEqual({ seq: Math.min(line, LINES), kind: 'copy_differs' });
      }),
      { numRuns: 100 },
    );
    await testEnv.BUCKET.put(key('07'), before);
    expect(await found()).toBeNull();
  });

  it.each([
    ['a field that is null has another name', (text: string) => text.replace('"address":null', '"adresse":null'), 3],
    ['a line is spaced otherwise', (text: string) => text.replace('{"', '{ "'), 1],
    ['a line stands there twice', (text: string) => text.replace(/^(.*\n)/, '$1$1'), 2],
    ['a line follows its end', (text: string) => `${text}${text.split('\n')[0]}\n`, LINES],
    ['its end is gone', (text: string) => text.split('\n').slice(0, -2).join('\n'), LINES],
    ['it never ends', (text: string) => text + 'x'.repeat(5_000_000), LINES],
    ['it is empty', () => '', 1],
  ])('differs where %s', async (_, tamper, seq) => {
    await emptyTrail();
    await addLines({}, {}, { address: null }, {}, {}, {});
    await copied();
    await testEnv.BUCKET.put(key('07'), tamper(await textOf('07')));
    expect(await found()).toEqual({ seq, kind: 'copy_differs' });
  });

  it.each([
    ['the second object is gone', '07.1', () => null, 9],
    ['a line of the second is another', '07.1', (text: string) => text.replace('staff_1', 'staff_2'), 9],
    ['the last line of the first is gone', '07', (text: string) => text.split('\n').toSpliced(-3, 1).join('\n'), 8],
    ['the third says another end', '07.2', (text: string) => text.replace('"part":2', '"part":3'), 11],
  ])('of a long day is known too: %s', async (_, name, tamper, seq) => {
    // Two long lines go into one object, and the six of before into the first.
    await addLines(...Array.from({ length: 5 }, () => ({ requestId: LONG })));
    await copied();
    expect(await found()).toBeNull();
    for (const after of [3, 7, 8, 9]) expect(await found(after)).toBeNull();
    const forged = tamper(await textOf(name));
    if (forged === null) await testEnv.BUCKET.delete(key(name));
    else await testEnv.BUCKET.put(key(name), forged);
    expect(await found()).toEqual({ seq, kind: 'copy_differs' });
    expect(await found(seq - 1)).toEqual({ seq, kind: 'copy_differs' });
  });

  it('says nothing where R2 does not answer: neither that all is well nor that it is not', async () => {
    await copied();
    const BUCKET = { get: () => Promise.reject(new Error('no R2')) } as unknown as R2Bucket;
    await expect(verifyAudit({ ...testEnv, BUCKET }, db, 0)).rejects.toThrow('no R2');
  });
});

describe('the daily check', () => {
  const check = async () => {
    const job = { progress: null } as never;
    return HANDLERS.verify_audit.run({ env: testEnv, config, db, job, now: Date.now() });
  };
  const sign = async () => (await readSigns(db)).audit;

  it('leaves a sign: nothing is wrong', async () => {
    await check();
    expect(await sign()).toEqual({ at: Date.now(), code: null });
  });

  it('leaves a sign of a break, and writes again what was removed', async () => {
    const before = await db.select().from(auditEvents).where(eq(auditEvents.seq, 3));
    await run('delete from audit_events where seq = 3');
    await check();
    expect((await sign())?.code).toBe('audit_break');
    expect(await db.select().from(auditEvents).where(eq(auditEvents.seq, 3))).toEqual(before);
    await auditLog().settle(Date.now());
    later(DAY_MS);
    await check();
    expect((await sign())?.code).toBeNull();
  });

  it('does not put an altered line right: the evidence stays', async () => {
    await run(`update audit_events set actor_name = 'nobody' where seq = 3`);
    await check();
    expect((await sign())?.code).toBe('audit_break');
    expect(await found()).toEqual({ seq: 3, kind: 'altered_row' });
  });
});
