/** The campaigns, newest first, with how far each has come. It fetches itself again, sooner while one of them runs. */
import type { CampaignStatus } from '../../domain/campaign/campaign-status.ts';
import type { Campaign } from '../../store/campaigns.ts';
import type { ContactStatus } from '../../store/contacts.ts';
import { CAMPAIGN_STATUS_LABELS, counted, PURPOSE_LABELS } from './campaign-labels.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { Chip } from './layout.tsx';
import type { Viewer } from './viewer.ts';

export interface CampaignList {
  readonly campaigns: readonly Campaign[];
  /** How many people of each stand where. */
  readonly sums: ReadonlyMap<string, Readonly<Partial<Record<ContactStatus, number>>>>;
  readonly status: CampaignStatus | null;
  readonly cursor: string | null;
  readonly nextCursor: string | null;
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
}

/** The query of a page of the list. */
function query(status: CampaignStatus | null, cursor: string | null): string {
  const parameters = new URLSearchParams();
  if (status !== null) parameters.set('status', status);
  if (cursor !== null) parameters.set('cursor', cursor);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

const MOVING: readonly CampaignStatus[] = ['importing', 'running'];

export const CampaignsFragment = (list: CampaignList) => (
  <div
    id="campaigns"
    hx-get={`/dashboard/fragments/campaigns${query(list.status, list.cursor)}`}
    hx-trigger={list.campaigns.some(({ status }) => MOVING.includes(status)) ? 'every 5s' : 'every 30s'}
    hx-swap="outerHTML"
    hx-sync="this:drop"
  >
    {list.campaigns.length === 0 ? <NoCampaigns list={list} /> : <Table list={list} />}
    <Paging list={list} />
  </div>
);

const Table = ({ list }: { list: CampaignList }) => (
  <table class="worklist campaignlist">
    <caption class="visually-hidden">{`Campaigns, newest first. Times are ${list.clock.zoneName}.`}</caption>
    <thead>
      <tr>
        <th scope="col">Campaign</th>
        <th scope="col">Status</th>
        <th scope="col">Progress</th>
        <th scope="col" class="number">
          Not called
        </th>
        <th scope="col">{`Made (${list.clock.zoneName})`}</th>
      </tr>
    </thead>
    <tbody>
      {list.campaigns.map((campaign) => (
        <Row campaign={campaign} list={list} />
      ))}
    </tbody>
  </table>
);

const Row = ({ campaign, list }: { campaign: Campaign; list: CampaignList }) => {
  const { words, tone } = CAMPAIGN_STATUS_LABELS[campaign.status];
  const sums = list.sums.get(campaign.id) ?? {};
  const { ready = 0, active = 0, done = 0, skipped = 0, canceled = 0 } = sums;
  const total = ready + active + done + skipped + canceled;
  return (
    <tr id={`row-${campaign.id}`}>
      <th scope="row" class="cell-campaign">
        <a id={`link-${campaign.id}`} href={`/dashboard/campaigns/${campaign.id}`} class="row-link">
          <strong>{campaign.name}</strong>
        </a>
        <small class="task-text">{PURPOSE_LABELS[campaign.purpose]}</small>
      </th>
      <td class="cell-status">
        <Chip tone={tone}>{words}</Chip>
      </td>
      <td class="cell-progress">
        {total === 0 ? (
          <span class="absent">—</span>
        ) : (
          <>
            <progress value={total - ready - active} max={total} aria-hidden="true" />
            {`${counted(done)} of ${counted(total)} done`}
          </>
        )}
      </td>
      <td class="cell-skipped number">
        {counted(skipped)}
        <span class="on-phone"> not called</span>
      </td>
      <td class="cell-started">
        <Moment at={campaign.createdAt} clock={list.clock} />
        <small class="task-text">{campaign.ownerName}</small>
      </td>
    </tr>
  );
};

const NoCampaigns = ({ list: { status, cursor, viewer } }: { list: CampaignList }) => {
  if (cursor !== null) return <p class="empty">There are no older campaigns.</p>;
  if (status !== null)
    return (
      <p class="empty">
        {`No campaign is “${CAMPAIGN_STATUS_LABELS[status].words}”.`}{' '}
        <a href="/dashboard/campaigns">Show all campaigns</a>
      </p>
    );
  return (
    <section class="empty">
      <h2>No campaigns yet</h2>
      <p>A campaign rings a list of patients at a steady pace: only those who may be called, only when they may be.</p>
      {viewer.runsCampaigns ? (
        <p>
          <a href="/dashboard/campaigns/new" class="button">
            Make a campaign
          </a>
        </p>
      ) : (
        <p>Administrators and operators make them; each appears here at once.</p>
      )}
    </section>
  );
};

const Paging = ({ list: { status, cursor, nextCursor } }: { list: CampaignList }) => {
  if (cursor === null && nextCursor === null) return null;
  return (
    <nav class="paging" aria-label="Pages">
      {cursor === null ? <span /> : <a href={`/dashboard/campaigns${query(status, null)}`}>Newest campaigns</a>}
      {nextCursor === null ? null : (
        <a id="older" href={`/dashboard/campaigns${query(status, nextCursor)}`} rel="next">
          Older campaigns
        </a>
      )}
    </nav>
  );
};
