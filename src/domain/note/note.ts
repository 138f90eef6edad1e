/**
 * From the state of a finished call to its note: what the patient said, by section, each answer with its provenance.
 * Patient-reported and unreviewed until a clinician signs. Pure.
 */
import { type CallPlan, planFor } from '../intake/call-plan.ts';
import { type CallStatus, durationSeconds, recordingStatusOf, statusOf } from '../intake/call-record.ts';
import { amountText } from '../intake/cost.ts';
import type { Section } from '../intake/questionnaire.ts';
import type { Answer, CallState, RaisedFlag } from '../intake/state.ts';
import { recordingOffsetMs } from './recording-offset.ts';

/** One answer as readers of the note see it; times are ISO 8601 UTC. */
export interface NoteAnswer {
  readonly state: Answer['state'];
  readonly value?: Answer['value'];
  readonly display?: string;
  readonly input?: 'keys' | 'voice' | 'staff';
  /** The keys as pressed, or the words as heard. */
  readonly entry?: string;
  readonly confidence?: number | null;
  readonly confirmed?: boolean;
  readonly timestamp?: string;
  readonly event_id?: string;
  readonly event_ids?: readonly string[];
  /** Which words the patient was asked in: hash, questionnaire version, and the call where it was another one. */
  readonly wording?: string;
  readonly question_version?: number;
  readonly call_id?: string;
  /** From the start of that call's recording; null without one. */
  readonly offset_ms?: number | null;
  /** Whoever put it right, of an answer that is by staff; `previous` is what the patient said. */
  readonly corrected_by?: string;
  readonly previous?: Omit<NoteAnswer, 'corrected_by' | 'previous'>;
}

export interface NoteRedFlag {
  readonly rule: string;
  readonly item: string;
  readonly level: 'urgent';
  readonly at: string;
  readonly event_id: string;
  /** Recognised in free speech: a hint to check (CL-04). */
  readonly unverified: boolean;
  /** Another one's where an unfinished intake was taken up again. */
  readonly call_id: string;
  readonly acknowledged_by: string | null;
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
    readonly wording_hash: string | null;
    readonly key: string | null;
    readonly event_id: string | null;
  };
  readonly hpi: NoteSection;
  readonly ample: NoteSection;
  readonly family_history: NoteSection;
  /** Only where the questionnaire has such items. */
  readonly message?: NoteSection;
  readonly red_flags: readonly NoteRedFlag[];
  readonly call_metadata: {
    readonly status: CallStatus;
    readonly duration_seconds: number;
    readonly started_at: string | null;
    readonly ended_at: string | null;
    /** Absent in notes of before Telnyx told. */
    readonly cost?: { readonly amount: string; readonly currency: string } | null;
  };
  readonly recording: { readonly status: 'none' | 'pending' | 'failed' };
  readonly created_at: string;
  readonly completed_at: string | null;
}

/** Epoch milliseconds to ISO 8601 UTC comes from the shell: the core holds no calendar. */
export type ToIso = (epochMs: number) => string;

export function noteOf(
  state: CallState,
  callPlan: CallPlan,
  noteId: string,
  version: number,
  now: number,
  iso: ToIso,
): Note {
  const plan = planFor(state, callPlan);
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
      phone_number: plan.patientNumber,
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
      wording_hash: state.consent.wordingHash,
      key: state.consent.key,
      event_id: state.consent.eventId,
    },
    hpi: section('hpi'),
    ample: section('ample'),
    family_history: section('family_history'),
    ...(hasSection(plan, 'message') ? { message: section('message') } : {}),
    red_flags: state.redFlags.map(({ rule, item, level, at, eventId, unverified, callId }) => ({
      ...{ rule, item, level, at: iso(at), event_id: eventId, unverified, call_id: callId },
      acknowledged_by: null,
    })),
    call_metadata: {
      status,
      duration_seconds: durationSeconds(state),
      started_at: isoOrNull(state.answeredAt),
      ended_at: isoOrNull(state.endedAt),
      cost: state.cost === null ? null : { amount: amountText(state.cost.nanos), currency: state.cost.currency },
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
    answers[name] = noteAnswerOf(state, plan, state.answers[item.id] ?? { state: 'not_asked' }, iso);
  }
  return answers;
}

const hasSection = (plan: CallPlan, section: Section): boolean =>
  plan.questionnaire.items.some(({ id }) => id.startsWith(`${section}.`));

function noteAnswerOf(state: CallState, plan: CallPlan, answer: Answer, iso: ToIso): NoteAnswer {
  const { at, eventId, eventIds, questionVersion, callId, offsetMs, ...rest } = answer;
  return {
    ...rest,
    ...(at === undefined ? {} : { timestamp: iso(at) }),
    ...(eventId === undefined ? {} : { event_id: eventId }),
    ...(eventIds === undefined ? {} : { event_ids: eventIds }),
    ...(questionVersion === undefined ? {} : { question_version: questionVersion }),
    ...(callId === undefined ? {} : { call_id: callId }),
    ...(answer.input === undefined
      ? {}
      : { offset_ms: offsetMs ?? (callId === plan.callId ? recordingOffsetMs(state.recording, at) : null) }),
  };
}

const SECTIONS: readonly Section[] = ['hpi', 'ample', 'family_history', 'message'];

/** Every answer of a note by the id of its item. */
export const noteAnswers = (note: Pick<Note, Section>): Readonly<Record<string, NoteAnswer>> =>
  Object.fromEntries(
    SECTIONS.flatMap((section) =>
      Object.entries(note[section] ?? {}).map(([name, answer]) => [`${section}.${name}`, answer]),
    ),
  );

/** The answers of an earlier note, for the call that takes its intake up again (X3): only what the patient settled by key or word. */
export function answersOf(note: Note, fromIso: (time: string) => number): Record<string, Answer> {
  const answers: Record<string, Answer> = {};
  for (const section of SECTIONS) {
    for (const [name, given] of Object.entries(note[section] ?? {})) {
      if (given.input === undefined) continue;
      const { timestamp, event_id, event_ids, question_version, call_id, offset_ms, ...rest } = given;
      answers[`${section}.${name}`] = {
        ...(rest as Answer),
        ...(timestamp === undefined ? {} : { at: fromIso(timestamp) }),
        ...(event_id === undefined ? {} : { eventId: event_id }),
        ...(event_ids === undefined ? {} : { eventIds: event_ids }),
        ...(question_version === undefined ? {} : { questionVersion: question_version }),
        callId: call_id ?? note.call_id,
        offsetMs: offset_ms ?? null,
      };
    }
  }
  return answers;
}

/** The red flags of an earlier note, for the same call: they stay with the answers that raised them. */
export const flagsOf = (note: Note, fromIso: (time: string) => number): RaisedFlag[] =>
  note.red_flags.map(({ rule, item, level, at, event_id, unverified, call_id }) => ({
    ...{ rule, item, level, unverified, at: fromIso(at), eventId: event_id, callId: call_id },
  }));
