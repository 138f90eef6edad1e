/** The variables of the worker under test. Telnyx' base is loopback and never reached: requests are intercepted. */
export const TEST_VARIABLES = {
  TELNYX_API_KEY: 'KEY0123',
  TELNYX_PUBLIC_KEY: `${'A'.repeat(43)}=`,
  TELNYX_CONNECTION_ID: '1494404757140276705',
  TELNYX_FROM_NUMBER: '+12025550101',
  TELNYX_API_BASE: 'http://127.0.0.1:9/v2',
  PUBLIC_URL: 'https://intake.example',
  CLINIC_NAME: 'Elm Street Clinic',
  CLINIC_TIME_ZONE: 'America/New_York',
  CALLBACK_NUMBER: '+12025550100',
  ACCESS_TEAM_DOMAIN: 'https://elm-street.cloudflareaccess.com',
  ACCESS_AUD: 'aud-of-the-application',
  ADMIN_EMAILS: 'admin@clinic.example',
  PHI_KEYS: `k1:${btoa('0123456789abcdef0123456789abcdef')}`,
  CALLING_HOURS: 'always',
  DIAL_RATE_PER_SECOND: '2',
  MAX_LIVE_CALLS: '3',
};
