/** The frame of every page. No inline script, style or handler: the content security policy allows none. */
import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import { AlertsBanner } from './alerts-banner.tsx';
import type { Tone } from './labels.ts';
import { DIALING_PATH, DialingBanner, DialingControl, type DialingView } from './stop-dialing.tsx';
import type { Viewer } from './viewer.ts';

/**
 * No eval, no inline style, no history: a snapshot of a page is patient data. htmx still writes the path it was loaded at into
 * sessionStorage, before it reads this; app.js takes that out again. 409 holds the fragment as it is now, as 200 does.
 */
const HTMX_CONFIG = JSON.stringify({
  includeIndicatorStyles: false,
  allowEval: false,
  selfRequestsOnly: true,
  // Left out: style, which a text field has when it was made larger, and the policy refuses to copy.
  attributesToSettle: ['class'],
  historyEnabled: false,
  historyCacheSize: 0,
  responseHandling: [
    { code: '204', swap: false },
    { code: '[23]..', swap: true },
    { code: '409', swap: true },
    { code: '[45]..', swap: false, error: true },
  ],
});

interface Frame {
  readonly title: string;
  readonly clinicName: string | null;
  /** Null: nobody who may see anything. */
  readonly viewer: Viewer | null;
  /** Red flags nobody has claimed. */
  readonly alerts: number;
  /** Work that was given up and waits for a person; 0 for whoever does not see it. */
  readonly givenUp: number;
  readonly current: Current;
  /** Where the dialer was asked for this page; the others learn it by their script. */
  readonly dialing?: DialingView | null;
  readonly children: Child;
}

/** In the order of a working day: what to do, whom and what it is about, how it runs. */
const WAYS = [
  { key: 'today', path: '/dashboard/today', name: 'Today', needs: 'seesToday', group: 0 },
  { key: 'calls', path: '/dashboard/calls', name: 'Calls', needs: 'seesCalls', group: 0 },
  { key: 'patients', path: '/dashboard/patients', name: 'Patients', needs: 'seesPatients', group: 0 },
  { key: 'tasks', path: '/dashboard/tasks', name: 'Tasks', needs: 'seesTasks', group: 0 },
  { key: 'campaigns', path: '/dashboard/campaigns', name: 'Campaigns', needs: 'seesCampaigns', group: 0 },
  // Every role.
  { key: 'analytics', path: '/dashboard/analytics', name: 'Analytics', needs: 'seesCampaigns', group: 0 },
  { key: 'requests', path: '/dashboard/requests', name: 'Requests', needs: 'seesRequests', group: 1 },
  { key: 'suppressions', path: '/dashboard/suppressions', name: 'Do not call', needs: 'seesSuppressions', group: 1 },
  {
    key: 'questionnaires',
    path: '/dashboard/questionnaires',
    name: 'Questionnaires',
    needs: 'seesQuestionnaires',
    group: 1,
  },
  {
    key: 'transcriptions',
    path: '/dashboard/transcriptions',
    name: 'Transcribe',
    needs: 'seesTranscriptions',
    group: 1,
  },
  { key: 'deliveries', path: '/dashboard/deliveries', name: 'Deliveries', needs: 'seesDeliveries', group: 2 },
  // Every role.
  { key: 'exports', path: '/dashboard/exports', name: 'Exports', needs: 'seesCampaigns', group: 2 },
  { key: 'jobs', path: '/dashboard/jobs', name: 'Background work', needs: 'seesWork', group: 2 },
  // Every role.
  { key: 'alerts', path: '/dashboard/alerts?open=true', name: 'Alerts', needs: 'seesCampaigns', group: 2 },
  { key: 'audit', path: '/dashboard/audit', name: 'Audit', needs: 'seesAudit', group: 2 },
  // Every role.
  { key: 'api', path: '/api/docs', name: 'API', needs: 'seesCampaigns', group: 2 },
  { key: 'settings', path: '/dashboard/settings', name: 'Settings', needs: 'seesSettings', group: 2 },
] as const;

/** Where somebody may go, in the order of the navigation. */
export const waysOf = (viewer: Viewer) => WAYS.filter(({ needs }) => viewer[needs]);

/** A page that is none of the ways is one that a button leads to. */
type Current = (typeof WAYS)[number]['key'] | 'new-call' | null;

type Counts = Pick<Frame, 'current' | 'alerts' | 'givenUp'>;

const Navigation = ({ current, viewer, alerts, givenUp }: Counts & { viewer: Viewer }) => {
  const shown = waysOf(viewer);
  return (
    <>
      <button type="button" class="menu-button secondary" data-menu aria-expanded="false" aria-controls="ways">
        Menu
      </button>
      <nav id="ways" class="ways" aria-label="Main">
        {viewer.placesCalls ? (
          <a
            href="/dashboard/new-call"
            class="button call-button"
            aria-current={current === 'new-call' ? 'page' : undefined}
          >
            Call a patient
          </a>
        ) : null}
        {[0, 1, 2].map((which) => {
          const group = shown.filter(({ group }) => group === which);
          return group.length === 0 ? null : (
            <ul>
              {group.map(({ key, path, name }) => (
                <li>
                  <a href={path} aria-current={current === key ? 'page' : undefined}>
                    {name}
                    {key === 'tasks' ? <Alerts count={alerts} /> : null}
                    {key === 'jobs' && givenUp > 0 ? (
                      <span class="badge">
                        {shownCount(givenUp)}
                        <span class="visually-hidden"> given up</span>
                      </span>
                    ) : null}
                  </a>
                </li>
              ))}
            </ul>
          );
        })}
      </nav>
    </>
  );
};

