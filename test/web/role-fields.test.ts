/**
 * HS-18: for each role and each GET route of the table, what is seen is what src/web/field-access.ts says. A route that is not named here
 * shows nothing of anybody; one that begins to has to be written down.
 */
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ROLES, type Role } from '../../src/store/staff.ts';
import { accessTo, FIELD_ACCESS, type Field } from '../../src/web/field-access.ts';
import { routes } from '../../src/web/routes.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { ring } from '../support/worker-env.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { handOnProbes } from './given-doctor.ts';
import { tokenOf } from './given-role.ts';
import { givenSentinels, type Sentinels, TEXTS, type Text } from './given-sentinels.ts';

/** Of which right each text is a part, and how much of that right it takes. */
type Shown = Partial<Record<Text, Field | readonly [Field, 'masked' | 'only masked']>>;
const masked = (field: Field) => [field, 'masked'] as const;

const LISTED_CALL: Shown = { lastFour: masked('phone_number'), record: 'external_id' };
const CALL_ROW: Shown = { initials: masked('patient_name'), lastFour: masked('phone_number') };
const PATIENT: Shown = {
  name: 'patient_name',
  birthDate: 'birth_date',
  record: 'external_id',
  place: 'patient_details',
};
const CONTACT: Shown = {
  ...{ initials: masked('contact_rows'), lastFour: masked('contact_rows'), record: masked('contact_rows') },
};
const WHOLE_CALL: Shown = {
  ...{ name: 'patient_name', number: 'phone_number', birthDate: 'birth_date', record: 'external_id' },
  ...{ answer: 'answers', words: 'transcript' },
};

const SHOWN: Readonly<Record<string, Shown>> = {
  '/api/calls': LISTED_CALL,
  '/api/calls/:call_id': { number: 'phone_number', record: 'external_id' },
  '/api/calls/:call_id/intake-data': {
    ...{ name: 'answers', number: 'answers', birthDate: 'answers', answer: 'answers' },
  },
  '/api/calls/:call_id/fhir': {
    ...{ name: 'answers', number: 'answers', birthDate: 'answers', record: 'answers', answer: 'answers' },
  },
  '/api/calls/:call_id/events': { event: 'call_events' },
  '/api/calls/:call_id/transcripts': { words: 'transcript' },
  '/api/calls/:call_id/recording': { audio: 'recording' },
  '/api/patients': { ...PATIENT, lastFour: masked('phone_number') },
  '/api/patients/:patient_id': { ...PATIENT, number: 'phone_number' },
  '/api/patients/:patient_id/calls': LISTED_CALL,
  '/api/patients/:patient_id/consents': { number: 'consent_evidence', evidence: 'consent_evidence' },
  '/api/patients/:patient_id/export': {
    ...{ name: 'patient_export', number: 'patient_export', birthDate: 'patient_export', record: 'patient_export' },
    ...{ place: 'patient_export', evidence: 'patient_export', answer: 'patient_export', words: 'patient_export' },
    event: 'patient_export',
  },
  '/api/staff': { staff: 'staff' },
  '/dashboard/settings/staff': { staff: 'staff' },
  '/api/intake-notes': { record: 'external_id' },
  '/api/campaigns': { campaign: 'campaign_counts' },
  '/api/campaigns/:campaign_id': { campaign: 'campaign_counts' },
  '/api/campaigns/:campaign_id/contacts': CONTACT,
  '/api/campaigns/:campaign_id/results': {
    ...{ number: 'contact_rows', lastFour: ['contact_rows', 'only masked'], record: masked('contact_rows') },
    ...{ answer: 'answers', words: 'transcript' },
  },
  '/api/imports/:import_id/rows?format=csv': { refusedContact: 'refused_contacts' },
  '/api/suppressions': { suppressed: masked('suppressed_numbers'), statement: 'suppression_words' },
  '/api/suppressions/:suppression_id': { suppressed: 'suppressed_numbers', statement: 'suppression_words' },
  '/api/suppressions/export': { suppressed: 'suppressed_numbers' },
  '/dashboard/calls': { ...CALL_ROW, campaign: 'campaign_counts' },
  '/dashboard/fragments/calls': CALL_ROW,
  '/dashboard/calls/:call_id': WHOLE_CALL,
  '/dashboard/fragments/calls/:call_id': WHOLE_CALL,
  '/dashboard/today': CALL_ROW,
  '/dashboard/fragments/today': CALL_ROW,
  '/dashboard/tasks': CALL_ROW,
  '/dashboard/fragments/tasks': CALL_ROW,
  '/dashboard/downtime': { name: 'patient_name', number: 'phone_number', birthDate: 'birth_date' },
  '/dashboard/patients': { ...CALL_ROW, record: 'external_id' },
  '/dashboard/patients/:patient_id': {
    ...CALL_ROW,
    record: 'external_id',
    place: 'patient_details',
    evidence: 'consent_evidence',
  },
  '/dashboard/patients/:patient_id/edit': { ...PATIENT, number: 'phone_number' },
  '/dashboard/patients/:patient_id/erase': CALL_ROW,
  '/dashboard/patients/:patient_id/rights': CALL_ROW,
  '/dashboard/campaigns': { campaign: 'campaign_counts' },
  '/dashboard/fragments/campaigns': { campaign: 'campaign_counts' },
  '/dashboard/campaigns/:campaign_id': { ...CONTACT, campaign: 'campaign_counts' },
  '/dashboard/fragments/campaigns/:campaign_id': { campaign: 'campaign_counts' },
  '/dashboard/fragments/campaigns/:campaign_id/contacts': CONTACT,
  '/dashboard/suppressions': { suppressed: masked('suppressed_numbers'), statement: 'suppression_words' },
};

