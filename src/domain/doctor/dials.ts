/**
 * What became of real dials: the level of an account and the rights of a number cannot be read, they show in refusals alone (D51, D60,
 * 10010, 20012 to 20017). One number that cannot be rung is no fault; that nobody can be is.
 */
import { type Finding, fine, found } from './finding.ts';
import { ago } from './webhooks.ts';

/** Of the last day. */
export interface DialFacts {
  /** Newest first: refused by Telnyx, with its code. */
  readonly refused: readonly { readonly at: number; readonly code: string }[];
  /** When Telnyx last took a dial; null: not in that time. */
  readonly acceptedAt: number | null;
}

/** So many in a row are not the numbers' fault any more. */
const MANY = 3;

export function judgeDials({ refused, acceptedAt }: DialFacts, now: number): Finding {
  const since = refused.filter(({ at }) => acceptedAt === null || at > acceptedAt);
  const [last] = since;
  if (last !== undefined && (acceptedAt === null || since.length >= MANY)) {
    const codes = [...new Set(since.map(({ code }) => code))].join(', ');
    const many = since.length === 1 ? '1 dial was' : `${since.length} dials in a row were`;
    return found('dials', 'dials_refused', `${many} refused, the last ${ago(last.at, now)}, with ${codes}.`);
  }
  if (acceptedAt === null) return fine('dials', 'Nobody was rung in the last day, and no dial was refused.');
  const some = refused.length === 0 ? 'None was' : refused.length === 1 ? '1 was' : `${refused.length} were`;
  return fine('dials', `Telnyx last took a dial ${ago(acceptedAt, now)}. ${some} refused in the last day.`);
}
