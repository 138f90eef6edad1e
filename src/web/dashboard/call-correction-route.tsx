/** Putting an answer right from the page of its call. Without script the form is an ordinary one, and leads back to the page. */
import * as z from 'zod';
import { CORRECTED_STATES } from '../../domain/note/correct-note.ts';
import { correctNote } from '../correct-note.ts';
import { Problem } from '../errors.ts';
import { readFields } from '../read-body.ts';
import { type Route, route } from '../route.ts';
import { text } from '../text-line.ts';
import { CallAnswer } from './call-fragment.tsx';
import { callView, oneCall } from './call-view.ts';
import { CALL_ROLES } from './viewer.ts';

const form = z.object({
  note_version: z.coerce.number().int().min(1),
  item: z.string().max(100),
  state: z.enum(CORRECTED_STATES),
  value: z.string().default(''),
});

const NOT_PLAIN = 'Nothing was corrected. Write plain text of at most 2000 letters.';
const CHANGED = 'Nothing was corrected: the note has changed meanwhile. Look at this version, then correct it.';

export const callCorrectionRoute: Route = route(
  {
    ...{ method: 'POST', path: '/dashboard/calls/:call_id/corrections', audit: 'note.correct' },
    ...{ roles: CALL_ROLES, phi: true, params: oneCall },
  },
  async (ask) => {
    const { c, params } = ask;
    const typed = await readFields(c.req.raw);
    const { data } = form.safeParse(typed);
    const isScripted = c.req.header('HX-Request') === 'true';
    const answer = async (outcome: string, status: 200 | 409) =>
      c.html(<CallAnswer view={await callView(ask, params.call_id, typed['addendum'])} outcome={outcome} />, status);
    const refused = (outcome: string) => answer(outcome, 409);
    if (data === undefined) throw new Problem(422, 'invalid');
    const { note_version: noteVersion, item, state } = data;
    // What stands in the field of a question that was not answered after all is not meant.
    const words = state === 'answered' && data.value.trim() !== '' ? text(2000).safeParse(data.value) : null;
    if (words?.success === false) return refused(NOT_PLAIN);
    try {
      const value = words?.data ?? null;
      const note = await correctNote(ask, params.call_id, { items: [{ item, state, value }], noteVersion });
      if (!isScripted) return c.redirect(`/dashboard/calls/${params.call_id}#note`, 303);
      return await answer(
        `Corrected. This is version ${note.version} of the note, and nobody has reviewed it yet.`,
        200,
      );
    } catch (error) {
      if (!(error instanceof Problem) || !isScripted || error.status >= 500) throw error;
      const why = error.details.errors?.[0]?.detail ?? '';
      if (error.code === 'note_changed') return refused(CHANGED);
      if (error.code === 'unchanged') return refused('Nothing was corrected: the note says that already.');
      if (error.code === 'invalid') return refused(`Nothing was corrected. What fits here: ${why}`);
      throw error;
    }
  },
);
