/** What an engine can be told when it is made. Everything but `deliver` has a default. */

import type { AccountChange } from './account.ts';
import type { TranscriptionFaults } from './audio-transcriptions.ts';
import type { Clock } from './clock.ts';
import type { FetchAudio, LineQuirks, StaffLine } from './exchange.ts';
import type { LineFaults } from './line-faults.ts';
import type { Mishearing } from './mishearing.ts';
import type { Observation } from './observation.ts';
import type { Persona } from './persona.ts';
import type { RequestFaultRates } from './request-faults.ts';
import type { Deliver, WebhookFaults } from './webhook-delivery.ts';
import type { WebhookSigner } from './webhook-signer.ts';

export interface EngineOptions {
  readonly deliver: Deliver;
  readonly clock?: Clock;
  /** Divides human time: prompts, reactions, ringing, gather timers, audio. Never the protocol's own windows. */
  readonly speed?: number;
  readonly seed?: number;
  readonly apiKey?: string;
  readonly connectionId?: string;
  /** The application's default, for calls whose Dial names none. */
  readonly webhookUrl?: string;
  /** The clinic's number that `ring` calls. */
  readonly clinicNumber?: string;
  /** Numbers of the account besides that one. */
  readonly otherNumbers?: readonly string[];
  /** What is otherwise with the account than it should be. */
  readonly account?: AccountChange;
  readonly signer?: WebhookSigner;
  readonly personas?: readonly Persona[];
  /** Who picks up when no persona has the number. */
  readonly stranger?: Persona;
  readonly staff?: readonly StaffLine[];
  readonly dialsPerFiveSeconds?: number;
  readonly liveCalls?: number;
  readonly quirks?: Partial<LineQuirks>;
  readonly bodies?: 'compact' | 'pretty' | 'mixed';
  readonly webhookLatencyMs?: number;
  readonly webhookFaults?: WebhookFaults;
  readonly requestFaults?: RequestFaultRates;
  readonly lineFaults?: LineFaults;
  /** The application's other URL, tried after two failed attempts in a row. */
  readonly webhookFailoverUrl?: string;
  /** From the end of an utterance to its final (human time). */
  readonly transcriptionLagMs?: number;
  /** A recogniser that gets words wrong. */
  readonly mishear?: Mishearing;
  /** Patients with a `ringBack` ring when their first call is over. */
  readonly ringBacks?: boolean;
  /** Keeps every request and webhook in `log`; true when left out. */
  readonly keepLog?: boolean;
  /** A patient who hears nothing for this long hangs up (human time). */
  readonly patienceMs?: number;
  /** Fetches what `playback_start` names. Without it every address is audio of five seconds. */
  readonly fetchAudio?: FetchAudio;
  /** Of the stand-in that writes down audio files. */
  readonly transcriptionKey?: string;
  readonly transcriptionFaults?: TranscriptionFaults;
  readonly onObservation?: (observation: Observation) => void;
}

export const defaultApiKey = 'KEY_SIMULATOR';
export const defaultClinicNumber = '+12025550100';
export const defaultConnectionId = '1684641123236054244';
