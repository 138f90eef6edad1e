/** Whether a part or a whole page is wanted; and what a script would have asked before it is done, asked by a page where none runs. */
import type { Child } from 'hono/jsx';
import { countAlerts } from '../../store/tasks.ts';
import { readFields } from '../read-body.ts';
import type { Ask } from '../route.ts';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { viewerOf } from './viewer.ts';

export const isScripted = ({ c }: Pick<Ask, 'c'>): boolean => c.req.header('HX-Request') === 'true';

const SURE = 'sure';

/** A script has asked already. */
export const isSure = async (ask: Ask): Promise<boolean> =>
  isScripted(ask) || (await readFields(ask.c.req.raw))[SURE] === 'yes';

interface Question {
  readonly question: string;
  /** On the button. */
  readonly words: string;
  /** Where whoever is not sure goes. */
  readonly back: string;
}
/** Nothing is done yet, and 409 says so in the audit too. The form goes to where it was asked. */
export function askFirst(ask: Ask, { question, words, back }: Question): Promise<Response> {
  const { pathname, search } = new URL(ask.c.req.url);
  return answerAlone(
    ask,
    { title: words, head: question },
    <form method="post" action={`${pathname}${search}`} class="actions">
      <input type="hidden" name={SURE} value="yes" />
      <button type="submit" class="danger">
        {words}
      </button>
      <a href={back}>Leave it as it is</a>
    </form>,
    409,
  );
}

interface Alone {
  readonly title: string;
  readonly head: string;
}
/** A page that says one thing, with the way on. */
export async function answerAlone(
  ask: Ask,
  { title, head }: Alone,
  children: Child,
  status: 200 | 409 = 200,
): Promise<Response> {
  const [alerts, givenUp] = await Promise.all([countAlerts(ask.db, MOST_ALERTS), givenUpFor(ask)]);
  const frame = { title, clinicName: ask.config.clinic.name, viewer: viewerOf(ask.actor), alerts, givenUp };
  const section = (
    <section class="lone">
      <h1>{head}</h1>
      {children}
    </section>
  );
  return ask.c.html(page({ ...frame, current: null, children: section }), status);
}
