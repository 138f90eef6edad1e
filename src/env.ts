/**
 * The bindings of the worker, and `readConfig`: every variable parsed once, a missing or malformed one named. Absent is
 * `null`, never undefined, so that a forgotten field does not compile. Values are never part of a message.
 */
import type { AuditLog } from './audit/audit-log.ts';
import type { CampaignRunner } from './dialer/campaign-runner.ts';
import type { Dialer } from './dialer/dialer.ts';
import { type OpeningHours, parseStaffHours } from './domain/campaign/staff-hours.ts';
import { isSigningSecret, parseSinks, type SinkSettings } from './domain/delivery/sink-settings.ts';
import {
  TRANSCRIBERS,
  type TranscriberName,
  type TranscriptionRefusal,
  whyNoUploads,
} from './domain/transcription/transcription-setting.ts';
import type { IntakeSession } from './session/intake-session.ts';
import type { PatientKeys } from './store/patient-keys.ts';
import { parseKeyRing } from './store/seal.ts';
import type { KeyVault } from './vault/key-vault.ts';

/** What travels through the dial queue: ids only. A message is a hint; the Dialer holds the truth. */
export interface DialMessage {
  readonly attempt_id: string;
  readonly call_id: string;
}

/** What travels through the job queue: an id only. The row in D1 holds the truth. */
export interface JobMessage {
  readonly job_id: string;
}

const REQUIRED = [
  'TELNYX_API_KEY',
  'TELNYX_PUBLIC_KEY',
  'TELNYX_CONNECTION_ID',
  'TELNYX_FROM_NUMBER',
  'PUBLIC_URL',
  'CLINIC_NAME',
  'CLINIC_TIME_ZONE',
  'CALLBACK_NUMBER',
  'ACCESS_TEAM_DOMAIN',
  'ACCESS_AUD',
  'ADMIN_EMAILS',
  'PHI_KEYS',
] as const;
const OPTIONAL = [
  'TELNYX_API_BASE',
  'VOICES',
  'STT_ENGINE',
  'OPT_OUT_NUMBER',
  'STAFF_TRANSFER_NUMBER',
  'STAFF_HOURS',
  'ALERT_URL',
  'ALERT_SECRET',
  'DIAL_RATE_PER_SECOND',
  'MAX_LIVE_CALLS',
  'CALLING_HOURS',
  'APPROVAL_OVER',
  'SPEND_CAP_USD_PER_DAY',
  'BAA_CONFIRMED',
  'TIMER_SCALE',
  'RECORDING_ORIGINS',
  'DELETE_AT_TELNYX',
  'RETENTION_DAYS',
  'RECORD_MINIMUM_YEARS',
  'TRANSCRIBER',
  'OPENAI_API_KEY',
  'OPENAI_BASE',
  'SINK_BACKEND_URL',
  'SINK_BACKEND_KEY',
  'SINK_BACKEND_SECRET',
  'FHIR_BASE',
  'FHIR_TOKEN',
  'FHIR_TOKEN_URL',
  'FHIR_CLIENT_ID',
  'FHIR_CLIENT_SECRET',
  'FHIR_SCOPE',
  'FHIR_PATIENT_SYSTEM',
  'SINK_R2',
  'SINK_ALERT_URL',
  'SINK_ALERT_SECRET',
] as const;
export type VariableName = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];

export interface Env extends Partial<Record<VariableName, string>> {
  readonly DB: D1Database;
  readonly DIAL_QUEUE: Queue<DialMessage>;
  readonly JOB_QUEUE: Queue<JobMessage>;
  readonly BUCKET: R2Bucket;
  readonly INTAKE_SESSION: DurableObjectNamespace<IntakeSession>;
  readonly DIALER: DurableObjectNamespace<Dialer>;
  readonly CAMPAIGN_RUNNER: DurableObjectNamespace<CampaignRunner>;
  readonly KEY_VAULT: DurableObjectNamespace<KeyVault>;
  readonly AUDIT_LOG: DurableObjectNamespace<AuditLog>;
  readonly ASSETS: Fetcher;
  /** Left out: nothing is measured. */
  readonly METRICS?: AnalyticsEngineDataset;
  /** How much one caller reads in a minute. */
  readonly READ_LIMIT: RateLimit;
  /** How much one caller changes in a minute. */
  readonly WRITE_LIMIT: RateLimit;
  /** How many exports one caller takes in a minute. */
  readonly EXPORT_LIMIT: RateLimit;
  /** How many requests without a good token come from one address in a minute. */
  readonly SIGN_IN_LIMIT: RateLimit;
  /** Only where it is deployed: it would stop an offline start. */
  readonly AI?: Ai;
}

