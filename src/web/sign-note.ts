/**
 * Signs the newest note of a call for whoever asks, or adds to what is signed (C28); API and page both come through here. Whoever has
 * signed and signs again gets the same answer, so a request may be sent twice. What does not go says what to do first.
 */
import { isLiveStatus } from '../domain/intake/call-record.ts';
import type { Note } from '../domain/note/note.ts';
import type { Config, Env } from '../env.ts';
import { log } from '../log.ts';
import { type Call, getCall } from '../store/calls.ts';
import type { Database } from '../store/database.ts';
import { getNote } from '../store/notes.ts';
import { dataKeyOf } from '../store/patient-keys.ts';
import { insertAddendum, insertSignature, type Reviews, reviewsOfCall } from '../store/reviews.ts';
import { redFlagTasks } from '../store/tasks.ts';
import type { Actor, AppContext } from './context.ts';
import { notFound, Problem } from './errors.ts';
import { showing } from './shown-patients.ts';

export interface Signer {
  readonly c: AppContext;
  readonly env: Env;
  readonly config: Config;
  readonly db: Database;
  readonly actor: Actor;
  readonly now: number;
}

export interface SignRequest {
  /** Words to be added to the record; null: the signature alone. */
  readonly addendum: string | null;
  /** The version that was shown; null: whichever is the newest. */
  readonly noteVersion: number | null;
}
export interface SignedNote {
  readonly note: Note;
  readonly reviews: Reviews;
  /** Whether anything was written. */
  readonly isNew: boolean;
}

export async function signNote(signer: Signer, callId: string, request: SignRequest): Promise<SignedNote> {
  const { db, config, actor, now } = signer;
  const { call, note, reviews } = await reviewedNote(signer, callId);
  if (request.noteVersion !== null && request.noteVersion !== note.version) throw noteChanged();
  const dataKey = await dataKeyOf(config.keyRing, call.patientId);
  const row = { callId, patientId: call.patientId, noteVersion: note.version, actor };
  const { addendum } = request;
  const tell = (event: string) => log.info(event, { actor: actor.id, call_id: callId });

  const signature = signatureOf(reviews, note.version);
  if (signature === undefined) {
    const flagCalls = flagCallsOf(note);
    const isSigned = await insertSignature(db, dataKey, { ...row, flagCalls, addendum }, now);
    if (!isSigned) return whatHappened(signer, callId, request, note);
    tell('note.signed');
  } else if (addendum === null) {
    if (signature.actorId !== actor.id) throw alreadySigned();
    return { note, reviews, isNew: false };
  } else {
    const isSame = (each: Reviews['addenda'][number]) =>
      each.actorId === actor.id && each.noteVersion === note.version && each.text === addendum;
    if (reviews.addenda.some(isSame)) return { note, reviews, isNew: false };
    await insertAddendum(db, dataKey, row, addendum, now);
    tell('note.addendum_added');
  }
  return { note, reviews: await reviewsOfCall(db, config.keyRing, callId), isNew: true };
}

/** The newest note of a call with what was signed of it. */
export async function reviewedNote(
  { c, db, config }: Pick<Signer, 'c' | 'db' | 'config'>,
  callId: string,
): Promise<{ call: Call; note: Note; reviews: Reviews }> {
  const [call, note, reviews] = await Promise.all([
    getCall(db, config.keyRing, callId),
    getNote(db, config.keyRing, callId),
    reviewsOfCall(db, config.keyRing, callId),
  ]);
  if (call === null) throw notFound();
  showing(c, [call.patientId]);
  if (note === null) throw noNote(call);
  return { call, note, reviews };
}

export const signatureOf = ({ signatures }: Reviews, version: number) =>
  signatures.find(({ noteVersion }) => noteVersion === version);

/** Its own, and those that came with an unfinished intake. */
export const flagCallsOf = ({ call_id, red_flags }: Note): string[] => [
  ...new Set([call_id, ...red_flags.map((flag) => flag.call_id)]),
];

/** Why the statement wrote nothing; where somebody was faster, what they wrote is the answer. */
async function whatHappened(signer: Signer, callId: string, request: SignRequest, note: Note): Promise<SignedNote> {
  const tasks = await redFlagTasks(signer.db, flagCallsOf(note));
  if ([...tasks.values()].some(({ status }) => status === 'open')) throw redFlagOpen();
  const later = await reviewedNote(signer, callId);
  if (later.note.version !== note.version) throw noteChanged();
  if (signatureOf(later.reviews, note.version) === undefined) throw new Error('a signature was refused for no reason');
  return signNote(signer, callId, request);
}

const noNote = ({ status }: Call): Problem =>
  isLiveStatus(status)
    ? new Problem(404, 'not_ready', { detail: 'The note is written when the call is over. Ask again then.' })
    : new Problem(404, 'no_note', { detail: 'This call left no note.' });
export const noteChanged = (): Problem =>
  new Problem(409, 'note_changed', {
    detail: 'There is a newer version of this note. Read it, then sign or correct that version.',
  });
const redFlagOpen = (): Problem =>
  new Problem(409, 'red_flag_open', {
    detail: 'A red flag of this note is open: nobody has claimed it. Claim it under Tasks first, then sign.',
  });
const alreadySigned = (): Problem =>
  new Problem(409, 'already_signed', {
    detail: 'Somebody else has signed this version: GET the review to see who. You can still send an addendum.',
  });
