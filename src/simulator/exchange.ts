/** What the parts of the engine see of it: time, chance, the legs, and a way to tell the worker and the listener. */
import type { Account } from './account.ts';
import type { Cancel, Clock } from './clock.ts';
import type { GatherQuirks } from './collect-digit.ts';
import type { Ending, Leg } from './leg.ts';
import type { LineFaults } from './line-faults.ts';
import type { Mishearing } from './mishearing.ts';
import type { ObservationType } from './observation.ts';
import type { Persona, StaffConduct } from './persona.ts';
import type { Random } from './random.ts';
import type { Recordings } from './recordings.ts';
import type { DeliveryAttempt } from './webhook-delivery.ts';

/** A member of staff a transfer may reach. */
export interface StaffLine extends StaffConduct {
  readonly phone: string;
}

/** How long the audio at an address lasts, in human time; null: there is none. */
export type FetchAudio = (url: string) => Promise<number | null>;

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

/** Points that Telnyx leaves open. */
export interface LineQuirks extends GatherQuirks {
  /** The verdict on a machine cuts off a running gather and its prompt. */
  readonly detectionCuts: boolean;
}

export interface Exchange {
  readonly clock: Clock;
  readonly random: Random;
  readonly recordings: Recordings;
  readonly account: Account;
  /** Every attempt to deliver a webhook so far. */
  readonly deliveries: readonly DeliveryAttempt[];
  /** By call control id. */
  readonly legs: ReadonlyMap<string, Leg>;
  readonly callEvents: CallEvent[];
  readonly quirks: LineQuirks;
  readonly patienceMs: number;
  /** From the end of an utterance to its final, in human time. */
  readonly transcriptionLagMs: number;
  readonly mishearing: Mishearing;
  readonly lineFaults: LineFaults;
  readonly fetchAudio: FetchAudio | null;
  /** What `humanMs` of human time are on the clock. */
  clockMs(humanMs: number): number;
  /** After `humanMs` of human time (shortened by `speed`); dropped when the leg ends, unless `leg` is null. */
  later(leg: Leg | null, humanMs: number, task: () => void): Cancel;
  /** Gives the id of the event. */
  emit(leg: Leg, eventType: string, payload: object): string;
  observe(leg: Leg, type: ObservationType, more?: { text?: string; digits?: string; step?: string | null }): void;
  end(leg: Leg, ending: Ending): void;
  /** Once a leg is over: its patient may ring back. */
  ended(leg: Leg): void;
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
