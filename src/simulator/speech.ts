/** A patient who talks: utterances with pauses between them. One that has begun is finished, even into the next prompt. */
import type { Utterance } from './call-record.ts';
import type { Exchange } from './exchange.ts';
import type { Leg } from './leg.ts';
import { renewPatience } from './patience.ts';
import type { SpokenReply } from './persona.ts';
import { speechDurationMs } from './speech-duration.ts';
import { speechTone } from './tones.ts';
import { hearBeginning, hearUtterance } from './transcription.ts';

/** Short, as within one sentence: whoever pauses for two seconds counts as having finished. */
const defaultPauseMs = 200;

export function saySomething(
  exchange: Exchange,
  leg: Leg,
  reply: SpokenReply,
  waitMs: number,
  then: (keys: string) => void,
): void {
  const { say, pauseMs = defaultPauseMs } = reply;
  const sayNext = (index: number): void => {
    const text = say[index];
    if (text === undefined) return;
    const ended = (): void => {
      const isLast = index === say.length - 1;
      if (!isLast) leg.typing = exchange.later(leg, pauseMs, () => sayNext(index + 1));
      else if (reply.thenPress !== undefined) then(reply.thenPress);
    };
    utter(exchange, leg, text, reply.heard?.[index], reply.confidence?.[index], ended);
  };
  leg.typing = exchange.later(leg, waitMs, () => sayNext(0));
}

function utter(
  exchange: Exchange,
  leg: Leg,
  said: string,
  heard: string | null | undefined,
  confidence: number | null | undefined,
  ended: () => void,
): void {
  const { asks, utterances } = leg.record;
  const ask = asks.length - 1;
  const step = asks[ask]?.step ?? null;
  const durationMs = speechDurationMs(said);
  const utterance: Utterance = {
    ...{ said, step, ask, startedAt: exchange.clock.now(), endedAt: null, heard: null, confidence: null },
    ...{ finalAt: null, eventId: null, outcome: 'speaking' },
  };
  utterances.push(utterance);
  if (step !== null) {
    const { said: before, redos } = leg.takes.get(step) ?? { said: [], redos: 0 };
    leg.takes.set(step, { said: [...before, said], redos });
  }
  for (const recording of leg.recordings) {
    const length = exchange.clockMs(durationMs);
    recording.marks.push({
      atMs: exchange.clock.now(),
      durationMs: length,
      side: 'patient',
      tones: [speechTone(step)],
      words: said,
    });
  }
  exchange.observe(leg, 'entry', { text: `says “${said}”`, step });
  leg.patience?.();
  hearBeginning(exchange, leg, utterance, durationMs);
  let isInterrupted = false;
  // Stands in for the next word: a question asked meanwhile cancels it, and the patient falls silent after this utterance.
  leg.typing = () => {
    isInterrupted = true;
  };
  exchange.later(leg, durationMs, () => {
    utterance.endedAt = exchange.clock.now();
    renewPatience(exchange, leg);
    hearUtterance(exchange, leg, utterance, heard, confidence);
    if (!isInterrupted) ended();
  });
}
