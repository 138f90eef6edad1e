/** Everything on this machine, no account: the Telnyx simulator, the worker, the Access stand-in in front, with made-up secrets. */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type AccessStandIn, startAccessStandIn } from '../../src/simulator/access-stand-in.ts';
import { defaultTranscriptionKey } from '../../src/simulator/audio-transcriptions.ts';
import type { EngineOptions } from '../../src/simulator/engine-options.ts';
import type { Observation } from '../../src/simulator/observation.ts';
import { startTelnyxServer, type TelnyxServer } from '../../src/simulator/telnyx-server.ts';
import { createWebhookSigner } from '../../src/simulator/webhook-signer.ts';
import { type AlertListener, startAlertListener } from './alert-listener.ts';
import { applyMigrations } from './apply-migrations.ts';
import { type FhirReceiver, startFhirReceiver } from './fhir-receiver.ts';
import { type LocalWorker, startLocalWorker } from './local-worker.ts';
import { type NoteReceiver, startNoteReceiver } from './note-receiver.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Human time is shortened so much unless asked otherwise; the protocol's own windows are not. */
const DEFAULT_SPEED = 20;
/** The number that rings patients and that they ring back, and the one staff answer. */
const CLINIC_NUMBER = '+12025550100';
const STAFF_NUMBER = '+12025550190';

/** Besides the administrator; they may do nothing before somebody has given them their roles. */
const COLLEAGUES = [
  { email: 'clinician@clinic.example', name: 'Chris Clinician', note: 'clinician' },
  { email: 'intake@clinic.example', name: 'Ines Intake', note: 'intake' },
  { email: 'operator@clinic.example', name: 'Omar Operator', note: 'operator' },
  { email: 'auditor@clinic.example', name: 'Uma Auditor', note: 'auditor' },
] as const;

/** Those that are on the list already are left as they are. */
export async function giveRoles({ api }: Pick<LocalStack, 'api'>): Promise<void> {
  for (const { email, note } of COLLEAGUES) await api('POST', '/api/staff', { email, roles: [note] });
}

export interface LocalStackOptions {
  readonly keep: boolean;
  readonly ports: { readonly access: number; readonly worker: number; readonly telnyx: number };
  readonly stateFolder?: string;
  readonly speed?: number;
  readonly onObservation?: (observation: Observation) => void;
  readonly onRestart?: () => void;
  /** Other patients or faults than the usual ones. */
  readonly engine?: Partial<EngineOptions>;
  readonly variables?: Readonly<Record<string, string>>;
  /** Beside admin@clinic.example: administrators from the first second, who need not be on the staff list for a day (SE-20). */
  readonly admins?: readonly string[];
  /** With a FHIR server of the clinic, which gets the notes as well. */
  readonly withFhir?: boolean;
  /** Of the worker, in place of its own. */
  readonly entry?: string;
  /** In place of `wrangler dev`. */
  readonly startWorker?: typeof startLocalWorker;
}
export interface LocalStack {
  readonly access: AccessStandIn;
  readonly telnyx: TelnyxServer;
  readonly alerts: AlertListener;
  /** The clinic's own system, which gets the notes. */
  readonly notes: NoteReceiver;
  /** Its FHIR server; null: it has none. */
  readonly fhir: FhirReceiver | null;
  readonly worker: LocalWorker;
  readonly stateFolder: string;
  /** A request as the local service token, through the front door; the body as JSON, or a form. */
  api(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** A file, in the same way. */
  bytes(path: string): Promise<{ status: number; contentType: string | null; body: Uint8Array }>;
  stop(): Promise<void>;
}

export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const stateFolder = options.stateFolder ?? path.join(root, '.state/start');
  if (!options.keep) rmSync(stateFolder, { recursive: true, force: true });
  mkdirSync(stateFolder, { recursive: true });
  const secrets = localSecrets(stateFolder);
  applyMigrations(stateFolder);

