/** The inventory is what the configuration and the source say now; and what nobody has described, bound or asked, fails it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { bindingsOf, sourcesOf, tablesOf, writeInventory } from './inventory.ts';
import { asks, filesThatAsk, OUTBOUND_HOSTS } from './outbound-hosts.ts';

const root = path.resolve(import.meta.dirname, '../..');
const sources = sourcesOf(root);
const committed = readFileSync(path.join(root, '.github/INVENTORY.md'), 'utf8');

it('the inventory that is committed is the one of this source: else run `npm run inventory` (FG-4, LG-09)', () => {
  expect(committed).toBe(`${writeInventory(sources)}\n`);
});

it('lists every log sink with its fields, how long it is kept and who reads it (LG-09, LG-07)', () => {
  const part = committed.slice(committed.indexOf('## Where anything is logged'), committed.indexOf('## People'));
  const rows = part.split('\n').filter((line) => /^\| (?!---|sink)/.test(line));
  expect(rows.length).toBeGreaterThanOrEqual(6);
  for (const row of rows) expect(row.split(' | ').filter((cell) => cell.trim() !== '')).toHaveLength(4);
  expect(part).toContain('request_id, route');
});

it('says of every table what it holds, and of every secret that it is one (FG-4, SE-28)', () => {
  const tables = [...readFileSync(path.join(root, 'src/store/schema.ts'), 'utf8').matchAll(/sqliteTable\(\s*'(\w+)'/g)];
  expect(tables.length).toBeGreaterThan(20);
  for (const [, name] of tables) expect(committed).toMatch(new RegExp(`^\\| \`${name}\` \\|.* \\| .{20,} \\|$`, 'm'));
  for (const name of ['TELNYX_API_KEY', 'PHI_KEYS', 'SINK_BACKEND_SECRET'])
    expect(committed).toContain(`| \`${name}\` | yes |`);
});

describe('an unlisted binding', () => {
  it.each([
    ['[[kv_namespaces]]\nbinding = "SURPRISE"\nid = "0"', 'kv_namespaces'],
    ['[[r2_buckets]]\nbinding = "SURPRISE"\nbucket_name = "xxx"', 'r2_buckets'],
    ['[[services]]\nbinding = "SURPRISE"\nservice = "x"', 'services'],
    ['[[analytics_engine_datasets]]\nbinding = "SURPRISE"\ndataset = "x"', 'analytics_engine_datasets'],
    ['[[queues.producers]]\nbinding = "SURPRISE"\nqueue = "x"', 'queues'],
    [
      '[[durable_objects.bindings]]\nname = "SURPRISE"\nclass_name = "X"\n[[migrations]]\ntag = "v1"\nnew_sqlite_classes = ["X"]',
      'durable_objects',
    ],
    ['[[ratelimits]]\nname = "SURPRISE"\nnamespace_id = "1"\nsimple = { limit = 1, period = 60 }', 'ratelimits'],
    ['[[send_email]]\nname = "SURPRISE"', 'send_email'],
  ])('is found, whatever it is: %j (FG-4)', (toml, kind) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'bound-'));
    try {
      const config = path.join(folder, 'wrangler.toml');
      writeFileSync(config, `name = "x"\nmain = "x.ts"\ncompatibility_date = "2026-11-01"\n${toml}\n`);
      const bindings = bindingsOf(unstable_readConfig({ config }));
      expect(bindings).toMatchObject([{ name: 'SURPRISE', kind }]);
      expect(() => writeInventory({ ...sources, bindings: [...sources.bindings, ...bindings] })).toThrow(
        'SURPRISE is bound',
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('and one that the code expects and nobody binds (FG-4)', () => {
    const bindings = sources.bindings.filter(({ name }) => name !== 'DB');
    expect(() => writeInventory({ ...sources, bindings })).toThrow('DB is in env.ts');
  });
});

describe('an unlisted host', () => {
  it.each([
    'await fetch("https://evil.example/");',
    'const answer = await fetch(url);',
    'const sdk = new Telnyx({ apiKey });',
    'new WebSocket("wss://evil.example");',
    'createRemoteJWKSet(new URL(issuer));',
    'import { connect } from "cloudflare:sockets";',
    'import { request } from "node:https";',
    'await ai.run(MODEL, input);',
    'const send = globalThis.fetch;',
  ])('is seen in %j (FG-4)', (line) => {
    expect(asks(`export async function f() {\n  ${line}\n}\n`)).toBe(true);
  });

  it.each([
    'await env.ASSETS.fetch(url);',
    'await stub.fetch(request);',
    'async fetch(request) { return app.fetch(request); }',
    '// then fetch(url)',
    '/** as `fetch(url)` does */',
  ])('is none in %j', (line) => {
    expect(asks(`class X {\n  ${line}\n}\n`)).toBe(false);
  });

  it('fails the inventory, as does a listed one that nobody asks any more (FG-4, S1-M4)', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'asks-'));
    try {
      mkdirSync(path.join(folder, 'src/web'), { recursive: true });
      writeFileSync(
        path.join(folder, 'src/web/beacon.ts'),
        'export const beacon = () => fetch("https://evil.example");',
      );
      const askers = [...sources.askers, ...filesThatAsk(folder)];
      expect(() => writeInventory({ ...sources, askers })).toThrow('src/web/beacon.ts asks a host');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    expect(() => writeInventory({ ...sources, askers: sources.askers.slice(1) })).toThrow('asks nobody any more');
  });

  it('names where the host comes from: a variable that exists, for each but a binding (FG-4, S1-M3)', () => {
    const env = readFileSync(path.join(root, 'src/env.ts'), 'utf8');
    for (const { variable } of OUTBOUND_HOSTS) if (variable !== null) expect(env).toContain(`'${variable}'`);
  });
});

it('a table without a word about what it holds fails it (FG-4)', () => {
  expect(() => tablesOf("export const secrets = sqliteTable('secrets', {\n  id: text().primaryKey(),\n});\n")).toThrow(
    'does not say what secrets holds',
  );
});
