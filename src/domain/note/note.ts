/**
 * From the state of a finished call to its note: what the patient said, by section, each answer with its provenance.
 * Patient-reported and unreviewed until a clinician signs. Pure.
 */
import type { CallPlan } from '../intake/call-plan.ts';
import { type CallStatus, durationSeconds, recordingStatusOf, statusOf } from '../intake/call-record.ts';
import type { Section } from '../intake/questionnaire.ts';
import type { Answer, CallState } from '../intake/state.ts';

/** One answer as readers of the note see it; times are ISO 8601 UTC. */
export interface NoteAnswer {
  readonly state: Answer['state'];
  readonly value?: Answer['value'];
  readonly display?: string;
  readonly input?: 'keys' | 'voice' | 'staff';
  readonly confidence?: number | null;
  readonly confirmed?: boolean;
  readonly timestamp?: string;
  readonly event_id?: string;
  readonly offset_ms?: number | null;
}
type NoteSection = Readonly<Record<string, NoteAnswer>>;

export interface Note {
  readonly note_id: string;
  readonly version: number;
  readonly call_id: string;
  readonly status: 'complete' | 'partial' | 'declined';
  readonly questionnaire: { readonly id: string; readonly version: number; readonly language: string };
  readonly patient_info: {
    readonly patient_id: string;
    readonly external_id: string | null;
    readonly phone_number: string;
    readonly first_name: string | null;
    readonly last_name: string | null;
    readonly date_of_birth: string | null;
  };
  readonly identity: 'verified' | 'failed' | 'not_checked';
  readonly consent: {
    readonly given: boolean;
    readonly recording_consent: boolean;
    readonly timestamp: string | null;
    readonly wording: string | null;
    readonly event_id: string | null;
  };
  readonly hpi: NoteSection;
  readonly ample: NoteSection;
  readonly family_history: NoteSection;
  readonly red_flags: readonly never[];
  readonly call_metadata: {
    readonly status: CallStatus;
    readonly duration_seconds: number;
    readonly started_at: string | null;
    readonly ended_at: string | null;
  };
  readonly recording: { readonly status: 'none' | 'pending' | 'failed' };
  readonly created_at: string;
  readonly completed_at: string | null;
}

/** Epoch milliseconds to ISO 8601 UTC comes from the shell: the core holds no calendar. */
export type ToIso = (epochMs: number) => string;

export function noteOf(
  state: CallState,
  plan: CallPlan,
  noteId: string,
  version: number,
  now: number,
  iso: ToIso,
): Note {
  const status = statusOf(state);
  const isoOrNull = (at: number | null) => (at === null ? null : iso(at));
  const section = (name: Section): NoteSection => sectionOf(state, plan, name, iso);
  return {
    note_id: noteId,
    version,
    call_id: plan.callId,
    status: noteStatusOf(status),
    questionnaire: { id: plan.questionnaire.id, version: plan.questionnaire.version, language: state.language },
    patient_info: {
      patient_id: plan.patient.patientId,
      external_id: plan.patient.externalId,
      phone_number: plan.to,
      first_name: plan.patient.firstName,
      last_name: plan.patient.lastName,
      date_of_birth: plan.patient.dateOfBirth,
    },
    identity: state.identity,
    consent: {
      given: state.consent.collection === 'given',
      recording_consent: state.consent.recording === 'given',
      timestamp: isoOrNull(state.consent.at),
      wording: state.consent.wording,
      event_id: state.consent.eventId,
    },
    hpi: section('hpi'),
    ample: section('ample'),
    family_history: section('family_history'),
    red_flags: [],
    call_metadata: {
      status,
      duration_seconds: durationSeconds(state),
      started_at: isoOrNull(state.answeredAt),
      ended_at: isoOrNull(state.endedAt),
    },
    recording: { status: recordingStatusOf(state) },
    created_at: iso(now),
    completed_at: status === 'completed' ? isoOrNull(state.endedAt) : null,
  };
}

function noteStatusOf(status: CallStatus): Note['status'] {
  if (status === 'completed') return 'complete';
  return status === 'declined' ? 'declined' : 'partial';
}

/** Every item of the questionnaire is in the note: one that was never reached is `not_asked`, never silently absent. */
function sectionOf(state: CallState, plan: CallPlan, section: Section, iso: ToIso): NoteSection {
  const answers: Record<string, NoteAnswer> = {};
  for (const item of plan.questionnaire.items) {
    const [ofSection, name] = item.id.split('.');
    if (ofSection !== section || name === undefined) continue;
    answers[name] = noteAnswerOf(state.answers[item.id] ?? { state: 'not_asked' }, iso);
  }
  return answers;
}

function noteAnswerOf(answer: Answer, iso: ToIso): NoteAnswer {
  const { at, eventId, ...rest } = answer;
  return {
    ...rest,
    ...(at === undefined ? {} : { timestamp: iso(at) }),
    ...(eventId === undefined ? {} : { event_id: eventId }),
    ...(answer.input === undefined ? {} : { offset_ms: null }),
  };
}
