/**
 * One line of the audit (HS-05), and the text of it that is hashed: every field in a fixed order, with the hash of the line before it.
 * Whoever changes, removes, moves or adds a line changes a hash, and from there every hash to the last one (X12).
 */

export interface AuditEntry {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Opaque, as in logs; the name is the person's address or a service token's client id. */
  readonly actor: string;
  readonly actorName: string;
  /** Comma separated, as they were at that moment. */
  readonly roles: string;
  /** `<thing>.<verb>`. */
  readonly action: string;
  /** Whether the answer could hold patient data. */
  readonly phi: boolean;
  readonly method: string;
  /** The route's template: no values. */
  readonly route: string;
  readonly status: number;
  /** Why it was refused. */
  readonly code: string | null;
  readonly patientId: string | null;
  readonly callId: string | null;
  /** Whatever else it was about. */
  readonly objectId: string | null;
  readonly address: string | null;
  readonly requestId: string;
  /** A JSON array of the ids of the patients that the answer showed; null: nobody. */
  readonly shown: string | null;
}

export interface AuditRow extends AuditEntry {
  /** From one to the next without a gap. */
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
}

/** Where a chain stands: its last line, or what its first line follows. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** What the first line of all follows. */
export const GENESIS_HASH = '0'.repeat(64);

/** JSON tells null from empty and a number from its digits. The first word would change with the order or the fields. */
export const hashedText = (row: Omit<AuditRow, 'hash'>): string =>
  JSON.stringify([
    ...['audit-1', row.seq, row.prevHash, row.at, row.actor, row.actorName, row.roles, row.action, row.phi],
    ...[row.method, row.route, row.status, row.code, row.patientId, row.callId, row.objectId, row.address],
    ...[row.requestId, row.shown],
  ]);

export type HashText = (text: string) => string;

/** The line that follows the head. */
export function chained(head: ChainHead, entry: AuditEntry, hashOf: HashText): AuditRow {
  const row = { ...entry, seq: head.seq + 1, prevHash: head.hash };
  return { ...row, hash: hashOf(hashedText(row)) };
}
