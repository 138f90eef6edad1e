/** Once for each outage (U31): opened once, kept while seen, closed after quiet, and a line that comes and goes tells nobody ten times. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Breach } from '../../../src/domain/alerts/alert-rules.ts';
import {
  OPENINGS_WITHIN_MS,
  type OpenAlert,
  QUIET_AGAIN_MS,
  QUIET_MS,
  reconcile,
} from '../../../src/domain/alerts/reconcile.ts';

const NOW = Date.UTC(2030, 0, 7, 15);
const BREACH: Breach = { kind: 'line_down', subject: 'dials', code: '10010', count: 3 };
const OPEN: OpenAlert = { id: 'alr_1', kind: 'line_down', subject: 'dials', seenAt: NOW - QUIET_MS, openings: 1 };

describe('one look', () => {
  it('opens what is not open, and only once however often it is seen', () => {
    expect(reconcile([], [BREACH, BREACH], NOW)).toEqual({ open: [BREACH], seen: [], close: [] });
  });
  it('keeps what is open, with the newer figures', () => {
    expect(reconcile([OPEN], [BREACH], NOW)).toEqual({ open: [], seen: [{ id: 'alr_1', breach: BREACH }], close: [] });
  });
  it('closes what has been quiet for a quarter of an hour, not before', () => {
    expect(reconcile([OPEN], [], NOW).close).toEqual(['alr_1']);
    expect(reconcile([OPEN], [], NOW - 1).close).toEqual([]);
  });
  it('closes what came back only after two hours', () => {
    expect(reconcile([{ ...OPEN, openings: 2 }], [], NOW).close).toEqual([]);
    expect(reconcile([{ ...OPEN, openings: 2 }], [], OPEN.seenAt + QUIET_AGAIN_MS).close).toEqual(['alr_1']);
  });
  it('closes an emergency as soon as it was reviewed (HS-02)', () => {
    const emergency = { ...OPEN, kind: 'emergency_access', subject: 'emg_1', seenAt: NOW, openings: 2 } as const;
    expect(reconcile([emergency], [], NOW).close).toEqual(['alr_1']);
  });
  it('tells two subjects of a kind apart', () => {
    const other = { ...BREACH, subject: 'webhooks' };
    expect(reconcile([OPEN], [other], NOW)).toEqual({ open: [other], seen: [], close: ['alr_1'] });
  });
});

it('however a line comes and goes for a day, it is told of at most once in two hours after the first two times', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 24 * 60, maxLength: 24 * 60 }),
      fc.integer({ min: 1, max: 90 }),
      (bits, stretch) => {
        let open = null as OpenAlert | null;
        const openedAt: number[] = [];
        for (let minute = 0; minute < 24 * 60; minute += 1) {
          const now = NOW + minute * 60_000;
          const isDown = bits[Math.floor(minute / stretch)] ?? false;
          const result = reconcile(open === null ? [] : [open], isDown ? [BREACH] : [], now);
          if (result.close.length > 0) open = null;
          else if (open !== null && result.seen.length > 0) open = { ...open, seenAt: now };
          if (result.open.length > 0) {
            openedAt.push(now);
            const openings = openedAt.filter((at) => at > now - OPENINGS_WITHIN_MS).length;
            open = { ...OPEN, seenAt: now, openings };
          }
          // Down is told of at once: there is no minute of an outage without an open alert.
          expect(open !== null || !isDown).toBe(true);
        }
        for (let i = 3; i < openedAt.length; i += 1)
          expect((openedAt[i] ?? 0) - (openedAt[i - 2] ?? 0)).toBeGreaterThan(QUIET_AGAIN_MS);
      },
    ),
    { numRuns: 60 },
  );
});
