/**
 * Which patient on file a row of a list means, of those at its number: families share a telephone, so the number alone says it only
 * where the row says no more and one patient is there. Pure.
 */
import { foldedName, type ListedPerson } from './verdict.ts';

export interface KnownPatient extends Pick<ListedPerson, 'firstName' | 'lastName' | 'dateOfBirth' | 'externalId'> {
  readonly id: string;
}

/** Null: none of them, or it cannot be told which. */
export function matchPatient<Known extends KnownPatient>(
  row: Pick<ListedPerson, 'firstName' | 'lastName' | 'dateOfBirth' | 'externalId'>,
  atNumber: readonly Known[],
): Known | null {
  if (row.externalId !== null) {
    const same = atNumber.find(({ externalId }) => externalId === row.externalId);
    if (same !== undefined) return same;
  }
  const name = foldedName(row);
  const born = row.dateOfBirth;
  if (name === '' && born !== null) return only(atNumber.filter((known) => isBorn(known, born, row.externalId)));
  if (name === '') return row.externalId === null ? (only(atNumber.filter(isNobody)) ?? only(atNumber)) : null;
  const named = atNumber.filter((known) => foldedName(known) === name && isFree(known, row.externalId));
  const same = named.filter(({ dateOfBirth }) => dateOfBirth === born);
  // Father and son of one name: a row without a birth date means one of them only where there is no other.
  return only(same) ?? (born === null ? only(named) : null);
}

/** Two ids of the clinic's own are two people, whatever their names. */
const isFree = (known: KnownPatient, externalId: string | null): boolean =>
  externalId === null || known.externalId === null || known.externalId === externalId;

const isBorn = (known: KnownPatient, day: string, externalId: string | null): boolean =>
  known.dateOfBirth === day && isFree(known, externalId);

/** Of whom no more is known than the number. */
const isNobody = (known: KnownPatient): boolean =>
  foldedName(known) === '' && known.dateOfBirth === null && known.externalId === null;

const only = <Known>(some: readonly Known[]): Known | null => (some.length === 1 ? (some[0] ?? null) : null);
