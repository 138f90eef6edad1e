/** C77: how long news that nobody took wait. */
import { expect, it } from 'vitest';
import { tellAgainMs } from '../../../src/domain/alerts/tell-again.ts';

it('waits one minute, then twice as long each time, and never more than an hour (C77)', () => {
  const minutes = Array.from({ length: 9 }, (_, i) => tellAgainMs(i + 1) / 60_000);
  expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  expect(tellAgainMs(5000)).toBe(3_600_000);
});
