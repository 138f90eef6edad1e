/**
 * Our requests to Telnyx, over the official SDK. Its own retries are off: they resend a dial and could ring twice.
 * Every command carries a `command_id`, which Telnyx ignores when it sees it again within 60 s.
 */
import { Telnyx } from 'telnyx';
import type { RecordingResponseData } from 'telnyx/resources/recordings/recordings';
import type { CallPlan } from '../domain/intake/call-plan.ts';
import type { Command } from '../domain/intake/command.ts';
import { RING_TIMEOUT_SECONDS } from '../domain/intake/dialing.ts';
import type { CallControlId, TelnyxIds } from '../domain/intake/ids.ts';
import type { AudioFormat } from '../domain/intake/state.ts';
import { decodeClientState, encodeClientState } from './client-state.ts';
import { failureOf, type TelnyxFailure } from './errors.ts';
import { idsOf } from './parse-event.ts';

export interface TelnyxSettings {
  readonly apiKey: string;
  readonly apiBase: string;
  readonly connectionId: string;
  readonly publicUrl: string;
  readonly voices: { readonly en: string; readonly es: string };
  readonly transcriptionModel: string;
}
export type Sent<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: TelnyxFailure };

/** Each send is given up after this long; whether it was carried out is then unknown. */
export const SEND_TIMEOUT_MS = 4000;
/** No call outlives this, whatever is lost between us and Telnyx; the talk with staff must fit in. */
const TIME_LIMIT_SECONDS = 3600;
/** The most that Telnyx gives at a time. */
const PAGE_SIZE = 250;
const MAX_PAGES_OF_EVENTS = 5;

/** Commands that act on a call that exists. */
export type LineCommand = Extract<
  Command,
  {
    name:
      | 'answer'
      | 'gather_using_speak'
      | 'gather_stop'
      | 'speak'
      | 'playback_start'
      | 'playback_stop'
      | 'record_start'
      | 'record_stop'
      | 'transcription_start'
      | 'transcription_stop'
      | 'transfer'
      | 'hangup';
  }
>;

export type TelnyxClient = ReturnType<typeof createTelnyxClient>;

const sdkOf = ({ apiKey, apiBase }: TelnyxSettings) =>
  new Telnyx({
    apiKey,
    baseURL: apiBase,
    maxRetries: 0,
    timeout: SEND_TIMEOUT_MS,
    // Looked up at each request, not once: what stands behind the global may be replaced.
    fetch: (input, init) => fetch(input, init),
  });

