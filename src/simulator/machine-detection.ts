/**
 * Answering machine detection: which events each mode sends for a human, a machine and a screening assistant. A verdict
 * may never come, and after a beep that was quicker than it, it does not.
 */
import type { Exchange } from './exchange.ts';
import { endGather, hearRestOfQuestion } from './gather.ts';
import { type Leg, legIds } from './leg.ts';
import { silenceForDetection } from './line-audio.ts';
import { greetingEndMs, type Machine, type Screening } from './machine.ts';
import { type Body, numberOf, textOf } from './parameters.ts';

const humanVerdictAfterMs = 2_500;
const premiumAnalysisMs = 30_000;
/** `detect_words` searches this long for a beep. */
const wordsBeepSearchMs = 30_000;
/** Silence that ends a greeting for `greeting_end`. */
const greetingSilenceMs = 1_500;

/** What picks up, whether detection was asked for or not; `body` is that of Dial. */
export function startListener(exchange: Exchange, leg: Leg, body: Body): void {
  const mode = textOf(body, 'answering_machine_detection') ?? 'disabled';
  const { machine, screening, humanVerdict } = leg.persona;
  if (leg.direction === 'incoming') return;
  if (machine !== undefined) {
    leg.listener = 'machine';
    leg.greetingEndsAt = exchange.clock.now() + exchange.clockMs(greetingEndMs(machine));
    if (mode !== 'disabled') detectMachine(exchange, leg, machine, mode, analysisMs(body));
    return;
  }
  if (screening !== undefined) {
    screen(exchange, leg, screening, mode);
    return;
  }
  if (mode !== 'disabled') detectHuman(exchange, leg, mode, humanVerdict);
}

function analysisMs(body: Body): number {
  const config = (body['answering_machine_detection_config'] ?? {}) as Body;
  return numberOf(config, 'total_analysis_time_millis', premiumAnalysisMs);
}

const isPremium = (mode: string): boolean => mode.startsWith('premium');

function detectHuman(exchange: Exchange, leg: Leg, mode: string, wanted: string | null | undefined): void {
  if (wanted === null || exchange.random.chance(exchange.lineFaults.missingVerdicts ?? 0)) return;
  exchange.later(leg, humanVerdictAfterMs, () => tellVerdict(exchange, leg, mode, wanted ?? 'human_residence'));
}

function detectMachine(exchange: Exchange, leg: Leg, machine: Machine, mode: string, totalMs: number): void {
  const { verdict, verdictAfterMs, order } = machine;
  const endMs = greetingEndMs(machine);
  const beepIsFirst = machine.beep && (order === 'beep-first' || (order === undefined && endMs < verdictAfterMs));
  // A beep before the verdict settles it for premium: only the end of the greeting is told.
  const isSilent = verdict === null || exchange.random.chance(exchange.lineFaults.missingVerdicts ?? 0);
  if (!isSilent && !(isPremium(mode) && beepIsFirst)) {
    const inTime = verdictAfterMs < totalMs || !isPremium(mode);
    exchange.later(leg, Math.min(verdictAfterMs, totalMs), () => {
      tellVerdict(exchange, leg, mode, inTime ? verdict : 'not_sure');
      if (inTime && verdict === 'machine' && exchange.quirks.detectionCuts) {
        endGather(exchange, leg, 'cancelled_amd');
        silenceForDetection(exchange, leg);
      }
    });
  }
  const ending = greetingEnding(machine, mode, totalMs, isSilent && !beepIsFirst);
  if (ending === null) return;
  exchange.later(leg, ending.afterMs, () => {
    const name = isPremium(mode) ? 'call.machine.premium.greeting.ended' : 'call.machine.greeting.ended';
    emitResult(exchange, leg, name, machine.greetingEndedResult ?? ending.result);
  });
}

/** When and how the end of the greeting is told; null: not at all. */
function greetingEnding(
  machine: Machine,
  mode: string,
  totalMs: number,
  noVerdict: boolean,
): { readonly afterMs: number; readonly result: string } | null {
  const { beep, greetingMs, verdict, verdictAfterMs } = machine;
  const isMachine = verdict === 'machine' && !noVerdict && (verdictAfterMs < totalMs || !isPremium(mode));
  const beepMs = greetingEndMs(machine);
  switch (mode) {
    case 'detect':
      return null;
    case 'detect_beep':
      return beep ? { afterMs: beepMs, result: 'beep_detected' } : null;
    case 'detect_words': {
      if (!isMachine) return null;
      const searchEndMs = verdictAfterMs + wordsBeepSearchMs;
      const inTime = beep && beepMs <= searchEndMs;
      return { afterMs: inTime ? beepMs : searchEndMs, result: inTime ? 'beep_detected' : 'not_sure' };
    }
    case 'greeting_end':
      if (!isMachine) return null;
      return { afterMs: beep ? beepMs : greetingMs + greetingSilenceMs, result: beep ? 'beep_detected' : 'ended' };
    default:
      if (beep && !noVerdict) return { afterMs: beepMs, result: 'beep_detected' };
      return isMachine ? { afterMs: Math.max(totalMs, greetingMs), result: 'no_beep_detected' } : null;
  }
}

/** The patient hears nothing of what is played until the assistant puts the call through. */
function screen(exchange: Exchange, leg: Leg, screening: Screening, mode: string): void {
  const { detectedAfterMs, pickedUpAfterMs, firstVerdict } = screening;
  leg.listener = 'screening';
  if (isPremium(mode)) {
    exchange.later(leg, detectedAfterMs, () => {
      if (firstVerdict !== undefined) tellVerdict(exchange, leg, mode, firstVerdict);
      emitResult(exchange, leg, 'call.machine.premium.call_screening.detected', 'screening');
    });
  }
  exchange.later(leg, pickedUpAfterMs, () => {
    leg.listener = 'human';
    if (mode !== 'disabled') detectHuman(exchange, leg, mode, leg.persona.humanVerdict);
    hearRestOfQuestion(exchange, leg);
  });
}

function tellVerdict(exchange: Exchange, leg: Leg, mode: string, verdict: string): void {
  if (isPremium(mode)) emitResult(exchange, leg, 'call.machine.premium.detection.ended', verdict);
  else emitResult(exchange, leg, 'call.machine.detection.ended', plainVerdict(verdict));
}

/** The three words of the modes that are not premium. */
function plainVerdict(verdict: string): string {
  if (verdict.startsWith('human')) return 'human';
  return verdict === 'machine' || verdict === 'fax_detected' ? 'machine' : 'not_sure';
}

function emitResult(exchange: Exchange, leg: Leg, eventType: string, result: string): void {
  exchange.emit(leg, eventType, { ...legIds(leg), from: leg.from, to: leg.to, result });
}
