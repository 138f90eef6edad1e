/** How big the clinic of the benchmarks is: a million calls of a year, and the rest in proportion. */

import { createHash } from 'node:crypto';

export const DAY_MS = 86_400_000;

/** Made up, and the same each time: what is sealed in the kept file has to open. */
export const PHI_KEYS = `bench1:${Buffer.alloc(32, 'bench').toString('base64')}`;

/** BENCH_CLINIC=0.01 makes a hundredth of it, to try the benchmarks themselves. */
const part = Number(process.env['BENCH_CLINIC'] ?? 1);
const of = (whole: number) => Math.ceil(whole * part);

export const SIZE = {
  part,
  calls: of(1_000_000),
  /** Of the newest calls so many have their log, and every second of those its note, recording and delivery. */
  fullCalls: of(20_000),
  patients: of(250_000),
  campaigns: 100,
  /** In each of those, and in the two that a page and a pre-flight are measured with. */
  contacts: of(3000),
  bigContacts: of(100_000),
  readyContacts: of(20_000),
  auditLines: of(300_000),
  suppressions: of(5000),
  reassigned: of(30_000),
  requests: of(3000),
  days: 365,
} as const;

/** Repeatable, so that two runs measure the same clinic. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** An id like those of src/store/new-id.ts, of that moment and the nth of its kind. */
export function idAt(prefix: string, at: number, n: number): string {
  const time = Math.floor(at).toString(16).padStart(12, '0');
  const rest = (Math.imul(n, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  const low = (n & 0xfff).toString(16).padStart(3, '0');
  const high = (n >>> 12).toString(16).padStart(4, '0');
  return `${prefix}_${time.slice(0, 8)}-${time.slice(8)}-7${low}-8000-${high}${rest}`;
}

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
