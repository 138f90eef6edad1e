/** The other end of a transfer: talks, and presses nothing. */
import type { Persona } from './persona.ts';

export const staff: Persona = {
  id: 'staff',
  description: 'a member of staff',
  phone: '',
  firstName: 'Staff',
  lastName: 'Line',
  dateOfBirth: null,
  pickup: { kind: 'no_answer' },
  reactionMs: 0,
  keys: {},
  expected: { status: '', note: 'any', items: {} },
};
