/** Faults for single rules of FHIR, by the id each would break. */
import type { WrittenMutant } from './mutant.ts';

const BUNDLE = ['test/domain/fhir/bundle-of.test.ts'] as const;
const ITEM = { file: 'src/domain/fhir/response-item.ts', killers: BUNDLE } as const;

export const FHIR_RULES: readonly WrittenMutant[] = [
  {
    ...{ id: 'a-second-delivery-is-a-second-copy', file: 'src/domain/fhir/bundle-of.ts', ids: ['FH-01'] },
    ...{ find: "method: 'PUT', url: place", replace: "method: 'POST', url: resource.resourceType", killers: BUNDLE },
  },
  {
    ...{ id: 'silence-is-a-refusal', file: 'src/domain/fhir/absent-reason.ts', ids: ['FH-02'], killers: BUNDLE },
    ...{ find: "skipped: ['not-asked', 'Not Asked']", replace: "skipped: ['asked-declined', 'Asked But Declined']" },
  },
  {
    ...{ id: 'a-yes-is-no-known-allergy', ids: ['FH-03'], ...ITEM },
    ...{ find: "value === null || answer.state !== 'none' ? []", replace: 'value === null ? []' },
  },
  {
    ...{ id: 'words-become-codes', ids: ['FH-04'], ...ITEM },
    ...{ find: '{ valueString: value }', replace: '{ valueCoding: { display: value } }' },
  },
  {
    ...{ id: 'pain-comes-from-nowhere', file: 'src/domain/fhir/pain-of.ts', ids: ['FH-05'], killers: BUNDLE },
    find: "derivedFrom: [referTo('QuestionnaireResponse', responseId(input))],",
    replace: '',
  },
  {
    ...{ id: 'never-ill-is-no-problem-now', ids: ['FH-06'], ...ITEM },
    ...{ find: "['10160-0', coded(", replace: "['11348-0', coded(" },
  },
  {
    ...{ id: 'codes-without-notice', file: 'src/domain/fhir/questionnaire-of.ts', ids: ['FH-07'] },
    ...{ find: 'copyright: CODE_NOTICE,', replace: '', killers: ['test/domain/fhir/questionnaire-of.test.ts'] },
  },
];
