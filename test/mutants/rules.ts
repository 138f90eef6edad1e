/**
 * Faults for single rules, by the id each would break: those of the law of calling and of the conversation here, of health privacy, of FHIR and of
 * application security beside it.
 */
import { APPLICATION_RULES } from './application-rules.ts';
import { FHIR_RULES } from './fhir-rules.ts';
import { HEALTH_RULES } from './health-rules.ts';
import type { WrittenMutant } from './mutant.ts';

const intake = (name: string): string => `src/domain/intake/${name}.ts`;
const intakeTest = (name: string): string => `test/domain/intake/${name}.test.ts`;

const CALLING_RULES: readonly WrittenMutant[] = [
  {
    ...{ id: 'any-birth-date-is-right', file: intake('read-keys'), ids: ['HS-15'], killers: [intakeTest('answer')] },
    ...{ find: 'return difference === 0;', replace: 'return true;' },
  },
  {
    ...{ id: 'stop-is-not-an-opt-out', file: intake('opt-out-line'), ids: ['TC-08'], killers: [intakeTest('answer')] },
    find: "if (!hidesNumber(plan)) return close(state, event, plan, 'optedOut', 'opted_out');",
    replace: "if (!hidesNumber(plan)) return close(state, event, plan, 'optedOut', 'partial');",
  },
  {
    ...{ id: 'wrong-person-is-not-noted', file: intake('answer'), ids: ['TC-22'], killers: [intakeTest('answer')] },
    ...{ find: "'wrongPerson', 'wrong_person'", replace: "'wrongPerson', 'partial'" },
  },
  {
    ...{ id: 'rings-ten-seconds', file: intake('dialing'), ids: ['TC-17'], killers: [intakeTest('dialing')] },
    ...{ find: 'RING_TIMEOUT_SECONDS = 30', replace: 'RING_TIMEOUT_SECONDS = 10' },
  },
  {
    ...{ id: 'greeting-is-never-late', file: intake('greeting'), ids: ['TC-16'], killers: [intakeTest('greeting')] },
    ...{ find: 'at - state.answeredAt', replace: '0' },
  },
  {
    ...{ id: 'formula-behind-a-separator', file: 'src/domain/campaign/sheet-text.ts', ids: ['SE-26'] },
    ...{ find: `"$1'"`, replace: `'$1'`, killers: ['test/domain/campaign/sheet-text.test.ts'] },
  },
  {
    ...{ id: 'state-of-another-command', file: 'src/telnyx/client-state.ts', ids: ['SE-04'] },
    ...{ find: 'n: seq }));', replace: 'n: seq + 1 }));', killers: ['test/telnyx/client-state.test.ts'] },
  },
  {
    ...{ id: 'link-in-disguise', file: 'src/telnyx/recording-link.ts', ids: ['SE-27'] },
    ...{ find: 'DISGUISE.test(link) || ', replace: '', killers: ['test/telnyx/recording-link.test.ts'] },
  },
  {
    ...{ id: 'pictures-are-silence', file: 'src/domain/audio/recognise-audio.ts', ids: ['SE-24'] },
    find: "if (format === null) return { ok: false, code: 'not_audio' };",
    replace: "if (format === null) return { ok: false, code: 'no_sound' };",
    killers: ['test/domain/audio/recognise-audio.test.ts'],
  },
  {
    ...{ id: 'clinic-is-named-late', file: intake('call-texts'), ids: ['TC-06', 'TC-08'] },
    find: 'This is an automated call from {clinic}. To stop these calls, press 9. In an emergency, hang up and dial 9 1 1. Para español, oprima tres. If you are',
    replace:
      'To stop these calls, press 9. This is an automated call from {clinic}. In an emergency, hang up and dial 9 1 1. Para español, oprima tres. If you are',
    killers: [intakeTest('call-texts')],
  },
  {
    ...{ id: 'closes-at-once', file: intake('turn'), ids: ['TC-18'], killers: [intakeTest('on-timeout')] },
    ...{ find: 'CLOSE_AFTER_MS = 5000', replace: 'CLOSE_AFTER_MS = 500' },
  },
  {
    ...{ id: 'unnamed-clinic-is-not-told', file: intake('lint-script'), ids: ['HS-16'] },
    ...{
      find: "say('clinic_unnamed',",
      replace: "if (text === '') say('clinic_unnamed',",
      killers: [intakeTest('lint-questionnaire')],
    },
  },
  {
    ...{ id: 'recorded-voices-need-no-consent', file: 'src/domain/campaign/gate.ts', ids: ['TC-02'] },
    find: '(consentFor(facts, at) === null ? {} : null)',
    replace: "(consentFor(facts, at) === null && !('voice' in facts) ? {} : null)",
    killers: ['test/domain/campaign/gate.test.ts'],
  },
  {
    ...{ id: 'a-call-back-may-cost', file: 'src/env.ts', ids: ['TC-07'], killers: ['test/store/env.test.ts'] },
    ...{ find: 'PREMIUM.test(text(name))', replace: 'false' },
  },
  {
    ...{ id: 'stop-needs-a-please', file: intake('stop-phrases'), ids: ['TC-09'], killers: [intakeTest('speech')] },
    ...{ find: "'stop|quit calling|phoning|ringing|", replace: "'quit calling|phoning|ringing|" },
  },
  {
    ...{ id: 'old-evidence-lifts-a-stop', file: 'src/store/suppression-list.ts', ids: ['TC-12'] },
    ...{ find: 'createdAt > obtainedAt', replace: 'createdAt < 0', killers: ['test/web/suppressions.test.ts'] },
  },
  {
    ...{ id: 'machines-hear-no-way-out', file: intake('lint-script'), ids: ['TC-13'] },
    ...{ find: "'{callback}', '{opt_out}']", replace: "'{callback}']", killers: [intakeTest('lint-questionnaire')] },
  },
  {
    ...{ id: 'premium-lines-are-rung', file: 'src/us-number.ts', ids: ['TC-19'] },
    ...{ find: ' && !PREMIUM.test(text)', replace: '', killers: ['test/dialer/us-number.test.ts'] },
  },
  {
    ...{ id: 'read-back-in-part', file: intake('ask'), ids: ['TC-25'], killers: [intakeTest('spoken-orders')] },
    ...{ find: 'READ_BACK_LENGTH = 350', replace: 'READ_BACK_LENGTH = 12' },
  },
];

export const RULES: readonly WrittenMutant[] = [...CALLING_RULES, ...HEALTH_RULES, ...FHIR_RULES, ...APPLICATION_RULES];
