/** HS-12: the order in which a database that was set back is made whole, and how far that is. */
import { expect, it } from 'vitest';
import {
  afterPiece,
  REPLAY_BEGINS,
  REPLAY_STAGES,
  type ReplayState,
} from '../../../src/domain/campaign/replay-stages.ts';

it('goes on within a stage, then to the next, and is done after the last; counts are summed (HS-12)', () => {
  let state: ReplayState = REPLAY_BEGINS;
  const seen: string[] = [];
  for (const stage of REPLAY_STAGES) {
    expect(state).toMatchObject({ stage, at: null });
    state = afterPiece(state, { count: 2, next: 'there' });
    expect(state).toMatchObject({ stage, at: 'there', counts: { [stage]: 2 } });
    state = afterPiece(state, { count: 1, next: null });
    seen.push(stage);
  }
  expect(seen).toEqual([
    ...[
      'vault',
      'audit',
      'lifted',
      'suppressions',
      'dials',
      'endings',
      'holds',
      'legal_holds',
      'campaigns',
      'erasures',
    ],
  ]);
  expect(state).toEqual({ stage: 'done', at: null, counts: Object.fromEntries(seen.map((stage) => [stage, 3])) });
  expect(afterPiece(state, { count: 1, next: 'x' })).toBe(state);
});
