/**
 * Two campaigns in a worker's state on this machine, one of 100,000 people and one of a few, each sealed as the worker seals them, and a month
 * of answered calls that the long one had already.
 */
import { newDataKey, parseKeyRing, seal, searchHash, wrapDataKey } from '../../src/store/seal.ts';
import { syntheticNumbers } from '../tools/synthetic-numbers.ts';
import { giveBase64 } from './data/base64.ts';
import { fileWith } from './data/clinic.ts';
import { DAY_MS, idAt, PHI_KEYS } from './data/clinic-size.ts';
import { type Filler, inBulk } from './data/fill-tables.ts';

export const LONG = { id: idAt('cmp', 1_700_000_000_000, 1), people: 100_000 };
export const SHORT = { id: idAt('cmp', 1_700_000_000_000, 2), people: 500 };
const EARLIER_CALLS = 60_000;
/** There are no more that nobody owns; the first so many of a list have one each, and no more are rung here. */
const NUMBERS = 27_000;
/** Attempts are made for three seconds ahead; those that a pause takes back are counted with the calls. */
export const PACE = 4;

export function fillLists(stateFolder: string, now: number): void {
  giveBase64();
  const ring = parseKeyRing(PHI_KEYS);
  if (ring === null) throw new Error('the key of the benchmarks is none');
  const [database, vault] = [fileWith(stateFolder, 'calls'), fileWith(stateFolder, 'keys')];
  const numbers = syntheticNumbers(NUMBERS);
  const hashes = numbers.map((phone) => searchHash(ring, 'phone', phone));
  const keep = (people: Filler, keys: Filler, n: number): void => {
    const [list, row] = n < LONG.people ? [LONG, n] : [SHORT, n - LONG.people];
    // From the other end, so that the short list's are not those that the long one begins with.
    const number = list === LONG ? row % NUMBERS : NUMBERS - 1 - row;
    const [phoneNumber, phone_hash] = [numbers[number] as string, hashes[number] as string];
    const at = now - DAY_MS;
    const [id, contactId, consentId] = [idAt('pat', at, n), idAt('cnt', at, n), idAt('con', at, n)];
    const key = newDataKey();
    const sealed = (table: string, of: string, what: object) =>
      seal(key, { table, column: 'sealed', row: of }, JSON.stringify(what));
    const [firstName, lastName] = ['Rosa', 'Quimby'];
    keys.add('keys', { patient_id: id, key_id: ring.currentId, wrapped: wrapDataKey(ring, key, id) });
    people.add('patients', {
      ...{ id, phone_hash, last_four_hash: 'h', family_name_hash: 'h', external_id: `MRN-${n}`, language: 'en' },
      sealed: sealed('patients', id, {
        ...{ phoneNumber, firstName, lastName, dateOfBirth: '1980-04-12', state: null, timeZone: null, flags: [] },
      }),
      ...{ created_at: at, updated_at: at },
    });
    people.add('consents', {
      ...{ id: consentId, patient_id: id, phone_hash, basis: 'written', purposes: '["intake"]', obtained_at: at },
      sealed: sealed('consents', consentId, {
        ...{ obtainedBy: 'front desk', evidence: 'registration form', recordedBy: 'desk', phoneNumber },
      }),
      ...{ created_at: at, expires_at: null, revoked_at: null, revoked_reason: null },
    });
    people.add('contacts', {
      ...{ id: contactId, campaign_id: list.id, row: row + 1, patient_id: id, phone_hash, external_id: `MRN-${n}` },
      sealed: sealed('contacts', contactId, { phoneNumber, firstName, lastName, variables: {} }),
      ...{ consent_id: null, status: 'ready', code: null, outcome: null, rings: 0, next_at: at, last_call_id: null },
      ...{ created_at: at, updated_at: at },
    });
  };
  inBulk(vault, (keys) => {
    inBulk(database, (filler) => {
      for (const { id } of [LONG, SHORT]) filler.add('campaigns', campaign(id, now));
      for (let n = 0; n < LONG.people + SHORT.people; n += 1) keep(filler, keys, n);
      for (let n = 0; n < EARLIER_CALLS; n += 1) filler.add('calls', earlierCall(n, now));
    });
  });
  for (const db of [database, vault]) {
    db.exec('pragma journal_mode = wal');
    db.close();
  }
}

const campaign = (id: string, now: number) => ({
  ...{ id, name: 'Autumn intake', purpose: 'intake', questionnaire_id: 'adult-intake', questionnaire_version: 1 },
  ...{ language: 'en', status: 'paused', status_reason: null, pace_per_second: PACE, max_live_calls: 60 },
  ...{ spend_cap_nanos: null, retry: '{"budget":1,"rules":{}}', script: '{}', media_id: null, owner: 'staff_1' },
  ...{ owner_name: 'operator@clinic.example', approved_by: null, start_requested_by: null, preflight_id: null },
  ...{ created_at: now, started_at: now, resumed_at: now, ends_at: null, ended_at: null },
});

/** Answered and greeted in time, at even steps over the last 29 days. */
function earlierCall(n: number, now: number) {
  const at = Math.floor(now - 29 * DAY_MS * (1 - n / EARLIER_CALLS) - 3_600_000);
  return {
    ...{ id: idAt('call', at, n), patient_id: idAt('pat', at, n), direction: 'outbound', status: 'completed' },
    ...{ language: 'en', questionnaire_id: 'adult-intake', questionnaire_version: 1, attempt: 1 },
    ...{ campaign_id: LONG.id, contact_id: idAt('cnt', at, n), identity: 'verified', answered_by: 'human' },
    ...{ consent_collection: 'given', consent_recording: 'declined', created_at: at, dialed_at: at + 1000 },
    ...{ answered_at: at + 5000, greeting_delay_ms: 320, ended_at: at + 90_000, recording_status: 'none' },
    ...{ red_flags: 0, sealed: 'A'.repeat(120) },
  };
}
