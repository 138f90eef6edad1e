/** Everywhere that something is logged (LG-09): which fields, how long, and who may read it. What is bound decides which there are. */
import type { Binding, Sources } from './inventory.ts';

export function logSinks(read: Sources['read'], bindings: readonly Binding[]): string[][] {
  const fields = [...(/const FIELDS = \[([^\]]*)\]/.exec(read('src/log.ts'))?.[1] ?? '').matchAll(/'(\w+)'/g)].map(
    ([, name]) => name,
  );
  if (fields.length === 0) throw new Error('log.ts lists no fields');
  const audit = /sqliteTable\(\s*'audit_events',\s*\{([\s\S]*?)\n {2}\}/.exec(read('src/store/schema.ts'))?.[1] ?? '';
  const columns = [...audit.matchAll(/^\s+(\w+): /gm)].map(([, name]) => name);
  if (columns.length === 0) throw new Error('schema.ts has no audit_events');
  const has = (kind: string) => bindings.some((each) => each.kind === kind);
  return [
    [
      'Workers Logs, and `wrangler tail` of the same lines (counts as able to hold patient data, LG-07)',
      `ts, level, event, ${fields.join(', ')}; invocation logs and traces are off`,
      '3 or 7 days, by plan',
      'members of the Cloudflare account',
    ],
    [
      '`audit_events` in D1',
      columns.join(', '),
      'at least 6 years; triggers refuse change and removal',
      'admin, auditor',
    ],
    ['`signs` in D1', 'name, at, code', 'one row each, for ever', 'admin, auditor'],
    ...(has('analytics_engine_datasets')
      ? [['Analytics Engine', 'counts and codes; no id of a patient', '3 months', 'members of the Cloudflare account']]
      : []),
    [
      'the command line',
      'what its user asked for, on the terminal; nothing is written to a file unless `-o` says so',
      'not kept',
      'its user',
    ],
    ["browsers' consoles", 'nothing of a patient', 'not kept', 'its user'],
    [
      '`npm start`, on a machine of a developer',
      'the same lines and addresses, of made-up patients',
      'until the next start',
      'the developer',
    ],
  ];
}
