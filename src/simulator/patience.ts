/** How long a patient stays on a silent line, and how one hangs up. */
import type { Exchange } from './exchange.ts';
import type { Leg } from './leg.ts';

export function hangUpByPatient(exchange: Exchange, leg: Leg): void {
  const source = leg.direction === 'outgoing' ? 'callee' : 'caller';
  exchange.end(leg, { cause: 'normal_clearing', source, sip: '200' });
}

/**
 * Something happened on the line: a patient who hears nothing for too long after it puts the phone down. Whoever is put
 * through to staff has someone to talk to.
 */
export function renewPatience(exchange: Exchange, leg: Leg): void {
  leg.patience?.();
  if (leg.peer !== null) return;
  leg.patience = exchange.later(leg, exchange.patienceMs, () => hangUpByPatient(exchange, leg));
}
