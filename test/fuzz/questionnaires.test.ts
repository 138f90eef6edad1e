/** Questionnaires that are almost right: refused with pointers, or good enough to hold a whole call (SE-16, T08, S1-T9, C81). */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { adultIntake } from '../../src/domain/intake/adult-intake.ts';
import { checkQuestionnaire } from '../../src/domain/intake/check-questionnaire.ts';
import { lintQuestionnaire } from '../../src/domain/intake/lint-questionnaire.ts';
import { messageAndReply } from '../../src/domain/intake/message-and-reply.ts';
import { type PreviewInput, previewCall } from '../../src/domain/preview/preview-call.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';
import { givenPlan } from '../support/given-plan.ts';
import { spoiledJson } from '../support/spoiled.ts';

const iso = (at: number): string => new Date(at).toISOString();
const inputs: fc.Arbitrary<PreviewInput[]> = fc.array(
  fc.oneof(
    fc.constantFrom('1', '2', '3', '0', '7', '10#', '04121980#', '**', '*7', '#', '9999').map((keys) => ({ keys })),
    fc.constantFrom('my knee', 'chest pain', 'no', '').map((speech) => ({ speech })),
    fc.constant({ silence: true } as const),
  ),
  { maxLength: 60 },
);

it('what is accepted can be asked to its end; what is not says where and why', () => {
  let accepted = 0;
  fc.assert(
    fc.property(spoiledJson(adultIntake, messageAndReply), inputs, (input, answers) => {
      const checked = checkQuestionnaire(input);
      if (!checked.ok) {
        expect(checked.problems.length).toBeGreaterThan(0);
        for (const { pointer, code, detail } of checked.problems) {
          expect(pointer === '' || pointer.startsWith('/')).toBe(true);
          expect([code, detail].every((text) => text.length > 0)).toBe(true);
        }
        return;
      }
      accepted += 1;
      expect(Array.isArray(lintQuestionnaire(checked.questionnaire))).toBe(true);
      const preview = previewCall(givenPlan({ questionnaire: checked.questionnaire }), answers, iso);
      for (const { text } of preview.transcript) expect(text).not.toMatch(/undefined|\[object/);
    }),
    { ...fuzzRuns(150), seed: 7 },
  );
  // Not vacuous: some edits are harmless.
  expect(accepted).toBeGreaterThan(0);
});