let given: GivenApp;
let sentinels: Sentinels;
const begin = () => {
  given = givenApp({ PHI_KEYS: `k1:${ring.keys.get('k1')?.toBase64()}` });
  catchJobHints();
  // Nobody answers the doctor's messages here, and it would wait for them.
  handOnProbes();
};
beforeAll(async () => {
  begin();
  sentinels = await givenSentinels(given);
  for (const role of ROLES) await tokenOf(given, role);
});
afterEach(() => {
  vi.restoreAllMocks();
  begin();
});

async function ask(path: string, role: Role) {
  const address = path.replaceAll(/:([a-z]+_id)/g, (_, name) => sentinels.ids[name] ?? `unknown-${name}`);
  // The tokens are of the team of the first app.
  const email = `${role}@role.example`;
  const token = await given.token({ email, sub: email });
  const response = await given.request(address, { token });
  return { status: response.status, text: await response.text() };
}
const textsIn = (text: string): Text[] =>
  (Object.keys(TEXTS) as Text[]).filter((name) => TEXTS[name].test(text)).sort();

/** By the table of rights alone. */
function expected(shown: Shown, role: Role): string[] {
  return Object.entries(shown)
    .filter(([, right]) => {
      const [field, least] = typeof right === 'string' ? [right, 'full'] : right;
      const access = accessTo({ roles: [role] }, field);
      if (least === 'only masked') return access === 'masked';
      return least === 'masked' ? access !== 'none' : access === 'full';
    })
    .map(([text]) => text)
    .sort();
}

const GETS = routes.filter(({ method }) => method === 'GET');
const queried = (path: string) => Object.keys(SHOWN).find((each) => each.split('?')[0] === path) ?? path;

describe.each(ROLES)('%s', (role) => {
  it.each(GETS.map(({ path, roles }) => [queried(path), roles] as const))(
    'GET %s (HS-18, HS-24, SE-10, T24, T17)',
    async (path, roles) => {
      const { status, text } = await ask(path, role);
      const mayAsk = roles.includes(role);
      if (!mayAsk) expect(status).toBe(403);
      const seen = mayAsk ? expected(SHOWN[path] ?? {}, role) : [];
      // What a route gives to some lists only it may refuse of others.
      if (seen.length > 0) expect(status).toBe(200);
      expect(textsIn(text)).toEqual(seen);
    },
  );
});

it('names only routes that are there', () => {
  const paths = new Set(GETS.map(({ path }) => path as string));
  expect(Object.keys(SHOWN).filter((path) => !paths.has(path.split('?')[0] ?? ''))).toEqual([]);
});

it.each([
  ['/api/tasks', 'tasks'],
  ['/api/jobs', 'background_work'],
  ['/api/audit', 'audit_lines'],
  ['/api/doctor', 'configuration'],
  ['/api/staff', 'staff'],
  ['/api/campaigns', 'campaign_counts'],
] as const)('%s is for whoever sees %s (HS-18)', (path, field) => {
  const asked = GETS.find((route) => route.path === path)?.roles ?? [];
  expect([...asked].sort()).toEqual(ROLES.filter((role) => accessTo({ roles: [role] }, field) === 'full').sort());
});

it('whoever has two roles sees what either sees', () => {
  const both = { roles: ['operator', 'intake'] as const };
  expect([accessTo(both, 'phone_number'), accessTo(both, 'refused_contacts'), accessTo(both, 'answers')]).toEqual([
    ...['full', 'full', 'none'],
  ]);
  expect(accessTo({ roles: [] }, 'campaign_counts')).toBe('none');
});

describe('a right that is taken away in the table', () => {
  const rights = FIELD_ACCESS as unknown as Record<Field, Record<Role, string>>;
  const without = async (field: Field, access: string, look: () => Promise<void>) => {
    const before = rights[field];
    rights[field] = { ...before, clinician: access };
    try {
      await look();
    } finally {
      rights[field] = before;
    }
  };

  it.each([
    ['patient_name', 'name', '/api/patients/:patient_id', '/dashboard/patients/:patient_id/edit'],
    ['phone_number', 'number', '/api/patients/:patient_id', '/dashboard/patients/:patient_id/edit'],
    ['birth_date', 'birthDate', '/api/patients/:patient_id', '/dashboard/patients/:patient_id/edit'],
    ['external_id', 'record', '/api/calls/:call_id', '/dashboard/patients/:patient_id'],
    ['patient_details', 'place', '/api/patients/:patient_id', '/dashboard/patients/:patient_id'],
    ['contact_rows', 'number', '/api/campaigns/:campaign_id/results', '/api/campaigns/:campaign_id/results?format=csv'],
    ['answers', 'answer', '/api/campaigns/:campaign_id/results', '/api/campaigns/:campaign_id/results?format=csv'],
  ] as const)('%s is gone from API and page at once', async (field, text, api, page) => {
    for (const path of [api, page]) expect((await ask(path, 'clinician')).text).toMatch(TEXTS[text]);
    await without(field, 'none', async () => {
      for (const path of [api, page]) expect((await ask(path, 'clinician')).text).not.toMatch(TEXTS[text]);
    });
  });

  it('of consents and calls leaves the rest of the page', async () => {
    const path = '/dashboard/patients/:patient_id';
    const call = new RegExp(sentinels.ids['call_id'] ?? '');
    const whole = await ask(path, 'clinician');
    expect([TEXTS.evidence.test(whole.text), call.test(whole.text)]).toEqual([true, true]);
    await without('consent_evidence', 'none', () =>
      without('call_status', 'none', async () => {
        const { status, text } = await ask(path, 'clinician');
        expect([status, TEXTS.initials.test(text), TEXTS.evidence.test(text), call.test(text)]).toEqual([
          ...[200, true, false, false],
        ]);
      }),
    );
  });
});
