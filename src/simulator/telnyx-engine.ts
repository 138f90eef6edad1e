/**
 * A stand-in for Telnyx' call control, whole in memory: requests go in, signed webhooks come out through `deliver`, and
 * scripted patients answer the phone. It does no I/O and reads no clock of its own, so that it runs live behind a
 * server and a thousand times faster under a virtual clock. Its truth is Telnyx' documented wire behaviour, never the
 * worker's code, with which it shares nothing.
 */
import { announce, endLeg } from './call-life.ts';
import { readClientState } from './client-state.ts';
import type { Cancel, Clock } from './clock.ts';
import type { GatherQuirks } from './collect-digit.ts';
import { Dialing } from './dial.ts';
import { defaultApiKey, defaultConnectionId, type EngineOptions } from './engine-options.ts';
import type { CallEvent, Exchange, LegSeed, StaffLine } from './exchange.ts';
import { type ApiRequest, type ApiResponse, handleRequest } from './handle-request.ts';
import type { Ending, Leg } from './leg.ts';
import type { ObservationType } from './observation.ts';
import type { CallRecord, Persona } from './persona.ts';
import { personas, stranger } from './personas.ts';
import { Random } from './random.ts';
import { type Download, Recordings } from './recordings.ts';
import { errorBody, Refusal, refusal } from './refusal.ts';
import { type RequestFault, RequestFaults } from './request-faults.ts';
import { timestamp } from './timestamp.ts';
import { wallClock } from './wall-clock.ts';
import { type DeliveryAttempt, WebhookDelivery, type WebhookFaults } from './webhook-delivery.ts';
import { createWebhookSigner, type WebhookSigner } from './webhook-signer.ts';

export interface CallSummary {
  readonly callControlId: string;
  readonly callLegId: string;
  readonly callId: string | null;
  readonly persona: string;
  readonly phone: string;
  readonly direction: 'outgoing' | 'incoming';
  readonly phase: 'ringing' | 'answered' | 'ended';
  readonly hangupCause: string | null;
  readonly record: CallRecord;
}

export async function createTelnyxEngine(options: EngineOptions): Promise<TelnyxEngine> {
  return new TelnyxEngine(options, options.signer ?? (await createWebhookSigner()));
}

export class TelnyxEngine implements Exchange {
  readonly clock: Clock;
  readonly random: Random;
  readonly recordings: Recordings;
  readonly quirks: GatherQuirks;
  readonly patienceMs: number;
  readonly legs = new Map<string, Leg>();
  readonly callEvents: CallEvent[] = [];
  readonly warnings: { readonly at: number; readonly path: string; readonly message: string }[] = [];
  readonly publicKey: string;
  readonly apiKey: string;
  readonly connectionId: string;
  readonly #options: EngineOptions;
  readonly #speed: number;
  readonly #delivery: WebhookDelivery;
  readonly #dialing: Dialing;
  readonly #requestFaults = new RequestFaults();
  readonly #personas: ReadonlyMap<string, Persona>;
  /** Keeps `occurred_at` growing within one millisecond. */
  #microseconds = 0;
  #microsecondsOf = 0;

