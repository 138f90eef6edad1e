/** What a consent cannot cover, because it was over before (X1). Pure. */

/** Telnyx' clock gives both times, and the recorder is ordered by the consent; more than this is no inaccuracy. */
const SAME_MOMENT_MS = 1000;

/** Whether audio was taken down before the patient agreed: by a setting at Telnyx, say. The consent says nothing about it. */
export const isBeforeConsent = (startedAt: number | null, consentAt: number | null): boolean =>
  startedAt !== null && consentAt !== null && startedAt < consentAt - SAME_MOMENT_MS;
