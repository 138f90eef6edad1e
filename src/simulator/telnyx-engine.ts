/**
 * A stand-in for Telnyx' call control, whole in memory: requests go in, signed webhooks come out through `deliver`, and
 * scripted patients answer the phone. It does no I/O and reads no clock of its own, so that it runs live behind a
 * server and a thousand times faster under a virtual clock. Its truth is Telnyx' documented wire behaviour, never the
 * worker's code, with which it shares nothing.
 */

import { Account } from './account.ts';
import { AudioTranscriptions } from './audio-transcriptions.ts';
import { announce, endLeg } from './call-life.ts';
import type { CallRecord } from './call-record.ts';
import { readClientState } from './client-state.ts';
import type { Cancel, Clock } from './clock.ts';
import { Dialing } from './dial.ts';
import type { Download } from './download.ts';
import { defaultApiKey, defaultClinicNumber, defaultConnectionId, type EngineOptions } from './engine-options.ts';
import type { LogEntry } from './event-log.ts';
import type { CallEvent, Exchange, FetchAudio, LegSeed, LineQuirks, StaffLine } from './exchange.ts';
import { type ApiRequest, type ApiResponse, bodyOf, handleRequest } from './handle-request.ts';
import { type Ending, type Leg, legIds } from './leg.ts';
import type { LineFaults } from './line-faults.ts';
import type { Mishearing } from './mishearing.ts';
import { newLeg } from './new-leg.ts';
import type { ObservationType } from './observation.ts';
import { textOf } from './parameters.ts';
import { asRingingBack, type Persona } from './persona.ts';
import { morePersonas, personas } from './personas.ts';
import { Random } from './random.ts';
import { Recordings } from './recordings.ts';
import { errorBody, Refusal, refusal } from './refusal.ts';
import { drawFault, type RequestFault, type RequestFaultRates, RequestFaults } from './request-faults.ts';
import { undocumentedField, unknownEventType } from './strangeness.ts';
import { stranger } from './stranger.ts';
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
  readonly transcriptions: AudioTranscriptions;
  readonly account: Account;
  readonly quirks: LineQuirks;
  readonly patienceMs: number;
  readonly transcriptionLagMs: number;
  readonly mishearing: Mishearing;
  readonly fetchAudio: FetchAudio | null;
  readonly log: LogEntry[] = [];
  readonly legs = new Map<string, Leg>();
  readonly callEvents: CallEvent[] = [];
  /** When a dial was asked for, whatever it was answered. */
  readonly dials: { readonly at: number; readonly to: string; readonly callId: string | null }[] = [];
  readonly warnings: { readonly at: number; readonly path: string; readonly message: string }[] = [];
  readonly publicKey: string;
  readonly apiKey: string;
  readonly connectionId: string;
  readonly #options: EngineOptions;
  lineFaults: LineFaults;
  requestFaultRates: RequestFaultRates;
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
    const { transcriptionKey, transcriptionFaults } = options;
    this.transcriptions = new AudioTranscriptions(
      new Random(options.seed ?? 1),
      (sha256, audio) => this.recordings.hear(sha256, audio),
      {
        ...(transcriptionKey === undefined ? {} : { apiKey: transcriptionKey }),
        ...(transcriptionFaults === undefined ? {} : { faults: transcriptionFaults }),
      },
    );
    this.quirks = { hashAlone: 'valid', shortEntry: 'timeout', detectionCuts: false, ...options.quirks };
    this.transcriptionLagMs = options.transcriptionLagMs ?? 700;
    this.mishearing = options.mishear ?? { rate: 0 };
    this.fetchAudio = options.fetchAudio ?? null;
    this.lineFaults = options.lineFaults ?? {};
    this.requestFaultRates = options.requestFaults ?? {};
    this.patienceMs = options.patienceMs ?? 180_000;
    this.publicKey = signer.publicKey;
    this.apiKey = options.apiKey ?? defaultApiKey;
    this.connectionId = options.connectionId ?? defaultConnectionId;
    const { clinicNumber = defaultClinicNumber, otherNumbers = [], webhookUrl = '' } = options;
    this.account = new Account({
      ...{ connectionId: this.connectionId, webhookUrl, failoverUrl: options.webhookFailoverUrl ?? null },
      numbers: [clinicNumber, ...otherNumbers],
    });
    this.account.change(options.account ?? {});
    this.#speed = options.speed ?? 1;
    this.#personas = new Map(
      (options.personas ?? [...personas, ...morePersonas]).map((persona) => [persona.phone, persona]),
    );
    const { clock, random } = this;
    const { deliver, bodies = 'mixed', webhookLatencyMs: latencyMs = 5 } = options;
    const { webhookFailoverUrl: failoverUrl, keepLog = true } = options;
    this.#delivery = new WebhookDelivery(
      {
        ...{ clock, random, signer, deliver, latencyMs, bodies },
        ...(failoverUrl === undefined ? {} : { failoverUrl }),
        ...(keepLog ? { onAttempt: this.#logWebhook.bind(this) } : {}),
      },
      options.webhookFaults,
    );
    this.#dialing = new Dialing({
      connectionId: this.connectionId,
      webhookUrl,
      dialsPerFiveSeconds: options.dialsPerFiveSeconds ?? 150,
      liveCalls: options.liveCalls ?? 100,
    });
  }

  /** One API request, as the HTTP server or an in-process client makes it. */
  async request(request: ApiRequest): Promise<ApiResponse> {
    const { method, path } = request;
    if (method === 'POST' && path === '/v2/calls') {
      const body = bodyOf(request);
      const { callId } = readClientState(textOf(body, 'client_state'));
      this.dials.push({ at: this.clock.now(), to: textOf(body, 'to') ?? '', callId });
    }
    const fault =
      this.#requestFaults.take(method, path) ?? drawFault(this.random, this.requestFaultRates, method, path);
    if (fault?.hang === true) this.#logRequest(request, 0, null);
    const reply = await this.#answerFaulty(request, fault);
    this.#logRequest(request, reply.status, reply.body);
    return reply;
  }

  async #answerFaulty(request: ApiRequest, fault: RequestFault | null): Promise<ApiResponse> {
    if (fault === null) return this.#answer(request);
    const answer = fault.applied === true || isOnlyLate(fault) ? this.#answer(request) : null;
    if (fault.delayMs !== undefined) await this.#sleep(fault.delayMs);
    if (fault.hang === true) return new Promise(() => {});
    if (fault.status === undefined && answer !== null) return answer;
    const status = fault.status ?? 500;
    return { status, body: errorBody(fault.code ?? '10007', 'Fault', 'A fault that was asked for.') };
  }

  /** A patient rings the clinic, and gives up when nobody answers. `from` may be `anonymous`. */
  ring(call: { from: string; to?: string; persona?: Persona; givesUpAfterMs?: number }): Leg {
    const leg = this.addLeg({
      connectionId: this.connectionId,
      direction: 'incoming',
      from: call.from,
      to: call.to ?? this.#options.clinicNumber ?? defaultClinicNumber,
      webhookUrl: this.#options.webhookUrl ?? '',
      clientState: null,
      persona: call.persona ?? this.personaOf(call.from),
      timeLimitMs: 14_400_000,
    });
    announce(this, leg);
    this.later(leg, call.givesUpAfterMs ?? 30_000, () =>
      endLeg(this, leg, { cause: 'originator_cancel', source: 'caller', sip: '487' }),
    );
    return leg;
  }

  /** The patient of an earlier call rings the number it came from; null for one who never does. */
  ringBack(persona: Persona, to?: string): Leg | null {
    const ringing = asRingingBack(persona);
    return ringing === null
      ? null
      : this.ring({ from: persona.phone, persona: ringing, ...(to === undefined ? {} : { to }) });
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

  /** Ids of events that no attempt has brought to the worker. */
  get lostEvents(): ReadonlySet<string> {
    return this.#delivery.lostEvents();
  }

  /** What really happened on one call. */
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
    return this.recordings.download(path, signature, hasAuthorization, this.lineFaults);
  }

  clockMs(humanMs: number): number {
    return humanMs / this.#speed;
  }

  later(leg: Leg | null, humanMs: number, task: () => void): Cancel {
    const cancel = this.clock.after(this.clockMs(humanMs), () => {
      leg?.timers.delete(cancel);
      task();
    });
    leg?.timers.add(cancel);
    return () => {
      cancel();
      leg?.timers.delete(cancel);
    };
  }

  emit(leg: Leg, eventType: string, payload: object, isStrange = false): string {
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
        ...(this.random.chance(this.#delivery.faults.extraFields ?? 0) ? undocumentedField(this.random) : {}),
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
    if (leg.webhookUrl === '') return data.id;
    const isLast = leg.phase === 'ended' && eventType !== 'call.hangup';
    const event = { id: data.id, type: eventType, callControlId, callSessionId, data, isLast };
    this.#delivery.enqueue(event, leg.webhookUrl);
    if (!isStrange && this.random.chance(this.#delivery.faults.unknownEvents ?? 0)) {
      this.emit(leg, unknownEventType(this.random), legIds(leg), true);
    }
    return data.id;
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

  ended({ direction, persona, from }: Leg): void {
    const { ringBack } = persona;
    if (this.#options.ringBacks !== true || direction !== 'outgoing' || ringBack === undefined) return;
    this.later(null, ringBack.afterMs, () => this.ringBack(persona, from));
  }

  end(leg: Leg, ending: Ending): void {
    endLeg(this, leg, ending);
  }

  addLeg(seed: LegSeed): Leg {
    const leg = newLeg(seed, this.random, this.clock.now(), this.#speed);
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

  #logRequest({ method, path, query = {}, body }: ApiRequest, status: number, answer: unknown): void {
    if (this.#options.keepLog === false) return;
    this.log.push({ kind: 'request', at: this.clock.now(), method, path, query, body: body ?? null, status, answer });
  }

  #logWebhook({ at, url, eventId, eventType, attempt, status }: DeliveryAttempt, body: string): void {
    this.log.push({ kind: 'webhook', at, url, eventId, eventType, attempt, body, status });
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
