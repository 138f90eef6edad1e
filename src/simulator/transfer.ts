/** `transfer`: rings a second leg. Staff who answer are bridged; staff who do not leave leg A as it was. */
import { announce, answerLeg, endLeg } from './call-life.ts';
import type { Exchange } from './exchange.ts';
import { type Leg, legIds } from './leg.ts';
import { type Body, numberOf, textOf } from './parameters.ts';
import { staff } from './personas.ts';

export function transfer(exchange: Exchange, leg: Leg, body: Body): void {
  const to = textOf(body, 'to') ?? '';
  const line = exchange.staffLine(to);
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
  leg.peer = other;
  leg.patience?.();
  exchange.observe(leg, 'transfer', { text: `to ${to}` });
  announce(exchange, other);
  const timeoutMs = numberOf(body, 'timeout_secs', 30) * 1000;
  const answersAfterMs = line?.answersAfterMs ?? null;
  if (line === undefined || answersAfterMs === null || answersAfterMs >= timeoutMs) {
    exchange.later(other, timeoutMs, () => {
      leg.peer = null;
      endLeg(exchange, other, { cause: 'timeout', source: 'caller', sip: '487' });
    });
    return;
  }
  exchange.later(other, answersAfterMs, () => {
    answerLeg(exchange, other, {});
    other.patience?.();
    other.peer = leg;
    for (const side of [leg, other]) {
      exchange.emit(side, 'call.bridged', { ...legIds(side), from: side.from, to: side.to });
    }
    exchange.later(other, line.talksForMs, () => {
      endLeg(exchange, other, { cause: 'normal_clearing', source: 'callee', sip: '200' });
    });
  });
}
