/**
 * Transcription of a leg: one final per utterance, some moments after its end, and interims where the engine has them.
 * `inbound` hears the patient, `outbound` what we play; only Telnyx' own engine says which of the two a text came from.
 */
import type { Utterance } from './call-record.ts';
import type { Exchange } from './exchange.ts';
import { type Leg, legIds } from './leg.ts';
import { mishear } from './mishearing.ts';
import { type Body, textOf } from './parameters.ts';

export interface TranscriptionSession {
  readonly tracks: 'inbound' | 'outbound' | 'both';
  readonly interims: boolean;
  readonly namesTrack: boolean;
  stopped: boolean;
}

type Track = 'inbound' | 'outbound';

const usualConfidence = 0.93;
const misheardConfidence = 0.61;
/** Between two interims of one utterance. */
const interimEveryMs = 1_000;

export function startTranscription(exchange: Exchange, leg: Leg, body: Body): void {
  const engine = textOf(body, 'transcription_engine') ?? 'Google';
  const isTelnyx = engine === 'Telnyx' || engine === 'B';
  const config = (body['transcription_engine_config'] ?? {}) as Body;
  const tracks = (textOf(body, 'transcription_tracks') ?? 'inbound') as TranscriptionSession['tracks'];
  const interims = config['interim_results'] === true && !isTelnyx;
  leg.transcription = { tracks, interims, namesTrack: isTelnyx, stopped: false };
  exchange.observe(leg, 'transcription', { text: 'started' });
}

export function stopTranscription(exchange: Exchange, leg: Leg): void {
  if (leg.transcription === null) return;
  leg.transcription.stopped = true;
  leg.transcription = null;
  exchange.observe(leg, 'transcription', { text: 'stopped' });
}

/** While the patient speaks: what is heard so far, where the engine tells. */
export function hearBeginning(exchange: Exchange, leg: Leg, utterance: Utterance, durationMs: number): void {
  if (!hears(leg.transcription, 'inbound') || leg.transcription?.interims !== true) return;
  const words = utterance.said.split(' ');
  for (let ms = interimEveryMs; ms < durationMs; ms += interimEveryMs) {
    exchange.later(leg, ms, () => {
      const soFar = words.slice(0, Math.max(1, Math.floor((words.length * ms) / durationMs))).join(' ');
      const session = leg.transcription;
      if (hears(session, 'inbound')) tell(exchange, leg, session, 'inbound', soFar, false, 0);
    });
  }
}

/** An utterance of the patient has ended. `heard`: what the persona prescribes; `undefined`: nothing. */
export function hearUtterance(
  exchange: Exchange,
  leg: Leg,
  utterance: Utterance,
  heard: string | null | undefined,
  confidence: number | null | undefined,
): void {
  const session = leg.transcription;
  if (!hears(session, 'inbound')) {
    utterance.outcome = 'not_transcribing';
    return;
  }
  const { said } = utterance;
  const text = heard === undefined ? mishear(said, exchange.random, exchange.mishearing) : heard;
  if (text === null) {
    utterance.outcome = 'nothing_heard';
    return;
  }
  utterance.outcome = 'under_way';
  const sure = confidence === undefined ? (text === said ? usualConfidence : misheardConfidence) : confidence;
  // Not bound to the leg: a final that is under way arrives after the hang-up too.
  exchange.later(null, exchange.transcriptionLagMs, () => {
    if (session.stopped) {
      utterance.outcome = 'stopped';
      return;
    }
    utterance.eventId = tell(exchange, leg, session, 'inbound', text, true, sure);
    utterance.outcome = 'delivered';
    utterance.heard = text;
    utterance.confidence = sure;
    utterance.finalAt = exchange.clock.now();
  });
}

/** Something we played, up to where it was cut off. */
export function hearPlayed(exchange: Exchange, leg: Leg, text: string): void {
  const session = leg.transcription;
  if (!hears(session, 'outbound') || text === '') return;
  exchange.later(null, exchange.transcriptionLagMs, () => {
    if (!session.stopped) tell(exchange, leg, session, 'outbound', text, true, usualConfidence);
  });
}

function hears(session: TranscriptionSession | null, track: Track): session is TranscriptionSession {
  return session !== null && (session.tracks === track || session.tracks === 'both');
}

function tell(
  exchange: Exchange,
  leg: Leg,
  session: TranscriptionSession,
  track: Track,
  transcript: string,
  isFinal: boolean,
  confidence: number | null,
): string {
  const named = session.namesTrack ? { transcription_track: track } : {};
  return exchange.emit(leg, 'call.transcription', {
    ...legIds(leg),
    transcription_data: { transcript, is_final: isFinal, confidence, ...named },
  });
}
