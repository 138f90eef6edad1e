/** What is wrong with a value is said so that whoever sent it knows what to send; the words of the library are none. */
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { callId, flag, limit, time } from '../../src/web/api/fields.ts';
import { checkInput } from '../../src/web/check-input.ts';
import { Problem } from '../../src/web/errors.ts';

const said = (schema: z.ZodType, value: unknown): unknown => {
  try {
    checkInput(z.strictObject({ it: schema }), { it: value });
  } catch (error) {
    return error instanceof Problem ? error.details.errors : error;
  }
  return 'nothing';
};

describe('what is wrong with a value (C65)', () => {
  it.each([
    [limit, 'many', 'Give a whole number from 1 to 200.'],
    [limit, '201', 'Give a whole number from 1 to 200.'],
    [limit, '0', 'Give a whole number from 1 to 200.'],
    [time, 'yesterday', 'Give a time as 2026-11-28T15:00:00Z.'],
    [z.iso.date(), '2026-02-30', 'Give a day of the calendar as 2026-11-28.'],
    [flag, 'yes', 'Choose one of: true, false.'],
    [z.literal('written'), 'x', 'Give written.'],
    [callId, 'pat_1', 'Give an id that begins with call_.'],
    [z.string().regex(/^x$/), 'y', 'This does not fit here. See the documentation of the API for what does.'],
    [z.string().regex(/^x$/, 'An x.'), 'y', 'An x.'],
    [z.array(z.string()).min(1), [], 'Give at least one.'],
    [z.array(z.string()).max(2), ['a', 'b', 'c'], 'Give at most 2.'],
    [z.string().min(1), '', 'Give at least one character.'],
    [z.string().min(3), 'a', 'Give at least 3 characters.'],
    [z.string().max(2), 'abc', 'Give at most 2 characters.'],
    [z.int(), 1.5, 'Give a whole number.'],
    [z.int().min(1), 0, 'Give a number of 1 or more.'],
    [z.number().positive(), 0, 'Give a number above 0.'],
    [z.int().max(20), 21, 'Give a number of 20 or less.'],
    [z.number().lt(20), 20, 'Give a number below 20.'],
    [z.string(), 7, 'Give text.'],
    [z.boolean(), 'true', 'Give true or false.'],
    [z.array(z.string()), 'a', 'Give a list.'],
    [z.email(), 'a', 'Give an e-mail address.'],
    [
      z.union([z.iso.date(), z.iso.datetime()]),
      'x',
      'Give a day of the calendar as 2026-11-28. Or: Give a time as 2026-11-28T15:00:00Z.',
    ],
    [z.union([z.literal(''), callId]), 'pat_1', 'Give an id that begins with call_.'],
    [z.enum(['a', 'b', '']), 'c', 'Choose one of: a, b.'],
  ])('of %# is told in plain words', (schema, value, detail) => {
    expect(said(schema, value)).toEqual([{ pointer: '/it', code: 'invalid', detail }]);
  });

  it('names the kinds that there are, where the kind decides what else is asked', () => {
    const kind = z.discriminatedUnion('what', [
      z.strictObject({ what: z.literal('calls') }),
      z.strictObject({ what: z.literal('answers') }),
    ]);
    const detail = 'Choose one of: calls, answers.';
    expect(said(kind, { what: 'staff' })).toEqual([{ pointer: '/it/what', code: 'invalid', detail }]);
  });

  it('keeps the code and the words that a schema has of its own', () => {
    const own = z.string().refine(() => false, { params: { code: 'bad_number' }, error: 'A number.' });
    expect(said(own, 'x')).toEqual([{ pointer: '/it', code: 'bad_number', detail: 'A number.' }]);
  });
});
