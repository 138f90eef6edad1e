/** The one meaning of "reached" in statements: answered by anybody but a machine, however the call ended then. It decides nothing. */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';

interface Answer {
  readonly answeredAt: SQLWrapper;
  readonly answeredBy: SQLWrapper;
}
export const isReached = ({ answeredAt, answeredBy }: Answer): SQL =>
  sql`(${answeredAt} is not null and ${answeredBy} <> 'machine')`;

interface Way extends Pick<Answer, 'answeredAt'> {
  readonly dialedAt: SQLWrapper;
  readonly status: SQLWrapper;
  readonly direction: SQLWrapper;
}
/** Over without a dial, as a call that was canceled while it waited. */
export const isNeverDialled = ({ dialedAt, answeredAt, status, direction }: Way): SQL =>
  sql`(${status} not in ('queued', 'dialing', 'ringing', 'in_progress') and ${dialedAt} is null and ${answeredAt} is null and ${direction} <> 'inbound')`;
