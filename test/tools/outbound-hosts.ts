/**
 * Whom the worker asks on its own account, and what it tells them: one line for each host, with every file that asks it. A file that asks
 * and stands here nowhere fails the inventory, and so does a line that nobody asks any more. Calls of bindings are no requests to a host.
 */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface OutboundHost {
  readonly host: string;
  /** The variable that says where, if one does. */
  readonly variable: string | null;
  readonly files: readonly string[];
  readonly told: string;
  readonly agreement: string;
}

export const OUTBOUND_HOSTS: readonly OutboundHost[] = [
  {
    ...{ host: 'api.telnyx.com', variable: 'TELNYX_API_BASE' },
    files: ['src/telnyx/client.ts', 'src/telnyx/account.ts', 'src/web/doctor-telnyx.ts'],
    told: 'the number to ring, the words to speak, what to listen for; ids in `client_state`',
    agreement: 'BAA with Telnyx (BAA_CONFIRMED)',
  },
  {
    ...{ host: "Telnyx' own S3 buckets", variable: 'RECORDING_ORIGINS', files: ['src/outbox/download-audio.ts'] },
    told: 'nothing but the signed address of a recording; the audio comes back',
    agreement: 'BAA with Telnyx',
  },
  {
    ...{ host: 'the Access team domain', variable: 'ACCESS_TEAM_DOMAIN' },
    files: ['src/web/access-keys.ts', 'src/web/doctor.ts'],
    told: 'nothing; the keys that tokens are checked with come back',
    agreement: 'BAA with Cloudflare; no patient data',
  },
  {
    ...{ host: 'whatever pages staff', variable: 'ALERT_URL', files: ['src/send-alert.ts'] },
    told: 'the kind of a task or of an alert, ids, counts, and a link to a page behind Access; signed',
    agreement: 'none needed: no patient data',
  },
  {
    ...{ host: "the clinic's own system", variable: 'SINK_BACKEND_URL', files: ['src/outbox/post-signed.ts'] },
    told: 'notes: all of what a patient answered, with who it is',
    agreement: "the clinic's own",
  },
  {
    ...{ host: "the clinic's FHIR server", variable: 'FHIR_BASE', files: ['src/outbox/fhir-sink.ts'] },
    told: 'notes as FHIR: all of what a patient answered, with who it is',
    agreement: "the clinic's own",
  },
  {
    ...{ host: "the clinic's token service", variable: 'FHIR_TOKEN_URL', files: ['src/outbox/fhir-access.ts'] },
    told: 'FHIR_CLIENT_ID, FHIR_CLIENT_SECRET and FHIR_SCOPE; a token comes back',
    agreement: "the clinic's own; no patient data",
  },
  {
    ...{ host: 'whoever is told of notes', variable: 'SINK_ALERT_URL', files: ['src/outbox/post-signed.ts'] },
    told: 'that there is a note: ids, and a link to a page behind Access; signed',
    agreement: 'none needed: no patient data',
  },
  {
    ...{ host: 'api.openai.com', variable: 'OPENAI_BASE', files: ['src/outbox/openai-transcriber.ts'] },
    told: 'uploaded audio and recordings of calls, only with TRANSCRIBER=openai',
    agreement: 'BAA with OpenAI, else nothing is sent',
  },
  {
    ...{ host: 'Workers AI, by its binding', variable: null, files: ['src/outbox/workers-ai-transcriber.ts'] },
    told: 'uploaded audio and recordings of calls, only with TRANSCRIBER=workers-ai',
    agreement: 'BAA with Cloudflare',
  },
];

/** Each way out of a Worker. A method called `fetch` is a binding's, a stub's or a cache's, which is no host. */
const WAYS_OUT =
  /(?<![.\w])(?<!async )fetch\(|\bnew (?:Telnyx|WebSocket|EventSource|OpenAI)\(|\bcreateRemoteJWKSet\(|cloudflare:sockets|\bai\.run\(|\bnode:(?:net|tls|https?|dgram)\b|globalThis\.fetch\b/;
const ELSEWHERE = /^src\/(simulator|cli|web\/static)\//;

/** Every file of the worker that asks somebody. */
export function filesThatAsk(root: string): string[] {
  return globSync('src/**/*.{ts,tsx}', { cwd: root })
    .filter((file) => !ELSEWHERE.test(file) && asks(readFileSync(path.join(root, file), 'utf8')))
    .toSorted();
}

export function asks(source: string): boolean {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return WAYS_OUT.test(code);
}
