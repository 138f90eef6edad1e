/** The types of the package, for what `npm run sdk` leaves of it. */
import type { Telnyx as Whole } from 'telnyx';

export { APIError } from 'telnyx';

export type Telnyx = Pick<
  Whole,
  | 'balance'
  | 'callControlApplications'
  | 'callEvents'
  | 'calls'
  | 'connections'
  | 'outboundVoiceProfiles'
  | 'phoneNumbers'
  | 'recordings'
  | 'webhookDeliveries'
>;
export const Telnyx: (new (...options: ConstructorParameters<typeof Whole>) => Telnyx) &
  Pick<typeof Whole, 'APIConnectionError' | 'APIConnectionTimeoutError' | 'APIError'>;
