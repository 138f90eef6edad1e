/**
 * When something is wrong with the installation (C77, U31), told from figures that are read once a minute. A rule says what it saw as a
 * breach; whether that opens an alert, keeps one open or lets it close is `reconcile`'s. Thresholds are data. Pure.
 */

import { CROWDED } from '../campaign/retry.ts';

export const ALERT_KINDS = [
  'line_down',
  'failure_rate',
  'dead_letters',
  'audit_break',
  'database_behind',
  'verification_failures',
  'denied_burst',
  'spend',
  'redaction',
  'emergency_access',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** What is wrong. `subject` tells two of a kind apart; `code` says which way; `count`: how much of it, where that can be said. */
export interface Breach {
  readonly kind: AlertKind;
  readonly subject: string;
  readonly code: string;
  readonly count: number | null;
}

/** When something happened last, and what it said; null: never. Times in epoch milliseconds. */
export interface SignFact {
  readonly at: number;
  readonly code: string | null;
}

export interface AlertFacts {
  readonly now: number;
  /** Dials of the last hour that Telnyx refused or never answered, newest first, and when it last took one. */
  readonly dials: {
    readonly refused: readonly { readonly at: number; readonly code: string }[];
    readonly acceptedAt: number | null;
  };
  /** Calls that Telnyx took at least `silentMs` ago, since when no webhook has come, of whichever call. */
  readonly silentCalls: number;
  readonly signs: {
    readonly audit: SignFact | null;
    readonly databaseBehind: SignFact | null;
    readonly webhookBurst: SignFact | null;
    readonly webhookStale: SignFact | null;
    readonly deniedBurst: SignFact | null;
    readonly redaction: SignFact | null;
    readonly hintDead: SignFact | null;
  };
  /** Outbound calls that ended in the last `windowMs`, and how many of them failed. Without those that were too much at once. */
  readonly ended: { readonly calls: number; readonly failed: number };
  /** Work that was due `lateMs` ago and that nobody has begun. */
  readonly lateJobs: number;
  readonly deadJobs: number;
  /** Of each system, how many were given up. */
  readonly deadDeliveries: readonly { readonly sink: string; readonly count: number }[];
  /** Billionths of a dollar, today. */
  readonly spend: { readonly spentNanos: number; readonly capNanos: number };
  /** Emergency accesses that nobody has reviewed. */
  readonly unreviewedEmergencies: readonly string[];
}

export const ALERT_LIMITS = {
  /** So many refused dials in a row, none taken since, are no number's fault. */
  refusedDials: 3,
  /** Telnyx tells of a call within seconds; after so long its webhooks do not reach us. */
  silentMs: 120_000,
  silentCalls: 1,
  /** The cron hints each minute at what is due: so late, hints come out of no queue. */
  lateMs: 15 * 60_000,
  /** It runs every minute; a few may be lost. */
  cronSilentMs: 5 * 60_000,
  windowMs: 15 * 60_000,
  leastEnded: 10,
  failedShare: 0.5,
  /** A burst is told of so long after its sign. */
  burstMs: 10 * 60_000,
  spendWarning: 0.8,
} as const;

export function breachesIn(facts: AlertFacts): readonly Breach[] {
  const { now, signs } = facts;
  return [
    ...refusedDials(facts.dials),
    ...when(facts.silentCalls >= ALERT_LIMITS.silentCalls, 'line_down', 'webhooks', 'no_webhooks', facts.silentCalls),
    ...when(facts.lateJobs > 0, 'line_down', 'queues', 'queue_silent', facts.lateJobs),
    ...failures(facts.ended),
    ...when(facts.deadJobs > 0, 'dead_letters', 'jobs', 'jobs_dead', facts.deadJobs),
    // An outage of one system is no outage of the other.
    ...facts.deadDeliveries.flatMap(({ sink, count }) =>
      when(count > 0, 'dead_letters', `deliveries_${sink}`, 'deliveries_dead', count),
    ),
    ...burst(signs.hintDead, now, 'dead_letters', 'queues'),
    ...when(signs.audit?.code != null, 'audit_break', 'audit', signs.audit?.code ?? '', null),
    ...when(signs.databaseBehind?.code != null, 'database_behind', 'database', signs.databaseBehind?.code ?? '', null),
    ...burst(signs.webhookBurst, now, 'verification_failures', 'webhooks'),
    ...burst(signs.webhookStale, now, 'verification_failures', 'stale'),
    ...burst(signs.deniedBurst, now, 'denied_burst', 'access'),
    ...burst(signs.redaction, now, 'redaction', 'log'),
    ...spending(facts.spend),
    // Each is news of its own: whoever was told of one has not been told of the next.
    ...facts.unreviewedEmergencies.flatMap((id) => when(true, 'emergency_access', id, 'not_reviewed', null)),
  ];
}

/** Asked by others than the cron, which cannot tell of its own silence. One that never ran is being set up. */
export function silentCron(cron: SignFact | null, now: number): Breach | null {
  if (cron === null || now - cron.at < ALERT_LIMITS.cronSilentMs) return null;
  return { kind: 'line_down', subject: 'cron', code: 'cron_silent', count: null };
}

const when = (isSo: boolean, kind: AlertKind, subject: string, code: string, count: number | null): Breach[] =>
  isSo ? [{ kind, subject, code, count }] : [];

function refusedDials({ refused, acceptedAt }: AlertFacts['dials']): Breach[] {
  // Where there was too much at once the dialer slows down, and no line is down.
  const since = refused.filter(
    ({ at, code }) => (acceptedAt === null || at > acceptedAt) && !CROWDED.has(`telnyx_${code}`),
  );
  return when(since.length >= ALERT_LIMITS.refusedDials, 'line_down', 'dials', since[0]?.code ?? '', since.length);
}

function failures({ calls, failed }: AlertFacts['ended']): Breach[] {
  const isMany = calls >= ALERT_LIMITS.leastEnded && failed / calls >= ALERT_LIMITS.failedShare;
  return when(isMany, 'failure_rate', 'calls', 'calls_failing', failed);
}

const burst = (sign: SignFact | null, now: number, kind: AlertKind, subject: string): Breach[] =>
  when(sign !== null && now - sign.at < ALERT_LIMITS.burstMs, kind, subject, sign?.code ?? 'burst', null);

/** A cap of nothing lets nobody be called, and is no news. */
function spending({ spentNanos, capNanos }: AlertFacts['spend']): Breach[] {
  if (capNanos === 0) return [];
  const share = spentNanos / capNanos;
  // Two subjects: who was told of the first has not been told of the second.
  return [
    ...when(share >= ALERT_LIMITS.spendWarning, 'spend', 'most', 'cap_near', Math.floor(share * 100)),
    ...when(share >= 1, 'spend', 'all', 'cap_reached', Math.floor(share * 100)),
  ];
}
