/**
 * The engine behind HTTP on 127.0.0.1: Telnyx' API under `/v2`, recording files under their pre-signed paths, a transcriber of audio
 * files under `/v1`, and `/simulator/*` for whoever drives it from another process.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AccountChange } from './account.ts';
import type { TranscriptionFault, TranscriptionFaults } from './audio-transcriptions.ts';
import { sendDownload } from './download-server.ts';
import type { EngineOptions } from './engine-options.ts';
import { fetchAudio } from './fetch-audio.ts';
import type { LineFaults } from './line-faults.ts';
import type { RequestFault, RequestFaultRates } from './request-faults.ts';
import { createTelnyxEngine, type TelnyxEngine } from './telnyx-engine.ts';
import { serveTranscription } from './transcription-server.ts';
import type { Deliver, WebhookFaults } from './webhook-delivery.ts';

/** What Telnyx waits for an answer to a webhook. Protocol time. */
const webhookTimeoutMs = 2_000;
const bodyLimitBytes = 1_048_576;

export interface TelnyxServerOptions {
  /** 0 takes a free one. */
  readonly port?: number;
  readonly engineOptions?: Omit<EngineOptions, 'deliver'> & { readonly deliver?: Deliver };
}

export interface TelnyxServer {
  readonly url: string;
  readonly engine: TelnyxEngine;
  close(): Promise<void>;
}

export async function startTelnyxServer(options: TelnyxServerOptions = {}): Promise<TelnyxServer> {
  const engine = await createTelnyxEngine({ deliver: deliverByFetch, fetchAudio, ...options.engineOptions });
  const server = createServer((request, response) => {
    answer(engine, request, response).catch((error: unknown) => {
      // A bug of the simulator: loud, but the other calls go on.
      process.stderr.write(`simulator: ${error instanceof Error ? error.stack : String(error)}\n`);
      if (!response.headersSent) sendJson(response, 500, { errors: [{ code: '10007', title: 'Unexpected error' }] });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 8789, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  engine.recordings.origin = url;
  return {
    url,
    engine,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const deliverByFetch: Deliver = async (url, headers, body) => {
  const signal = AbortSignal.timeout(webhookTimeoutMs);
  const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
  await response.body?.cancel();
  return { status: response.status };
};

async function answer(engine: TelnyxEngine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(`http://127.0.0.1${request.url ?? '/'}`);
  const method = request.method ?? 'GET';
  if (url.pathname.startsWith('/telephony-recorder-prod')) {
    const signature = url.searchParams.get('X-Amz-Signature');
    const download = engine.download(url.pathname, signature, request.headers.authorization !== undefined);
    await sendDownload(download, response);
    return;
  }
  if (method === 'POST' && url.pathname === '/v1/audio/transcriptions') {
    await serveTranscription(engine.transcriptions, request, response);
    return;
  }
  const body = await readJson(request);
  if (!body.ok) {
    sendJson(response, 400, { errors: [{ code: '10015', title: 'Bad Request', detail: 'The body is not JSON.' }] });
    return;
  }
  if (url.pathname.startsWith('/simulator/')) {
    const [status, result] = await control(engine, method, url.pathname, body.value);
    sendJson(response, status, result);
    return;
  }
  const reply = await engine.request({
    method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { authorization: request.headers.authorization },
    body: body.value,
  });
  // Node would write its own; the clock of Telnyx may be another one.
  response.setHeader('date', new Date(engine.clock.now() + engine.account.clockAheadMs).toUTCString());
  sendJson(response, reply.status, reply.body);
}

/** Each part that is given replaces what held before; `request` is one fault for the next matching requests. */
interface FaultSettings {
  readonly webhooks?: WebhookFaults;
  readonly requests?: RequestFaultRates;
  readonly line?: LineFaults;
  readonly request?: Omit<RequestFault, 'path'> & { readonly path?: string };
  /** Rates, and how the next requests fail in turn. */
  readonly transcriptions?: TranscriptionFaults & { readonly next?: readonly TranscriptionFault[] };
}

async function control(engine: TelnyxEngine, method: string, path: string, body: unknown): Promise<[number, unknown]> {
  const input = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  switch (`${method} ${path}`) {
    case 'GET /simulator/health':
      return [200, { ok: true, public_key: engine.publicKey, connection_id: engine.connectionId }];
    case 'GET /simulator/calls':
      return [200, { items: engine.calls() }];
    case 'GET /simulator/deliveries':
      return [200, { items: engine.deliveries }];
    case 'GET /simulator/recordings':
      return [200, { items: await engine.recordings.inventory() }];
    case 'GET /simulator/downloads':
      return [200, { items: engine.recordings.attempts }];
    case 'GET /simulator/transcriptions':
      return [200, { items: engine.transcriptions.attempts }];
    case 'GET /simulator/log':
      return [200, { items: engine.log }];
    case 'GET /simulator/warnings':
      return [200, { items: engine.warnings }];
    case 'POST /simulator/ring': {
      const { from, to, gives_up_after_ms: givesUpAfterMs } = input;
      if (typeof from !== 'string') return [422, { error: 'from is required' }];
      const leg = engine.ring({
        from,
        ...(typeof to === 'string' ? { to } : {}),
        ...(typeof givesUpAfterMs === 'number' ? { givesUpAfterMs } : {}),
      });
      return [201, { call_control_id: leg.callControlId, call_leg_id: leg.callLegId }];
    }
    case 'POST /simulator/ring-back': {
      const leg = engine.ringBack(engine.personaOf(String(input['phone'])));
      if (leg === null) return [422, { error: 'this patient does not ring back' }];
      return [201, { call_control_id: leg.callControlId, call_leg_id: leg.callLegId }];
    }
    case 'POST /simulator/faults': {
      const { webhooks, requests, line, request, transcriptions } = input as FaultSettings;
      if (transcriptions !== undefined) {
        const { next = [], ...rates } = transcriptions;
        engine.transcriptions.faults = rates;
        engine.transcriptions.failNext(...next);
      }
      if (requests !== undefined) engine.requestFaultRates = requests;
      if (line !== undefined) engine.lineFaults = line;
      if (webhooks !== undefined) engine.setWebhookFaults(webhooks);
      if (request !== undefined) {
        const { path, ...rest } = request;
        engine.failNext({ ...rest, ...(path === undefined ? {} : { path: new RegExp(path) }) });
      }
      return [200, { ok: true }];
    }
    case 'POST /simulator/account':
      engine.account.change(input as AccountChange);
      return [200, { ok: true }];
    default:
      return [404, { error: 'unknown control' }];
  }
}

async function readJson(request: IncomingMessage): Promise<{ ok: true; value: unknown } | { ok: false }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > bodyLimitBytes) return { ok: false };
    chunks.push(chunk);
  }
  const text = new TextDecoder().decode(concat(chunks, size));
  if (text === '') return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
