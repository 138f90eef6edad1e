/** The steps before a start: what the list held, whom it would ring, hearing it oneself, starting. Replaced only when they change. */
import type { Child } from 'hono/jsx';
import { codeLabel, counted, people, refusalLabel } from './campaign-labels.ts';
import { Receipt } from './campaign-receipt.tsx';
import { type CampaignView, isTesting, totalOf } from './campaign-view.ts';
import { STATUS_LABELS } from './labels.ts';
import { Chip } from './layout.tsx';
import { Press } from './press.tsx';

export interface Refused {
  /** Where it is said. */
  readonly step: 'preflight' | 'test' | 'start';
  readonly code: string;
  /** What was typed there. */
  readonly typed?: string;
}
interface Setup {
  readonly view: CampaignView;
  readonly elsewhere?: boolean;
  readonly refused?: Refused | undefined;
}

/** As the API holds it: an older one does not start anything. */
const RECEIPT_LASTS_MS = 24 * 3_600_000;

export const CampaignSetup = ({ view, elsewhere = false, refused }: Setup) => {
  const { status } = view.campaign;
  const shared = { id: 'campaign-setup', ...(elsewhere ? { 'hx-swap-oob': 'true' } : {}) };
  // While the list is read there is nothing to do yet.
  if (status === 'importing') return <div {...shared} />;
  if (status !== 'draft')
    return (
      <div {...shared}>
        <details id="setup-details" class="setup-over">
          <summary>List and pre-flight</summary>
          <List view={view} />
          {view.receipt === null ? null : <Receipt receipt={view.receipt} clock={view.clock} />}
        </details>
      </div>
    );
  const runs = view.viewer.runsCampaigns;
  return (
    <ol {...shared} class="steps">
      <Step n={1} title="List" done>
        <List view={view} />
      </Step>
      <Step n={2} title="Pre-flight" done={isFresh(view)}>
        <PreflightStep view={view} refused={refused} />
      </Step>
      <Step n={3} title="Test call" done={view.tested}>
        {runs ? (
          <TestStep view={view} refused={refused} />
        ) : (
          <p>{view.tested ? 'Made and answered.' : 'Still to come.'}</p>
        )}
      </Step>
      <Step n={4} title="Start" done={false}>
        {runs ? <StartStep view={view} refused={refused} /> : <p>An administrator or operator starts it.</p>}
      </Step>
    </ol>
  );
};

const isFresh = ({ receipt, now }: CampaignView): boolean =>
  receipt !== null && now - receipt.createdAt <= RECEIPT_LASTS_MS;

const Step = ({ n, title, done, children }: { n: number; title: string; done: boolean; children: Child }) => (
  <li class="step">
    <h2>
      {`${n}. ${title}`} {done ? <Chip tone="good">Done</Chip> : null}
    </h2>
    {children}
  </li>
);

const actionOf = ({ campaign }: CampaignView, verb: string): string => `/dashboard/campaigns/${campaign.id}/${verb}`;
/** Targets the live part; the steps come along with the answer. */
const posts = (view: CampaignView, verb: string) => ({
  ...{ method: 'post' as const, action: actionOf(view, verb) },
  'hx-post': actionOf(view, verb),
  'hx-target': '#campaign',
  'hx-swap': 'outerHTML',
  'hx-sync': '#campaign:replace',
});

const Problem = ({ refused, step }: { refused: Refused | undefined; step: Refused['step'] }) =>
  refused?.step !== step ? null : (
    <p id={`problem-${step}`} class="field-problem" role="alert">
      {refusalLabel(refused.code)}
    </p>
  );

const List = ({ view }: { view: CampaignView }) => {
  const { counts, list, rejected, viewer } = view;
  const refused = Object.entries(rejected).toSorted(([, a], [, b]) => b - a);
  const sum = refused.reduce((all, [, n]) => all + n, 0);
  return (
    <>
      <p>
        {`${people(totalOf(counts))} taken from the list`}
        {sum === 0 ? '; every row could be used.' : `, ${sum === 1 ? '1 row' : `${counted(sum)} rows`} not:`}
      </p>
      {sum === 0 ? null : (
        <>
          <Sums rows={refused} />
          {viewer.runsCampaigns && list?.isKept ? (
            <p>
              <a href={`/api/imports/${list.id}/rows?format=csv`} download>
                Download the rows that were not taken
              </a>
            </p>
          ) : null}
        </>
      )}
    </>
  );
};

const Sums = ({ rows }: { rows: readonly (readonly [string, number])[] }) => (
  <dl class="sums">
    {rows.map(([code, n]) => (
      <div class="sum">
        <dt>{codeLabel(code)}</dt>
        <dd class="number">{counted(n)}</dd>
      </div>
    ))}
  </dl>
);

