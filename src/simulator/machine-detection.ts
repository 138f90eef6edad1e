/** The verdict of answering machine detection for a human on the line; machines are not scripted yet. */
import type { Exchange } from './exchange.ts';
import { type Leg, legIds } from './leg.ts';

const verdictAfterMs = 2_500;

export function scheduleDetection(exchange: Exchange, leg: Leg, mode: string): void {
  if (mode === 'disabled') return;
  const premium = mode === 'premium';
  exchange.later(leg, verdictAfterMs, () => {
    exchange.emit(leg, premium ? 'call.machine.premium.detection.ended' : 'call.machine.detection.ended', {
      ...legIds(leg),
      from: leg.from,
      to: leg.to,
      result: premium ? 'human_residence' : 'human',
    });
  });
}
