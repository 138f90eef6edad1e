/**
 * In which order a database that was set back gets again what it lacks (HS-12), and how far that is. The order matters: without the vault
 * nobody is known who was erased, and by the audit is known whose consent may have changed. Pure.
 */

export const REPLAY_STAGES = [
  'vault',
  'audit',
  /** Which numbers were taken off the do-not-call list; before any is put on it, because a number is held by one row at a time. */
  'lifted',
  'suppressions',
  'dials',
  /** Whose call ended nobody knows how: they may have said that the number is not theirs. */
  'endings',
  'holds',
  'legal_holds',
  'campaigns',
  'erasures',
] as const;
export type ReplayStage = (typeof REPLAY_STAGES)[number];

export interface ReplayState {
  readonly stage: ReplayStage | 'done';
  /** Where the stage goes on; null: from its beginning. */
  readonly at: string | null;
  /** How much each stage wrote. */
  readonly counts: Readonly<Partial<Record<ReplayStage, number>>>;
}

/** What one piece of a stage came to. `next` null: the stage is done. */
export interface ReplayPiece {
  readonly count: number;
  readonly next: string | null;
}

export const REPLAY_BEGINS: ReplayState = { stage: REPLAY_STAGES[0], at: null, counts: {} };

export function afterPiece(state: ReplayState, { count, next }: ReplayPiece): ReplayState {
  const { stage } = state;
  if (stage === 'done') return state;
  const counts = { ...state.counts, [stage]: (state.counts[stage] ?? 0) + count };
  if (next !== null) return { stage, at: next, counts };
  return { stage: REPLAY_STAGES[REPLAY_STAGES.indexOf(stage) + 1] ?? 'done', at: null, counts };
}
