/**
 * The five guards in which each condition must be held by a test of its own: consent before the recorder, the dial gate, the signature of
 * webhooks, the token, the roles. Every condition of these files becomes a mutant; what is left out is named here, with the reason.
 */
import type { Equivalent, Guarded } from './mutant.ts';

const VERIFY_TESTS = [
  'headers',
  'timestamp',
  'public-keys',
  'refusals',
  'body',
  'decode-base64',
  'forgeries',
  'rfc8032',
].map((name) => `test/telnyx-webhook-verify/${name}.portable.test.ts`);
const verify = (name: string): Guarded => ({
  group: 'verify',
  file: `src/telnyx-webhook-verify/${name}.ts`,
  killers: VERIFY_TESTS,
});

const campaign = (name: string, ...others: string[]): Guarded => ({
  group: 'dial-gate',
  file: `src/domain/campaign/${name}.ts`,
  killers: [...new Set([...others, 'gate', 'calling-hours'])].map((test) => `test/domain/campaign/${test}.test.ts`),
});

const INTAKE_TESTS = ['answer', 'recording', 'still-wanted', 'transition', 'pick-command'];
const intake = (name: string, functions: readonly string[], ...others: string[]): Guarded => ({
  group: 'consent-gate',
  file: `src/domain/intake/${name}.ts`,
  functions,
  killers: [...new Set([...others, ...INTAKE_TESTS])].map((test) => `test/domain/intake/${test}.test.ts`),
});

const web = (...names: string[]): string[] => names.map((name) => `test/web/${name}.test.ts`);

export const GUARDED: readonly Guarded[] = [
  intake('before-consent', ['isBeforeConsent']),
  intake('recording', ['consentProof', 'recordingOf']),
  intake('still-wanted', ['stillWanted', 'isLive']),
  intake('answer', ['onConsent', 'withConsent']),
  intake('voice-answer', ['mayBeHeard'], 'listening', 'speech', 'stop-listening'),
  intake('call-record', ['recordingStatusOf']),
  campaign('gate'),
  campaign('gate-policy'),
  campaign('after-gate'),
  campaign('calling-hours', 'calling-hours', 'calling-hours-policy'),
  campaign('calling-hours-policy', 'calling-hours-policy'),
  campaign('caller-id', 'caller-id'),
  verify('decode-base64'),
  verify('ed25519'),
  verify('public-keys'),
  verify('read-header'),
  verify('signature-header'),
  verify('signed-message'),
  verify('strict-ed25519'),
  verify('timestamp-header'),
  verify('verify-options'),
  verify('verify-telnyx-webhook'),
  {
    group: 'token',
    file: 'src/web/access.ts',
    killers: web('access', 'rate-limit', 'alerts', 'emergency-access', 'default-deny'),
  },
  { group: 'token', file: 'src/web/access-keys.ts', killers: web('access') },
  {
    group: 'roles',
    file: 'src/web/route.ts',
    killers: web(
      ...['requests', 'access', 'idempotency', 'rate-limit', 'emergency-access', 'service-tokens', 'default-deny'],
      ...['left-out', 'wrong-period', 'error-pages'],
    ),
  },
  { group: 'roles', file: 'src/web/field-access.ts', killers: web('role-fields') },
  { group: 'roles', file: 'src/web/same-origin.ts', killers: web('requests') },
  { group: 'roles', file: 'src/web/idle-logoff.ts', killers: web('idle-logoff') },
  {
    group: 'roles',
    file: 'src/store/staff-sessions.ts',
    killers: ['test/store/staff-sessions.test.ts', ...web('idle-logoff')],
  },
];

const NARROWED = 'It is there for the compiler: without it the next comparison comes out the same.';
const ONLY_THERE = 'No other phase has the field that is compared beside it.';
const UNMADE = 'Nobody sees anything then, and the table of routes is refused as it is made: no test begins.';
const REMEMBERED = 'What is remembered only saves work: without it the same is found again.';

/** Mutants that nobody could tell from the source. A change of the condition makes its row here fail. */
export const EQUIVALENT: readonly Equivalent[] = [
  {
    id: 'caller-id.callerIdFor.3.true',
    text: 'number < best',
    because: 'No two numbers of ours score alike for a patient.',
  },
  { id: 'gate.reassigned.5.true', text: 'told.answeredAt !== null', because: NARROWED },
  { id: 'gate.closed.4.false', text: 'hours.open', because: NARROWED },
  { id: 'before-consent.isBeforeConsent.2.true', text: 'consentAt !== null', because: NARROWED },
  { id: 'calling-hours.openUntil.2.false', text: "typeof window === 'string'", because: NARROWED },
  { id: 'calling-hours.nextChance.1.true', text: "typeof window !== 'string'", because: NARROWED },
  { id: 'calling-hours.windowOn.2.false', text: 'known !== undefined', because: REMEMBERED },
  { id: 'calling-hours.windowOn.3.false', text: "window !== 'no_policy'", because: REMEMBERED },
  {
    id: 'calling-hours.nextOpening.3.false',
    text: 'now > at + SEARCH_MS',
    because: 'Without it the search for an opening never ends: the run is noticed, but no test can fail.',
  },
  { id: 'still-wanted.stillWanted.1.true', text: "state.phase === 'dialing'", because: ONLY_THERE },
  { id: 'still-wanted.stillWanted.8.true', text: "state.phase === 'transferring'", because: ONLY_THERE },
  { id: 'ed25519.importPublicKey.2.true', text: 'oldest !== undefined', because: REMEMBERED },
  { id: 'ed25519.importPublicKey.3.true', text: 'importedKeys.size >= MAX_CACHED_KEYS', because: REMEMBERED },
  {
    id: 'access.verifyToken.2.false',
    text: "token === ''",
    because: 'jose refuses an empty token as it does any other text: only the word in the log is another.',
  },
  {
    id: 'access.checkClaims.2.false',
    text: "typeof iat !== 'number'",
    because: 'jose has refused a token whose time of issue is missing or no number: it is there for the compiler.',
  },
  {
    id: 'access.verifyToken.4.true',
    text: 'error instanceof errors.JOSEError',
    because: 'jose throws its own errors alone; the other word is for what nobody foresaw.',
  },
  {
    id: 'access-keys.keysAt.2.false',
    text: "header.kid === ''",
    because: 'An empty key id fits no key of the set: jose refuses it one step later.',
  },
  { id: 'staff-sessions.useSignIn.3.false', text: 'known.endedAt !== null', because: REMEMBERED },
  { id: 'field-access.accessTo.1.false', text: 'RANK[each] > RANK[most]', because: UNMADE },
  { id: 'field-access.sees.1.false', text: "accessTo(holder, field) === 'full'", because: UNMADE },
  { id: 'field-access.rolesSeeing.1.false', text: 'sees({ roles: [role] }, field)', because: UNMADE },
  {
    id: 'field-access.rolesSeeing.2.false',
    text: 'first === undefined',
    because: 'Somebody sees each field of the table: it is there for the compiler.',
  },
  {
    id: 'route.answerTo.9.false',
    text: 'key === null',
    because: 'Without a key nobody looks at the digest of the request: it only saves work.',
  },
];