/** `sdk`: another one only where nothing is sent. */
export function createTelnyxClient(settings: TelnyxSettings, sdk = sdkOf(settings)) {
  const webhook = { webhook_url: `${settings.publicUrl}/webhooks/telnyx`, webhook_url_method: 'POST' } as const;
  const stateOf = ({ callId }: CallPlan, step: string, seq: number) => encodeClientState({ callId, step, seq });
  const commandId = (plan: CallPlan, { seq }: Command) => `${plan.callId}:${seq}`;

  return {
    /** RC-02: no recording parameters here. The recorder is started by `record_start`, after consent, and by nothing else. */
    dial: (plan: CallPlan, command: Command): Promise<Sent<TelnyxIds | null>> =>
      attempt(async () => {
        const reply = await sdk.calls.dial({
          connection_id: settings.connectionId,
          to: plan.patientNumber,
          from: plan.clinicNumber,
          timeout_secs: RING_TIMEOUT_SECONDS,
          // Else Telnyx rings on over every other route it knows.
          retry_on_timeout: false,
          time_limit_secs: TIME_LIMIT_SECONDS,
          // Listened for while the opening is spoken (TC-16).
          answering_machine_detection: 'premium',
          ...webhook,
          client_state: stateOf(plan, 'dial', 0),
          command_id: commandId(plan, command),
        });
        return idsOf(reply.data ?? {});
      }),

    send: (plan: CallPlan, id: CallControlId, command: LineCommand): Promise<Sent<null>> =>
      attempt(async () => {
        const command_id = commandId(plan, command);
        const { actions } = sdk.calls;
        switch (command.name) {
          case 'answer':
            await actions.answer(id, { ...webhook, client_state: stateOf(plan, 'answer', command.seq), command_id });
            return null;
          case 'gather_using_speak':
            await actions.gatherUsingSpeak(id, {
              payload: command.payload,
              voice: settings.voices[command.language],
              minimum_digits: 1,
              maximum_digits: command.maximumDigits,
              maximum_tries: 1,
              terminating_digit: '#',
              valid_digits: '0123456789*',
              timeout_millis: command.timeoutMs,
              inter_digit_timeout_millis: command.interDigitTimeoutMs,
              client_state: stateOf(plan, command.step, command.seq),
              command_id,
            });
            return null;
          case 'speak':
            await actions.speak(id, { payload: command.payload, voice: settings.voices[command.language], command_id });
            return null;
          case 'playback_start':
            // Cached there: every patient of a campaign hears the same.
            await actions.startPlayback(id, { audio_url: command.url, audio_type: command.audioType, command_id });
            return null;
          case 'gather_stop':
            await actions.stopGather(id, { command_id });
            return null;
          case 'playback_stop':
            await actions.stopPlayback(id, { stop: 'all', command_id });
            return null;
          case 'transcription_start':
            // Finals only, and only of what the patient says: our own prompts are no answer.
            await actions.startTranscription(id, {
              transcription_engine: 'Telnyx',
              transcription_engine_config: {
                transcription_engine: 'Telnyx',
                language: command.language,
                transcription_model: settings.transcriptionModel as 'openai/whisper-large-v3-turbo',
              },
              transcription_tracks: 'inbound',
              command_id,
            });
            return null;
          case 'transcription_stop':
            await actions.stopTranscription(id, { command_id });
            return null;
          case 'transfer':
            // TC-23: staff see a number that is ours.
            await actions.transfer(id, {
              to: command.to,
              from: plan.clinicNumber,
              timeout_secs: command.timeoutSeconds,
              target_leg_client_state: stateOf(plan, 'leg_b', command.seq),
              ...webhook,
              command_id,
            });
            return null;
          case 'record_start':
            await actions.startRecording(id, { channels: 'dual', format: 'mp3', command_id });
            return null;
          case 'record_stop':
            await actions.stopRecording(id, { command_id });
            return null;
          case 'hangup':
            await actions.hangup(id, { command_id });
            return null;
        }
      }),

    /** Whether the call lives; null when Telnyx does not say (it forgets a call ten minutes after its end). */
    isAlive: (id: CallControlId): Promise<Sent<boolean | null>> =>
      tolerate404(attempt(async () => (await sdk.calls.retrieveStatus(id)).data?.is_alive ?? null)),

    /** Null: Telnyx has no such recording (any more). */
    getRecording: (recordingId: string): Promise<Sent<TelnyxRecording | null>> =>
      tolerate404(attempt(async () => recordingIn((await sdk.recordings.retrieve(recordingId)).data))),

    /** Of one leg, the newest first. */
    listRecordings: async (legId: string): Promise<Sent<readonly TelnyxRecording[]>> => {
      const listed = await tolerate404(
        attempt(async () => {
          const page = await sdk.recordings.list({ filter: { call_leg_id: legId }, 'page[size]': PAGE_SIZE });
          const found = (page.data ?? []).map(recordingIn).filter((recording) => recording !== null);
          return found.toSorted((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0));
        }),
      );
      return listed.ok ? { ok: true, value: listed.value ?? [] } : listed;
    },

    /** One that is gone already is gone. */
    deleteRecording: (recordingId: string): Promise<Sent<null>> =>
      tolerate404(
        attempt(async () => {
          await sdk.recordings.delete(recordingId);
          return null;
        }),
      ),

    /** The call a lost dial made, by our id in its client_state: first among live calls, then in the log of the last day. */
    findDial: (plan: CallPlan): Promise<Sent<TelnyxIds | null>> =>
      attempt(async () => {
        const isOurs = (clientState: unknown) =>
          typeof clientState === 'string' && decodeClientState(clientState)?.callId === plan.callId;
        // One page only: that list is paged by cursor, which the SDK does not follow. Live calls beyond it are in the log too.
        const live = await sdk.connections
          .listActiveCalls(settings.connectionId, { 'page[size]': PAGE_SIZE })
          .catch(nothingOn404);
        const found = live?.data?.find((call) => isOurs(call.client_state));
        if (found) return idsOf(found);
        // Not by the patient's number: addresses end up in logs.
        const since = { gte: new Date(plan.createdAt).toISOString() };
        const filter = { connection_id: settings.connectionId, type: 'webhook', occurred_at: since } as const;
        const events = await sdk.callEvents.list({ filter, 'page[size]': PAGE_SIZE }).catch(nothingOn404);
        for (let page = events, n = 1; page !== null; n += 1) {
          for (const event of page.data ?? []) {
            const ids = idsIn(event.metadata, isOurs);
            if (ids !== null) return ids;
          }
          page = n < MAX_PAGES_OF_EVENTS && page.hasNextPage() ? await page.getNextPage() : null;
        }
        return null;
      }),
  };
}

/** A recording as Telnyx keeps it; `link` opens for ten minutes. */
export interface TelnyxRecording {
  readonly id: string;
  readonly format: AudioFormat | null;
  readonly link: string | null;
  /** Epoch milliseconds. */
  readonly startedAt: number | null;
  readonly durationMs: number | null;
}

function recordingIn(data: RecordingResponseData | undefined): TelnyxRecording | null {
  if (!data?.id) return null;
  const { mp3, wav } = data.download_urls ?? {};
  const startedAt = Date.parse(data.recording_started_at ?? '');
  return {
    id: data.id,
    ...(mp3 ? { format: 'mp3', link: mp3 } : wav ? { format: 'wav', link: wav } : { format: null, link: null }),
    startedAt: Number.isNaN(startedAt) ? null : startedAt,
    durationMs: typeof data.duration_millis === 'number' ? data.duration_millis : null,
  };
}

/** A logged event holds the raw webhook somewhere in its metadata; its exact place is not documented. */
function idsIn(value: unknown, isOurs: (clientState: unknown) => boolean, depth = 0): TelnyxIds | null {
  if (typeof value !== 'object' || value === null || depth > 6) return null;
  if ('client_state' in value && isOurs(value.client_state)) return idsOf(value as Parameters<typeof idsOf>[0]);
  for (const inner of Object.values(value)) {
    const ids = idsIn(inner, isOurs, depth + 1);
    if (ids !== null) return ids;
  }
  return null;
}

async function attempt<T>(request: () => Promise<T>): Promise<Sent<T>> {
  try {
    return { ok: true, value: await request() };
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}

function nothingOn404(error: unknown): null {
  const { status } = failureOf(error);
  if (status !== 404) throw error;
  return null;
}

async function tolerate404<T>(sent: Promise<Sent<T | null>>): Promise<Sent<T | null>> {
  const result = await sent;
  return !result.ok && result.failure.status === 404 ? { ok: true, value: null } : result;
}
