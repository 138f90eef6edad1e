/** What a browser sees instead of problem+json: what is wrong in plain words, and what to do next. */
import type { Actor } from '../context.ts';
import { page, waysOf } from './layout.tsx';
import { roleWords } from './role-labels.ts';
import { homeOf, type Viewer, viewerOf } from './viewer.ts';

interface ErrorPage {
  readonly status: number;
  readonly title: string;
  readonly code: string;
  readonly requestId: string;
  /** Null: nobody has signed in. */
  readonly actor: Actor | null;
  /** Null: the configuration cannot be read. */
  readonly clinicName: string | null;
  /** Emergency access would show what was refused. */
  readonly opensInEmergency: boolean;
}

const NEXT_STEPS: Readonly<Record<string, readonly [heading: string, text: string]>> = {
  unauthenticated: ['Please sign in', 'Your sign-in is missing or has ended. Load this page again to sign in.'],
  no_role: [
    'You have no access yet',
    'You are signed in, but nobody has given you a role. Ask an administrator of your clinic.',
  ],
  forbidden: [
    'Not part of your role',
    'Your role does not include this page. If your work needs it, ask an administrator of your clinic.',
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

export function errorPage(view: ErrorPage) {
  const { status, title, code, requestId, actor, clinicName } = view;
  const [heading, text] =
    NEXT_STEPS[code] ?? (status < 500 ? [title, 'This request could not be carried out.'] : UNEXPECTED);
  const viewer = actor === null ? null : viewerOf(actor);
  // A page somebody has no role for leads to one they have; whoever is not signed in is asked to sign in there.
  const home = viewer === null ? { path: '/dashboard/calls', name: 'calls' } : homeOf(viewer);
  return page({
    title: heading,
    clinicName,
    viewer: code === 'no_role' ? null : viewer,
    alerts: 0,
    givenUp: 0,
    current: null,
    children: (
      <section class="lone">
        <h1>{heading}</h1>
        <p>{text}</p>
        {viewer === null || actor === null || code !== 'forbidden' ? null : (
          <YourRole viewer={viewer} roles={actor.roles} opensInEmergency={view.opensInEmergency} />
        )}
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

/** What their role does include, and the way in when a patient is in danger (HS-02). */
const YourRole = ({
  viewer,
  roles,
  opensInEmergency,
}: Pick<Actor, 'roles'> & Pick<ErrorPage, 'opensInEmergency'> & { viewer: Viewer }) => (
  <>
    <p>
      {`You are signed in as ${roleWords(roles)}. You may see: ${waysOf(viewer)
        .map(({ name }) => name)
        .join(', ')}. `}
      <a href="/dashboard/settings/roles">What each role may see</a>
    </p>
    {opensInEmergency && viewer.takesEmergency ? (
      <p class="notice notice-warn">
        Is a patient in danger, and nobody who may see this can be reached? Then take{' '}
        <a href="/dashboard/settings/emergency">emergency access</a> for one hour. An administrator is told, and
        everything you look at is reviewed.
      </p>
    ) : null}
  </>
);
