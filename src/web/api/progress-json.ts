/** How far a campaign has come, as the API shows it. */

import { iso } from '../../call-json.ts';
import { amountText } from '../../domain/intake/cost.ts';
import type { CampaignProgress } from '../../store/campaign-progress.ts';

export const progressJson = ({ spentNanos, callsPerMinute, finishAt, ...funnel }: CampaignProgress) => ({
  ...funnel,
  calls_per_minute: callsPerMinute,
  spent: { amount: amountText(spentNanos), currency: 'USD' },
  finish_at: finishAt === null ? null : iso(finishAt),
});
