/** Bugs to plant in the core, so that it can be seen that a flight finds them. Each is a core that hears one thing wrong. */
import type { CallEvent } from '../../src/domain/intake/event.ts';
import { transition } from '../../src/domain/intake/transition.ts';

const hearing =
  (mistake: (event: CallEvent, step: string) => CallEvent | null): typeof transition =>
  (state, event, plan) => {
    const heard = mistake(event, state.phase === 'asking' ? state.question.step : '');
    return heard === null ? [state, []] : transition(state, heard, plan);
  };

export const PLANTED_BUGS = {
  /** Whatever is pressed at the consent counts as a yes. */
  'records-without-consent': hearing((event, step) =>
    event.type === 'gather.ended' && step === 'consent' ? { ...event, digits: '1' } : event,
  ),
  /** Words are not taken in. */
  'drops-words': hearing((event) => (event.type === 'transcription.received' ? null : event)),
} as const;

export type PlantedBug = keyof typeof PLANTED_BUGS;
