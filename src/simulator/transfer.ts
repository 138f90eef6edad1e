/**
 * `transfer`: rings a second leg. Staff who answer are bridged, and when they hang up the patient's leg ends with theirs;
 * staff who do not answer leave it as it was.
 */
import { announce, answerLeg, endLeg } from './call-life.ts';
import type { TransferAttempt } from './call-record.ts';
import type { Exchange } from './exchange.ts';
import { pressKey } from './gather.ts';
import { type Ending, type Leg, legIds } from './leg.ts';
import { type Body, numberOf, textOf } from './parameters.ts';
import { renewPatience } from './patience.ts';
import { typeKeys } from './patient.ts';
import { staff } from './staff.ts';

/** From the bridge to the first key of a patient who presses some. */
const keyAfterBridgeMs = 2_000;

export function transfer(exchange: Exchange, leg: Leg, body: Body): void {
  const to = textOf(body, 'to') ?? '';
  const conduct = leg.persona.staff ?? exchange.staffLine(to);
  const other = exchange.addLeg({
    connectionId: leg.connectionId,
    direction: 'outgoing',
    from: textOf(body, 'from') ?? leg.to,
    to,
    webhookUrl: textOf(body, 'webhook_url') ?? leg.webhookUrl,
    clientState: textOf(body, 'target_leg_client_state'),
    persona: staff,
    timeLimitMs: numberOf(body, 'time_limit_secs', 14_400) * 1000,
    callSessionId: leg.callSessionId,
  });
  const attempt: TransferAttempt = { to, at: exchange.clock.now(), outcome: 'ringing', bridgedAt: null, endedAt: null };
  leg.record.transfers.push(attempt);
  leg.transfer = attempt;
  leg.peer = other;
  leg.patience?.();
  exchange.observe(leg, 'transfer', { text: `to ${to}` });
  announce(exchange, other);
  const timeoutMs = numberOf(body, 'timeout_secs', 30) * 1000;
  const afterMs = conduct?.answersAfterMs ?? null;
  if (conduct === undefined || afterMs === null || afterMs >= timeoutMs) {
    const ending: Ending = { cause: 'timeout', source: 'caller', sip: '487' };
    exchange.later(other, timeoutMs, () => fail(exchange, leg, other, attempt, 'no_answer', ending));
    return;
  }
  exchange.later(other, afterMs, () => {
    if (conduct.refuses === 'busy') {
      fail(exchange, leg, other, attempt, 'busy', { cause: 'user_busy', source: 'unknown', sip: '486' });
    } else if (conduct.refuses === 'rejects') {
      fail(exchange, leg, other, attempt, 'rejected', { cause: 'call_rejected', source: 'callee', sip: '603' });
    } else {
      bridge(exchange, leg, other, attempt, conduct.talksForMs);
    }
  });
}

/** Leg A stays, and can be spoken to. */
function fail(
  exchange: Exchange,
  leg: Leg,
  other: Leg,
  attempt: TransferAttempt,
  outcome: TransferAttempt['outcome'],
  ending: Ending,
): void {
  leg.peer = null;
  leg.transfer = null;
  attempt.outcome = outcome;
  attempt.endedAt = exchange.clock.now();
  renewPatience(exchange, leg);
  endLeg(exchange, other, ending);
}

function bridge(exchange: Exchange, leg: Leg, other: Leg, attempt: TransferAttempt, talksForMs: number): void {
  answerLeg(exchange, other, {});
  other.peer = leg;
  other.patience?.();
  attempt.outcome = 'bridged';
  attempt.bridgedAt = exchange.clock.now();
  for (const side of [leg, other]) {
    exchange.emit(side, 'call.bridged', { ...legIds(side), from: side.from, to: side.to });
  }
  leg.patience?.();
  exchange.later(other, talksForMs, () => {
    endLeg(exchange, other, { cause: 'normal_clearing', source: 'callee', sip: '200' });
  });
  const { whileBridged } = leg.persona;
  if (whileBridged !== undefined) typeKeys(exchange, leg, whileBridged, keyAfterBridgeMs, pressKey);
}
