/**
 * What Cloudflare asks for what one call uses, on the paid plan, beyond what is included; and what a call comes to. The lists are
 * public and change: look at the pages named here before relying on a sum, and set the date anew. Pure.
 */

/** When the pages were read. */
export const PRICES_READ_ON = '2026-11-22';

interface Price {
  readonly what: string;
  readonly usd: number;
  /** For so many. */
  readonly per: number;
  readonly source: string;
}

const DOCS = 'https://developers.cloudflare.com';
const MILLION = 1_000_000;

export const PRICES = {
  workerRequests: { what: 'Worker requests', usd: 0.3, per: MILLION, source: `${DOCS}/workers/platform/pricing/` },
  objectRequests: {
    what: 'Durable Object requests and alarms',
    ...{ usd: 0.15, per: MILLION, source: `${DOCS}/durable-objects/platform/pricing/` },
  },
  objectGbSeconds: {
    what: 'Durable Object GB-s',
    ...{ usd: 12.5, per: MILLION, source: `${DOCS}/durable-objects/platform/pricing/` },
  },
  objectRowsRead: {
    what: 'Durable Object rows read',
    ...{ usd: 0.001, per: MILLION, source: `${DOCS}/durable-objects/platform/pricing/` },
  },
  objectRowsWritten: {
    what: 'Durable Object rows written',
    ...{ usd: 1, per: MILLION, source: `${DOCS}/durable-objects/platform/pricing/` },
  },
  d1RowsRead: { what: 'D1 rows read', usd: 0.001, per: MILLION, source: `${DOCS}/d1/platform/pricing/` },
  d1RowsWritten: { what: 'D1 rows written', usd: 1, per: MILLION, source: `${DOCS}/d1/platform/pricing/` },
  /** A message is written, read and deleted. */
  queueOperations: { what: 'Queue operations', usd: 0.4, per: MILLION, source: `${DOCS}/queues/platform/pricing/` },
  r2ClassA: { what: 'R2 writes', usd: 4.5, per: MILLION, source: `${DOCS}/r2/pricing/` },
  r2ClassB: { what: 'R2 reads', usd: 0.36, per: MILLION, source: `${DOCS}/r2/pricing/` },
  dataPoints: {
    what: 'Analytics Engine points',
    ...{ usd: 0.25, per: MILLION, source: `${DOCS}/analytics/analytics-engine/pricing/` },
  },
  logLines: {
    what: 'Log lines',
    ...{ usd: 0.6, per: MILLION, source: `${DOCS}/workers/observability/logs/workers-logs/#pricing` },
  },
} as const satisfies Readonly<Record<string, Price>>;

export type Operation = keyof typeof PRICES;
export type Usage = Readonly<Record<Operation, number>>;

export const OPERATIONS = Object.keys(PRICES) as Operation[];

/** In USD, of what is beyond the included amounts: nothing is taken as free. */
export const costOf = (usage: Usage): number =>
  OPERATIONS.reduce((sum, name) => sum + (usage[name] * PRICES[name].usd) / PRICES[name].per, 0);

const each = (value: (name: Operation) => number): Usage =>
  Object.fromEntries(OPERATIONS.map((name) => [name, value(name)])) as Record<Operation, number>;

export const lessUsage = (after: Usage, before: Usage): Usage => each((name) => after[name] - before[name]);
export const sumOf = (one: Usage, other: Usage): Usage => each((name) => one[name] + other[name]);
