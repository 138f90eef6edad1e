/** What a FHIR server's answer to a transaction means: only when every entry says so has a note arrived. */
import { describe, expect, it } from 'vitest';
import { explainCode } from '../../../src/domain/delivery/judge-answer.ts';
import { judgeTransaction } from '../../../src/domain/delivery/judge-transaction.ts';

const answered = (...statuses: readonly string[]) => ({
  ...{ resourceType: 'Bundle', type: 'transaction-response' },
  entry: statuses.map((status) => ({ response: { status } })),
});
const judged = (answer: unknown, sent = 2, status = 200) => judgeTransaction(status, answer, sent);

describe('an answer to a transaction (C29)', () => {
  it.each([[answered('201 Created', '200 OK')], [answered('201', '204')]])(
    'is a delivery when each entry was taken: %j',
    (answer) => {
      expect(judged(answer)).toEqual({ kind: 'delivered' });
    },
  );

  it('of nothing that was sent has no entries', () => {
    expect(judged({ resourceType: 'Bundle', type: 'transaction-response' }, 0)).toEqual({ kind: 'delivered' });
  });

  it.each([
    [answered('201 Created', '422 Unprocessable'), { kind: 'refused', code: 'entry_422' }],
    [answered('503 Busy', '400 Bad'), { kind: 'refused', code: 'entry_400' }],
    [answered('503 Busy', '200 OK'), { kind: 'try_again', code: 'entry_503' }],
    [answered('409 Conflict', '200 OK'), { kind: 'try_again', code: 'entry_409' }],
    [answered('429', '423'), { kind: 'try_again', code: 'entry_429' }],
  ])('is judged by its entries, the gravest first: %j', (answer, verdict) => {
    expect(judged(answer)).toEqual(verdict);
  });

  it.each([
    [answered('201 Created'), 'answer_incomplete'],
    [answered('201', '201', '201'), 'answer_incomplete'],
    [answered('201', 'Created'), 'answer_unknown'],
    [answered('201', '2010'), 'answer_unknown'],
    [{ ...answered('201', '201'), type: 'batch-response' }, 'answer_unknown'],
    [{ resourceType: 'OperationOutcome' }, 'answer_unknown'],
    [{ resourceType: 'Bundle', type: 'transaction-response', entry: {} }, 'answer_unknown'],
    [{ resourceType: 'Bundle', type: 'transaction-response', entry: [null, {}] }, 'answer_unknown'],
    [undefined, 'answer_unknown'],
    [null, 'answer_unknown'],
    ['a page', 'answer_unknown'],
  ])('that is none says nothing, and is asked for again: %j', (answer, code) => {
    expect(judged(answer)).toEqual({ kind: 'try_again', code });
  });

  it.each([
    [400, { kind: 'refused', code: 'answered_400' }],
    [412, { kind: 'refused', code: 'answered_412' }],
    [422, { kind: 'refused', code: 'answered_422' }],
    [409, { kind: 'try_again', code: 'answered_409' }],
    [423, { kind: 'try_again', code: 'answered_423' }],
    [500, { kind: 'try_again', code: 'answered_500' }],
    [302, { kind: 'try_again', code: 'answered_302' }],
  ])('with %i is judged by that, whatever its body says', (status, verdict) => {
    expect(judged(answered('201', '201'), 2, status)).toEqual(verdict);
  });

  it('has words for each code', () => {
    for (const code of ['answer_unknown', 'answer_incomplete', 'answer_broken', 'not_fhir_r4', 'token_refused'])
      expect(explainCode(code)).not.toContain('It could not be sent');
    expect(explainCode('entry_422')).toBe(
      'The FHIR server answered 422 to a part of the note: it refused what was sent.',
    );
  });
});
