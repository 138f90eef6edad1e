/** The search for marks finds each form of each mark wherever it lies, and nothing else. */
import { expect, it } from 'vitest';
import { encodingsOf } from '../support/encodings.ts';
import { searchLeaks, sink, spellingsOfDate, spellingsOfNumber } from '../support/search-leaks.ts';

const MARK = 'Zyxwquartz Vbnmplinth';
const noise = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) % 256));

it('finds a mark in every form, at the beginning, in the middle and at the end (LG-05)', () => {
  for (const form of encodingsOf(MARK)) {
    const bytes = Buffer.from(form);
    for (const contents of [
      bytes,
      Buffer.concat([bytes, noise]),
      Buffer.concat([noise, bytes, noise]),
      Buffer.concat([noise, bytes]),
    ])
      expect(searchLeaks([sink('any', contents)], ['another', MARK]), form).toEqual([`any: ${MARK}`]);
  }
});

it.each([
  ['base64 of a longer text', Buffer.from(`call ${MARK} back`).toString('base64')],
  ['base64 for addresses', Buffer.from(`{"n":"${MARK}"}`).toString('base64url')],
  ['hex of a longer text', Buffer.from(`..${MARK}..`).toString('hex')],
  ['an address', `/search?q=${encodeURIComponent(MARK)}`],
  ['a form', `name=${MARK.replace(' ', '+')}`],
  ['UTF-16, little end first', Buffer.from(MARK, 'utf16le')],
  ['UTF-16, big end first', Buffer.from(MARK, 'utf16le').swap16()],
  ['base64 of UTF-16', Buffer.from(`x${MARK}`, 'utf16le').toString('base64')],
  ['backwards', [...MARK].toReversed().join('')],
])('finds it as %s, written by somebody else (LG-05)', (_, written) => {
  expect(searchLeaks([sink('any', written)], [MARK])).toEqual([`any: ${MARK}`]);
});

it('finds a number and a birth date however they are written, and says which sink (LG-05)', () => {
  const marks = [...spellingsOfNumber('+12025550183'), ...spellingsOfDate('1957-11-23')];
  const written = [
    '+12025550183',
    '(202) 555-0183',
    '202.555.0183',
    '3810555202',
    '11/23/1957',
    'Nov 23, 1957',
    '19571123',
  ];
  const sinks = [sink('clean', noise), ...written.map((text) => sink(text, `x ${text} y`))];
  expect(new Set(searchLeaks(sinks, marks).map((found) => found.split(': ')[0]))).toEqual(new Set(written));
});

it('finds nothing where there is nothing, or only a part', () => {
  expect(searchLeaks([sink('noise', noise), sink('empty', ''), sink('part', MARK.slice(0, -1))], [MARK])).toEqual([]);
});
