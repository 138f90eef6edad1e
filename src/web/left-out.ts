/**
 * A page whose address asks for what its list does not know: a status that does not exist, half a date, a cursor of another list. The page
 * is shown without that and says so above the list and beside the filter; the status stays 422. Nothing that was sent is repeated
 * but a day of the calendar.
 */
import { html } from 'hono/html';
import { pointerOf } from './check-input.ts';
import { type FieldError, Problem } from './errors.ts';
import type { RouteSpec } from './route.ts';

type Query = Readonly<Record<string, unknown>>;

/** What was left out of the address, by the name of its parameter. */
export type LeftOut = ReadonlyMap<string, LeftOutField>;
export interface LeftOutField extends FieldError {
  /** A day of the calendar that was typed, and only does not go with the rest. */
  readonly day: string | null;
}

/** The days are days, and only make no time together. */
const WRONG_TIMES: readonly string[] = ['after_end', 'too_long'];

/** Not of what a page asks for by itself, and not of a download: nobody would see that it is another one. */
const isPage = ({ method, path, isExport }: RouteSpec): boolean =>
  method === 'GET' && /^\/dashboard\/(?!fragments\/)/.test(path) && isExport !== true;

/** `answer` with as much of the query as it takes. What was left out is put into `leftOut`. */
export async function answerWithout<T>(
  spec: RouteSpec,
  query: Query,
  leftOut: Map<string, LeftOutField>,
  answer: (query: Query) => T | Promise<T>,
): Promise<T> {
  let asked = query;
  for (;;) {
    try {
      return await answer(asked);
    } catch (error) {
      const wrong = isPage(spec) ? wrongIn(asked, error) : new Map<string, LeftOutField>();
      // Each turn leaves out one at least.
      if (wrong.size === 0) throw error;
      for (const [name, found] of wrong) leftOut.set(name, found);
      asked = Object.fromEntries(Object.entries(asked).filter(([name]) => !wrong.has(name)));
    }
  }
}

function wrongIn(query: Query, error: unknown): LeftOut {
  if (!(error instanceof Problem) || error.status !== 422) return new Map();
  const names = new Map(Object.keys(query).map((name) => [pointerOf([name]), name]));
  return new Map(
    (error.details.errors ?? []).flatMap((found) => {
      const name = names.get(/^\/[^/]*/.exec(found.pointer)?.[0] ?? '');
      return name === undefined ? [] : [[name, { ...found, day: dayThatStays(found, query[name]) }]];
    }),
  );
}

/** Nothing else that was sent is shown again. */
const dayThatStays = ({ code }: FieldError, typed: unknown): string | null =>
  WRONG_TIMES.includes(code) && typeof typed === 'string' && /^\d{4}-\d\d-\d\d$/.test(typed) ? typed : null;

/** Of the filters that lists have. */
const NAMES: Readonly<Record<string, string>> = {
  about: 'the patient or call',
  action: 'the action',
  active: 'the part of the list',
  after: 'the page of the list',
  call_id: 'the call',
  campaign_id: 'the campaign',
  code: 'the reason',
  cursor: 'the page of the list',
  day: 'the day',
  from: 'the first day',
  kind: 'the kind',
  open: 'the part of the list',
  outcome: 'the outcome',
  patient_id: 'the patient',
  reviewed: 'the review',
  role: 'the role',
  sink: 'the system',
  status: 'the status',
  to: 'the last day',
  version: 'the version',
  who: 'the person',
};

/** The page as it was made, with what was left out of its address. */
export function saidLeftOut(response: Response, leftOut: LeftOut, path: string): Response {
  if (!/^text\/html/i.test(response.headers.get('Content-Type') ?? '')) return response;
  const notice = html`<p class="notice notice-bad" role="alert">${reasonsOf(leftOut)} The page is shown without that. <a href="${path}">Reset the filters</a></p>`;
  const rewriter = new HTMLRewriter().on('main', {
    element: (main) => {
      main.prepend(String(notice), { html: true });
    },
  });
  for (const [name, found] of leftOut)
    if (Object.hasOwn(NAMES, name)) rewriter.on(`form[method="get"] [name="${name}"]`, besideIt(name, found));
  return rewriter.transform(new Response(response.body, { status: 422, headers: response.headers }));
}

function reasonsOf(leftOut: LeftOut): string {
  const entries = [...leftOut];
  const unknown = entries.flatMap(([name, { day }]) => (day === null ? [NAMES[name] ?? 'something else'] : []));
  return [
    ...(unknown.length === 0
      ? []
      : [`The address of this page asks for what does not exist here: ${[...new Set(unknown)].join(', ')}.`]),
    ...entries.flatMap(([, { day, detail }]) => (day === null ? [] : [detail])),
  ].join(' ');
}

function besideIt(name: string, found: LeftOutField): HTMLRewriterElementContentHandlers {
  // Two forms of a page may have the same filter.
  let isSaid = false;
  return {
    element: (field) => {
      if (isSaid || field.getAttribute('type') === 'hidden') return;
      isSaid = true;
      field.setAttribute('aria-invalid', 'true');
      if (found.day !== null) field.setAttribute('value', found.day);
      field.setAttribute('aria-describedby', `wrong-${name}`);
      const said = html`<small id="${`wrong-${name}`}" class="wrong-filter">${wordsFor(field, found)}</small>`;
      field.after(String(said), { html: true });
    },
  };
}

function wordsFor(field: Element, { detail, day }: LeftOutField): string {
  if (field.tagName === 'select') return 'Choose one of these.';
  return field.getAttribute('type') === 'date' && day === null ? 'Choose a day of the calendar.' : detail;
}
