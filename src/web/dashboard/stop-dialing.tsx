/**
 * The way to stop every call, in the frame of every page, and the banner while dialing is stopped. Pages come without asking the
 * dialer; this asks it as soon as they are loaded and every 15 s, so that a page left open learns of it too.
 */
import type { AlertKind } from '../../domain/alerts/alert-rules.ts';
import { AlertsBanner } from './alerts-banner.tsx';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { Press } from './press.tsx';
import type { Viewer } from './viewer.ts';

export interface DialingView {
  /** False: the dialer could not be asked. */
  readonly isKnown: boolean;
  readonly stoppedAt: number | null;
  readonly stoppedBy: string | null;
  /** Closed by itself since then, because the database was set back. */
  readonly heldAt?: number | null;
  /** Calls on the line now; null: not known. */
  readonly live: number | null;
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
  /** Of the open alerts. */
  readonly alertKinds: readonly AlertKind[];
}

export const DIALING_PATH = '/dashboard/dialing';

const liveCalls = (live: number): string => (live === 1 ? '1 call under way' : `${live} calls under way`);

export const GO_ON = {
  question: 'Go on dialing? Waiting calls and running campaigns are dialled again from this moment.',
  words: 'Go on',
} as const;

const GoOn = () => (
  <Press
    id="go-on-dialing"
    action="/dashboard/dialing/resume"
    target="#dialing"
    tone="secondary"
    confirm={GO_ON.question}
  >
    {GO_ON.words} <span class="visually-hidden">dialing</span>
  </Press>
);

/** As a page is sent: what stands there works before anybody has been asked. */
export const DialingControl = ({ viewer, isStopped }: { viewer: Viewer; isStopped: boolean }) => (
  <div id="dialing" {...polling('load, every 15s')}>
    {viewer.stopsDialing && !isStopped ? <StopPanel live={null} goesOn={viewer.resumesDialing} /> : null}
  </div>
);

/** Its place in the frame, empty while dialing goes on. */
export const DialingBanner = ({ view, elsewhere = false }: { view: DialingView | null; elsewhere?: boolean }) => {
  const shared = { id: 'dialing-banner', ...(elsewhere ? { 'hx-swap-oob': 'true' } : {}) };
  if (view?.isKnown === false) {
    return (
      <div {...shared} class="notice notice-bad stopped" data-news="Whether anybody is called is not known.">
        <p>
          <strong>Whether anybody is called is not known.</strong> The dialer does not answer; this page asks it again
          every 15 seconds.{' '}
          {view.viewer.stopsDialing
            ? 'To be sure that nobody is called, press “Stop dialing” until it is confirmed. '
            : ''}
          If it stays so, tell whoever runs this installation.
        </p>
      </div>
    );
  }
  if (view !== null && typeof view.heldAt === 'number') {
    return (
      <div {...shared} class="notice notice-bad stopped" data-news="Dialing is closed.">
        <p>
          <strong>Dialing is closed.</strong> The database was set back to an earlier time; noticed{' '}
          <Moment at={view.heldAt} clock={view.clock} zoned />. Nobody new is called until opt-outs, calls and the audit
          trail are written again. It opens by itself.
        </p>
      </div>
    );
  }
  if (view === null || view.stoppedAt === null) return <div {...shared} class="notice notice-bad" />;
  const { viewer, stoppedAt, stoppedBy, clock } = view;
  const live = view.live ?? 0;
  return (
    <div {...shared} class="notice notice-bad stopped" data-news="All dialing is stopped.">
      <p>
        <strong>All dialing is stopped.</strong> <Moment at={stoppedAt} clock={clock} zoned />
        {`, by ${stoppedBy ?? 'somebody'}. Nobody new is called`}
        {live === 0 ? ', and nobody is on the line.' : `; ${liveCalls(live)} ${live === 1 ? 'goes' : 'go'} on.`}
        {viewer.resumesDialing ? '' : ' An administrator can go on.'}
      </p>
      <div class="task-actions">
        {viewer.stopsDialing && live > 0 ? <EndCalls live={live} isStopped /> : null}
        {viewer.resumesDialing ? <GoOn /> : null}
      </div>
    </div>
  );
};

/** The answer to the control's own request, and to whatever is pressed here. */
export const DialingAnswer = ({ view }: { view: DialingView }) => (
  <>
    <div id="dialing" {...polling('every 15s')}>
      {view.viewer.stopsDialing && view.stoppedAt === null ? <StopPanel live={view.live} /> : null}
    </div>
    <DialingBanner view={view} elsewhere />
    <AlertsBanner kinds={view.alertKinds} elsewhere />
  </>
);

const polling = (trigger: string) => ({
  'hx-get': '/dashboard/fragments/dialing',
  'hx-trigger': trigger,
  'hx-swap': 'outerHTML',
  'hx-sync': 'this:drop',
});

interface PanelView {
  readonly live: number | null;
  /** The way to go on for whoever has no script: the banner with that button comes by one. */
  readonly goesOn?: boolean;
}
const StopPanel = ({ live, goesOn = false }: PanelView) => (
  <details id="stop-dialing" class="stop-dialing">
    <summary>Stop all dialing</summary>
    <div class="stop-panel">
      <p>
        Nobody new is called from this moment, in no campaign and by nobody. An administrator can go on later.{' '}
        {live === 0 ? 'Nobody is on the line.' : null}
      </p>
      <div class="stop-now">
        <Press id="stop-now" action="/dashboard/dialing/stop" target="#dialing" tone="danger">
          Stop dialing
        </Press>
        <small>
          {live === null || live === 0 ? 'Calls under way go on.' : `${upper(liveCalls(live))} will go on.`}
        </small>
      </div>
      {live === 0 ? null : (
        <div class="stop-now">
          <EndCalls live={live} />
          <small>Patients are cut off in mid-sentence. This cannot be undone.</small>
        </div>
      )}
      {goesOn ? (
        <noscript>
          <div class="stop-now">
            <GoOn />
            <small>If dialing was stopped before.</small>
          </div>
        </noscript>
      ) : null}
    </div>
  </details>
);

/** Stops too, should it not be so already. */
const EndCalls = ({ live, isStopped = false }: { live: number | null; isStopped?: boolean }) => {
  const whom = live === null ? 'everybody on the line' : liveCalls(live);
  const calls = live === null ? 'all calls' : live === 1 ? 'the call' : `all ${live} calls`;
  return (
    <Press
      id="end-calls"
      action="/dashboard/dialing/stop?end_calls=true"
      target="#dialing"
      tone="danger"
      confirm={`${isStopped ? 'Hang' : 'Stop dialing and hang'} up on ${whom}? Patients hear nothing more.`}
    >
      {isStopped ? `End ${calls}` : `Stop and end ${calls}`}
    </Press>
  );
};

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
