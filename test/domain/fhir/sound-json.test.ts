import { expect, it } from 'vitest';
import { soundJson } from '../../../src/domain/fhir/sound-json.ts';

it('leaves out what is empty, and an extension that lost its value', () => {
  const given = { a: '', b: [{ url: 'x', valueString: ' ' }], c: { d: [] }, e: [{ family: 'Quimby', given: [''] }] };
  expect(soundJson(given)).toEqual({ e: [{ family: 'Quimby' }] });
});

it('keeps a no, a nought and every word', () => {
  const given = { valueBoolean: false, valueInteger: 0, text: ' ¿dónde?\n\ttwo  words ', list: [0, false] };
  expect(soundJson(given)).toEqual(given);
});

it('takes out control characters, and makes a plain space of an odd one', () => {
  expect(soundJson({ text: 'a\u0000b\u00a0c\u2028d' })).toEqual({ text: 'ab c d' });
});
