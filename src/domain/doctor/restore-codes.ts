/** What the doctor finds of a database that was set back (HS-12); they stand among the others in codes.ts. */
export const RESTORE_CODES = {
  database_set_back: {
    level: 'fault',
    exitCode: 70,
    meaning: 'The database was set back, and what is newer is not written again yet: nobody is called.',
    remedy:
      'Nothing to do for some minutes: it opens by itself. If it stays, see to the other findings first, then look for “sweep.failed” in the logs of the worker.',
  },
  database_replayed: {
    level: 'warning',
    exitCode: 0,
    meaning: 'The database was set back. Opt-outs, dials and the audit are there again; the rest is not.',
    remedy:
      'Look at paused campaigns, consents that ended with “database set back”, legal holds, staff and approved questionnaires, with the audit trail since then beside you.',
  },
} as const;
