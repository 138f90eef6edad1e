/** A transcription is tried again, or deleted with its audio; API and page both come through here. */
import { REFUSAL_REMEDIES } from '../domain/transcription/transcription-setting.ts';
import { log } from '../log.ts';
import { deleteUploads } from '../store/transcription-bucket.ts';
import { deleteTranscriptionRow, getTranscription, retryTranscription } from '../store/transcriptions.ts';
import { hint } from './begin-transcription.ts';
import { notFound, Problem } from './errors.ts';
import type { Ask } from './route.ts';

/** 409 for what has not failed, and while nobody would write it down. */
export async function tryAgain(ask: Ask, id: string): Promise<void> {
  const { db, config, now, actor } = ask;
  const { refusal } = config.transcription;
  if ((await getTranscription(db, config.keyRing, id)) === null) throw notFound();
  if (refusal !== null) throw new Problem(409, refusal, { detail: REFUSAL_REMEDIES[refusal] });
  if (!(await retryTranscription(db, id, now)))
    throw new Problem(409, 'not_failed', {
      detail: 'Only what failed is tried again; this one is done, or still being tried by itself.',
    });
  await hint(ask, id);
  log.info('transcription.sent_again', { transcription_id: id, actor: actor.id });
}

/** Also what is waiting or under way: then nothing comes of it. */
export async function deleteTranscription({ db, env, config, now, actor }: Ask, id: string): Promise<void> {
  if (!(await deleteTranscriptionRow(db, id))) throw notFound();
  // Without its key the audio is noise; should it stay behind, the daily sweep takes it.
  await config.keyRing.vault().erase(id, now);
  await deleteUploads(env.BUCKET, [id]).catch((error: Error) =>
    log.warn('transcription.left', { transcription_id: id, reason: error.name }),
  );
  log.info('transcription.deleted', { transcription_id: id, actor: actor.id });
}
