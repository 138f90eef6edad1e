/** What a break of the audit means, and what to do. API and page say the same. */
import type { BREAK_KINDS } from '../domain/audit/check-chain.ts';

const SAVE = 'Keep the database as it is, and compare with the copies in R2 before anything is put right.';

export const BREAK_TEXTS: Readonly<Record<(typeof BREAK_KINDS)[number], string>> = {
  altered_row: `This line is not the one that was written. ${SAVE}`,
  missing_row: `This line was written and is not there. ${SAVE}`,
  inserted_row: `This line was never written by the service. ${SAVE}`,
  cut_tail:
    'The database ends before this line, which was written. It was set back or cut off: the lines are written again by the next daily check.',
  subject_missing: 'This line is whole, but is not found by one of the patients whom it shows.',
  copy_differs: `The copy of this line in R2 is missing or another one. ${SAVE}`,
};