  const { ports, speed = DEFAULT_SPEED } = options;
  const workerUrl = `http://127.0.0.1:${ports.worker}`;
  const telnyx = await startTelnyxServer({
    port: ports.telnyx,
    engineOptions: {
      apiKey: secrets.telnyxApiKey,
      speed,
      webhookUrl: `${workerUrl}/webhooks/telnyx`,
      liveCalls: 20,
      clinicNumber: CLINIC_NUMBER,
      staff: [{ phone: STAFF_NUMBER, answersAfterMs: 6_000, talksForMs: 20_000 }],
      ringBacks: true,
      signer: await createWebhookSigner(),
      // A worker that is restarted takes seconds, which are minutes to a patient at this speed.
      patienceMs: 15 * 60_000,
      ...(options.onObservation === undefined ? {} : { onObservation: options.onObservation }),
      ...options.engine,
    },
  });
  const alertSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const alerts = await startAlertListener(alertSecret);
  const sink = { secret: `whsec_${randomBytes(32).toString('base64')}`, key: randomBytes(24).toString('hex') };
  const notes = await startNoteReceiver(sink);
  const fhir = options.withFhir === true ? await startFhirReceiver() : null;
  const audience = 'local';
  const service = { clientId: 'local-tools.access', clientSecret: secrets.serviceSecret };
  const access = await startAccessStandIn({
    port: ports.access,
    upstream: workerUrl,
    audience,
    people: [{ email: 'admin@clinic.example', name: 'Ada Admin', note: 'admin' }, ...COLLEAGUES],
    serviceTokens: [service],
  });
  const tokenFile = leaveToken(ports.access, service);
  const worker = (options.startWorker ?? startLocalWorker)({
    port: ports.worker,
    stateFolder,
    ...(options.onRestart === undefined ? {} : { onRestart: options.onRestart }),
    ...(options.entry === undefined ? {} : { entry: options.entry }),
    variables: {
      TELNYX_API_KEY: secrets.telnyxApiKey,
      TELNYX_PUBLIC_KEY: telnyx.engine.publicKey,
      TELNYX_CONNECTION_ID: telnyx.engine.connectionId,
      TELNYX_FROM_NUMBER: CLINIC_NUMBER,
      TELNYX_API_BASE: `${telnyx.url}/v2`,
      RECORDING_ORIGINS: `${telnyx.url}/telephony-recorder-prod/`,
      PUBLIC_URL: workerUrl,
      CLINIC_NAME: 'Example Family Clinic',
      CLINIC_TIME_ZONE: 'America/New_York',
      CALLBACK_NUMBER: '+12025550101',
      OPT_OUT_NUMBER: '+12025550102',
      ALERT_URL: alerts.url,
      ALERT_SECRET: alertSecret,
      SINK_BACKEND_URL: notes.url,
      SINK_BACKEND_KEY: sink.key,
      SINK_BACKEND_SECRET: sink.secret,
      ...fhir?.variables,
      STAFF_TRANSFER_NUMBER: STAFF_NUMBER,
      STAFF_HOURS: 'Mon-Sun 00:00-24:00',
      ACCESS_TEAM_DOMAIN: access.issuer,
      ACCESS_AUD: audience,
      ADMIN_EMAILS: ['admin@clinic.example', service.clientId, ...(options.admins ?? [])].join(','),
      PHI_KEYS: secrets.phiKeys,
      CALLING_HOURS: 'always',
      TRANSCRIBER: 'openai',
      OPENAI_API_KEY: defaultTranscriptionKey,
      OPENAI_BASE: `${telnyx.url}/v1`,
      TIMER_SCALE: String(1 / speed),
      MAX_LIVE_CALLS: '20',
      DIAL_RATE_PER_SECOND: '5',
      ...options.variables,
    },
  });

  const ask = (method: string, apiPath: string, body?: unknown): Promise<Response> =>
    fetch(`http://127.0.0.1:${ports.access}${apiPath}`, {
      method,
      headers: {
        'cf-access-client-id': service.clientId,
        'cf-access-client-secret': service.clientSecret,
        ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });

  return {
    access,
    telnyx,
    alerts,
    notes,
    fhir,
    worker,
    stateFolder,
    api: async (method, apiPath, body) => {
      const answer = await ask(method, apiPath, body);
      const text = await answer.text();
      return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text };
    },
    bytes: async (filePath) => {
      const answer = await ask('GET', filePath);
      const body = new Uint8Array(await answer.arrayBuffer());
      return { status: answer.status, contentType: answer.headers.get('content-type'), body };
    },
    stop: async () => {
      rmSync(tokenFile, { force: true });
      await worker.stop();
      await Promise.all([telnyx.close(), access.close(), alerts.close(), notes.close(), fhir?.close()]);
    },
  };
}

/** For the command line on this machine, which looks for the token of the stand-in at the port it talks to. */
function leaveToken(port: number, { clientId, clientSecret }: { clientId: string; clientSecret: string }): string {
  const file = path.join(root, '.state', `access-${port}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  writeFileSync(file, JSON.stringify({ client_id: clientId, client_secret: clientSecret }), { mode: 0o600 });
  return file;
}

interface LocalSecrets {
  readonly telnyxApiKey: string;
  readonly serviceSecret: string;
  readonly phiKeys: string;
}

/** Made once per state folder, because what is sealed there must open again with `--keep`. */
function localSecrets(stateFolder: string): LocalSecrets {
  const file = path.join(stateFolder, 'secrets.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as LocalSecrets;
  const secrets = {
    telnyxApiKey: `KEY_${randomUUID()}`,
    serviceSecret: randomBytes(24).toString('hex'),
    phiKeys: `local1:${randomBytes(32).toString('base64')}`,
  };
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}
