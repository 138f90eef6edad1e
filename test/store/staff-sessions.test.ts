/** Requests of one sign-in that come at the same moment (HS-03): one of them begins it, one of them ends it, and use in time counts. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { staffSessions } from '../../src/store/schema.ts';
import { useSignIn } from '../../src/store/staff-sessions.ts';
import { db } from '../support/worker-env.ts';

const START = Date.parse('2026-11-28T15:00:00Z');
const MINUTE_MS = 60_000;
const signIn = { subject: 'ada', issuedAt: START, expiresAt: START + 600 * MINUTE_MS };
const row = { ...signIn, seenAt: START, endedAt: null };
const later = START + 16 * MINUTE_MS;

beforeEach(async () => {
  await db.delete(staffSessions);
});

/** The database as somebody else has just left it, read a moment too early. */
const readEarly = (rows: readonly object[]): Database => {
  let isFirst = true;
  const early = { from: () => ({ where: () => ({ limit: async () => rows }) }) };
  return new Proxy(db, {
    get(target, name) {
      if (name === 'select' && isFirst) {
        isFirst = false;
        return () => early;
      }
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
};

describe('a sign-in (HS-03, SE-11)', () => {
  it('is begun by one of two first requests', async () => {
    expect(await useSignIn(db, signIn, START, true)).toBe('begun');
    expect(await useSignIn(readEarly([]), signIn, START, true)).toBe('live');
  });

  it('is ended by one of two late requests', async () => {
    await db.insert(staffSessions).values(row);
    expect(await useSignIn(db, signIn, later, true)).toBe('became_idle');
    expect(await useSignIn(readEarly([row]), signIn, later, true)).toBe('idle');
  });

  it('goes on when somebody used it in time, a moment before', async () => {
    await db.insert(staffSessions).values({ ...row, seenAt: later - 1000 });
    expect(await useSignIn(readEarly([row]), signIn, later, true)).toBe('live');
  });

  it('has its use written down once in half a minute', async () => {
    const seen = async () => (await db.select().from(staffSessions)).map(({ seenAt }) => seenAt - START);
    await useSignIn(db, signIn, START, true);
    await useSignIn(db, signIn, START + 20_000, true);
    expect(await seen()).toEqual([0]);
    await useSignIn(db, signIn, START + 40_000, true);
    expect(await seen()).toEqual([40_000]);
  });
});
