/**
 * A scripted Telnyx behind `globalThis.fetch`: remembers what the worker sent and answers by rule, else as Telnyx does when all
 * is well. It sends no webhooks; given-session.ts does. Beside it stands whoever listens at ALERT_URL.
 */
import { vi } from 'vitest';
import { givenMp3 } from './given-audio.ts';
import { IDS } from './given-events.ts';

export type Action =
  | 'dial'
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
  | 'hangup'
  | 'retrieve_call'
  | 'active_calls'
  | 'call_events'
  | 'retrieve_recording'
  | 'list_recordings'
  | 'delete_recording'
  | 'download'
  | 'alert';

export interface SeenRequest {
  readonly action: Action;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly method: string;
  /** Decoded, without `/v2`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}
export type Answer = (request: SeenRequest, signal: AbortSignal) => Response | Promise<Response>;

const ok =
  (data: unknown): Answer =>
  () =>
    Response.json({ data });
/** Telnyx' error body; the code is a string of digits, but a number was seen too. */
export const refused =
  (status: number, code: string | number, title = 'Refused'): Answer =>
  () =>
    Response.json({ errors: [{ code, title, detail: 'About +12025550143' }] }, { status });
export const html =
  (status: number): Answer =>
  () =>
    new Response('<html>Bad gateway</html>', { status, headers: { 'Content-Type': 'text/html' } });
export const networkError: Answer = () => Promise.reject(new TypeError('fetch failed'));
/** What the SDK sees when its own time limit has passed. */
export const timeout: Answer = () => Promise.reject(new DOMException('The operation was aborted', 'AbortError'));
/** No answer, until the sender gives up. */
export const hang: Answer = (_, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new DOMException('The operation was aborted', 'AbortError')));
  });

/** An answer that waits for the test's word. It looks by itself: one object's promise cannot be settled from another. */
export function held(answer: Answer): { readonly answer: Answer; release: () => void } {
  let released = false;
  return {
    answer: async (request, signal) => {
      while (!released) await new Promise((resolve) => setTimeout(resolve, 2));
      return answer(request, signal);
    },
    release: () => {
      released = true;
    },
  };
}

export const CALL_IDS = {
  call_control_id: IDS.callControlId,
  call_leg_id: IDS.callLegId,
  call_session_id: IDS.callSessionId,
};

export const dialed = ok({ record_type: 'call', ...CALL_IDS, is_alive: false });

const done = ok({ result: 'ok' });

/** A file as S3 gives it. */
export function audio(bytes: Uint8Array, headers: Record<string, string> = { 'Content-Type': 'audio/mpeg' }): Answer {
  return () => new Response(bytes, { headers: { 'Content-Length': String(bytes.length), ...headers } });
}

/** A recording as Telnyx' API tells of it. */
export const recording = (changes: Record<string, unknown> = {}): Answer => ok(recordingData(changes));
export const recordings = (...found: Record<string, unknown>[]): Answer => {
  const data = found.map(recordingData);
  return () => Response.json({ data, meta: { page_number: 1, total_pages: 1, total_results: data.length } });
};
const recordingData = (changes: Record<string, unknown>) => ({
  ...{ record_type: 'recording', id: 'rec-1', channels: 'dual', status: 'completed', source: 'call' },
  ...{ ...CALL_IDS, duration_millis: 2000, download_urls: { mp3: recordingLink() } },
  ...changes,
});

/** Where Telnyx' recordings lie. */
export const recordingLink = (file = 'leg-1.mp3', host = 's3.amazonaws.com'): string =>
  `https://${host}/telephony-recorder-prod/account/2030-01-07/${file}?X-Amz-Expires=600&X-Amz-Signature=secret`;

