/** What the doctor finds of ALERT_URL and ALERT_SECRET (C77); they stand among the others in codes.ts. */
export const ALERT_CODES = {
  alerts_nowhere: {
    level: 'warning',
    exitCode: 0,
    meaning: 'Nobody is told of red flags and of trouble but by the pages: whoever looks at none hears of none.',
    remedy: 'Set ALERT_URL to what calls your staff, such as the webhook of a paging service.',
  },
  alerts_unsigned: {
    level: 'warning',
    exitCode: 0,
    meaning: 'Messages to ALERT_URL are not signed: whoever takes them cannot tell them from made-up ones.',
    remedy:
      'Set the secret ALERT_SECRET to “whsec_” and 24 to 64 random bytes in base64, give it to whoever takes the messages, and deploy.',
  },
} as const;
