/** What a browser sees instead of problem+json: what is wrong in plain words, and what to do next. */
import { page } from './layout.tsx';

interface ErrorPage {
  readonly status: number;
  readonly title: string;
  readonly code: string;
  readonly requestId: string;
  readonly actorName: string | null;
}

const NEXT_STEPS: Readonly<Record<string, readonly [heading: string, text: string]>> = {
  unauthenticated: ['Please sign in', 'Your sign-in is missing or has ended. Load this page again to sign in.'],
  no_role: [
    'You have no access yet',
    'You are signed in, but nobody has given you a role. Ask an administrator of your clinic.',
  ],
  forbidden: [
    'Not part of your role',
    'Your role does not include this page. Ask an administrator of your clinic if you need it.',
  ],
  cross_site: [
    'This request came from elsewhere',
    'For safety it was not carried out. Go to the page and try from there.',
  ],
  not_found: [
    'Nothing here',
    'This page or call does not exist. It may have been removed, or the address is incomplete.',
  ],
  session_unavailable: [
    'The call cannot be shown right now',
    'It goes on undisturbed. Load this page again in a few seconds.',
  ],
  access_keys_unavailable: ['Sign-in cannot be checked right now', 'Load this page again in a few seconds.'],
};
/** Whoever lacks a role for one page lacks it for all: a link to the calls would lead to the same refusal. */
const NO_WAY_IN: ReadonlySet<string> = new Set(['no_role', 'forbidden']);
const UNEXPECTED = [
  'Something went wrong',
  'It is not your doing. Try again; if it stays, tell whoever runs this service the number below.',
] as const;

export function errorPage({ status, title, code, requestId, actorName }: ErrorPage) {
  const [heading, text] =
    NEXT_STEPS[code] ?? (status < 500 ? [title, 'This request could not be carried out.'] : UNEXPECTED);
  return page({
    title: heading,
    clinicName: null,
    actorName: code === 'no_role' ? null : actorName,
    current: null,
    children: (
      <section class="lone">
        <h1>{heading}</h1>
        <p>{text}</p>
        <p class="actions">
          {NO_WAY_IN.has(code) ? null : (
            <a href="/dashboard/calls" class="button">
              Go to the calls
            </a>
          )}
          {actorName === null ? null : <a href="/cdn-cgi/access/logout">Sign out</a>}
        </p>
        <p class="quiet">
          {`${status} ${code}`}
          <br />
          Request <code>{requestId}</code>
        </p>
      </section>
    ),
  });
}
