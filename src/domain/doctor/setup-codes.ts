/** What the doctor finds of what is set up: agreements, numbers, the transcriber, the systems that get the notes; they stand among the others in codes.ts. */
export const SETUP_CODES = {
  vendor_unconfirmed: {
    level: 'fault',
    exitCode: 80,
    meaning: 'No agreement is recorded with a company that sees patient data: nobody is called.',
    remedy: 'Sign a business associate agreement with {vendors}, then name them in BAA_CONFIRMED, with commas.',
  },
  callback_number_invalid: {
    level: 'fault',
    exitCode: 81,
    meaning: 'A number that patients are told to ring cannot be rung.',
    remedy: 'Set {variable} to a US number as +1 and ten digits that your clinic answers.',
  },
  from_number_invalid: {
    level: 'fault',
    exitCode: 82,
    meaning: 'A number in TELNYX_FROM_NUMBER is not a US number.',
    remedy: 'Set TELNYX_FROM_NUMBER to US numbers as +1 and ten digits.',
  },
  transcriber_unusable: {
    level: 'fault',
    exitCode: 83,
    meaning: 'TRANSCRIBER names somebody who cannot be asked: nothing is written down.',
    remedy: 'Give it what it needs, or set TRANSCRIBER to off. {remedy}',
  },
  sink_failing: {
    level: 'warning',
    exitCode: 0,
    meaning: 'A system that notes are handed to takes none at this time. They are tried again for three days.',
    remedy:
      'See why under “Deliveries”, mend it, and send it a test there. What was given up is sent again from there.',
  },
  sink_untried: {
    level: 'warning',
    exitCode: 0,
    meaning: 'A system is set up to be handed notes, and has not had one yet.',
    remedy: 'Send it a test under “Deliveries”, and see on its side that the test came.',
  },
} as const;
