/** What a chaotic run is told. */
import type { Persona } from '../../src/simulator/persona.ts';

export interface ChaosSettings {
  readonly patients: readonly Persona[];
  /** Calls at a time. */
  readonly live: number;
  /** Dials a second, of a campaign. */
  readonly pace: number;
  readonly seed: number;
  readonly kills: number;
  readonly outages: number;
  readonly recordings: boolean;
}
