/** What is read of a call. The API may say more; what is not named here is passed on as it is. */

export interface ShownCall {
  readonly call_id: string;
  readonly status: string;
  readonly phone_number: string;
  readonly answered_at: string | null;
  readonly ended_at: string | null;
  readonly created_at: string;
  readonly duration_seconds: number | null;
  readonly hangup_cause: string | null;
  readonly error: string | null;
  readonly red_flags: number;
  readonly recording: { readonly status: string; readonly duration_seconds: number | null };
}
export const CALL_COLUMNS = [
  ['CALL', 'call_id'],
  ['STATUS', 'status'],
  ['NUMBER', 'phone_number'],
  ['CREATED', 'created_at'],
  ['SECONDS', 'duration_seconds'],
  ['FLAGS', 'red_flags'],
  ['RECORDING', 'recording.status'],
] as const;
export interface ShownLine {
  readonly speaker: string;
  readonly text: string;
  readonly timestamp: string;
  readonly offset_ms?: number | null;
  readonly item?: string | null;
  readonly input?: string;
  readonly source?: string;
}
export interface ShownEvent {
  readonly event_id: string;
  readonly type: string;
  readonly at: string;
  readonly effect: string;
}
export interface Items<T> {
  readonly items: readonly T[];
}

const LIVE = new Set(['queued', 'dialing', 'ringing', 'in_progress']);
export const isLive = ({ status }: Pick<ShownCall, 'status'>): boolean => LIVE.has(status);
