/** Rules of the source that no request can show: how SQL is put together, what pages may keep, what is never built in. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { mediaSocketsIn } from './media-sockets.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
/** Without comments: what they tell of is not done. */
const code = (file: string) => read(file).replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
const files = (...patterns: string[]) =>
  patterns.flatMap((pattern) => globSync(pattern, { cwd: root })).filter((file) => !file.includes('node_modules'));
const PRODUCT = files('src/**/*.{ts,tsx}').filter((file) => !/^src\/(simulator|cli)\//.test(file));
const matches = (of: readonly string[], pattern: RegExp) =>
  of.flatMap((file) => [...code(file).matchAll(pattern)].map(([found]) => `${file}: ${found}`));

describe('SQL (SE-17, S1-N4)', () => {
  it('is never put together with a value: raw text is one of our own words', () => {
    const raws = matches(PRODUCT, /sql\.raw\([^\n]*/g);
    expect(raws.length).toBeGreaterThan(3);
    const FIXED = /sql\.raw\((?:[\w =]+ \? )?'[^']*'(?: : '[^']*')?\)/;
    // Names of columns, from functions that only our own code calls, with words that stand in it; a condition of the schema.
    const NAMES = ['sql.raw(`', 'sql.raw(column)', 'sql.raw(LATE_GREETING)', 'schema.ts: sql.raw('];
    const other = raws.filter((raw) => !FIXED.test(raw) && !NAMES.some((name) => raw.includes(name)));
    expect(other).toEqual([]);
  });

  it('of the Durable Objects takes its values as bound parameters', () => {
    const texts = matches(PRODUCT, /(?:sql|#sql)\.exec(?:<\w+>)?\(\s*`[^`]*`/g);
    expect(texts.length).toBeGreaterThan(5);
    // Lists of columns, the name of a function, and a condition of our own; never anything that came from outside.
    const NAMES = ['order', 'COLUMNS', 'leaving'];
    const marks = texts.flatMap((text) => [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, name]) => name ?? ''));
    expect(marks.filter((name) => !NAMES.includes(name))).toEqual([]);
  });

  it('goes through drizzle alone in D1', () => {
    expect(matches(PRODUCT, /\.prepare\([^\n]*/g)).toEqual([]);
  });
});

describe('a browser (SE-15, LG-10)', () => {
  it('is given no cookie by us, and keeps nothing in a store of its own', () => {
    const pages = files('src/web/**/*.{ts,tsx}', 'src/web/static/*.js').filter((file) => !file.endsWith('.min.js'));
    expect(pages.length).toBeGreaterThan(50);
    expect(
      matches(pages, /set-?cookie|document\.cookie|(?:local|session)Storage(?!\.removeItem\()|indexedDB/gi),
    ).toEqual([]);
  });

  it('is told nothing to its console, and asks nobody but us', () => {
    const scripts = files('src/web/static/*.js').filter((file) => !file.endsWith('.min.js'));
    expect(scripts.length).toBeGreaterThan(1);
    expect(matches(scripts, /console\.|https?:\/\/|new WebSocket|sendBeacon/g)).toEqual([]);
  });
});

it('the worker starts without its pages and its API: they are loaded at the first request for one', () => {
  const imports = (file: string) =>
    [...code(file).matchAll(/^(?:import|export) (?!type )[^;]*?from '(\.[^']+)'/gm)].map(([, target = '']) =>
      path.join(path.dirname(file), target),
    );
  const started = new Set(['src/index.ts']);
  // A set is walked to its end, whatever is added on the way.
  for (const file of started) for (const target of imports(file)) started.add(target);
  expect(started.size).toBeGreaterThan(200);
  const later = /^src\/web\/(routes\.ts|api\/|openapi\.ts|dashboard\/[a-z-]+-(routes|page)\.tsx)/;
  expect([...started].filter((file) => later.test(file))).toEqual(['src/web/dashboard/error-page.tsx']);
});

it('no media goes over a WebSocket: none is opened, accepted or asked of Telnyx (SE-30)', () => {
  expect(PRODUCT.length).toBeGreaterThan(200);
  expect(PRODUCT.flatMap((file) => mediaSocketsIn(code(file)).map((found) => `${file}: ${found}`))).toEqual([]);
});

it.each([
  'new WebSocket(url)',
  "{ stream_url: 'a' }",
  'actions.streaming_start',
  '{ stream_track }',
  "'wss://a.example'",
])('would be found, were it there: %s (SE-30)', (line) => {
  expect(mediaSocketsIn(line)).toHaveLength(1);
});
