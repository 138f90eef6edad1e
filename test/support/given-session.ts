/**
 * One call in the real IntakeSession, with its rows in D1, against the fake Telnyx: the test speaks Telnyx' side by webhook
 * bodies, which go through the real parser, and lets time pass by hand.
 */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect } from 'vitest';
import type { CallPlan } from '../../src/domain/intake/call-plan.ts';
import type { CallEvent } from '../../src/domain/intake/event.ts';
import type { CallState } from '../../src/domain/intake/state.ts';
import { readSession, type Session, type SessionRecord } from '../../src/session/call-storage.ts';
import type { Received } from '../../src/session/intake-session.ts';
import { encodeClientState } from '../../src/telnyx/client-state.ts';
import { type ParsedEvent, parseEvent } from '../../src/telnyx/parse-event.ts';
import { CALL_IDS, FakeTelnyx } from './fake-telnyx.ts';
import { BIRTH_DATE_KEYS } from './given-plan.ts';
import { givenPlacedCall, givenPlanOf, type Placed } from './place-call.ts';
import { config, later, ring, testEnv } from './worker-env.ts';

export interface Webhook {
  readonly id?: string;
  /** `occurred_at`, epoch milliseconds. */
  readonly at?: number;
  readonly clientState?: string | null;
}

/** Silence after the last words of a spoken answer. */
export const UTTERANCE_END = 2000;

let webhooks = 0;

/** Telnyx' three names of a leg. */
export type LegIds = Readonly<Record<keyof typeof CALL_IDS, string>>;

/** A call that is there, however it came about. */
export class LiveCall {
  readonly callId: string;
  readonly telnyx: FakeTelnyx;
  readonly #ids: LegIds;

  constructor(callId: string, telnyx: FakeTelnyx, ids: LegIds = CALL_IDS) {
    this.callId = callId;
    this.telnyx = telnyx;
    this.#ids = ids;
  }

  /** A new one each time: one that saw its object crash is broken. */
  get stub() {
    return testEnv.INTAKE_SESSION.getByName(this.callId);
  }

  /** The client_state Telnyx would echo: of the last question it was given, before that of the dial or the answer. */
  get clientState(): string | null {
    const set = ['gather_using_speak', 'answer'] as const;
    const last = set.flatMap((action) => this.telnyx.sent(action).slice(-1))[0]?.body['client_state'];
    return String(last ?? encodeClientState({ callId: this.callId, step: 'dial', seq: 0 }));
  }

  /** The client_state of the leg on which staff are rung. */
  get staffState(): string {
    return String(this.telnyx.sent('transfer').at(-1)?.body['target_leg_client_state']);
  }

  async receive(event: CallEvent): Promise<Received> {
    return await this.stub.receive(event);
  }

  parsed(eventType: string, payload: Record<string, unknown> = {}, webhook: Webhook = {}): ParsedEvent {
    webhooks += 1;
    const { id = `evt-${webhooks}`, at = Date.now(), clientState = this.clientState } = webhook;
    const body = {
      data: {
        record_type: 'event',
        event_type: eventType,
        id,
        occurred_at: new Date(at).toISOString(),
        payload: { ...this.#ids, client_state: clientState, ...payload },
      },
    };
    return parseEvent(body, Date.now());
  }

  event(eventType: string, payload?: Record<string, unknown>, webhook?: Webhook): CallEvent {
    const parsed = this.parsed(eventType, payload, webhook);
    if (parsed.kind !== 'event' && parsed.kind !== 'unaddressed') throw new Error(`${eventType} is ${parsed.kind}`);
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

  /** The open question ends with these keys. An emergency text is heard first: a key at once was meant for the question before. */
  async keys(...entries: readonly string[]): Promise<void> {
    for (const digits of entries) {
      if (this.asked === 'red_flag') later(3000);
      await this.webhook('call.gather.ended', { digits, status: 'valid' });
    }
  }

  /** One final of the live transcription. */
  hears(transcript: string, { confidence = 0.93, ...webhook }: Webhook & { confidence?: number } = {}) {
    const transcription_data = { transcript, is_final: true, confidence };
    return this.webhook('call.transcription', { transcription_data }, webhook);
  }

  /** A spoken answer: the final, two quiet seconds, the end of the gather that was stopped, and the key of the read-back. */
  async speaks(transcript: string, key = '1'): Promise<void> {
    const clientState = this.clientState;
    await this.hears(transcript);
    await this.after(UTTERANCE_END);
    await this.webhook('call.gather.ended', { status: 'cancelled' }, { clientState });
    await this.keys(key);
  }

  spoken(): Promise<Received> {
    return this.webhook('call.speak.ended', { status: 'completed' });
  }

  hangup(changes: Record<string, unknown> = {}): Promise<Received> {
    const facts = { hangup_cause: 'normal_clearing', hangup_source: 'callee', sip_hangup_cause: '200', ...changes };
    return this.webhook('call.hangup', facts);
  }

  /** The step of the question asked last. */
  get asked(): unknown {
    return (JSON.parse(atob(String(this.clientState))) as { q: string }).q;
  }

  /** What was spoken last, as a question or not. */
  get said(): string {
    const last = this.telnyx.requests.findLast(({ body }) => typeof body['payload'] === 'string');
    return String(last?.body['payload']);
  }

  alarmAt(): Promise<number | null> {
    return runInDurableObject(this.stub, (_, state) => state.storage.getAlarm());
  }

  storedSession(): Promise<Pick<Session, 'plan' | 'record'> | null> {
    return runInDurableObject(this.stub, (_, state) => {
      const session = readSession(state.storage.kv, ring, this.callId);
      return session === null ? null : { plan: session.plan, record: session.record };
    });
  }

  /** What would be left if the process died now. */
  async stored(): Promise<SessionRecord | null> {
    return (await this.storedSession())?.record ?? null;
  }

  async state(): Promise<CallState> {
    const record = await this.stored();
    expect(record).not.toBeNull();
    return (record as SessionRecord).state;
  }
}

/** A call that we place. */
export class SessionUnderTest extends LiveCall {
  readonly placed: Placed;

  constructor(placed: Placed, telnyx: FakeTelnyx) {
    super(placed.callId, telnyx);
    this.placed = placed;
  }

  async start(changes: Partial<CallPlan> = {}): Promise<'started' | 'already' | 'canceled'> {
    const [plan, wrappedKey] = await givenPlanOf(this.placed);
    return await this.stub.start({ ...plan, ...changes }, wrappedKey);
  }

  async answered(changes: Partial<CallPlan> = {}): Promise<this> {
    await this.start(changes);
    await this.alarm();
    await this.webhook('call.initiated', { direction: 'outgoing', state: 'bridging' });
    await this.webhook('call.answered');
    return this;
  }

  /** 1: recorded, the first question is a spoken one; 2: not recorded, by keys alone. */
  async consented(key: '1' | '2' = '2', changes: Partial<CallPlan> = {}): Promise<this> {
    await this.answered(changes);
    await this.keys('1', BIRTH_DATE_KEYS, key);
    return this;
  }
}

export const givenTelnyx = (): FakeTelnyx => new FakeTelnyx(config.telnyx.apiBase, config.alerts.url);

export async function givenSession(person: Parameters<typeof givenPlacedCall>[0] = {}): Promise<SessionUnderTest> {
  return new SessionUnderTest(await givenPlacedCall(person), givenTelnyx());
}
