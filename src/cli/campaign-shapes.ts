/** What is read of a campaign, its list and its receipt. The API may say more. */

export interface ShownCounts {
  readonly total: number;
  readonly ready: number;
  readonly active: number;
  readonly done: number;
  readonly skipped: number;
  readonly canceled: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly skipped_by?: Readonly<Record<string, number>>;
  readonly rejected?: Readonly<Record<string, number>>;
}
export interface ShownCampaign {
  readonly campaign_id: string;
  readonly name: string;
  readonly status: string;
  readonly status_reason: string | null;
  readonly counts?: ShownCounts;
  readonly progress?: {
    readonly live: number;
    readonly calls_per_minute: number;
    readonly finish_at: string | null;
    readonly spent: { readonly amount: string; readonly currency: string };
  };
}
export interface ShownImport {
  readonly import_id: string;
  readonly status: string;
  readonly code: string | null;
  readonly bytes: number;
  readonly bytes_read: number;
  readonly rows_read: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly rejected_by: Readonly<Record<string, number>>;
}
export interface ShownReceipt {
  readonly preflight_id: string;
  readonly counts: {
    readonly will_call: number;
    readonly skipped: Readonly<Record<string, number>>;
    readonly again_at?: Readonly<Record<string, string>>;
  };
  readonly forecast?: {
    readonly calls: number;
    readonly minutes: number;
    readonly cost: { readonly low: string; readonly high: string; readonly currency: string };
    readonly finish_at: string | null;
  };
}

export const campaignPath = (id: string): string => `/api/campaigns/${encodeURIComponent(id)}`;
