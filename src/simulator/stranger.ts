/** Whoever has a number that no persona has. */
import type { Persona } from './persona.ts';
import { voiceReplies } from './script-replies.ts';

/** Picks up for every number that no persona has, says what is asked, and presses 1 for everything else. */
export const stranger: Persona = {
  id: 'stranger',
  description: 'answers any other number, says what is asked and presses 1 for everything else',
  phone: '',
  firstName: 'Alex',
  lastName: 'Example',
  dateOfBirth: null,
  pickup: { kind: 'answers', afterMs: 5_000 },
  reactionMs: 1_000,
  keys: {
    ...voiceReplies,
    'ample.past_medical_history_detail': [{ say: ['nothing of note'] }],
    'hpi.pain_level': ['4#'],
  },
  otherwise: '1',
  expected: { status: 'completed', note: 'complete', items: {} },
};
