/** Faults for single rules of the law, of health privacy and of application security, by the id each would break. */
import type { WrittenMutant } from './mutant.ts';

const intake = (name: string): string => `src/domain/intake/${name}.ts`;
const intakeTest = (name: string): string => `test/domain/intake/${name}.test.ts`;

export const RULES: readonly WrittenMutant[] = [
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
    ...{ id: 'formula-behind-a-separator', file: 'src/domain/export/formula-safe.ts', ids: ['SE-26'] },
    ...{ find: `"$1'"`, replace: `'$1'`, killers: ['test/domain/export/formula-safe.test.ts'] },
  },
  {
    ...{ id: 'state-of-another-command', file: 'src/telnyx/client-state.ts', ids: ['SE-04'] },
    ...{ find: 'n: seq }));', replace: 'n: seq + 1 }));', killers: ['test/telnyx/client-state.test.ts'] },
  },
  {
    ...{ id: 'link-in-disguise', file: 'src/telnyx/recording-link.ts', ids: ['SE-27'] },
    ...{ find: 'DISGUISE.test(link) || ', replace: '', killers: ['test/telnyx/recording-link.test.ts'] },
  },
];
