/** /api/calls/{id}/review: who signed the note, and what was added to it. Nothing here is changed or taken back. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import type { Note } from '../../domain/note/note.ts';
import type { Reviews } from '../../store/reviews.ts';
import { type Route, route } from '../route.ts';
import { reviewedNote, signatureOf, signNote } from '../sign-note.ts';
import { text } from '../text-line.ts';
import { callId } from './fields.ts';

/** Longer than anybody writes beside a patient; a letter belongs elsewhere. */
const addendumText = text(4000);

const moment = z.iso.datetime();
const signature = z.strictObject({
  note_version: z.int().describe('The version that was signed.'),
  by: z.string().describe('Whoever signed: an e-mail address, or the client id of a service token.'),
  at: moment,
});
const review = z
  .strictObject({
    call_id: z.string(),
    note_id: z.string(),
    note_version: z.int().describe('The newest version of the note, which a signature is of.'),
    status: z.enum(['unreviewed', 'signed']).describe('Whether that version is signed.'),
    by: z.string().nullable(),
    at: moment.nullable(),
    signatures: z.array(signature).describe('All of them, also of earlier versions, in the order they were given.'),
    addenda: z.array(
      z.strictObject({
        addendum_id: z.string(),
        note_version: z.int().describe('The version it was added to.'),
        text: z.string(),
        by: z.string(),
        at: moment,
      }),
    ),
  })
  .describe('The review of the note of a call.');

function reviewJson(note: Note, reviews: Reviews): z.output<typeof review> {
  const signed = signatureOf(reviews, note.version);
  return {
    call_id: note.call_id,
    note_id: note.note_id,
    note_version: note.version,
    status: signed === undefined ? 'unreviewed' : 'signed',
    by: signed?.actorName ?? null,
    at: signed === undefined ? null : iso(signed.createdAt),
    signatures: reviews.signatures.map(({ noteVersion, actorName, createdAt }) => ({
      ...{ note_version: noteVersion, by: actorName, at: iso(createdAt) },
    })),
    addenda: reviews.addenda.map(({ id, noteVersion, text, actorName, createdAt }) => ({
      ...{ addendum_id: id, note_version: noteVersion, text, by: actorName, at: iso(createdAt) },
    })),
  };
}

const shared = {
  path: '/api/calls/:call_id/review',
  roles: ['admin', 'clinician'],
  phi: true,
  params: z.strictObject({ call_id: callId }),
} as const;

const read = route(
  {
    ...{ ...shared, method: 'GET', audit: 'note.read_review' },
    ...{ summary: 'Read who signed the note of a call, and what was added to it', answers: { 200: review } },
  },
  async (ask) => {
    const { note, reviews } = await reviewedNote(ask, ask.params.call_id);
    return ask.c.json(reviewJson(note, reviews));
  },
);

const sign = route(
  {
    ...{ ...shared, method: 'POST', audit: 'note.sign', needsPerson: true },
    summary:
      'Sign the newest note of a call, or add to what is signed; sent again it writes nothing more and answers 200',
    body: z.strictObject({
      verdict: z.literal('signed'),
      addendum: addendumText.nullish(),
      note_version: z.int().min(1).nullish(),
    }),
    answers: { 200: review, 201: review },
  },
  async (ask) => {
    const { addendum = null, note_version = null } = ask.body;
    const { note, reviews, isNew } = await signNote(ask, ask.params.call_id, { addendum, noteVersion: note_version });
    return ask.c.json(reviewJson(note, reviews), isNew ? 201 : 200);
  },
);

export const reviewRoutes: readonly Route[] = [read, sign];