export interface Config {
  readonly telnyx: {
    readonly apiKey: string;
    /** One base64 key of 32 bytes, or two while rotating. */
    readonly publicKeys: readonly string[];
    readonly connectionId: string;
    readonly fromNumbers: readonly string[];
    /** Includes `/v2`. */
    readonly apiBase: string;
    readonly voices: { readonly en: string; readonly es: string };
    /** Hosted by Telnyx, as the voices are: what a patient says goes to nobody else (HS-14). */
    readonly transcriptionModel: string;
  };
  /** True only while TELNYX_API_BASE is this machine: a stand-in, no real patient can be rung. */
  readonly loopback: boolean;
  readonly publicUrl: string;
  readonly clinic: {
    readonly name: string;
    /** What FHIR calls the clinic's own ids of patients, a URI; null: a name of this installation. */
    readonly patientSystem: string | null;
    readonly timeZone: string;
    readonly callbackNumber: string;
    readonly optOutNumber: string;
    /** Null: key 0 promises a callback. */
    readonly staff: { readonly number: string; readonly hours: readonly OpeningHours[] } | null;
  };
  /** Told of red flags and of what is wrong with the installation, without patient data; `url` null: only the pages show them. */
  readonly alerts: {
    readonly url: string | null /** `whsec_…`; null: messages are not signed. */;
    readonly secret: string | null;
  };
  readonly access: { readonly teamDomain: string; readonly audience: string; readonly admins: ReadonlySet<string> };
  readonly dialing: {
    readonly ratePerSecond: number;
    readonly maxLiveCalls: number;
    readonly callingHours: 'policy' | 'always';
    /** A campaign to more people than this needs a second person. */
    readonly approvalOver: number;
    /** Billionths of a dollar. */
    readonly spendCapNanosPerDay: number;
    /** Agreements are recorded with those who carry every call, or no real patient can be rung (HS-13). */
    readonly production: boolean;
    /** With whom an agreement about patient data is recorded. */
    readonly confirmedVendors: readonly string[];
  };
  readonly timerScale: number;
  readonly recordings: {
    /** Where audio may be fetched from besides Telnyx' own buckets: each an origin and the beginning of a path. */
    readonly origins: readonly URL[];
    /** Whether Telnyx' copy goes once ours is stored. */
    readonly deleteAtTelnyx: boolean;
  };
  /** Who writes down uploaded audio. */
  readonly transcription: {
    readonly engine: TranscriberName;
    /** Why no upload is taken; null: they are. */
    readonly refusal: TranscriptionRefusal | null;
    readonly openai: { readonly apiKey: string /** Without a slash at its end. */; readonly base: string };
  };
  /** The systems of the clinic that notes are handed to; null: it is not set up. */
  readonly sinks: SinkSettings;
  /** So long what was uploaded to be written down is kept. */
  readonly retentionDays: number;
  /** No patient is erased before their last record is so old; 0: not asked for. */
  readonly recordMinimumYears: number;
  readonly keyRing: PatientKeys;
}

export type ReadConfig =
  | { readonly ok: true; readonly config: Config }
  | {
      readonly ok: false;
      readonly problems: readonly { readonly variable: string; readonly code: 'missing' | 'malformed' }[];
    };

const cache = new WeakMap<Env, ReadConfig>();

/** Parsed once per isolate: `env` is the same object for its whole life. */
export function readConfig(env: Env): ReadConfig {
  const known = cache.get(env);
  if (known) return known;
  const read = parse(env);
  cache.set(env, read);
  return read;
}

/** For places that only run behind a request or message that already passed `readConfig`. */
export function configOf(env: Env): Config {
  const read = readConfig(env);
  if (!read.ok) throw new Error(`configuration is incomplete: ${read.problems.map((p) => p.variable).join(', ')}`);
  return read.config;
}

/** Whoever rings back must not pay extra for it (TC-07). */
const PREMIUM = /^\+1(900|\d{3}976)/;
const E164 = /^\+[1-9]\d{7,14}$/;
/** `STT_ENGINE` → model. The engine is Telnyx' own in every case. */
const TRANSCRIPTION_MODELS: ReadonlyMap<string, string> = new Map([
  ['Telnyx', 'openai/whisper-large-v3-turbo'],
  ['Telnyx/whisper-tiny', 'openai/whisper-tiny'],
]);
const NANOS_PER_USD = 1_000_000_000;
/** Every call goes through both. */
export const CARRIERS = ['telnyx', 'cloudflare'] as const;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

