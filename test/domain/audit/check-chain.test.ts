/** The rules of the chain: whatever is changed, removed, moved, added or cut off is named by its number (X12, T07). */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AuditEntry,
  type AuditRow,
  chained,
  GENESIS_HASH,
  hashedText,
} from '../../../src/domain/audit/audit-row.ts';
import { checkChain } from '../../../src/domain/audit/check-chain.ts';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const GENESIS = { seq: 0, hash: GENESIS_HASH };

const text = fc.string({ maxLength: 12 });
const orNull = fc.option(text, { nil: null });
const entry: fc.Arbitrary<AuditEntry> = fc.record({
  ...{ at: fc.nat(), actor: text, actorName: text, roles: text, action: text, phi: fc.boolean(), method: text },
  ...{ route: text, status: fc.integer({ min: 100, max: 599 }), code: orNull, patientId: orNull, callId: orNull },
  ...{ objectId: orNull, address: orNull, requestId: text, shown: orNull },
});
const chainOf = (entries: readonly AuditEntry[]): AuditRow[] => {
  const rows: AuditRow[] = [];
  for (const each of entries) rows.push(chained(rows.at(-1) ?? GENESIS, each, hashOf));
  return rows;
};
const trail = fc.array(entry, { minLength: 3, maxLength: 8 }).map(chainOf);

/** Nothing but where the chain ends is known of it, as of lines older than the journal. */
const check = (
  rows: readonly AuditRow[],
  written: readonly AuditRow[],
  hashes: ReadonlyMap<number, string> = new Map(),
) => {
  const last = written.at(-1) ?? GENESIS;
  return checkChain(GENESIS, rows, { head: { seq: last.seq, hash: last.hash }, hashes }, { isLast: true, hashOf });
};
const found = (result: ReturnType<typeof check>) => (result.ok ? null : result.found);
const at = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;

/** Another value of the same kind: one letter else, one more, or null. */
function flipped(value: string | number | boolean | null, how: number): string | number | boolean | null {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1 + how;
  if (value === null) return '';
  if (value === '') return null;
  const place = how % value.length;
  const code = value.charCodeAt(place);
  return `${value.slice(0, place)}${String.fromCharCode(code ^ (1 << (how % 7)))}${value.slice(place + 1)}`;
}

it('finds nothing wrong with what was written', () => {
  fc.assert(
    fc.property(trail, (rows) => {
      expect(check(rows, rows)).toEqual({ ok: true, upTo: { seq: rows.length, hash: rows.at(-1)?.hash } });
    }),
  );
});

describe('names the first line that is not as it was written (X12, T07)', () => {
  it('when any byte of any field of any line is another', () => {
    fc.assert(
      fc.property(trail, fc.nat(), fc.nat(), fc.nat(), (rows, which, column, how) => {
        const row = at(rows, which);
        const name = at(Object.keys(row) as (keyof AuditRow)[], column);
        // The number is what says which line it is: another one is a line that is missing.
        fc.pre(name !== 'seq');
        const forged = { ...row, [name]: flipped(row[name], how) };
        const result = found(
          check(
            rows.map((each) => (each === row ? forged : each)),
            rows,
          ),
        );
        expect(result).toEqual({ seq: row.seq, kind: 'altered_row' });
      }),
      { numRuns: 1000 },
    );
  });

  it('when it was altered and every hash from there to the end was made anew', () => {
    fc.assert(
      fc.property(trail, fc.nat(), (rows, which) => {
        const row = at(rows, which);
        const forged = chainOf(rows.map((each) => (each === row ? { ...each, actor: `${each.actor}!` } : each)));
        expect(found(check(forged, rows))?.kind).toBe('altered_row');
        // With the journal of the writer the very line is named.
        const hashes = new Map(rows.map(({ seq, hash }) => [seq, hash]));
        expect(found(check(forged, rows, hashes))).toEqual({ seq: row.seq, kind: 'altered_row' });
      }),
    );
  });

  it('when a line was removed, and when the end was cut off', () => {
    fc.assert(
      fc.property(trail, fc.nat(), (rows, which) => {
        const row = at(rows, which);
        const result = found(
          check(
            rows.filter((each) => each !== row),
            rows,
          ),
        );
        expect(result).toEqual({ seq: row.seq, kind: row === rows.at(-1) ? 'cut_tail' : 'missing_row' });
        const cut = which % rows.length;
        expect(found(check(rows.slice(0, cut), rows))).toEqual({ seq: cut + 1, kind: 'cut_tail' });
      }),
    );
  });

  it('when two lines changed places', () => {
    fc.assert(
      fc.property(trail, fc.nat(), fc.nat(), (rows, one, other) => {
        const [a, b] = [at(rows, one), at(rows, other)];
        fc.pre(a.seq < b.seq);
        const moved = rows.map((row) => (row === a ? { ...b, seq: a.seq } : row === b ? { ...a, seq: b.seq } : row));
        expect(found(check(moved, rows))).toEqual({ seq: a.seq, kind: 'altered_row' });
      }),
    );
  });

  it('when a line was put in and those behind it moved on', () => {
    fc.assert(
      fc.property(trail, fc.nat(), entry, (rows, which, more) => {
        const row = at(rows, which);
        const before = rows[row.seq - 2] ?? GENESIS;
        const put = chained(before, more, hashOf);
        fc.pre(put.hash !== row.hash);
        const forged = [
          ...rows.slice(0, row.seq - 1),
          put,
          ...rows.slice(row.seq - 1).map((each) => ({ ...each, seq: each.seq + 1 })),
        ];
        const hashes = new Map(rows.map(({ seq, hash }) => [seq, hash]));
        expect(found(check(forged, rows, hashes))?.seq).toBe(row.seq);
        expect(check(forged, rows).ok).toBe(false);
      }),
    );
  });
});

it('tells a field from its neighbour: no two different lines have the same text', () => {
  fc.assert(
    fc.property(entry, entry, (one, other) => {
      const [a, b] = [one, other].map((each) => hashedText({ ...each, seq: 1, prevHash: GENESIS_HASH }));
      expect(a === b).toBe(JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort()));
    }),
  );
});

it('goes on where an earlier look ended', () => {
  const rows = chainOf(Array.from({ length: 5 }, (_, i) => ({ ...fc.sample(entry, { numRuns: 1, seed: i })[0]! })));
  const head = { seq: 5, hash: rows[4]!.hash };
  const first = checkChain(GENESIS, rows.slice(0, 2), { head, hashes: new Map() }, { isLast: false, hashOf });
  if (!first.ok) throw new Error('broken');
  const rest = checkChain(first.upTo, rows.slice(2), { head, hashes: new Map() }, { isLast: true, hashOf });
  expect(rest).toEqual({ ok: true, upTo: head });
});
