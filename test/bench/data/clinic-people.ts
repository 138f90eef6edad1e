/** The patients of the benchmarks' clinic, each sealed under a key of its own as src/store/patients.ts does, and their consents. */
import {
  type DataKey,
  type KeyRing,
  newDataKey,
  seal,
  sealUnderRing,
  searchHash,
  wrapDataKey,
} from '../../../src/store/seal.ts';
import { syntheticNumbers } from '../../tools/synthetic-numbers.ts';
import { DAY_MS, idAt, random, SIZE } from './clinic-size.ts';
import type { Filler } from './fill-tables.ts';

export interface Person {
  readonly id: string;
  readonly key: DataKey;
  readonly phone: string;
  readonly phoneHash: string;
  readonly externalId: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly birthDate: string;
}

const FIRST = ['Rosa', 'Ben', 'Mina', 'Otto', 'Vera', 'Ivo', 'Lena', 'Karim', 'Nora', 'Paul', 'Aiko', 'Tess'];
const LAST_HEAD = ['Quim', 'Hol', 'Var', 'Bex', 'Tor', 'Lind', 'Mar', 'Ost', 'Fen', 'Gar', 'Sol', 'Wes', 'Kal', 'Dun'];
const LAST_BODY = ['a', 'e', 'i', 'o', 'u', 'an', 'er', 'in', 'or', 'um', 'ath', 'ell', 'ist', 'ock', 'und'];
const LAST_TAIL = ['by', 'ton', 'berg', 'well', 'man', 'ley', 'sen', 'ard', 'ford', 'wick'];
export const familyName = (n: number): string =>
  `${LAST_HEAD[n % 14]}${LAST_BODY[Math.floor(n / 14) % 15]}${LAST_TAIL[Math.floor(n / 210) % 10]}`;
const FAMILY_NAMES = 2100;
/** Of four numbers one is shared by two people. */
const numberOf = (n: number): number => Math.floor((n * 4) / 5);

/**
 * Those numbers that nobody owns are few, so only people who are on a list that is read or judged have them. The others' have an area code
 * that there cannot be.
 */
const LISTED = SIZE.readyContacts;
const FREE = 8000;
const nowhere = (n: number): string => `+1${String(n).padStart(10, '0')}`;

/** A list of people most of whom the clinic has not seen yet; the first of them are on file. */
export function newcomers(count: number): { readonly phone: string; readonly externalId: string }[] {
  const last = numberOf(LISTED) + FREE;
  const from = Math.max(0, last - count);
  return syntheticNumbers(last)
    .slice(from)
    .map((phone, i) => {
      const number = from + i;
      const first = Math.ceil((number * 5) / 4);
      return { phone, externalId: first < LISTED ? externalIdOf(first) : `NEW-${number}` };
    });
}
const externalIdOf = (n: number): string => `MRN-${n}`;

export interface Keep {
  /** Into the vault. */
  key(patientId: string, wrapped: string): void;
}

export function addPeople(filler: Filler, ring: KeyRing, keep: Keep, now: number): Person[] {
  const numbers = syntheticNumbers(numberOf(LISTED) + FREE + SIZE.suppressions);
  const hashes = new Map<string, string>();
  const hash = (field: 'phone' | 'last_four' | 'family_name', value: string) => {
    const known = hashes.get(field + value) ?? searchHash(ring, field, value);
    hashes.set(field + value, known);
    return known;
  };
  const chance = random(1);
  const from = now - 2 * SIZE.days * DAY_MS;
  const people: Person[] = [];
  for (let n = 0; n < SIZE.patients; n += 1) {
    const at = Math.floor(from + (n / SIZE.patients) * SIZE.days * DAY_MS);
    const phone = n < LISTED ? (numbers[numberOf(n)] as string) : nowhere(numberOf(n));
    const [id, key] = [idAt('pat', at, n), newDataKey()];
    const lastName = familyName(Math.floor(chance() * FAMILY_NAMES));
    const birthDate = new Date(Date.UTC(1930, 0, 1) + Math.floor(chance() * 27_000) * DAY_MS)
      .toISOString()
      .slice(0, 10);
    const person: Person = {
      ...{ id, key, phone, phoneHash: hash('phone', phone), externalId: externalIdOf(n) },
      ...{ firstName: FIRST[n % FIRST.length] as string, lastName, birthDate },
    };
    const details = {
      ...{ phoneNumber: phone, firstName: person.firstName, lastName, dateOfBirth: birthDate },
      ...{ state: null, timeZone: null, flags: [] },
    };
    keep.key(id, wrapDataKey(ring, key, id));
    filler.add('patients', {
      ...{ id, sealed: seal(key, { table: 'patients', column: 'sealed', row: id }, JSON.stringify(details)) },
      ...{ phone_hash: person.phoneHash, last_four_hash: hash('last_four', phone.slice(-4)) },
      ...{ family_name_hash: hash('family_name', lastName.toLowerCase()), external_id: person.externalId },
      ...{ language: n % 8 === 0 ? 'es' : 'en', created_at: at, updated_at: at },
    });
    const consentId = idAt('con', at, n);
    const evidence = {
      obtainedBy: 'front desk',
      evidence: 'registration form',
      recordedBy: 'desk',
      phoneNumber: phone,
    };
    filler.add('consents', {
      ...{ id: consentId, patient_id: id, phone_hash: person.phoneHash, basis: 'written' },
      ...{ purposes: '["intake","follow_up","reminder","care"]', obtained_at: at, expires_at: null },
      sealed: seal(key, { table: 'consents', column: 'sealed', row: consentId }, JSON.stringify(evidence)),
      ...{ created_at: at, revoked_at: null, revoked_reason: null },
    });
    people.push(person);
  }
  addSuppressions(filler, ring, numbers, now);
  return people;
}

/** The last of the numbers, which no campaign has on its list. */
function addSuppressions(filler: Filler, ring: KeyRing, numbers: readonly string[], now: number): void {
  const taken = numbers.slice(-SIZE.suppressions);
  taken.forEach((phone, n) => {
    const at = now - SIZE.days * DAY_MS + n * 60_000;
    const id = idAt('sup', at, n);
    const lifted = n % 50 === 0;
    filler.add('suppressions', {
      ...{ id, phone_hash: searchHash(ring, 'phone', phone), key_id: ring.currentId },
      sealed: sealUnderRing(ring, { table: 'suppressions', column: 'sealed', row: id }, phone),
      ...{ reason: 'opted_out', call_id: null, created_by: 'desk', created_at: at },
      ...{ lifted_at: lifted ? at + 1 : null, lifted_by: lifted ? 'desk' : null, lift_sealed: null },
    });
  });
}
