/**
 * SQL is text of ours with values beside it (SE-17): whatever stands raw in a statement is written in the source, never given. A lint over
 * src; `test/web/sql-corpus.test.ts` asks the product itself.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const src = path.resolve(import.meta.dirname, '../../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .sort();
const sources = files.map((name) => ({ name, text: readFileSync(path.join(src, name), 'utf8') }));

/** What stands in the brackets after each of these, to the bracket that closes it. */
function calls(opening: RegExp): string[] {
  return sources.flatMap(({ name, text }) =>
    [...text.matchAll(opening)].map((found) => {
      let depth = 1;
      let end = found.index + found[0].length;
      for (; depth > 0 && end < text.length; end += 1) depth += text[end] === '(' ? 1 : text[end] === ')' ? -1 : 0;
      return `${name}: ${text.slice(found.index + found[0].length, end - 1).trim()}`.replaceAll('$', '');
    }),
  );
}

it('puts nothing raw into a statement but these, each chosen from words of its own file (SE-17)', () => {
  expect(calls(/\bsql\s*\.raw\(/g)).toEqual([
    "store/calls.ts: isPassedOver ? '+' : ''",
    // A condition of the schema, which the index is known by.
    'store/campaign-health.ts: LATE_GREETING',
    "store/deliveries.ts: isLater ? '>' : '<'",
    "store/jobs.ts: isWaiting ? '>' : '<'",
    "store/notes.ts: patientId === undefined ? '' : '+'",
    "store/notes.ts: '+'",
    "store/patient-requests.ts: isOpen ? '>' : '<'",
    // Called with two names of columns and one case, all in that file.
    'store/recordings.ts: column',
    // The columns of the schema.
    "store/rows-from-json.ts: `'{name}'`",
    // Of an index, with the same condition.
    "store/schema.ts: `campaign_id is not null and answered_at is not null and answered_by <> 'machine' and {LATE_GREETING}`,",
    "store/tasks.ts: '<'",
    "store/tasks.ts: '>'",
  ]);
  expect(calls(/\bsql\s*\.identifier\(/g)).toEqual(['store/recordings.ts: recordings[column].name']);
});

it('builds no statement of pieces where values go beside it: D1 and Durable Objects', () => {
  const statements = calls(/(?:\.prepare|[sS]ql\.exec(?:<[^>]*>)?)\(/g);
  expect(statements.length).toBeGreaterThan(15);
  const pieced = statements.filter((each) => /\$\{|['`"]\s*\+|\+\s*['`"]/.test(each));
  // Constants of the file: a list of columns, one of two functions, one of two endings.
  const known = ['{COLUMNS}', '{order}', '{leaving}'];
  expect(
    pieced.filter((each) => (each.match(/\{[^}]*\}/g) ?? ['a sum']).some((part) => !known.includes(part))),
  ).toEqual([]);
});

it('writes no statement as a sum or a template of its own', () => {
  const verbs = String.raw`(?:select\s+[\w*,(]|insert\s+into|update\s+\w+\s+set|delete\s+from|order\s+by|where\s+\w+\s*=)`;
  const template = new RegExp(String.raw`(?<!sql)(?<!sql<[^>]{0,80}>)\x60[^\x60]*\b${verbs}[^\x60]*\$\{`, 'i');
  const sum = new RegExp(String.raw`['"][^'"\n]*\b${verbs}[^'"\n]*['"]\s*\+`, 'i');
  const found = sources.flatMap(({ name, text }) =>
    [template, sum].flatMap((shape) => (shape.test(text) ? [name] : [])),
  );
  // Their statements are looked at one by one above.
  expect([...new Set(found)].filter((name) => !['dialer/line-table.ts', 'vault/key-vault.ts'].includes(name))).toEqual(
    [],
  );
});

it('sees what it looks for', () => {
  const raw = 'db.run(sql.raw(`select * from patients where name = {name}`))';
  expect([...raw.matchAll(/\bsql\s*\.raw\(/g)]).toHaveLength(1);
});
