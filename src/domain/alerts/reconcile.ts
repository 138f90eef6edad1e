/**
 * What becomes of alerts when the figures were read again: one is opened once, stays open while its cause is seen, and closes after a
 * time without it. What comes back soon is not closed so soon again, so that a line that comes and goes tells nobody ten times. Pure.
 */
import type { AlertKind, Breach } from './alert-rules.ts';

export interface OpenAlert {
  readonly id: string;
  readonly kind: AlertKind;
  readonly subject: string;
  /** When its cause was last there. */
  readonly seenAt: number;
  /** How often one of its kind and subject was opened in the last hours, itself included. */
  readonly openings: number;
}

export interface Reconciled {
  readonly open: readonly Breach[];
  /** Still there; the figures are the newer ones. */
  readonly seen: readonly { readonly id: string; readonly breach: Breach }[];
  readonly close: readonly string[];
}

/** Healthy for so long: over. */
export const QUIET_MS = 15 * 60_000;
/** Longer for what has come back. */
export const QUIET_AGAIN_MS = 2 * 3_600_000;
/** As far back as openings count. */
export const OPENINGS_WITHIN_MS = 6 * 3_600_000;

export function reconcile(alerts: readonly OpenAlert[], breaches: readonly Breach[], now: number): Reconciled {
  const keyOf = ({ kind, subject }: Pick<Breach, 'kind' | 'subject'>) => `${kind}/${subject}`;
  const byKey = new Map(breaches.map((breach) => [keyOf(breach), breach]));
  const known = new Set(alerts.map(keyOf));
  return {
    open: [...byKey].filter(([key]) => !known.has(key)).map(([, breach]) => breach),
    seen: alerts.flatMap((alert) => {
      const breach = byKey.get(keyOf(alert));
      return breach === undefined ? [] : [{ id: alert.id, breach }];
    }),
    close: alerts
      .filter((alert) => !byKey.has(keyOf(alert)))
      .filter(({ kind, seenAt, openings }) => now - seenAt >= quietMs(kind, openings))
      .map(({ id }) => id),
  };
}

/** What somebody has done is done, and does not come back. */
const quietMs = (kind: AlertKind, openings: number): number => {
  if (kind === 'emergency_access') return 0;
  return openings > 1 ? QUIET_AGAIN_MS : QUIET_MS;
};
