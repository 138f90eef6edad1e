/** The meaning of digits, item by item: what is not an answer is null, never something near it (CL-10, CL-11). */
import { expect, it } from 'vitest';
import type { Item } from '../../../src/domain/intake/questionnaire.ts';
import { readAnswer } from '../../../src/domain/intake/read-answer.ts';
import { number, voice, yesNo } from '../../support/given-plan.ts';

const choice: Item = {
  id: 'hpi.c',
  type: 'choice',
  text: { en: 'x', es: 'x' },
  options: [
    { key: '1', value: 'one', display: { en: 'One', es: 'Uno' } },
    { key: '4', value: 'four', display: { en: 'Four', es: 'Cuatro' } },
  ],
};
const pain = number('hpi.p', 0, 10);
const sure = yesNo('ample.s');
const context = { language: 'en', today: '2026-03-01' } as const;
const day = (notFuture: boolean): Item => ({ id: 'hpi.d', type: 'date', notFuture, text: { en: 'x', es: 'x' } });

it.each<[Item, string, object | null]>([
  [sure, '1', { state: 'answered', value: true }],
  [sure, '2', { state: 'none', value: false }],
  [sure, '3', { state: 'unknown', value: null }],
  [sure, '0', null],
  [sure, '11', null],
  [choice, '4', { state: 'answered', value: 'four', display: 'Four' }],
  [choice, '2', null],
  [pain, '0', { state: 'answered', value: 0 }],
  [pain, '10', { state: 'answered', value: 10 }],
  [pain, '11', null],
  [pain, '007', null],
  [pain, '', null],
  [pain, '1A', null],
  [voice('hpi.v'), '1', null],
  [day(true), '03012026', { state: 'answered', value: '2026-03-01' }],
  [day(true), '02282026', { state: 'answered', value: '2026-02-28' }],
  [day(true), '03022026', null],
  [day(true), '01012027', null],
  [day(false), '03022026', { state: 'answered', value: '2026-03-02' }],
  [day(false), '02292024', { state: 'answered', value: '2024-02-29' }],
  [day(false), '02292026', null],
  [day(false), '13012020', null],
  [day(false), '00002020', null],
  [day(false), '1012020', null],
  [day(false), '01010080', null],
  [day(false), '01011900', { state: 'answered', value: '1900-01-01' }],
  [day(false), '12311899', null],
  [day(false), '', null],
])('%o reads %j as %o', (item, digits, answer) => {
  expect(readAnswer(item, digits, context)).toEqual(answer);
});

it('shows a choice in the language it was made in', () => {
  expect(readAnswer(choice, '4', { ...context, language: 'es' })).toMatchObject({ display: 'Cuatro' });
});
