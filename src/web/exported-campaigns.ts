/** Campaigns as a file: how each was set up, and how many of its people are where. Nobody's data; what became of each is in its results. */
import * as z from 'zod';
import { CAMPAIGN_STATUSES } from '../domain/campaign/campaign-status.ts';
import { amountText } from '../domain/intake/cost.ts';
import { type Campaign, type CampaignFilter, listCampaigns } from '../store/campaigns.ts';
import { CONTACT_STATUSES, type ContactStatus, countByCampaign } from '../store/contacts.ts';
import { type ExportColumn, exportKind, given, isoOrNull } from './export-kind.ts';
import { rolesSeeing } from './field-access.ts';

/** Two statements a page; the people of a campaign are counted in an index. */
const PAGE = 200;

interface CampaignRow {
  readonly campaign: Campaign;
  readonly counts: Readonly<Partial<Record<ContactStatus, number>>>;
}

const COLUMNS: readonly ExportColumn<CampaignRow>[] = [
  { name: 'campaign_id', cell: ({ campaign }) => campaign.id },
  { name: 'name', cell: ({ campaign }) => campaign.name },
  { name: 'purpose', cell: ({ campaign }) => campaign.purpose },
  { name: 'status', cell: ({ campaign }) => campaign.status },
  { name: 'status_reason', cell: ({ campaign }) => campaign.statusReason },
  { name: 'questionnaire', cell: ({ campaign }) => campaign.questionnaireId },
  { name: 'questionnaire_version', cell: ({ campaign }) => campaign.questionnaireVersion },
  { name: 'language', cell: ({ campaign }) => campaign.language },
  { name: 'people', cell: ({ counts }) => CONTACT_STATUSES.reduce((sum, each) => sum + (counts[each] ?? 0), 0) },
  ...CONTACT_STATUSES.map(
    (status): ExportColumn<CampaignRow> => ({ name: `people_${status}`, cell: ({ counts }) => counts[status] ?? 0 }),
  ),
  { name: 'pace_per_second', cell: ({ campaign }) => campaign.pacePerSecond },
  { name: 'max_live_calls', cell: ({ campaign }) => campaign.maxLiveCalls },
  {
    name: 'spend_cap',
    cell: ({ campaign: { spendCapNanos } }) => (spendCapNanos === null ? null : amountText(spendCapNanos)),
  },
  { name: 'owner', cell: ({ campaign }) => campaign.ownerName },
  { name: 'created_at', cell: ({ campaign }) => isoOrNull(campaign.createdAt) },
  { name: 'started_at', cell: ({ campaign }) => isoOrNull(campaign.startedAt) },
  { name: 'ends_at', cell: ({ campaign }) => isoOrNull(campaign.endsAt) },
  { name: 'ended_at', cell: ({ campaign }) => isoOrNull(campaign.endedAt) },
];

export const exportedCampaigns = exportKind({
  roles: rolesSeeing('campaign_counts'),
  filters: z.strictObject({ status: z.enum(CAMPAIGN_STATUSES).optional() }),
  columns: () => COLUMNS,
  read: async ({ db }, filters, cursor: CampaignFilter['cursor']) => {
    const { items, nextCursor } = await listCampaigns(db, { limit: PAGE, cursor, ...given(filters) });
    const counts = await countByCampaign(
      db,
      items.map(({ id }) => id),
    );
    return { items: items.map((campaign) => ({ campaign, counts: counts.get(campaign.id) ?? {} })), nextCursor };
  },
  patientsOf: () => null,
});
