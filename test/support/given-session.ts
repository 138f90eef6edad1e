/**
 * One call in the real IntakeSession, with its rows in D1, against the fake Telnyx: the test speaks Telnyx' side by webhook
 * bodies, which go through the real parser, and lets time pass by hand.
 */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect } from 'vitest';
import type { CallEvent } from '../../src/domain/intake/event.ts';
import type { CallState } from '../../src/domain/intake/state.ts';
import { readSession, type SessionRecord } from '../../src/session/call-storage.ts';
import type { Received } from '../../src/session/intake-session.ts';
import { encodeClientState } from '../../src/telnyx/client-state.ts';
import { parseEvent } from '../../src/telnyx/parse-event.ts';
import { CALL_IDS, FakeTelnyx } from './fake-telnyx.ts';
import { BIRTH_DATE_KEYS } from './given-plan.ts';
import { givenPlacedCall, givenPlanOf, type Placed } from './place-call.ts';
import { config, later, ring, testEnv } from './worker-env.ts';

export interface Webhook {
  readonly id?: string;
  /** `occurred_at`, epoch milliseconds. */
  readonly at?: number;
  readonly clientState?: string;
}

let webhooks = 0;

export class SessionUnderTest {
  readonly placed: Placed;
  readonly telnyx: FakeTelnyx;

  constructor(placed: Placed, telnyx: FakeTelnyx) {
    this.placed = placed;
    this.telnyx = telnyx;
  }

  get callId(): string {
    return this.placed.callId;
  }

  /** A new one each time: one that saw its object crash is broken. */
  get stub() {
    return testEnv.INTAKE_SESSION.getByName(this.callId);
  }

  async start(changes: { timerScale?: number } = {}): Promise<'started' | 'already' | 'canceled'> {
    const [plan, wrappedKey] = await givenPlanOf(this.placed);
    return await this.stub.start({ ...plan, ...changes }, wrappedKey);
  }

  async receive(event: CallEvent): Promise<Received> {
    return await this.stub.receive(event);
  }

  /** The client_state Telnyx would echo: of the last question it was given, before that of the dial. */
  get clientState(): string {
    const last = this.telnyx.sent('gather_using_speak').at(-1)?.body['client_state'];
    return String(last ?? encodeClientState({ callId: this.callId, step: 'dial', seq: 0 }));
  }

  event(eventType: string, payload: Record<string, unknown> = {}, webhook: Webhook = {}): CallEvent {
    webhooks += 1;
    const body = {
      data: {
        record_type: 'event',
        event_type: eventType,
        id: webhook.id ?? `evt-${webhooks}`,
        occurred_at: new Date(webhook.at ?? Date.now()).toISOString(),
        payload: { ...CALL_IDS, client_state: webhook.clientState ?? this.clientState, ...payload },
      },
    };
    const parsed = parseEvent(body, Date.now());
    if (parsed.kind !== 'event') throw new Error(`${eventType} is ${parsed.kind}`);
    return parsed.event;
  }

  /** A second passes, the webhook comes, and what it led to is carried out. */
  async webhook(eventType: string, payload?: Record<string, unknown>, webhook?: Webhook): Promise<Received> {
    later(1000);
    const received = await this.receive(this.event(eventType, payload, webhook));
    await this.alarm();
    return received;
  }

  /** Runs the alarm by hand: waits for the runner, and fires what is due. */
  alarm(): Promise<boolean> {
    return runDurableObjectAlarm(this.stub);
  }

  /** Time passes, then the alarm comes. */
  async after(ms: number): Promise<void> {
    later(ms);
    await this.alarm();
  }

  evict(): Promise<void> {
    return evictDurableObject(this.stub);
  }

  /** The process dies: memory and whatever was not yet written are gone. */
  async crash(): Promise<void> {
    await runInDurableObject(this.stub, async (_, state) => {
      await state.storage.sync();
      state.abort('crash');
    }).catch(() => undefined);
  }

  async answered(): Promise<this> {
    await this.start();
    await this.alarm();
    await this.webhook('call.initiated', { direction: 'outgoing', state: 'bridging' });
    await this.webhook('call.answered');
    return this;
  }

  /** The open question ends with these keys. */
  async keys(...entries: readonly string[]): Promise<void> {
    for (const digits of entries) await this.webhook('call.gather.ended', { digits, status: 'valid' });
  }

  async consented(key: '1' | '2' = '1'): Promise<this> {
    await this.answered();
    await this.keys('1', BIRTH_DATE_KEYS, key);
    return this;
  }

  hangup(changes: Record<string, unknown> = {}): Promise<Received> {
    const facts = { hangup_cause: 'normal_clearing', hangup_source: 'callee', sip_hangup_cause: '200', ...changes };
    return this.webhook('call.hangup', facts);
  }

  /** The step of the question asked last. */
  get asked(): unknown {
    return (JSON.parse(atob(this.clientState)) as { q: string }).q;
  }

  /** What would be left if the process died now. */
  stored(): Promise<SessionRecord | null> {
    return runInDurableObject(
      this.stub,
      (_, state) => readSession(state.storage.kv, ring, this.callId)?.record ?? null,
    );
  }

  async state(): Promise<CallState> {
    const record = await this.stored();
    expect(record).not.toBeNull();
    return (record as SessionRecord).state;
  }
}

export async function givenSession(person: Parameters<typeof givenPlacedCall>[0] = {}): Promise<SessionUnderTest> {
  return new SessionUnderTest(await givenPlacedCall(person), new FakeTelnyx(config.telnyx.apiBase));
}
