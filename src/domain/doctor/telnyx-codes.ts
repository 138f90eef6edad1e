/** What the doctor finds of the Telnyx account, its application, profile and numbers; they stand among the others in codes.ts. */
export const TELNYX_CODES = {
  api_key_refused: {
    level: 'fault',
    exitCode: 20,
    meaning: 'Telnyx does not accept TELNYX_API_KEY.',
    remedy: 'Make a new API key in the Telnyx portal, set it as the secret TELNYX_API_KEY, and deploy.',
  },
  account_restricted: {
    level: 'fault',
    exitCode: 21,
    meaning: 'Telnyx restricts this account: inactive, blocked, or not verified far enough.',
    remedy:
      'Open the Telnyx portal and finish the verification it asks for, or ask Telnyx support why the account is restricted.',
  },
  connection_unknown: {
    level: 'fault',
    exitCode: 22,
    meaning: 'The account has no Call Control application with the id in TELNYX_CONNECTION_ID.',
    remedy:
      'Copy the id of the Call Control application (not of a SIP connection) from the portal into TELNYX_CONNECTION_ID.',
  },
  connection_inactive: {
    level: 'fault',
    exitCode: 23,
    meaning: 'The Call Control application is switched off.',
    remedy: 'Set the Call Control application to active in the Telnyx portal.',
  },
  webhook_version_old: {
    level: 'fault',
    exitCode: 24,
    meaning: 'The application sends webhooks in the old format, which carries another signature.',
    remedy: 'Set the webhook API version of the Call Control application to 2.',
  },
  webhook_url_wrong: {
    level: 'fault',
    exitCode: 25,
    meaning: 'The application sends its webhooks somewhere else: nobody who rings the clinic is answered.',
    remedy: 'Set the webhook URL of the Call Control application to {url}.',
  },
  failover_url_foreign: {
    level: 'fault',
    exitCode: 26,
    meaning: 'When a webhook fails, Telnyx sends what patients said to another address.',
    remedy: 'Empty the failover URL of the Call Control application, or set it to {url}.',
  },
  profile_missing: {
    level: 'fault',
    exitCode: 27,
    meaning: 'No outbound voice profile is attached: every call fails with D38.',
    remedy: 'Create an outbound voice profile in the Telnyx portal and attach the Call Control application to it.',
  },
  profile_disabled: {
    level: 'fault',
    exitCode: 28,
    meaning: 'The outbound voice profile is switched off: every call is refused.',
    remedy: 'Enable the outbound voice profile in the Telnyx portal.',
  },
  destination_missing: {
    level: 'fault',
    exitCode: 29,
    meaning: 'The outbound voice profile does not allow calls to the United States.',
    remedy: 'Add “US” to the allowed destinations of the outbound voice profile.',
  },
  spend_limit_zero: {
    level: 'fault',
    exitCode: 30,
    meaning: 'The daily spend limit of the outbound voice profile lets no call through.',
    remedy:
      'Raise the daily spend limit of the outbound voice profile, or switch it off: SPEND_CAP_USD_PER_DAY holds here too.',
  },
  spend_limit_low: {
    level: 'warning',
    exitCode: 0,
    meaning: 'Telnyx stops calls earlier in the day than SPEND_CAP_USD_PER_DAY does.',
    remedy:
      'Raise the daily spend limit of the outbound voice profile, or lower SPEND_CAP_USD_PER_DAY so that both say the same.',
  },
  channels_low: {
    level: 'warning',
    exitCode: 0,
    meaning: 'Telnyx allows fewer calls at a time than MAX_LIVE_CALLS.',
    remedy: 'Lower MAX_LIVE_CALLS to {limit}, or raise the limit in the Telnyx portal.',
  },
  calling_window_set: {
    level: 'warning',
    exitCode: 0,
    meaning: 'Telnyx allows calls at certain times of day only, by its own clock.',
    remedy:
      'Take the calling window off the outbound voice profile: calling hours are kept here, in the patient’s own time zone.',
  },
  profile_records_calls: {
    level: 'fault',
    exitCode: 31,
    meaning: 'Telnyx records calls by itself, before anybody has agreed.',
    remedy: 'Set call recording of the outbound voice profile to “none”. Recording starts here, after consent.',
  },
  keys_logged: {
    level: 'warning',
    exitCode: 0,
    meaning: 'Keys that patients press stand in Telnyx’ debug logs.',
    remedy: 'Turn on “redact DTMF in debug logs” of the Call Control application: birth dates are entered by key.',
  },
  number_not_owned: {
    level: 'fault',
    exitCode: 32,
    meaning: 'A number in TELNYX_FROM_NUMBER does not belong to the account: its calls fail.',
    remedy: 'Buy or port the number {number}, or take it out of TELNYX_FROM_NUMBER.',
  },
  number_inactive: {
    level: 'fault',
    exitCode: 33,
    meaning: 'A number in TELNYX_FROM_NUMBER is not active.',
    remedy: 'See in the Telnyx portal what the number {number} waits for: an order, a port, or documents.',
  },
  number_elsewhere: {
    level: 'fault',
    exitCode: 34,
    meaning: 'A number in TELNYX_FROM_NUMBER is attached to another connection: who rings it back is not answered.',
    remedy: 'Attach the number {number} to the Call Control application in the Telnyx portal.',
  },
  number_records_calls: {
    level: 'fault',
    exitCode: 35,
    meaning: 'Telnyx records calls to a number by itself, before anybody has agreed.',
    remedy: 'Switch off inbound call recording of the number {number}. Recording starts here, after consent.',
  },
  balance_empty: {
    level: 'fault',
    exitCode: 36,
    meaning: 'The Telnyx account has no money left: calls are refused.',
    remedy: 'Pay in at the Telnyx portal, and set up automatic recharge.',
  },
  balance_low: {
    level: 'warning',
    exitCode: 0,
    meaning: 'The Telnyx account has less money than one day may cost.',
    remedy: 'Pay in at the Telnyx portal, or set up automatic recharge.',
  },
  clock_wrong: {
    level: 'fault',
    exitCode: 37,
    meaning: 'The clock of Telnyx and ours differ by more than a minute; at five minutes every webhook is refused.',
    remedy:
      'Set the clock of this machine. On Cloudflare’s network look at status.telnyx.com and cloudflarestatus.com.',
  },
  clock_drift: {
    level: 'warning',
    exitCode: 0,
    meaning: 'The clock of Telnyx and ours differ by more than five seconds.',
    remedy: 'Set the clock of this machine. On Cloudflare’s network it is worth a look if it stays.',
  },

  dials_refused: {
    level: 'fault',
    exitCode: 38,
    meaning: 'Telnyx refuses to dial, whatever else it says of the account.',
    remedy:
      'Look at the call in the Telnyx portal: the account may need a higher level, the number verification or documents.',
  },
} as const;
