/** A leg at the moment it begins to ring. */
import { newCallRecord } from './call-record.ts';
import { readClientState } from './client-state.ts';
import type { LegSeed } from './exchange.ts';
import type { Leg } from './leg.ts';
import type { Random } from './random.ts';

export function newLeg(seed: LegSeed, random: Random, now: number, speed: number): Leg {
  return {
    ...seed,
    callControlId: `v3:${random.token(54)}`,
    callLegId: random.uuid(),
    callSessionId: seed.callSessionId ?? random.uuid(),
    startedAt: now,
    record: newCallRecord(readClientState(seed.clientState).callId, seed.direction, speed),
    phase: 'ringing',
    answeredAt: null,
    endedAt: null,
    hangupCause: null,
    transcription: null,
    listener: 'human',
    greetingEndsAt: null,
    gather: null,
    sounds: [],
    downloads: [],
    soundTimer: null,
    soundStartedAt: null,
    recordings: [],
    peer: null,
    transfer: null,
    commandIds: new Map(),
    timers: new Set(),
    takes: new Map(),
    typing: null,
    isMidCommand: false,
    patience: null,
  };
}
