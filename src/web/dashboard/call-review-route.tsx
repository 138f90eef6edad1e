/** Signing the note from its page. Without script the form is an ordinary one, and leads back to the page. */
import * as z from 'zod';
import { Problem } from '../errors.ts';
import { readFields } from '../read-body.ts';
import { type Route, route } from '../route.ts';
import { signNote } from '../sign-note.ts';
import { text } from '../text-line.ts';
import { CallAnswer } from './call-fragment.tsx';
import { callView, oneCall } from './call-view.ts';
import { CALL_ROLES } from './viewer.ts';

const form = z.object({
  note_version: z.coerce.number().int().min(1),
  addendum: z
    .string()
    .transform((written) => (written.trim() === '' ? null : written))
    .pipe(text(4000).nullable()),
});

const REFUSED: Readonly<Record<string, string>> = {
  invalid: 'Nothing was signed or added. Write the addendum as plain text of at most 4000 letters.',
  note_changed: 'Nothing was signed or added: the note has changed meanwhile. Read this version, then sign it.',
  red_flag_open: 'Not signed: a red flag is open. Claim it first, then sign.',
  already_signed: 'Somebody else had already signed this version. You can add an addendum.',
};

export const callReviewRoute: Route = route(
  {
    ...{ method: 'POST', path: '/dashboard/calls/:call_id/review', audit: 'note.sign' },
    ...{ roles: CALL_ROLES, phi: true, params: oneCall },
  },
  async (ask) => {
    const { c, params } = ask;
    const typed = await readFields(c.req.raw);
    const isScripted = c.req.header('HX-Request') === 'true';
    try {
      const { data } = form.safeParse({ addendum: '', ...typed });
      if (data === undefined) throw new Problem(409, 'invalid');
      const { addendum, note_version: noteVersion } = data;
      const { isNew, reviews } = await signNote(ask, params.call_id, { addendum, noteVersion });
      if (!isScripted) return c.redirect(`/dashboard/calls/${params.call_id}#review`, 303);
      const outcome = outcomeOf(isNew, addendum !== null, reviews.signatures.at(-1)?.createdAt === ask.now);
      return c.html(<CallAnswer view={await callView(ask, params.call_id)} outcome={outcome} />);
    } catch (error) {
      const text = error instanceof Problem && isScripted ? REFUSED[error.code] : undefined;
      if (text === undefined) throw error;
      const view = await callView(ask, params.call_id, typed['addendum']);
      return c.html(<CallAnswer view={view} outcome={text} />, 409);
    }
  },
);

function outcomeOf(isNew: boolean, hasWords: boolean, isSigned: boolean): string {
  if (!isNew) return hasWords ? 'This addendum was there already.' : 'You had signed this version already.';
  if (isSigned) return hasWords ? 'The note is signed, and your addendum added.' : 'The note is signed.';
  return 'Your addendum was added.';
}
