/**
 * What is measured, as points of Workers Analytics Engine: a name on this list, labels of the shapes named here, a count and milliseconds.
 * Never an id, a number or words of a patient (LG-01): a label of another shape is written as `other`. Writing waits for nothing
 * and never throws; without the binding nothing is measured.
 *
 * A point: `index1` and `blob1` the name, `blob2` and on the labels in the order of this table, `double1` the count, `double2` the
 * milliseconds. The platform takes 25 points of an invocation: a batch holds at most ten messages, and what comes in greater numbers is
 * counted into one point.
 */
import type { Env } from './env.ts';

/** Our codes, kinds and statuses, and Telnyx' error codes. */
const CODE = /^(?:[a-z][a-z0-9]{0,31}(?:_[a-z0-9]{1,32}){0,6}|\d{3,6}|D[123])$/;
const METHOD = /^[A-Z]{3,7}$/;
/** The template, never a path as it came. */
const ROUTE = /^(?:\/[a-z0-9:_.-]+)*\/?$/;
const STATUS = /^[1-5]\d\d$/;

const METRICS = {
  /** A delivery of Telnyx: `accepted` or `refused`, and why; until its answer. Of those applied one in eight is drawn, and counts as eight. */
  webhook: { outcome: CODE, reason: CODE },
  /** A command to Telnyx: `ok`, or how it failed and with which code; until Telnyx answered. */
  command: { command: CODE, outcome: CODE, code: CODE },
  /** A call that ended and is written down, by its status; how long it was answered. */
  call: { status: CODE },
  /** What the gate said at the last moment before a dial: `allowed`, or why not. */
  dial: { code: CODE },
  /** A try of background work; how long it took. */
  job: { kind: CODE, outcome: CODE, code: CODE },
  /** A try to hand on a note; until the other system answered. */
  delivery: { sink: CODE, outcome: CODE, code: CODE },
  /** A piece of a recording that an engine listened to: `heard` or `failed`; the seconds it counts for, and until it answered. */
  speech: { engine: CODE, outcome: CODE, code: CODE },
  /** A request of the API or a page, by the template of its route; until its answer began. */
  request: { method: METHOD, route: ROUTE, status: STATUS, code: CODE },
  /** Alerts that were `opened` or `closed`, by kind. */
  alert: { what: CODE, kind: CODE },
} as const satisfies Readonly<Record<string, Readonly<Record<string, RegExp>>>>;

export type MetricName = keyof typeof METRICS;
/** Null: there is none. */
type Labels<N extends MetricName> = Readonly<Record<keyof (typeof METRICS)[N], string | null>>;
interface Figures {
  readonly count?: number;
  readonly ms?: number;
}

export function measure<N extends MetricName>(
  { METRICS: dataset }: Pick<Env, 'METRICS'>,
  name: N,
  labels: Labels<N>,
  { count = 1, ms = 0 }: Figures = {},
): void {
  try {
    const shapes: Readonly<Record<string, RegExp>> = METRICS[name];
    const given: Readonly<Record<string, string | null>> = labels;
    const blobs = Object.entries(shapes).map(([label, shape]) => labelled(given[label] ?? null, shape));
    dataset?.writeDataPoint({ indexes: [name], blobs: [name, ...blobs], doubles: [count, Math.max(0, ms)] });
  } catch {
    // What is measured is worth less than what is done.
  }
}

const LONGEST = 96;
/** Parts of an id, a telephone number or a date, in whatever else looks like a label. */
const NEVER = /\d{7}|\d{4}-\d{2}|[0-9a-f]{8}-/;

function labelled(value: string | null, shape: RegExp): string {
  if (value === null) return '';
  return value.length <= LONGEST && shape.test(value) && !NEVER.test(value) ? value : 'other';
}
