/**
 * Emergency access, begun, ended and reviewed (HS-02): the same for the API and the page. Whoever works here may take a clinician's rights
 * for an hour with a reason; each request says so in the audit, and somebody else has to look at it afterwards.
 */
import {
  beginEmergency,
  type EmergencyAccess,
  type EmergencyReview,
  endEmergency,
  getEmergency,
  reviewEmergency,
} from '../store/emergency-accesses.ts';
import { invalidField } from './check-input.ts';
import { notFound, Problem } from './errors.ts';
import type { Ask } from './route.ts';
import { text } from './text-line.ts';

type Asking = Pick<Ask, 'c' | 'db' | 'config' | 'actor' | 'now'>;

const FEWEST_LETTERS = 10;

/** Words that somebody can judge afterwards: a letter and dots are none. */
export const emergencyReason = text(1000).refine(
  (written) => (written.match(/\p{L}/gu) ?? []).length >= FEWEST_LETTERS,
  `Say in a few words why you need it: at least ${FEWEST_LETTERS} letters.`,
);

export async function takeEmergency(ask: Asking, reason: string): Promise<EmergencyAccess> {
  const { db, config, actor, now } = ask;
  if (actor.emergencyUntil === undefined && actor.roles.some((role) => role === 'admin' || role === 'clinician'))
    throw new Problem(409, 'not_needed', { detail: 'You may see everything a clinician sees already.' });
  const asked = { staffId: actor.id, staffName: actor.name, reason };
  const begun = actor.emergencyUntil === undefined ? await beginEmergency(db, config.keyRing, asked, now) : null;
  if (begun === null)
    throw new Problem(409, 'already_open', { detail: 'Your emergency access is open already. It ends by itself.' });
  return begun;
}

export async function giveUpEmergency({ db, actor, now }: Asking): Promise<void> {
  if (!(await endEmergency(db, actor.id, now)))
    throw new Problem(409, 'not_open', { detail: 'You have no emergency access that could be ended.' });
}

export async function judgeEmergency(
  { db, config, actor, now }: Asking,
  id: string,
  { verdict, note }: Omit<EmergencyReview, 'by'>,
): Promise<EmergencyAccess> {
  if (verdict === 'not_justified' && note === null)
    throw invalidField('/note', 'required', 'Say what was not justified about it, and what follows from it.');
  const found = await getEmergency(db, config.keyRing, id);
  if (found === null) throw notFound();
  if (found.staffId === actor.id)
    throw new Problem(409, 'own_access', { detail: 'This was you. Somebody else has to look at it.' });
  if (!(await reviewEmergency(db, config.keyRing, id, { verdict, note, by: actor.name }, now)))
    throw new Problem(409, found.review === null ? 'still_open' : 'already_reviewed', {
      detail:
        found.review === null
          ? 'It is not over yet. It can be reviewed once it is.'
          : 'Somebody has reviewed it already. Load the page again to see what they said.',
    });
  return (await getEmergency(db, config.keyRing, id)) ?? found;
}
