/** How far a campaign has come, as the API shows it. */
import type * as z from 'zod';
import { iso } from '../../call-json.ts';
import { amountText } from '../../domain/intake/cost.ts';
import type { CampaignProgress } from '../../store/campaign-progress.ts';
import type { progressAnswer } from './campaign-answer.ts';

export const progressJson = ({
  spentNanos,
  callsPerMinute,
  finishAt,
  ...funnel
}: CampaignProgress): z.infer<typeof progressAnswer> => ({
  ...funnel,
  calls_per_minute: callsPerMinute,
  spent: { amount: amountText(spentNanos), currency: 'USD' },
  finish_at: finishAt === null ? null : iso(finishAt),
});
