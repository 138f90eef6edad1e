/** The first turn of a call that was answered: the opening at once (TC-16), and the end of its time (CL-21). */
import { expect, it } from 'vitest';
import { begin } from '../../../src/domain/intake/begin.ts';
import type { CallEvent } from '../../../src/domain/intake/event.ts';
import { givenRinging } from '../../support/given-conversation.ts';
import { givenPlan } from '../../support/given-plan.ts';

it.each([1, 0.05])(
  'asks the opening and nothing else, and gives the interview 15 minutes at scale %d',
  (timerScale) => {
    const { state, plan } = givenRinging(givenPlan({ timerScale }));
    const event: CallEvent = { type: 'hangup.requested', id: 'e', at: 1000, receivedAt: 1000 };
    const [begun, commands] = begin(state, event, plan);
    expect(commands).toMatchObject([{ name: 'gather_using_speak', step: 'opening' }]);
    expect(begun.timers.limit).toBe(1000 + 15 * 60_000 * timerScale);
  },
);
