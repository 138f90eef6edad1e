/** The frame of every page. No inline script, style or handler: the content security policy allows none. */
import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { Tone } from './labels.ts';

/**
 * No eval, no inline style, no history: a snapshot of a page is patient data. htmx still writes the path it was loaded at into
 * sessionStorage, before it reads this; app.js takes that out again. 409 holds the call as it is now, as 200 does.
 */
const HTMX_CONFIG = JSON.stringify({
  includeIndicatorStyles: false,
  allowEval: false,
  selfRequestsOnly: true,
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
  readonly actorName: string | null;
  readonly current: 'calls' | 'new-call' | null;
  readonly children: Child;
}

const Navigation = ({ current }: Pick<Frame, 'current'>) => (
  <nav aria-label="Main">
    <a href="/dashboard/calls" aria-current={current === 'calls' ? 'page' : undefined}>
      Calls
    </a>
    <a href="/dashboard/new-call" aria-current={current === 'new-call' ? 'page' : undefined}>
      Call a patient
    </a>
  </nav>
);

const Account = ({ name }: { name: string }) => (
  <p class="account">
    <span class="account-name">{name}</span> <a href="/cdn-cgi/access/logout">Sign out</a>
  </p>
);

const Document = ({ title, clinicName, actorName, current, children }: Frame) => (
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
        {actorName === null ? null : <Navigation current={current} />}
        {actorName === null ? null : <Account name={actorName} />}
      </header>
      <p id="stale" class="notice notice-bad" role="alert" hidden>
        This page is no longer updating.{' '}
        <button type="button" class="plain" data-reload>
          Load it again
        </button>
      </p>
      <p id="not-done" class="notice notice-bad" role="alert" hidden>
        That was not done: the service did not answer. If you wanted to hang up, the line may still be open. Try again.
      </p>
      <main id="main" tabindex={-1}>
        {children}
      </main>
    </body>
  </html>
);

export const page = (frame: Frame) => html`<!DOCTYPE html>${<Document {...frame} />}`;

export const Chip = ({ tone, children }: { tone: Tone; children: Child }) => (
  <span class={`chip chip-${tone}`}>{children}</span>
);
