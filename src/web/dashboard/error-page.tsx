/** What a browser sees instead of problem+json: what is wrong in plain words, and what to do next. */
import type { Actor } from '../context.ts';
import { page } from './layout.tsx';
import { homeOf, viewerOf } from './viewer.ts';

interface ErrorPage {
  readonly status: number;
  readonly title: string;
  readonly code: string;
  readonly requestId: string;
  /** Null: nobody has signed in. */
  readonly actor: Actor | null;
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
  person_needed: [
    'This is for people',
    'A program cannot do this: somebody has to give their word for it. Sign in as yourself.',
  ],
  rate_limited: [
    'That was too much for one minute',
    'Nothing was changed. Wait a minute, then load this page again. If you did not click that often, close other windows of it.',
  ],
  limit_unavailable: ['Downloads are held up right now', 'Try again in a few seconds.'],
  cross_site: [
    'This request came from elsewhere',
    'For safety it was not carried out. Go to the page and try from there.',
  ],
  not_found: [
    'Nothing here',
    'This page, call or task does not exist. It may have been removed, or the address is incomplete.',
  ],
  note_changed: [
    'The note has changed',
    'Nothing was signed or added. Go back, load the call again, read this version of the note, then sign it.',
  ],
  red_flag_open: [
    'A red flag is open',
    'Nothing was signed. Go back and claim the red flag first, then sign the note.',
  ],
  already_signed: [
    'Somebody else has signed this note',
    'Go back and load the call again to see who. You can still add an addendum.',
  ],
  session_unavailable: [
    'The call cannot be shown right now',
    'It goes on undisturbed. Load this page again in a few seconds.',
  ],
  access_keys_unavailable: ['Sign-in cannot be checked right now', 'Load this page again in a few seconds.'],
};
const UNEXPECTED = [
  'Something went wrong',
  'It is not your doing. Try again; if it stays, tell whoever runs this service the number below.',
] as const;

export function errorPage({ status, title, code, requestId, actor }: ErrorPage) {
  const [heading, text] =
    NEXT_STEPS[code] ?? (status < 500 ? [title, 'This request could not be carried out.'] : UNEXPECTED);
  const viewer = actor === null ? null : viewerOf(actor);
  // A page somebody has no role for leads to one they have; whoever is not signed in is asked to sign in there.
  const home = viewer === null ? { path: '/dashboard/calls', name: 'calls' } : homeOf(viewer);
  return page({
    title: heading,
    clinicName: null,
    viewer: code === 'no_role' ? null : viewer,
    alerts: 0,
    givenUp: 0,
    current: null,
    children: (
      <section class="lone">
        <h1>{heading}</h1>
        <p>{text}</p>
        <p class="actions">
          {home === null ? null : (
            <a href={home.path} class="button">
              {`Go to ${home.name}`}
            </a>
          )}
          {actor === null ? null : <a href="/cdn-cgi/access/logout">Sign out</a>}
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