  constructor(options: EngineOptions, signer: WebhookSigner) {
    this.#options = options;
    this.clock = options.clock ?? wallClock;
    this.random = new Random(options.seed ?? 1);
    this.recordings = new Recordings(this.clock, this.random, 'http://127.0.0.1:8789');
    this.quirks = { hashAlone: 'valid', shortEntry: 'timeout', ...options.quirks };
    this.patienceMs = options.patienceMs ?? 180_000;
    this.publicKey = signer.publicKey;
    this.apiKey = options.apiKey ?? defaultApiKey;
    this.connectionId = options.connectionId ?? defaultConnectionId;
    this.#speed = options.speed ?? 1;
    this.#personas = new Map((options.personas ?? personas).map((persona) => [persona.phone, persona]));
    const { clock, random } = this;
    const { deliver, bodies = 'mixed', webhookLatencyMs: latencyMs = 5 } = options;
    this.#delivery = new WebhookDelivery({ clock, random, signer, deliver, latencyMs, bodies }, options.webhookFaults);
    this.#dialing = new Dialing({
      connectionId: this.connectionId,
      webhookUrl: options.webhookUrl ?? '',
      dialsPerFiveSeconds: options.dialsPerFiveSeconds ?? 150,
      liveCalls: options.liveCalls ?? 100,
    });
  }

  /** One API request, as the HTTP server or an in-process client makes it. */
  async request(request: ApiRequest): Promise<ApiResponse> {
    const fault = this.#requestFaults.take(request.method, request.path);
    if (fault === null) return this.#answer(request);
    const answer = fault.applied === true || isOnlyLate(fault) ? this.#answer(request) : null;
    if (fault.delayMs !== undefined) await this.#sleep(fault.delayMs);
    if (fault.hang === true) return new Promise(() => {});
    if (fault.status === undefined && answer !== null) return answer;
    const status = fault.status ?? 500;
    return { status, body: errorBody(fault.code ?? '10007', 'Fault', 'A fault that was asked for.') };
  }

  /** A patient rings the clinic. */
  ring(call: { from: string; to?: string; persona?: Persona }): Leg {
    const leg = this.addLeg({
      connectionId: this.connectionId,
      direction: 'incoming',
      from: call.from,
      to: call.to ?? this.#options.clinicNumber ?? '+12025550100',
      webhookUrl: this.#options.webhookUrl ?? '',
      clientState: null,
      persona: call.persona ?? this.personaOf(call.from),
      timeLimitMs: 14_400_000,
    });
    announce(this, leg);
    this.later(leg, 30_000, () => endLeg(this, leg, { cause: 'originator_cancel', source: 'caller', sip: '487' }));
    return leg;
  }

  failNext(fault: RequestFault): void {
    this.#requestFaults.add(fault);
  }

  setWebhookFaults(faults: WebhookFaults): void {
    this.#delivery.faults = faults;
  }

  /** Every delivery attempt so far. */
  get deliveries(): readonly DeliveryAttempt[] {
    return this.#delivery.attempts;
  }

  /** What the patient of one call pressed. */
  record(callControlId: string): CallRecord | null {
    return this.legs.get(callControlId)?.record ?? null;
  }

  calls(): CallSummary[] {
    return [...this.legs.values()].map((leg) => ({
      callControlId: leg.callControlId,
      callLegId: leg.callLegId,
      callId: leg.record.callId,
      persona: leg.persona.id,
      phone: phoneOf(leg),
      direction: leg.direction,
      phase: leg.phase,
      hangupCause: leg.hangupCause,
      record: leg.record,
    }));
  }

  download(path: string, signature: string | null, hasAuthorization: boolean): Download {
    return this.recordings.download(path, signature, hasAuthorization);
  }

  later(leg: Leg | null, humanMs: number, task: () => void): Cancel {
    const cancel = this.clock.after(humanMs / this.#speed, () => {
      leg?.timers.delete(cancel);
      task();
    });
    leg?.timers.add(cancel);
    return () => {
      cancel();
      leg?.timers.delete(cancel);
    };
  }

  emit(leg: Leg, eventType: string, payload: object): void {
    const at = this.clock.now();
    this.#microseconds = at === this.#microsecondsOf ? this.#microseconds + 1 : 0;
    this.#microsecondsOf = at;
    const { callControlId, callLegId, callSessionId } = leg;
    const data = {
      record_type: 'event',
      event_type: eventType,
      id: this.random.uuid(),
      occurred_at: timestamp(at, this.#microseconds),
      payload: {
        ...payload,
        connection_id: leg.connectionId,
        client_state: leg.clientState,
        calling_party_type: 'pstn',
      },
    };
    this.callEvents.push({
      at,
      callControlId,
      callLegId,
      callSessionId,
      type: 'webhook',
      name: eventType,
      metadata: data,
    });
    if (leg.webhookUrl === '') return;
    this.#delivery.enqueue({ id: data.id, type: eventType, callControlId, callSessionId, data }, leg.webhookUrl);
  }

  observe(leg: Leg, type: ObservationType, more: { text?: string; digits?: string; step?: string | null } = {}): void {
    const { onObservation } = this.#options;
    if (onObservation === undefined) return;
    const { callId, step } = readClientState(leg.clientState);
    const { callControlId, persona } = leg;
    const at = this.clock.now();
    onObservation({ at, callControlId, callId, type, persona: persona.id, phone: phoneOf(leg), step, ...more });
  }

  warn(path: string, message: string): void {
    this.warnings.push({ at: this.clock.now(), path, message });
  }

  end(leg: Leg, ending: Ending): void {
    endLeg(this, leg, ending);
  }

  addLeg(seed: LegSeed): Leg {
    const leg: Leg = {
      ...seed,
      callControlId: `v3:${this.random.token(54)}`,
      callLegId: this.random.uuid(),
      callSessionId: seed.callSessionId ?? this.random.uuid(),
      startedAt: this.clock.now(),
      record: { callId: readClientState(seed.clientState).callId, asked: {}, entries: {}, keys: '' },
      phase: 'ringing',
      answeredAt: null,
      endedAt: null,
      hangupCause: null,
      transcribing: false,
      gather: null,
      sounds: [],
      soundTimer: null,
      recordings: [],
      peer: null,
      commandIds: new Map(),
      timers: new Set(),
      typing: null,
      patience: null,
    };
    this.legs.set(leg.callControlId, leg);
    return leg;
  }

  personaOf(phone: string): Persona {
    return this.#personas.get(phone) ?? this.#options.stranger ?? stranger;
  }

  staffLine(phone: string): StaffLine | undefined {
    return this.#options.staff?.find((line) => line.phone === phone);
  }

  #answer(request: ApiRequest): ApiResponse {
    try {
      if (request.headers?.['authorization'] !== `Bearer ${this.apiKey}`) {
        throw refusal('10009', 'No key found matching the ID.');
      }
      return handleRequest(this, this.#dialing, this.connectionId, request);
    } catch (error) {
      if (error instanceof Refusal) return { status: error.status, body: error.body };
      throw error;
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(ms, resolve);
    });
  }
}

function isOnlyLate(fault: RequestFault): boolean {
  return fault.delayMs !== undefined && fault.status === undefined && fault.hang !== true;
}

function phoneOf(leg: Leg): string {
  return leg.direction === 'outgoing' ? leg.to : leg.from;
}
