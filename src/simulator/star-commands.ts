/** The commands a patient gave with `*`: two keys within four seconds, or one key when the commands were just read out. */
import type { CallRecord, Press } from './call-record.ts';

const completedWithinMs = 4_000;

export interface StarCommand {
  readonly key: string;
  readonly at: number;
  /** The question it was given at, or after. */
  readonly ask: number;
  /** Its keys; of one given when the commands were read out only the last. */
  readonly presses: readonly Press[];
}

export function starCommands({ presses, asks, speed }: CallRecord): StarCommand[] {
  const commands: StarCommand[] = [];
  for (let index = 0; index < presses.length; index += 1) {
    const press = presses[index];
    if (press === undefined) break;
    const ask = press.ask ?? lastAskBefore(asks, press.at);
    if (press.digit !== '*') {
      if (asks[ask]?.step === 'command' && press.ask !== null)
        commands.push({ key: press.digit, at: press.at, ask, presses: [press] });
      continue;
    }
    const next = presses[index + 1];
    if (next === undefined || (next.at - press.at) * speed > completedWithinMs) continue;
    commands.push({ key: next.digit, at: next.at, ask, presses: [press, next] });
    index += 1;
  }
  return commands;
}

function lastAskBefore(asks: CallRecord['asks'], at: number): number {
  return asks.findLastIndex((ask) => ask.at <= at);
}
