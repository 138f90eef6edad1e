/** The page around the campaigns: which of them to show, and the way to a new one. */
import { CAMPAIGN_STATUSES } from '../../domain/campaign/campaign-status.ts';
import { CAMPAIGN_STATUS_LABELS } from './campaign-labels.ts';
import { type CampaignList, CampaignsFragment } from './campaigns-fragment.tsx';
import { ExportThese } from './export-these.tsx';

export const CampaignsPage = (list: CampaignList) => (
  <>
    <div class="page-head">
      <h1>Campaigns</h1>
      <div class="page-tools">
        <form method="get" action="/dashboard/campaigns" class="filter">
          <label for="status">Status</label>
          <select id="status" name="status">
            <option value="">All</option>
            {CAMPAIGN_STATUSES.map((status) => (
              <option value={status} selected={status === list.status}>
                {CAMPAIGN_STATUS_LABELS[status].words}
              </option>
            ))}
          </select>
          <button type="submit" class="secondary">
            Show
          </button>
        </form>
        <ExportThese what="campaigns" filters={{ status: list.status }} />
        {list.viewer.runsCampaigns ? (
          <a href="/dashboard/campaigns/new" class="button">
            New campaign
          </a>
        ) : null}
      </div>
    </div>
    <CampaignsFragment {...list} />
  </>
);
