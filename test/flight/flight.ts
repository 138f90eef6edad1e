/**
 * A whole clinic in memory: the core with a shell around it, our own Telnyx client, and the simulator's engine at the other end
 * of its `fetch`, all under one virtual clock. Thousands of calls in seconds; the same seed gives the same flight.
 */
import { type CallPlan, isStranger, planFor } from '../../src/domain/intake/call-plan.ts';
import { type CallStatus, statusOf } from '../../src/domain/intake/call-record.ts';
import type { Command } from '../../src/domain/intake/command.ts';
import type { CallEvent } from '../../src/domain/intake/event.ts';
import { transition } from '../../src/domain/intake/transition.ts';
import type { Note } from '../../src/domain/note/note.ts';
import type { CallRecord } from '../../src/simulator/call-record.ts';
import type { EngineOptions } from '../../src/simulator/engine-options.ts';
import type { ApiRequest, ApiResponse } from '../../src/simulator/handle-request.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { createTelnyxEngine, type TelnyxEngine } from '../../src/simulator/telnyx-engine.ts';
import { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { createTelnyxClient, SEND_TIMEOUT_MS } from '../../src/telnyx/client.ts';
import { type Arrival, parseEvent } from '../../src/telnyx/parse-event.ts';
import { candidateOf, inboundPlan, outboundPlan } from './plans.ts';
import { type Sent, Session, type Surroundings } from './session.ts';
import { StraightTelnyx } from './straight-telnyx.ts';

/** 2026-11-20, a Friday, 10:00 in New York. */
const START = Date.UTC(2026, 10, 20, 15);
const HOURS_MS = 3_600_000;
const UNFINISHED: ReadonlySet<CallStatus> = new Set(['partial', 'no_answer', 'busy', 'voicemail']);
const WEBHOOK_URL = 'http://clinic.test/webhooks/telnyx';

export interface FlightOptions extends Omit<Partial<EngineOptions>, 'deliver' | 'clock'> {
  /** In place of a plain delivery: to lose, hold or double it. Returns the status Telnyx sees; throws for no answer. */
  readonly onDelivery?: (event: Delivered['data'], deliver: () => number) => number;
  /** In place of the core: one with a bug, to see that it is found. */
  readonly transition?: typeof transition;
  readonly onEvent?: (flight: Flight, session: Session, event: CallEvent, commands: readonly Command[]) => void;
  readonly onSent?: (flight: Flight, session: Session, sent: Sent) => void;
}

/** As much of a webhook as is looked at here. */
interface Delivered {
  readonly data: { readonly id: string; readonly event_type: string };
}

type LoggedAtTelnyx = TelnyxEngine['callEvents'][number];

export class Flight implements Surroundings {
  readonly clock: VirtualClock;
  readonly client: Surroundings['client'];
  readonly transition: typeof transition;
  readonly sessions = new Map<string, Session>();
  /** Ids of the events of which a delivery arrived. */
  readonly delivered = new Set<string>();
  active = 0;
  engine!: TelnyxEngine;
  readonly #options: FlightOptions;
  readonly #inbound = new Map<string, Session>();
  #logs: Map<string, readonly LoggedAtTelnyx[]> | null = null;
  #neverHeard: ReadonlySet<string> | null = null;

  constructor(options: FlightOptions) {
    this.#options = options;
    this.transition = options.transition ?? transition;
    this.clock = new VirtualClock(START, () => this.#settle());
    const settings = {
      apiKey: 'KEY_SIMULATOR',
      apiBase: 'http://telnyx.test/v2',
      connectionId: '1684641123236054244',
      publicUrl: 'http://clinic.test',
      voices: { en: 'Telnyx.NaturalHD.astra', es: 'AWS.Polly.Lupe-Neural' },
      transcriptionModel: 'openai/whisper-large-v3-turbo',
    };
    const sdk = new StraightTelnyx(settings.apiKey, (request) => this.#ask(request));
    this.client = createTelnyxClient(settings, sdk);
  }

  /** The clinic rings a patient. */
  call(persona: Persona, changes: Partial<CallPlan> = {}): Session {
    const callId = `call_f${this.sessions.size + 1}`;
    const session = new Session(this, { ...outboundPlan(callId, persona, this.clock.now()), ...changes });
    this.sessions.set(callId, session);
    session.observe({ type: 'call.requested' });
    return session;
  }

  /** A patient rings the clinic; the session is there once the call has arrived. */
  async ring(persona: Persona): Promise<Session> {
    const leg = this.engine.ring({ from: persona.phone, persona });
    await this.clock.advance(100);
    const session = this.#inbound.get(leg.callLegId);
    if (session === undefined) throw new Error('the call did not arrive');
    return session;
  }

  /** Until nothing is left to do. */
  async land(limitMs = 6 * HOURS_MS): Promise<this> {
    await this.clock.runUntilIdle(limitMs);
    return this;
  }

  /** What Telnyx was ordered and told on the line of a session, once all is over. */
  logOf({ state }: Session): readonly LoggedAtTelnyx[] {
    this.#logs ??= Map.groupBy(this.engine.callEvents, ({ callControlId }) => callControlId);
    return this.#logs.get(state.ids?.callControlId ?? '') ?? [];
  }

  /** Events of which no delivery ever reached the clinic, once all is over: what they say it could not know. */
  get neverHeard(): ReadonlySet<string> {
    this.#neverHeard ??= new Set(
      this.engine.callEvents
        .filter(({ type }) => type === 'webhook')
        .flatMap(({ metadata }) => (metadata as { id?: string }).id ?? [])
        .filter((id) => !this.delivered.has(id)),
    );
    return this.#neverHeard;
  }

  /** What really happened at the patient's end. */
  record({ state }: Session): CallRecord {
    const record = state.ids === null ? null : this.engine.record(state.ids.callControlId);
    if (record === null) throw new Error('no such call at the other end');
    return record;
  }

  /** The patient puts the phone down. */
  hangUp({ state, plan }: Session): void {
    const leg = state.ids === null ? undefined : this.engine.legs.get(state.ids.callControlId);
    const source = plan.direction === 'outbound' ? 'callee' : 'caller';
    if (leg !== undefined) this.engine.end(leg, { cause: 'normal_clearing', source, sip: '200' });
  }

  onEvent(session: Session, event: CallEvent, commands: readonly Command[]): void {
    this.#options.onEvent?.(this, session, event, commands);
  }

  onSent(session: Session, sent: Sent): void {
    this.#options.onSent?.(this, session, sent);
  }

  #ask(request: ApiRequest): Promise<ApiResponse> {
    return new Promise((resolve, reject) => {
      const cancel = this.clock.after(SEND_TIMEOUT_MS, () => reject(new TypeError('no answer in time')));
      this.engine.request(request).then((reply) => {
        cancel();
        resolve(reply);
      }, reject);
    });
  }

  receive(webhook: Delivered): number {
    this.delivered.add(webhook.data.id);
    const parsed = parseEvent(webhook, this.clock.now());
    switch (parsed.kind) {
      case 'event':
        this.sessions.get(parsed.callId)?.apply(parsed.event);
        break;
      case 'arrival':
        this.#arrive(parsed.arrival);
        break;
      case 'unaddressed':
        this.#inbound.get(parsed.legId ?? '')?.apply(parsed.event);
        break;
      case 'ignored':
      case 'unreadable':
        break;
    }
    return 200;
  }

  #arrive({ ids, from, ...base }: Arrival): void {
    const known = this.#inbound.get(ids.callLegId);
    const callId = known?.plan.callId ?? `call_f${this.sessions.size + 1}`;
    const session = known ?? new Session(this, inboundPlan(callId, from, this.#candidates(from), base.receivedAt));
    this.#inbound.set(ids.callLegId, session);
    this.sessions.set(callId, session);
    session.apply({ ...base, type: 'call.received', ids });
  }

  /** Whoever with this number has an intake that was begun, or asked for, and not finished: the newest call that counts says so. */
  #candidates(from: string) {
    const newest = new Map<string, Session>();
    const notes = new Map<string, Note>();
    for (const session of this.sessions.values()) {
      const { plan, state, note } = session;
      if (plan.patientNumber !== from || isStranger(state, plan)) continue;
      const { patient } = planFor(state, plan);
      newest.set(patient.patientId, session);
      if (note !== null) notes.set(patient.patientId, note);
    }
    return [...newest.values()].flatMap(({ plan, state }) => {
      const { patient } = planFor(state, plan);
      const note = notes.get(patient.patientId);
      return UNFINISHED.has(statusOf(state)) ? [candidateOf(patient, note?.status === 'partial' ? note : null)] : [];
    });
  }

  /** The client's promises and the runners get as far as they can before time goes on. */
  async #settle(): Promise<void> {
    // A tick comes after all promises, and spares a turn of the event loop.
    if (this.active > 0) await new Promise<void>((resolve) => process.nextTick(resolve));
  }

  async begin(): Promise<this> {
    const { onDelivery, transition: _core, onEvent: _, onSent: __, ...engineOptions } = this.#options;
    this.engine = await createTelnyxEngine({
      // Nobody checks a signature here.
      signer: { publicKey: '', sign: async () => '' },
      bodies: 'compact',
      keepLog: false,
      webhookUrl: WEBHOOK_URL,
      ...engineOptions,
      clock: this.clock,
      deliver: async (_url, _headers, body) => {
        const webhook: Delivered = JSON.parse(body);
        const deliver = () => this.receive(webhook);
        return { status: onDelivery === undefined ? deliver() : onDelivery(webhook.data, deliver) };
      },
    });
    return this;
  }
}

export const givenFlight = (options: FlightOptions = {}): Promise<Flight> => new Flight(options).begin();