const USUAL: Readonly<Record<Action, Answer>> = {
  dial: dialed,
  answer: done,
  gather_using_speak: done,
  gather_stop: done,
  speak: done,
  playback_start: done,
  playback_stop: done,
  record_start: done,
  record_stop: done,
  transcription_start: done,
  transcription_stop: done,
  transfer: done,
  hangup: done,
  retrieve_call: ok({ record_type: 'call', ...CALL_IDS, is_alive: true }),
  active_calls: () => Response.json({ data: [], meta: { total_items: 0, cursors: {} } }),
  call_events: () => Response.json({ data: [], meta: { page_number: 1, total_pages: 1, total_results: 0 } }),
  retrieve_recording: refused(404, '10005'),
  list_recordings: () => Response.json({ data: [], meta: { page_number: 1, total_pages: 1, total_results: 0 } }),
  delete_recording: ok({ record_type: 'recording' }),
  download: audio(givenMp3(2000)),
  alert: () => new Response(null, { status: 204 }),
};

export class FakeTelnyx {
  /** What Telnyx was asked, and what was told at ALERT_URL. */
  readonly requests: SeenRequest[] = [];
  readonly alerts: SeenRequest[] = [];
  readonly #once = new Map<Action, Answer[]>();
  readonly #always = new Map<Action, Answer>();

  constructor(base: string, alertUrl: string | null = null) {
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const request = new Request(input as Request, init);
      const isAudio = new URL(request.url).pathname.startsWith('/telephony-recorder-prod');
      const whole = isAudio
        ? await seenAs('download', request.url, request)
        : request.url === alertUrl
          ? await seenAs('alert', '', request)
          : await read(base, request);
      const { action } = whole;
      (action === 'alert' ? this.alerts : this.requests).push(whole);
      const answer = this.#once.get(action)?.shift() ?? this.#always.get(action) ?? USUAL[action];
      return answer(whole, init?.signal ?? request.signal);
    });
  }

  /** The next requests of this kind get these answers, one each; then all is well again. */
  next(action: Action, ...answers: readonly Answer[]): this {
    this.#once.set(action, [...(this.#once.get(action) ?? []), ...answers]);
    return this;
  }

  always(action: Action, answer: Answer | null): this {
    if (answer === null) this.#always.delete(action);
    else this.#always.set(action, answer);
    return this;
  }

  /** What was asked, in order. */
  get actions(): Action[] {
    return this.requests.map(({ action }) => action);
  }

  sent(action: Action): SeenRequest[] {
    return this.requests.filter((request) => request.action === action);
  }

  /** The command ids under which something was asked, in order. */
  commandIds(action: Action): unknown[] {
    return this.sent(action).map(({ body }) => body['command_id']);
  }
}

async function read(base: string, request: Request): Promise<SeenRequest> {
  if (!request.url.startsWith(`${base}/`)) throw new TypeError(`a test must not reach ${new URL(request.url).origin}`);
  const url = new URL(request.url);
  const path = decodeURIComponent(url.pathname.slice(new URL(base).pathname.length));
  return seenAs(actionOf(request.method, path), path, request);
}

async function seenAs(action: Action, path: string, request: Request): Promise<SeenRequest> {
  const { method, headers } = request;
  const query = new URL(request.url).searchParams;
  const text = await request.text();
  return { action, at: Date.now(), method, path, query, headers, body: text === '' ? {} : JSON.parse(text) };
}

function actionOf(method: string, path: string): Action {
  const action = /^\/calls\/[^/]+\/actions\/([a-z_]+)$/.exec(path)?.[1];
  if (method === 'POST' && path === '/calls') return 'dial';
  if (method === 'POST' && action !== undefined && action !== 'alert' && action in USUAL) return action as Action;
  if (method === 'GET' && /^\/calls\/[^/]+$/.test(path)) return 'retrieve_call';
  if (method === 'GET' && /^\/connections\/[^/]+\/active_calls$/.test(path)) return 'active_calls';
  if (method === 'GET' && path === '/call_events') return 'call_events';
  if (method === 'GET' && path === '/recordings') return 'list_recordings';
  if (/^\/recordings\/[^/]+$/.test(path)) return method === 'DELETE' ? 'delete_recording' : 'retrieve_recording';
  throw new TypeError(`Telnyx has no ${method} ${path}`);
}
