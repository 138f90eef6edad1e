/** Onto the do-not-call list and off it again, for whoever asks: API and page both come through here. */
import type { Env } from '../env.ts';
import { log } from '../log.ts';
import type { Database } from '../store/database.ts';
import { journalSuppressions } from '../store/suppression-journal.ts';
import { type Lifted, liftSuppression, type Suppression, suppressNumber } from '../store/suppression-list.ts';
import { notFound, Problem } from './errors.ts';
import type { Ask } from './route.ts';

type Asker = Pick<Ask, 'env' | 'db' | 'config' | 'actor' | 'now'>;

/** Anybody who works here may, and at once: nobody is called by mistake. `isNew`: false, it was there already. */
export async function addToList(
  { env, db, config, actor, now }: Asker,
  phoneNumber: string,
  reason: string,
): Promise<{ readonly row: Suppression; readonly isNew: boolean }> {
  const given = { phoneNumber, reason, callId: null, createdBy: actor.name };
  const added = await suppressNumber(db, config.keyRing, given, now);
  const { id, reason: code } = added.row;
  if (added.isNew) log.info('suppression.added', { actor: actor.id, suppression_id: id, code });
  if (added.isNew) await journal(env, db, now);
  return added;
}

/** TC-12: on evidence that is newer than what put the number there; `obtainedAt` null: it is given now. */
export async function takeOffList(
  { env, db, config, actor, now }: Asker,
  id: string,
  evidence: string,
  obtainedAt: number | null = null,
): Promise<Suppression> {
  const given = { evidence, obtainedAt: obtainedAt ?? now, liftedBy: actor.name };
  const lifted = await liftSuppression(db, config.keyRing, id, given, now);
  if (!lifted.ok) throw refusal(lifted.code);
  log.info('suppression.lifted', { actor: actor.id, suppression_id: id });
  await journal(env, db, now);
  return lifted.row;
}

/** Into the copy that outlives a database which is set back; what fails here the cron does. */
async function journal(env: Env, db: Database, now: number): Promise<void> {
  try {
    await journalSuppressions(db, env.BUCKET, now);
  } catch (error) {
    log.warn('suppression.not_journaled', { reason: (error as Error).name });
  }
}

function refusal(code: Extract<Lifted, { ok: false }>['code']): Problem {
  switch (code) {
    case 'not_found':
      return notFound();
    case 'already_lifted':
      return new Problem(409, code, { detail: 'It holds nobody any more.' });
    case 'not_newer':
      return new Problem(409, 'evidence_not_newer', {
        detail: 'The person called has asked not to be called since then. Only newer evidence counts.',
      });
    case 'unreadable':
      return new Problem(503, 'sealed_data_unreadable', {
        detail: 'The number does not open with the keys of this installation. See /api/doctor.',
      });
  }
}