const PreflightStep = ({ view, refused }: { view: CampaignView; refused: Refused | undefined }) => {
  const { receipt, viewer, clock } = view;
  const button = receipt === null ? 'Make the pre-flight' : 'Make a new one';
  return (
    <>
      {receipt === null ? (
        <p>Says who will be called, who not and why, what it takes and costs. Nobody is called by it.</p>
      ) : (
        <Receipt receipt={receipt} clock={clock} />
      )}
      {receipt === null || isFresh(view) ? null : (
        <p class="field-problem">This one is older than a day and starts nothing. Make a new one.</p>
      )}
      <Problem refused={refused} step="preflight" />
      {viewer.runsCampaigns ? (
        <Press
          id="preflight"
          action={actionOf(view, 'preflight')}
          target="#campaign"
          tone={isFresh(view) ? 'secondary outline' : undefined}
          busy="Asking about everybody…"
        >
          {button}
        </Press>
      ) : null}
    </>
  );
};

const TestStep = ({ view, refused }: { view: CampaignView; refused: Refused | undefined }) => {
  const { testCall, tested, viewer } = view;
  return (
    <>
      <p>
        {tested
          ? 'Somebody of the clinic has heard it.'
          : 'Hear what patients will hear, on your own telephone or a colleague’s. It counts once it was answered.'}
        {testCall === null ? null : (
          <>
            {' Last test call: '}
            {viewer.seesCalls ? (
              <a href={`/dashboard/calls/${testCall.callId}`}>{STATUS_LABELS[testCall.status]}</a>
            ) : (
              STATUS_LABELS[testCall.status]
            )}
            .
          </>
        )}
      </p>
      {isTesting(view) ? (
        <p class="quiet">This page shows by itself how it goes.</p>
      ) : (
        <form
          class="inline-form"
          {...posts(view, 'test-call')}
          data-then-focus="test-number"
          hx-disabled-elt="find button"
        >
          <label>
            Telephone of a member of staff
            <input
              id="test-number"
              name="phone_number"
              type="tel"
              required
              autocomplete="off"
              placeholder="(202) 555-0143"
              value={refused?.step === 'test' ? refused.typed : undefined}
              aria-invalid={refused?.step === 'test' ? 'true' : undefined}
              aria-describedby={refused?.step === 'test' ? 'problem-test' : undefined}
            />
          </label>
          <button type="submit" class={tested ? 'secondary outline' : ''}>
            {tested ? 'Test again' : 'Make a test call'}
          </button>
        </form>
      )}
      <Problem refused={refused} step="test" />
    </>
  );
};

const StartStep = ({ view, refused }: { view: CampaignView; refused: Refused | undefined }) => {
  const { campaign, receipt, tested, actorId, needsSecond, viewer } = view;
  if (receipt === null || !isFresh(view) || !tested)
    return (
      <>
        <p>Comes after the pre-flight and an answered test call.</p>
        <Problem refused={refused} step="start" />
      </>
    );
  const asked = campaign.startRequestedBy;
  if (needsSecond && asked === actorId)
    return <p>You asked for the start. A second person, an administrator, now opens this page and starts it.</p>;
  if (needsSecond && asked !== null && !viewer.resumesDialing)
    return <p>A colleague asked for the start. An administrator has to start it.</p>;
  const later = Object.values(receipt.counts.skipped).reduce((sum, { count, again }) => sum + (again ? count : 0), 0);
  const isLast = !needsSecond || asked !== null;
  return (
    <>
      <p>
        {isLast
          ? `${people(receipt.counts.willCall)} can be called from this moment on${later === 0 ? '' : `, ${counted(later)} more later`}. The first telephone rings within seconds; just before each call it is checked once more. It can be paused at any time.`
          : `${people(totalOf(view.counts))} are so many that a start takes two people: you ask for it, then an administrator other than you starts it. Nobody is called before.`}
        {needsSecond && asked !== null ? ' A colleague has asked for it; you are the second person.' : ''}
      </p>
      <form class="inline-form" {...posts(view, 'start')} data-then-focus="start-name" hx-disabled-elt="find button">
        <input type="hidden" name="preflight_id" value={receipt.id} />
        <label>
          <span>
            Type <strong>{campaign.name}</strong> to confirm
          </span>
          <input
            id="start-name"
            name="name"
            required
            autocomplete="off"
            value={refused?.step === 'start' ? refused.typed : undefined}
            aria-invalid={refused?.step === 'start' ? 'true' : undefined}
            aria-describedby={refused?.step === 'start' ? 'problem-start' : undefined}
          />
        </label>
        <button type="submit">{isLast ? 'Start calling' : 'Ask for the start'}</button>
      </form>
      <Problem refused={refused} step="start" />
    </>
  );
};