function parse(env: Env): ReadConfig {
  const problems: { variable: string; code: 'missing' | 'malformed' }[] = [];
  const bad = (variable: VariableName) => void problems.push({ variable, code: 'malformed' });
  const text = (name: VariableName): string => (env[name] ?? '').trim();
  const list = (name: VariableName): string[] =>
    text(name)
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
  for (const name of REQUIRED) if (text(name) === '') problems.push({ variable: name, code: 'missing' });
  if (problems.length > 0) return { ok: false, problems };

  const origin = (name: VariableName, value: string): URL | null => {
    const url = URL.canParse(value) ? new URL(value) : null;
    const allowed =
      url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname)));
    if (!allowed) bad(name);
    return allowed ? url : null;
  };
  const number = (name: VariableName, fallback: number, minimum: number, maximum: number): number => {
    const value = text(name) === '' ? fallback : Number(text(name));
    if (!(value >= minimum && value <= maximum)) bad(name);
    return value;
  };
  const apiBase = text('TELNYX_API_BASE') || 'https://api.telnyx.com/v2';
  const loopback = LOOPBACK.has(origin('TELNYX_API_BASE', apiBase)?.hostname ?? '');
  const publicUrl = origin('PUBLIC_URL', text('PUBLIC_URL'))?.origin ?? '';
  const teamDomain = origin('ACCESS_TEAM_DOMAIN', text('ACCESS_TEAM_DOMAIN'))?.origin ?? '';
  if (teamDomain !== text('ACCESS_TEAM_DOMAIN') && teamDomain !== '') bad('ACCESS_TEAM_DOMAIN');

  const publicKeys = list('TELNYX_PUBLIC_KEY');
  if (publicKeys.length === 0 || publicKeys.length > 2 || !publicKeys.every((key) => /^[A-Za-z0-9+/]{43}=$/.test(key)))
    bad('TELNYX_PUBLIC_KEY');
  const fromNumbers = list('TELNYX_FROM_NUMBER');
  if (fromNumbers.length === 0 || !fromNumbers.every((n) => E164.test(n))) bad('TELNYX_FROM_NUMBER');
  for (const name of ['CALLBACK_NUMBER', 'OPT_OUT_NUMBER', 'STAFF_TRANSFER_NUMBER'] as const) {
    if (text(name) !== '' && (!E164.test(text(name)) || PREMIUM.test(text(name)))) bad(name);
  }
  if (!isTimeZone(text('CLINIC_TIME_ZONE'))) bad('CLINIC_TIME_ZONE');

  const callingHours = text('CALLING_HOURS') || 'policy';
  if (callingHours !== 'policy' && !(callingHours === 'always' && loopback)) bad('CALLING_HOURS');
  const timerScale = number('TIMER_SCALE', 1, 0.001, 1);
  if (timerScale !== 1 && !loopback) bad('TIMER_SCALE');
  const voices = {
    en: 'Telnyx.KokoroTTS.af',
    es: 'Telnyx.KokoroTTS.ef_dora',
    ...parseVoices(list('VOICES'), () => bad('VOICES')),
  };
  const transcriptionModel = TRANSCRIPTION_MODELS.get(text('STT_ENGINE') || 'Telnyx');
  if (transcriptionModel === undefined) bad('STT_ENGINE');
  const staffHours = parseStaffHours(text('STAFF_HOURS') || 'Mon-Fri 09:00-17:00');
  if (staffHours === null) bad('STAFF_HOURS');
  const alertUrl = text('ALERT_URL') === '' ? null : origin('ALERT_URL', text('ALERT_URL'));
  if (text('ALERT_SECRET') !== '' && !isSigningSecret(text('ALERT_SECRET'))) bad('ALERT_SECRET');
  const origins = list('RECORDING_ORIGINS').map((value) => origin('RECORDING_ORIGINS', value));
  for (const url of origins) if (url !== null && !isPlainPrefix(url)) bad('RECORDING_ORIGINS');
  const deleteAtTelnyx = text('DELETE_AT_TELNYX') || 'true';
  if (deleteAtTelnyx !== 'true' && deleteAtTelnyx !== 'false') bad('DELETE_AT_TELNYX');
  const engine = TRANSCRIBERS.find((name) => name === (text('TRANSCRIBER') || 'off')) ?? null;
  if (engine === null) bad('TRANSCRIBER');
  const openaiBase = origin('OPENAI_BASE', text('OPENAI_BASE') || 'https://api.openai.com/v1');
  if (openaiBase !== null && !isPlainPrefix(openaiBase)) bad('OPENAI_BASE');
  if (!/^((urn:|https?:\/\/)[\x21\x23-\x7b\x7d\x7e]+)?$/.test(text('FHIR_PATIENT_SYSTEM'))) bad('FHIR_PATIENT_SYSTEM');
  const sinks = parseSinks({
    ...{ text, bad },
    missing: (variable) => void problems.push({ variable, code: 'missing' }),
    address: (name) => {
      const url = text(name) === '' ? null : origin(name, text(name));
      if (url !== null && !isPlainPrefix(url)) bad(name);
      return url === null ? null : { href: url.href, isLoopback: LOOPBACK.has(url.hostname) };
    },
  });
  const recordMinimumYears = number('RECORD_MINIMUM_YEARS', 0, 0, 50);
  const retentionDays = number('RETENTION_DAYS', 90, 1, 3650);
  if (retentionDays >= 1 && !Number.isInteger(retentionDays)) bad('RETENTION_DAYS');
  const keyRing = parseKeyRing(text('PHI_KEYS'));
  if (keyRing === null) bad('PHI_KEYS');
  if (!Number.isInteger(Number(text('MAX_LIVE_CALLS')))) bad('MAX_LIVE_CALLS');
  const confirmedVendors = list('BAA_CONFIRMED');
  const dialing = {
    ratePerSecond: number('DIAL_RATE_PER_SECOND', 1, 0.01, 30),
    maxLiveCalls: number('MAX_LIVE_CALLS', 2, 1, 1000),
    callingHours: callingHours === 'always' ? ('always' as const) : ('policy' as const),
    approvalOver: number('APPROVAL_OVER', 200, 0, 1_000_000),
    spendCapNanosPerDay: Math.round(number('SPEND_CAP_USD_PER_DAY', 50, 0, 1_000_000) * NANOS_PER_USD),
    production: loopback || CARRIERS.every((vendor) => confirmedVendors.includes(vendor)),
    confirmedVendors,
  };
  if (
    problems.length > 0 ||
    keyRing === null ||
    staffHours === null ||
    transcriptionModel === undefined ||
    engine === null
  )
    return { ok: false, problems };
  const refusal = whyNoUploads({
    engine,
    confirmed: list('BAA_CONFIRMED'),
    hasAiBinding: env.AI !== undefined,
    hasApiKey: text('OPENAI_API_KEY') !== '',
    isLoopback: LOOPBACK.has(openaiBase?.hostname ?? ''),
  });

  return {
    ok: true,
    config: {
      telnyx: {
        apiKey: text('TELNYX_API_KEY'),
        publicKeys,
        connectionId: text('TELNYX_CONNECTION_ID'),
        fromNumbers,
        apiBase,
        voices,
        transcriptionModel,
      },
      loopback,
      publicUrl,
      clinic: {
        name: text('CLINIC_NAME'),
        patientSystem: text('FHIR_PATIENT_SYSTEM') || null,
        timeZone: text('CLINIC_TIME_ZONE'),
        callbackNumber: text('CALLBACK_NUMBER'),
        optOutNumber: text('OPT_OUT_NUMBER') || text('CALLBACK_NUMBER'),
        staff:
          text('STAFF_TRANSFER_NUMBER') === '' ? null : { number: text('STAFF_TRANSFER_NUMBER'), hours: staffHours },
      },
      alerts: { url: alertUrl?.href ?? null, secret: text('ALERT_SECRET') || null },
      access: {
        teamDomain,
        audience: text('ACCESS_AUD'),
        admins: new Set(list('ADMIN_EMAILS').map((email) => email.toLowerCase())),
      },
      dialing,
      timerScale,
      recordings: {
        origins: origins.filter((url) => url !== null),
        deleteAtTelnyx: deleteAtTelnyx === 'true',
      },
      transcription: {
        ...{ engine, refusal },
        openai: { apiKey: text('OPENAI_API_KEY'), base: (openaiBase?.href ?? '').replace(/\/+$/, '') },
      },
      sinks,
      retentionDays,
      recordMinimumYears,
      keyRing: { ...keyRing, vault: () => env.KEY_VAULT.getByName('vault') },
    },
  };
}

/** `en=Telnyx.KokoroTTS.af,es=Telnyx.KokoroTTS.ef_dora`. Answers are read back: only voices that Telnyx itself hosts (HS-14). */
function parseVoices(parts: readonly string[], bad: () => void): { en?: string; es?: string } {
  const voices: { en?: string; es?: string } = {};
  for (const part of parts) {
    const match = /^(en|es)=(Telnyx\.[A-Za-z0-9._:-]{2,100})$/.exec(part);
    if (!match) bad();
    else voices[match[1] as 'en' | 'es'] = match[2] as string;
  }
  return voices;
}

/** Nothing that could widen what it allows: no user, no query, no fragment. */
const isPlainPrefix = ({ username, password, search, hash }: URL): boolean =>
  username === '' && password === '' && search === '' && hash === '';

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
