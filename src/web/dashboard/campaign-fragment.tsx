/**
 * A campaign as it stands now: why it waits, how far it has come, what can be done with it. It fetches itself again every 3 s while it
 * runs. What somebody may be typing into is not part of it (campaign-setup.tsx).
 */
import { after, type CampaignVerb, NEVER_REDIALED, redialedOutcomes } from '../../domain/campaign/campaign-status.ts';
import {
  CAMPAIGN_STATUS_LABELS,
  callCount,
  campaignReason,
  counted,
  listReason,
  PURPOSE_LABELS,
  people,
} from './campaign-labels.ts';
import { Progress } from './campaign-progress.tsx';
import { CampaignSetup, type Refused } from './campaign-setup.tsx';
import { type CampaignView, type ContactCounts, countOf, setupKey, totalOf } from './campaign-view.ts';
import { Alerts, Chip, Outcome } from './layout.tsx';
import { Press } from './press.tsx';

const MOVING = ['importing', 'running'];

export const CampaignFragment = ({ view }: { view: CampaignView }) => {
  const { campaign, counts } = view;
  const isBusy = MOVING.includes(campaign.status) || countOf(counts, 'active') > 0 || view.testCall !== null;
  return (
    <div
      id="campaign"
      hx-get={`/dashboard/fragments/campaigns/${campaign.id}?shown=${setupKey(view)}`}
      hx-trigger={isBusy ? 'every 3s' : 'every 15s'}
      hx-swap="outerHTML"
      // No poll while a button's request runs: it would put a fresh button in its place.
      hx-sync="this:drop"
    >
      <Head view={view} />
      <Why view={view} />
      {campaign.status === 'importing' ? <Importing view={view} /> : null}
      {campaign.startedAt === null ? null : <Progress view={view} />}
    </div>
  );
};

interface Answer {
  readonly view: CampaignView;
  /** What stands below the live part on the page that asks; it comes along when it is another now. */
  readonly shown: string | null;
  readonly outcome?: string | undefined;
  readonly refused?: Refused | undefined;
}

export const CampaignAnswer = ({ view, shown, outcome, refused }: Answer) => (
  <>
    <CampaignFragment view={view} />
    {shown === setupKey(view) ? null : <CampaignSetup view={view} refused={refused} elsewhere />}
    {view.viewer.seesTasks ? <Alerts count={view.alerts} elsewhere /> : null}
    {outcome === undefined ? null : <Outcome text={outcome} />}
  </>
);

const Head = ({ view }: { view: CampaignView }) => {
  const { campaign, viewer } = view;
  const { words, tone } = CAMPAIGN_STATUS_LABELS[campaign.status];
  return (
    <div class="page-head">
      <div>
        <h1>{campaign.name}</h1>
        <p class="under-title">
          <Chip tone={tone}>{words}</Chip> <span>{PURPOSE_LABELS[campaign.purpose]}</span>
          <span>{`${campaign.questionnaireId}, version ${campaign.questionnaireVersion}`}</span>
          <span class="owner">{`Made by ${campaign.ownerName}`}</span>
        </p>
      </div>
      {viewer.runsCampaigns ? <Controls view={view} /> : null}
    </div>
  );
};

/** Whom a redial rings again, as the store finds them. */
const redialed = ({ counts }: CampaignView): number => {
  const outcomes: readonly string[] = redialedOutcomes({ voicemail: true });
  const isOne = (row: ContactCounts[number]) =>
    row.status === 'done' && row.code !== NEVER_REDIALED && outcomes.includes(row.outcome ?? '');
  return totalOf(counts.filter(isOne));
};

const goesOn = (live: number): string =>
  live === 0 ? 'Nobody is on the line.' : `${callCount(live)} under way ${live === 1 ? 'goes' : 'go'} on to the end.`;

/** What a press of each will do, said before it is done. */
export function verbsOf(view: CampaignView) {
  const { campaign, counts, progress } = view;
  const name = `“${campaign.name}”`;
  const waiting = countOf(counts, 'ready');
  // Whoever waits although it is over was made ready by a redial that was cut off.
  const again = redialed(view) + (campaign.status === 'completed' ? waiting : 0);
  const verbs: readonly { verb: CampaignVerb; words: string; tone: string; confirm: string; shown?: boolean }[] = [
    {
      ...{ verb: 'pause', words: 'Pause', tone: '' },
      confirm: `Pause ${name}? Nobody new is called from this moment; calls that are queued go back to waiting. ${goesOn(progress.live)}`,
    },
    {
      ...{ verb: 'resume', words: 'Go on', tone: '' },
      confirm: `Go on with ${name}? ${people(waiting)} who wait are called from this moment on, each only when they may be.`,
    },
    {
      ...{ verb: 'redial', words: 'Redial the unreached', tone: 'secondary', shown: again > 0 },
      confirm: `Ring again the ${people(again)} whom ${name} did not reach (no answer, busy, voicemail, failed)? Each may ring as often again as the campaign allows. Whoever may not be called any more is left out.`,
    },
    {
      ...{ verb: 'cancel', words: 'Cancel', tone: 'danger' },
      confirm: `Cancel ${name} for good? ${waiting === 0 ? 'Nobody new is called' : `${people(waiting)} who wait are not called any more`}. ${goesOn(progress.live)} Results stay. This cannot be undone.`,
    },
  ];
  return verbs.filter(({ verb, shown = true }) => shown && typeof after(campaign.status, verb) === 'string');
}

const Controls = ({ view }: { view: CampaignView }) => (
  <div class="task-actions campaign-controls">
    {verbsOf(view).map(({ verb, words, tone, confirm }) => (
      <Press
        id={`campaign-${verb}`}
        action={`/dashboard/campaigns/${view.campaign.id}/${verb}`}
        target="#campaign"
        {...{ tone, confirm }}
      >
        {words}
      </Press>
    ))}
  </div>
);

const Why = ({ view: { campaign, list } }: { view: CampaignView }) => {
  const { name, status, statusReason } = campaign;
  const failed = status === 'failed' ? listReason(list?.code ?? statusReason ?? 'import_failed') : null;
  const why = failed ?? campaignReason(status, statusReason);
  if (why === null) return null;
  const isOurs = statusReason === 'by_staff';
  return (
    <p class={`notice ${isOurs ? 'notice-warn' : 'notice-bad'}`} data-news={isOurs ? undefined : `${name}: ${why}`}>
      {why}
    </p>
  );
};

const Importing = ({ view: { counts, list } }: { view: CampaignView }) => (
  <div class="notice notice-live">
    <p>
      <strong>Reading the list…</strong>{' '}
      {`${counted(list?.rowsRead ?? 0)} rows so far: ${counted(totalOf(counts))} taken, ${counted(list?.rejected ?? 0)} not.`}{' '}
      You may leave this page; it goes on.
    </p>
  </div>
);
