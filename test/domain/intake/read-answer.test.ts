/** The meaning of digits, item by item: what is not an answer is null, never something near it (CL-10, CL-11). */
import { expect, it } from 'vitest';
import type { Item } from '../../../src/domain/intake/questionnaire.ts';
import { readAnswer } from '../../../src/domain/intake/read-answer.ts';
import { givenInterview } from '../../support/given-conversation.ts';
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
])('%o reads %j as %o', (item, digits, answer) => {
  expect(readAnswer(item, digits, givenInterview().state)).toEqual(answer);
});

it('shows a choice in the language it was made in', () => {
  const spanish = { ...givenInterview().state, language: 'es' as const };
  expect(readAnswer(choice, '4', spanish)).toMatchObject({ display: 'Cuatro' });
});
