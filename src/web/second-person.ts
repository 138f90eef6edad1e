/**
 * The second person for what one alone should not do: an erasure, the start of a large campaign (SE-20). Whoever can add staff could add
 * themselves once more, and whoever can remove staff could be the only one left: so for a day whoever is new neither asks nor approves,
 * and for a day after an administrator has gone nobody decides alone. That is the time for others to see it in the audit.
 */
import { readSign } from '../store/signs.ts';
import { ADMIN_LEFT, countAdmins } from '../store/staff.ts';
import { type Actor, isPerson } from './context.ts';
import { Problem } from './errors.ts';
import type { Ask } from './route.ts';

const SETTLES_MS = 24 * 3_600_000;
const moment = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** People, not services: an approval is somebody's word. */
export async function approvers({ db, config }: Pick<Ask, 'db' | 'config'>): Promise<number> {
  const named = [...config.access.admins].filter((name) => name.includes('@'));
  return named.length + (await countAdmins(db, named));
}

export const needsSecond = async (ask: Pick<Ask, 'db' | 'config'>): Promise<boolean> => (await approvers(ask)) >= 2;

/** Before somebody does it alone. */
export async function refuseRightAfterRemoval({ db, now }: Pick<Ask, 'db' | 'now'>): Promise<void> {
  const left = await readSign(db, ADMIN_LEFT);
  const until = (left?.at ?? 0) + SETTLES_MS;
  if (left !== null && now < until)
    throw new Problem(409, 'administrator_left', {
      detail: `An administrator was taken off the list less than a day ago, so nobody decides this alone yet. Ask again from ${moment(until)} on, or ask once there is a second administrator.`,
    });
}

/** Who is named in ADMIN_EMAILS was put there by whoever runs the service, and counts at once. */
export const isSettled = ({ rolesSince }: Pick<Actor, 'rolesSince'>, now: number): boolean =>
  rolesSince === undefined || now >= rolesSince + SETTLES_MS;

/** Before the first word is taken and before the second: either could be somebody's other name. */
export function refuseTooNew(actor: Pick<Actor, 'rolesSince'>, now: number): void {
  if (!isSettled(actor, now))
    throw new Problem(409, 'role_too_new', {
      detail: `Whoever was put on the list of staff, or whose roles were changed, has no say for a day in what takes two people. Come back from ${moment((actor.rolesSince ?? now) + SETTLES_MS)} on, or have somebody else do it.`,
    });
}

/** An approval is the word of another person than who asked. */
export const isAnother = (
  actor: Pick<Actor, 'id' | 'name'>,
  asked: { readonly createdBy: string; readonly createdName: string },
): boolean =>
  isPerson(actor) && actor.id !== asked.createdBy && actor.name.toLowerCase() !== asked.createdName.toLowerCase();
