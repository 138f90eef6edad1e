/** What may pick up in place of the patient, as data. All times in human milliseconds, from the moment of the answer. */
export interface Machine {
  readonly greetingMs: number;
  /** Heard at the end of the greeting. */
  readonly beep: boolean;
  /** `null`: detection never says anything. */
  readonly verdict: 'machine' | 'silence' | 'fax_detected' | 'not_sure' | null;
  readonly verdictAfterMs: number;
  /** `beep-first`: the beep comes before any verdict, and then there is none; without it the times decide. */
  readonly order?: 'verdict-first' | 'beep-first';
  /** In place of what the mode would say of the end of the greeting. */
  readonly greetingEndedResult?: string;
}

export interface Screening {
  readonly detectedAfterMs: number;
  readonly pickedUpAfterMs: number;
  /** The verdict on the assistant itself, when detection gives one. */
  readonly firstVerdict?: 'machine' | 'not_sure';
}

/** Of a beep, before a message is recorded. */
const beepMs = 400;

/** From when on a message is recorded. */
export function greetingEndMs(machine: Machine): number {
  return machine.greetingMs + (machine.beep ? beepMs : 0);
}
