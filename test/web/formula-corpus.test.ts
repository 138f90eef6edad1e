/** Text that a spreadsheet would compute, in everything that is stored, through every route of the table that answers a table (SE-26, T15). */
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EXPORTED, type Exported } from '../../src/web/export-kinds.ts';
import { routes } from '../../src/web/routes.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { OPENAI } from '../support/given-transcription.ts';
import { ring } from '../support/worker-env.ts';
import { addressOf, unlimited } from './every-route.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { givenHostile } from './given-hostile.ts';

let given: GivenApp;
const begin = () => {
  given = givenApp({ ...OPENAI, PHI_KEYS: `k1:${ring.keys.get('k1')?.toBase64()}` } as never);
  Object.assign(given.env, unlimited());
  catchJobHints();
};
beforeEach(begin);
afterEach(() => vi.restoreAllMocks());

const CORPUS = [
  '=1+1;xq',
  '+1+cmd|xq!A0',
  '-2+3+xq',
  '@SUM(xq)',
  ' =HYPERLINK("//evil.example/xq")',
  '\uFF1D1+1 xq',
  '\uFF0Bxq',
  '\uFF0Dxq',
  '\uFF20xq',
  'xq; =1+1',
  "'=1+1 xq",
];
/** A cell that a spreadsheet computes, or the rest of one that it cuts at a separator. */
const COMPUTED = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]|[;\t\r\n]\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/;
const isNumber = (cell: string) => /^-?\d+(\.\d+)?$/.test(cell);

/** `what`: of the route that answers every kind of list, which one. */
type Table = readonly [path: string, format: string, delimiter: string, what?: Exported];
const tables = routes.flatMap(({ path, method, types = [] }): Table[] => {
  const formats = [
    ...(types.some((type) => type.startsWith('text/csv')) ? [['csv', ','] as const] : []),
    ...(types.some((type) => type.startsWith('text/tab-')) ? [['tsv', '\t'] as const] : []),
  ];
  return formats.flatMap(([format, delimiter]): Table[] =>
    method === 'GET' ? [[path, format, delimiter]] : EXPORTED.map((what) => [path, format, delimiter, what]),
  );
});
const ask = ([path, format, , what]: Table, ids: Record<string, string>) =>
  what === undefined
    ? given.request(`${addressOf(path, ids)}?format=${format}`)
    : given.send('POST', path, { what, format });

describe('every route that answers a table (SE-26, T15)', { timeout: 60_000 }, () => {
  it('is asked: campaigns, lists of numbers, refused rows, transcripts, what was written down and each kind of export (C68)', () => {
    expect(new Set(tables.map(([path]) => path)).size).toBeGreaterThan(4);
  });

  it.each(CORPUS)('%j is computed in none of them', async (text) => {
    const ids = await givenHostile(given, text);
    begin();
    let shown = 0;
    const full = new Set<string>();
    for (const table of tables) {
      const [path, format, delimiter, what] = table;
      const response = await ask(table, ids);
      const body = await response.text();
      expect([path, format, response.status]).toEqual([path, format, 200]);
      expect(response.headers.get('Content-Type')).toMatch(/^text\/(csv|tab-separated-values); charset=utf-8$/);
      const quote = format === 'tsv' ? { quote: false as const } : {};
      const cells = (parse(body, { bom: true, delimiter, relax_column_count: true, ...quote }) as string[][]).flat();
      const wrong = cells.filter((cell) => COMPUTED.test(cell) && !isNumber(cell));
      expect([path, format, wrong]).toEqual([path, format, []]);
      const found = cells.filter((cell) => cell.includes('xq')).length;
      shown += found;
      if (found > 0) full.add(what ?? path);
    }
    // What shows it nowhere would prove nothing.
    expect(shown).toBeGreaterThan(4);
    expect([...full]).toEqual(expect.arrayContaining(['answers', 'patients', 'campaigns']));
  });
});
