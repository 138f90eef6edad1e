/**
 * Every variable of the worker as people meet it: where it belongs, what it means, and what may be shown of it. One that is missing
 * here does not compile. Of a secret nothing is ever shown; README has the formats.
 */
import type { Config, VariableName } from '../env.ts';
import { maskEmail } from './mask.ts';

export const SETTING_GROUPS = ['telnyx', 'clinic', 'people', 'policy', 'data'] as const;
export type SettingGroup = (typeof SETTING_GROUPS)[number];

export interface Setting {
  readonly group: SettingGroup;
  readonly meaning: string;
  /** What holds now, given or not; null: nothing. Absent: nothing of it may be shown. */
  readonly show?: (config: Config, given: string) => string | null;
}

const NANOS_PER_USD = 1_000_000_000;
const listed = (values: readonly string[]): string | null => (values.length === 0 ? null : values.join(', '));
/** An address may carry a user or a token behind what it is for. */
const plainUrl = (text: string): string => {
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname === '/' ? '' : pathname}`;
};

export const SETTINGS: Readonly<Record<VariableName, Setting>> = {
  TELNYX_API_KEY: { group: 'telnyx', meaning: 'Lets this installation use the Telnyx account.' },
  TELNYX_PUBLIC_KEY: {
    group: 'telnyx',
    meaning: 'Checks that a webhook comes from Telnyx. It is no secret.',
    show: ({ telnyx }) => listed(telnyx.publicKeys),
  },
  TELNYX_CONNECTION_ID: {
    group: 'telnyx',
    meaning: 'The Call Control application that calls go through.',
    show: ({ telnyx }) => telnyx.connectionId,
  },
  TELNYX_FROM_NUMBER: {
    group: 'telnyx',
    meaning: 'The numbers patients see when they are called, and can ring back.',
    show: ({ telnyx }) => listed(telnyx.fromNumbers),
  },
  TELNYX_API_BASE: {
    group: 'telnyx',
    meaning: 'Where Telnyx is asked. On this machine it is a stand-in, and no real patient can be rung.',
    show: ({ telnyx }) => plainUrl(telnyx.apiBase),
  },
  PUBLIC_URL: {
    group: 'telnyx',
    meaning: 'The address under which Telnyx reaches this installation.',
    show: ({ publicUrl }) => publicUrl,
  },
  VOICES: {
    group: 'telnyx',
    meaning: 'Who speaks English and who Spanish. Only voices that Telnyx itself hosts.',
    show: ({ telnyx }) => `en ${telnyx.voices.en}, es ${telnyx.voices.es}`,
  },
  STT_ENGINE: {
    group: 'telnyx',
    meaning: 'What turns speech into text while a call runs. Hosted by Telnyx.',
    show: ({ telnyx }) => telnyx.transcriptionModel,
  },
  CLINIC_NAME: {
    group: 'clinic',
    meaning: 'How calls introduce themselves.',
    show: ({ clinic }) => clinic.name,
  },
  CLINIC_TIME_ZONE: {
    group: 'clinic',
    meaning: 'The clock of the clinic: what “today” is, and the times on these pages.',
    show: ({ clinic }) => clinic.timeZone,
  },
  CALLBACK_NUMBER: {
    group: 'clinic',
    meaning: 'The number patients are told to ring.',
    show: ({ clinic }) => clinic.callbackNumber,
  },
  OPT_OUT_NUMBER: {
    group: 'clinic',
    meaning: 'The number to ring for no more calls. Left out: the callback number.',
    show: ({ clinic }) => clinic.optOutNumber,
  },
  STAFF_TRANSFER_NUMBER: {
    group: 'clinic',
    meaning: 'Where a patient who asks for staff is put through. Left out: a callback is promised, and a task made.',
    show: ({ clinic }) => clinic.staff?.number ?? null,
  },
  STAFF_HOURS: {
    group: 'clinic',
    meaning: 'When staff can be reached. Left out: Monday to Friday, 09:00 to 17:00.',
    show: (_, given) => given || 'Mon-Fri 09:00-17:00',
  },
  ALERT_URL: {
    group: 'clinic',
    meaning:
      'Told of red flags and of trouble with this installation, by id and link alone. Left out: only the pages show them.',
  },
  ALERT_SECRET: {
    group: 'clinic',
    meaning: 'What messages to ALERT_URL are signed with. Left out: they are not signed.',
  },
  ACCESS_TEAM_DOMAIN: {
    group: 'people',
    meaning: 'Who vouches for people: the Cloudflare Access team.',
    show: ({ access }) => access.teamDomain,
  },
  ACCESS_AUD: {
    group: 'people',
    meaning: 'The Access application people must have signed in to.',
    show: ({ access }) => access.audience,
  },
  ADMIN_EMAILS: {
    group: 'people',
    meaning: 'Administrators whatever the staff list says, people and service tokens.',
    show: ({ access }) => listed([...access.admins].map(maskEmail)),
  },
  DIAL_RATE_PER_SECOND: {
    group: 'policy',
    meaning: 'How many calls are started in a second, at most.',
    show: ({ dialing }) => String(dialing.ratePerSecond),
  },
  MAX_LIVE_CALLS: {
    group: 'policy',
    meaning: 'How many calls run at a time, at most. A new Telnyx account allows 2.',
    show: ({ dialing }) => String(dialing.maxLiveCalls),
  },
  CALLING_HOURS: {
    group: 'policy',
    meaning: '“policy”: by the law of the patient’s state, in the patient’s time zone. “always” only with a stand-in.',
    show: ({ dialing }) => dialing.callingHours,
  },
  APPROVAL_OVER: {
    group: 'policy',
    meaning: 'A campaign to more people than this needs a second person.',
    show: ({ dialing }) => String(dialing.approvalOver),
  },
  SPEND_CAP_USD_PER_DAY: {
    group: 'policy',
    meaning: 'No call is started once a day’s calls have cost this much, in dollars.',
    show: ({ dialing }) => String(dialing.spendCapNanosPerDay / NANOS_PER_USD),
  },
  BAA_CONFIRMED: {
    group: 'policy',
    meaning:
      'Companies with whom an agreement about patient data is signed. Without telnyx and cloudflare nobody real is rung.',
    show: ({ dialing }) => listed(dialing.confirmedVendors),
  },
  TIMER_SCALE: {
    group: 'policy',
    meaning: 'Shortens the waiting times of a call. Smaller than 1 only with a stand-in.',
    show: ({ timerScale }) => String(timerScale),
  },
  PHI_KEYS: {
    group: 'data',
    meaning: 'The keys that patient data is sealed under. Without them nobody can read it again.',
  },
  RECORDING_ORIGINS: {
    group: 'data',
    meaning: 'Where audio may be fetched from besides Telnyx’ own storage.',
    show: ({ recordings }) => listed(recordings.origins.map(({ href }) => href)),
  },
  DELETE_AT_TELNYX: {
    group: 'data',
    meaning: 'Whether Telnyx’ copy of a recording is deleted once ours is stored.',
    show: ({ recordings }) => String(recordings.deleteAtTelnyx),
  },
  TRANSCRIBER: {
    group: 'data',
    meaning:
      'Who writes down uploaded audio and recordings of calls: nobody, Workers AI, or a service that speaks as OpenAI does.',
    show: ({ transcription }) => transcription.engine,
  },
  OPENAI_API_KEY: { group: 'data', meaning: 'Lets this installation use the transcriber at OPENAI_BASE.' },
  OPENAI_BASE: {
    group: 'data',
    meaning: 'Where the transcriber “openai” is asked.',
    show: ({ transcription }) => plainUrl(transcription.openai.base),
  },
  SINK_BACKEND_URL: {
    group: 'data',
    meaning: 'The clinic’s own system: where each note is posted. Left out: notes go nowhere else.',
    show: ({ sinks }) => (sinks.backend === null ? null : plainUrl(sinks.backend.url)),
  },
  SINK_BACKEND_SECRET: { group: 'data', meaning: 'Signs each delivery, so that the clinic’s system knows it is ours.' },
  SINK_BACKEND_KEY: {
    group: 'data',
    meaning: 'Lets this installation post to the clinic’s system, if that asks for a key.',
  },
  FHIR_BASE: {
    group: 'data',
    meaning: 'The clinic’s FHIR server: each note is sent there as a transaction. Left out: none is.',
    show: ({ sinks }) => (sinks.fhir === null ? null : plainUrl(sinks.fhir.base)),
  },
  FHIR_TOKEN: {
    group: 'data',
    meaning: 'Lets this installation write to the FHIR server, if the token never changes.',
  },
  FHIR_TOKEN_URL: {
    group: 'data',
    meaning: 'The service that gives tokens for the FHIR server.',
    show: ({ sinks }) => (sinks.fhir?.access.kind === 'client' ? plainUrl(sinks.fhir.access.tokenUrl) : null),
  },
  FHIR_CLIENT_ID: {
    group: 'data',
    meaning: 'Who this installation is to the token service.',
    show: ({ sinks }) => (sinks.fhir?.access.kind === 'client' ? sinks.fhir.access.id : null),
  },
  FHIR_CLIENT_SECRET: { group: 'data', meaning: 'Proves that to the token service.' },
  FHIR_SCOPE: {
    group: 'data',
    meaning: 'What this installation asks the token service to be allowed.',
    show: ({ sinks }) => (sinks.fhir?.access.kind === 'client' ? sinks.fhir.access.scope || null : null),
  },
  FHIR_PATIENT_SYSTEM: {
    group: 'data',
    meaning:
      'What FHIR calls the clinic’s own ids of patients. Left out: a name made from the address of this installation.',
    show: ({ clinic }) => clinic.patientSystem,
  },
  SINK_R2: {
    group: 'data',
    meaning: 'Whether each note is also put into the archive in the bucket, sealed.',
    show: ({ sinks }) => (sinks.r2 === null ? 'off' : 'on'),
  },
  SINK_ALERT_URL: {
    group: 'data',
    meaning: 'Who is told that a note is there, by a link alone. Left out: nobody.',
    show: ({ sinks }) => (sinks.alert === null ? null : plainUrl(sinks.alert.url)),
  },
  SINK_ALERT_SECRET: { group: 'data', meaning: 'Signs each of those messages.' },
  RETENTION_DAYS: {
    group: 'data',
    meaning: 'How long audio is kept, in days: of calls from the signature under the note, of uploads from the upload.',
    show: ({ retentionDays }) => String(retentionDays),
  },
  RECORD_MINIMUM_YEARS: {
    group: 'data',
    meaning: 'No patient is erased before their last call with a note is so many years old. 0: not asked for.',
    show: ({ recordMinimumYears }) => String(recordMinimumYears),
  },
};