/** Counting further tells nobody more. */
export const MOST_ALERTS = 100;

export const shownCount = (count: number): string => (count >= MOST_ALERTS ? `${MOST_ALERTS - 1}+` : String(count));

/** Red flags that wait, beside "Tasks". `elsewhere`: in the answer to a fragment's request, from where it goes to its place. */
export const Alerts = ({ count, elsewhere = false }: { count: number; elsewhere?: boolean }) => {
  const words = count === 1 ? 'red flag that nobody has claimed' : 'red flags that nobody has claimed';
  const number = shownCount(count);
  const shared = { id: 'alerts', ...(elsewhere ? { 'hx-swap-oob': 'true' } : {}) };
  if (count === 0) return <span {...shared} />;
  return (
    <span {...shared} class="badge" data-news={`${number} ${words}.`}>
      {number}
      <span class="visually-hidden">{` ${words}`}</span>
    </span>
  );
};

/** What came of what somebody asked for, put into the frame of the page, where a poll does not take it away. */
export const Outcome = ({ text }: { text: string }) => (
  <p id="outcome" hx-swap-oob="innerHTML">
    {text}
  </p>
);

const Account = ({ name }: { name: string }) => (
  <p class="account">
    <a href="/dashboard/settings/roles" class="account-name">
      {name}
    </a>{' '}
    <a href="/cdn-cgi/access/logout">Sign out</a>
  </p>
);

const Document = ({ title, clinicName, viewer, alerts, givenUp, current, dialing = null, children }: Frame) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="htmx-config" content={HTMX_CONFIG} />
      <title>{`${title} · Patient intake`}</title>
      <link rel="icon" href="/static/icon.svg" type="image/svg+xml" />
      <link rel="stylesheet" href="/static/pico.min.css" />
      <link rel="stylesheet" href="/static/app.css" />
      {current === 'analytics' ? <link rel="stylesheet" href="/static/analytics.css" /> : null}
      {current === 'questionnaires' ? <link rel="stylesheet" href="/static/questionnaires.css" /> : null}
      <script src="/static/htmx.min.js" defer />
      <script src="/static/app.js" defer />
    </head>
    <body>
      <a class="skip-link" href="#main">
        Skip to content
      </a>
      <header class="top">
        <p class="brand">
          <a href="/dashboard">{clinicName ?? 'Patient intake'}</a>
        </p>
        {viewer === null ? null : <DialingControl viewer={viewer} isStopped={(dialing?.stoppedAt ?? null) !== null} />}
        {viewer === null ? null : <Account name={viewer.name} />}
      </header>
      <div class="frame">
        {viewer === null ? null : <Navigation current={current} viewer={viewer} alerts={alerts} givenUp={givenUp} />}
        <div class="content">
          {viewer === null ? null : <DialingBanner view={dialing} />}
          {viewer === null ? null : <AlertsBanner kinds={dialing?.alertKinds ?? []} />}
          {viewer?.emergencyUntil == null ? null : (
            <p class="notice notice-bad">
              Emergency access is open: everything you look at is written down and reviewed.{' '}
              <a href="/dashboard/settings/emergency">End it</a>
            </p>
          )}
          <noscript>
            <p class="notice notice-warn no-script">
              JavaScript is off or was blocked. Everything can be done, but no page updates by itself: load it again to
              see what is new.{' '}
              {viewer === null || dialing !== null ? null : (
                <>
                  Whether all dialing is stopped, and what is wrong with this installation, stands on the page{' '}
                  <a href={DIALING_PATH}>Dialing</a>.
                </>
              )}
            </p>
          </noscript>
          <p id="stale" class="notice notice-bad" role="alert" hidden>
            This page is no longer updating.{' '}
            <button type="button" class="plain" data-reload>
              Load it again
            </button>
          </p>
          <p id="not-done" class="notice notice-bad" role="alert" hidden>
            That was not done: the service did not answer. If you wanted to hang up or to stop dialing, it may not have
            happened. Try again.
          </p>
          <p id="outcome" class="notice notice-live" role="status" tabindex={-1} />
          <p id="news" class="visually-hidden" role="alert" />
          <main id="main" tabindex={-1}>
            {children}
          </main>
        </div>
      </div>
    </body>
  </html>
);

export const page = (frame: Frame) => html`<!DOCTYPE html>${<Document {...frame} />}`;

export const Chip = ({ tone, children }: { tone: Tone; children: Child }) => (
  <span class={`chip chip-${tone}`}>{children}</span>
);
