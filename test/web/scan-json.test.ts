import { describe, expect, it } from 'vitest';
import { adultIntake } from '../../src/domain/intake/adult-intake.ts';
import { lineOf, scanJson } from '../../src/web/scan-json.ts';

const text = JSON.stringify(adultIntake, null, 2);

describe('scanJson', () => {
  it('knows the line of every value', () => {
    const scanned = scanJson(text);
    if (!scanned.ok) throw new Error('not read');
    const rows = text.split('\n');
    const row = (pointer: string) => rows[lineOf(scanned.lines, pointer) - 1]?.trim();
    expect(row('/id')).toBe('"id": "adult-intake",');
    expect(row('/items/1/options/2/key')).toBe('"key": "3",');
    expect(row('/items/0/text/es')).toContain('Díganos');
    // What is missing has no line of its own.
    expect(row('/items/0/text/fr')).toBe('"text": {');
    expect(lineOf(scanned.lines, '/nothing/at/all')).toBe(1);
    expect(lineOf(scanned.lines, '')).toBe(1);
  });

  it('spells a name as a pointer does', () => {
    const scanned = scanJson('{\n"a/b~c": {"\\u0064": 1}}');
    expect(scanned).toMatchObject({ ok: true });
    expect(scanned.ok && [...scanned.lines]).toEqual([
      ['', 1],
      ['/a~1b~0c', 2],
      ['/a~1b~0c/d', 2],
    ]);
  });

  it.each([
    ['{"a": 1,\n "b": }', 2],
    ['{"a": 1,\n\n "b": 2,}', 3],
    ['{"a": 1\n "b": 2}', 2],
    ['[1, 2', 1],
    ['{"a": "one\nline"}', 1],
    ["{'a': 1}", 1],
    ['{"a": 1}\n}', 2],
    ['[01]', 1],
    ['[1.]', 1],
    ['nothing', 1],
    ['', 1],
    ['['.repeat(100_000), 1],
  ])('says where %j stops being JSON', (broken, line) => {
    expect(scanJson(broken)).toEqual({ ok: false, line });
  });

  it.each(['null', ' [ ] ', '{ }', '[-1.5e+3, true, false, null, "\\u00e9\\n"]', '"x"', '0'])(
    'takes %j, as JSON.parse does',
    (whole) => {
      expect(() => JSON.parse(whole)).not.toThrow();
      expect(scanJson(whole)).toMatchObject({ ok: true });
    },
  );
});
