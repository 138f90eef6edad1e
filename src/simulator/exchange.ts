/** What the parts of the engine see of it: time, chance, the legs, and a way to tell the worker and the listener. */
import type { Cancel, Clock } from './clock.ts';
import type { GatherQuirks } from './collect-digit.ts';
import type { Ending, Leg } from './leg.ts';
import type { ObservationType } from './observation.ts';
import type { Persona } from './persona.ts';
import type { Random } from './random.ts';
import type { Recordings } from './recordings.ts';

/** A member of staff a transfer may reach. */
export interface StaffLine {
  readonly phone: string;
  readonly answersAfterMs: number | null;
  readonly talksForMs: number;
}

/** One entry of `GET /v2/call_events`. */
export interface CallEvent {
  readonly at: number;
  readonly callControlId: string;
  readonly callLegId: string;
  readonly callSessionId: string;
  readonly type: 'command' | 'webhook';
  readonly name: string;
  readonly metadata: object;
}

export interface Exchange {
  readonly clock: Clock;
  readonly random: Random;
  readonly recordings: Recordings;
  /** By call control id. */
  readonly legs: ReadonlyMap<string, Leg>;
  readonly callEvents: CallEvent[];
  readonly quirks: GatherQuirks;
  readonly patienceMs: number;
  /** After `humanMs` of human time (shortened by `speed`); dropped when the leg ends, unless `leg` is null. */
  later(leg: Leg | null, humanMs: number, task: () => void): Cancel;
  emit(leg: Leg, eventType: string, payload: object): void;
  observe(leg: Leg, type: ObservationType, more?: { text?: string; digits?: string; step?: string | null }): void;
  end(leg: Leg, ending: Ending): void;
  /** The real service would be silent about this; a test need not be. */
  warn(path: string, message: string): void;
  addLeg(seed: LegSeed): Leg;
  personaOf(phone: string): Persona;
  staffLine(phone: string): StaffLine | undefined;
}

export type LegSeed = Pick<
  Leg,
  'connectionId' | 'direction' | 'from' | 'to' | 'webhookUrl' | 'clientState' | 'persona'
> & {
  readonly callSessionId?: string;
  readonly timeLimitMs: number;
};
