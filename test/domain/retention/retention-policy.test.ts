/** The policy of retention as data: nothing is without a rule, no term is shorter than its minimum, and what is due is decided by it alone. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cutoffOf,
  daysKept,
  goesBefore,
  RETENTION_POLICIES,
  type RetentionRule,
  ROUND_RULES,
  retentionPolicyAt,
  ruleAt,
  verdictOn,
} from '../../../src/domain/retention/retention-policy.ts';
import * as schema from '../../../src/store/schema.ts';

const DAY = 24 * 3_600_000;
const NOW = Date.UTC(2027, 0, 7, 15);
const SIX_YEARS = 2192;
const policy = retentionPolicyAt(NOW)!;
const audio = ruleAt('call_audio', NOW);
const records = ruleAt('call_records', NOW);

const tablesOfSchema = Object.values(schema).flatMap((each) => (is(each, SQLiteTable) ? [getTableName(each)] : []));
const store = path.resolve(import.meta.dirname, '../../../src/store');
const prefixesOfCode = readdirSync(store).flatMap((file) =>
  [...readFileSync(path.join(store, file), 'utf8').matchAll(/PREFIX = '([a-z-]+\/)'/g)].map(([, prefix]) => prefix),
);

describe('the policy', () => {
  it('has exactly one rule for every table of the schema (S1-M8, S1-R8, U33)', () => {
    expect(policy.rules.flatMap(({ tables }) => tables).toSorted()).toEqual(tablesOfSchema.toSorted());
  });

  it('has a rule for every place in the store of files (S1-M8, U33)', () => {
    expect(prefixesOfCode.length).toBeGreaterThan(2);
    const ruled = policy.rules.flatMap(({ prefixes }) => prefixes);
    for (const prefix of prefixesOfCode) expect(ruled).toContain(prefix);
  });

  it('keeps what documents a decision at least six years (HS-06, TC-26)', () => {
    const documented = [
      'call_records',
      'dial_evidence',
      'consents',
      'audit',
      'rights',
      'questionnaires',
      'suppressions',
    ];
    for (const rule of policy.rules.filter(({ id }) => documented.includes(id))) {
      expect([rule.id, rule.minimumDays]).toEqual([rule.id, SIX_YEARS]);
      expect(daysKept(rule, 1) ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(SIX_YEARS);
    }
  });

  it('never has a term under its own minimum, and says why for each', () => {
    for (const { rules } of RETENTION_POLICIES)
      for (const rule of rules) {
        expect(cutoffOf(rule, NOW, 1).kind).not.toBe('refused');
        expect([rule.source, rule.what, rule.from].every((text) => text.length > 2)).toBe(true);
      }
  });

  it('names each rule once, and the round has its own', () => {
    const ids = policy.rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(policy.rules.filter(({ removal }) => removal === 'daily_round').map(({ id }) => id)).toEqual([
      ...ROUND_RULES,
    ]);
  });

  it('counts from its date, the newest in force, and before the first there is none', () => {
    const later = { ...policy, version: 'later', effectiveFrom: '2027-06-01' };
    const both = [...RETENTION_POLICIES, later];
    expect(retentionPolicyAt(Date.UTC(2027, 4, 31, 23), both)?.version).toBe(policy.version);
    expect(retentionPolicyAt(Date.UTC(2027, 5, 1), both)?.version).toBe('later');
    expect(retentionPolicyAt(Date.UTC(2025, 0, 1))).toBeNull();
    expect(retentionPolicyAt(Number.NaN)).toBeNull();
    expect(() => ruleAt('uploads', 0)).toThrow('no rule of retention');
  });
});

describe('what is due', () => {
  it('is what has been kept for its days, to the millisecond (RC-09)', () => {
    const at = (ago: number, held = false) => verdictOn(audio, { countedFrom: NOW - ago, held }, NOW, 90);
    expect(at(90 * DAY)).toBe('kept');
    expect(at(90 * DAY + 1)).toBe('due');
    expect(at(90 * DAY + 1, true)).toBe('held');
    expect(goesBefore('uploads', NOW, 90)).toBe(NOW - 90 * DAY);
    expect(goesBefore('audit', NOW, 90)).toBeNull();
  });

  it('is nothing of a rule whose term is under the minimum (HS-06)', () => {
    const short: RetentionRule = { ...records, keep: { days: SIX_YEARS - 1 } };
    expect(cutoffOf(short, NOW, 90)).toEqual({ kind: 'refused', code: 'under_minimum' });
    expect(verdictOn(short, { countedFrom: 0, held: false }, NOW, 90)).toBe('refused');
    expect(cutoffOf({ ...short, keep: 'setting' }, NOW, Number.NaN).kind).toBe('refused');
  });

  it('is nothing whose time has not begun', () => {
    expect(verdictOn(audio, { countedFrom: null, held: false }, NOW, 1)).toBe('kept');
  });

  it('is never what a hold is on, nor what is younger than the minimum, whatever the policy says (HS-21, HS-06)', () => {
    const rules = fc.record({
      days: fc.integer({ min: 0, max: 8000 }),
      minimumDays: fc.integer({ min: 0, max: 4000 }),
    });
    fc.assert(
      fc.property(rules, fc.integer({ min: -10, max: 9000 }), fc.boolean(), ({ days, minimumDays }, ageDays, held) => {
        const rule: RetentionRule = { ...records, keep: { days }, minimumDays };
        const verdict = verdictOn(rule, { countedFrom: NOW - ageDays * DAY, held }, NOW, 90);
        if (held) expect(verdict).not.toBe('due');
        if (verdict === 'due') expect(ageDays).toBeGreaterThan(Math.max(days, minimumDays));
      }),
    );
  });
});
