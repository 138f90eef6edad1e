/**
 * What the doctor says of one check. There is no green without a look: what could not be looked at is `not_checked`, and an answer
 * is only ok when no finding has an exit code of its own.
 */
import { CODES, type CodeEntry, type FindingCode } from './codes.ts';

/** In the order in which a new installation comes right. */
export const CHECKS = [
  'bindings',
  'database',
  'storage',
  'objects',
  'assets',
  'cron',
  'dial_queue',
  'job_queue',
  'jobs',
  'keys',
  'restore',
  'access',
  'admins',
  'agreements',
  'clinic',
  'transcriber',
  'sinks',
  'alerts',
  'api_key',
  'connection',
  'outbound_profile',
  'numbers',
  'balance',
  'clock',
  'dials',
  'public_key',
  'webhook_address',
  'webhook_signatures',
  'webhook_deliveries',
] as const;
export type Check = (typeof CHECKS)[number];

export interface Finding {
  readonly check: Check;
  readonly level: 'ok' | CodeEntry['level'];
  /** What is the case; stable, for programs. */
  readonly code: 'ok' | FindingCode;
  readonly detail: string;
  readonly remedy: string | null;
  /** 0 unless something is wrong or unknown; see codes.ts. */
  readonly exitCode: number;
}

export interface Report {
  readonly ok: boolean;
  /** Of the worst finding, faults first; what a program ends with. */
  readonly exitCode: number;
  readonly checkedAt: number;
  readonly findings: readonly Finding[];
}

/** What was read, or why it could not be. */
export type Reading<T> = { readonly read: true; readonly value: T } | { readonly read: false; readonly why: string };

export const fine = (check: Check, detail: string): Finding => ({
  ...{ check, level: 'ok', code: 'ok', detail },
  ...{ remedy: null, exitCode: 0 },
});

/** `words` fill the places of the remedy. */
export function found(
  check: Check,
  code: FindingCode,
  detail: string,
  words: Readonly<Record<string, string>> = {},
): Finding {
  const { level, exitCode, remedy } = CODES[code];
  return {
    check,
    level,
    code,
    detail,
    remedy: remedy.replaceAll(/\{(\w+)\}/g, (_, name) => words[name] ?? ''),
    exitCode,
  };
}

export const notChecked = (check: Check, why: string): Finding => found(check, 'not_checked', `Not checked: ${why}`);

/** The verdict on what was read; on what was not, that nobody knows. */
export function judge<T>(
  check: Check,
  reading: Reading<T>,
  verdict: (value: T) => readonly Finding[],
): readonly Finding[] {
  return reading.read ? verdict(reading.value) : [notChecked(check, reading.why)];
}

const GRAVITY = { fault: 0, warning: 1, ok: 2 } as const;

export function reportOf(findings: readonly Finding[], checkedAt: number): Report {
  const sorted = findings.toSorted(
    (a, b) =>
      GRAVITY[a.level] - GRAVITY[b.level] ||
      // Among warnings, what nobody knows comes before what is merely worth a look.
      b.exitCode * Number(a.level === 'warning') - a.exitCode * Number(a.level === 'warning') ||
      CHECKS.indexOf(a.check) - CHECKS.indexOf(b.check),
  );
  const exitCode = sorted.find((finding) => finding.exitCode !== 0)?.exitCode ?? 0;
  return { ok: exitCode === 0, exitCode, checkedAt, findings: sorted };
}
