/**
 * The tables of D1. Ids are a prefix and a UUIDv7, times epoch milliseconds. Patient data stands only in `sealed`
 * columns (store/seal.ts) and in keyed hashes for exact search; the rest says nothing about a person's health.
 */
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** A person who may be called. `sealed`: PatientDetails (names, birth date, number). Kept until erased. The key is in the vault. */
export const patients = sqliteTable(
  'patients',
  {
    id: text().primaryKey(),
    sealed: text().notNull(),
    phoneHash: text('phone_hash').notNull(),
    lastFourHash: text('last_four_hash').notNull(),
    familyNameHash: text('family_name_hash'),
    externalId: text('external_id'),
    language: text().notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [
    index('patients_phone').on(t.phoneHash),
    index('patients_last_four').on(t.lastFourHash),
    index('patients_family_name').on(t.familyNameHash),
    index('patients_external').on(t.externalId),
  ],
);

/** Consent to be called at one number (TC-01). `sealed`: who obtained it, the evidence, who recorded it. Kept ≥ 6 years. */
export const consents = sqliteTable(
  'consents',
  {
    id: text().primaryKey(),
    patientId: text('patient_id').notNull(),
    phoneHash: text('phone_hash').notNull(),
    basis: text().notNull(),
    obtainedAt: integer('obtained_at').notNull(),
    sealed: text().notNull(),
    createdAt: integer('created_at').notNull(),
    revokedAt: integer('revoked_at'),
    revokedReason: text('revoked_reason'),
  },
  (t) => [index('consents_patient').on(t.patientId, t.phoneHash)],
);

/**
 * Numbers never to be called (TC-10, TC-12): outside the patient, surviving erasure. `sealed`: the number, under the ring.
 * The hash carries its key's id; a row whose key is not in the ring blocks all dialing.
 */
export const suppressions = sqliteTable(
  'suppressions',
  {
    id: text().primaryKey(),
    phoneHash: text('phone_hash').notNull(),
    keyId: text('key_id').notNull(),
    sealed: text().notNull(),
    reason: text().notNull(),
    callId: text('call_id'),
    createdAt: integer('created_at').notNull(),
    liftedAt: integer('lifted_at'),
  },
  (t) => [
    uniqueIndex('suppressions_active').on(t.phoneHash).where(sql`lifted_at is null`),
    index('suppressions_key').on(t.keyId),
  ],
);

/** The versions of every questionnaire as approved; a published version is never changed. No patient data. */
export const questionnaireVersions = sqliteTable(
  'questionnaire_versions',
  {
    questionnaireId: text('questionnaire_id').notNull(),
    version: integer().notNull(),
    hash: text().notNull(),
    definition: text().notNull(),
    approvedBy: text('approved_by'),
    approvedAt: integer('approved_at'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.questionnaireId, t.version] })],
);

/** One row a call, the list view's source. `sealed`: both numbers. */
export const calls = sqliteTable(
  'calls',
  {
    id: text().primaryKey(),
    patientId: text('patient_id').notNull(),
    direction: text().notNull(),
    status: text().notNull(),
    language: text().notNull(),
    questionnaireId: text('questionnaire_id').notNull(),
    questionnaireVersion: integer('questionnaire_version').notNull(),
    attempt: integer().notNull(),
    externalId: text('external_id'),
    identity: text().notNull(),
    answeredBy: text('answered_by').notNull(),
    consentCollection: text('consent_collection').notNull(),
    consentRecording: text('consent_recording').notNull(),
    consentAt: integer('consent_at'),
    createdAt: integer('created_at').notNull(),
    dialedAt: integer('dialed_at'),
    answeredAt: integer('answered_at'),
    endedAt: integer('ended_at'),
    hangupCause: text('hangup_cause'),
    hangupSource: text('hangup_source'),
    sipHangupCause: text('sip_hangup_cause'),
    error: text(),
    recordingStatus: text('recording_status').notNull(),
    recordingId: text('recording_id'),
    recordingDurationMs: integer('recording_duration_ms'),
    recordingBytes: integer('recording_bytes'),
    costNanos: integer('cost_nanos'),
    costCurrency: text('cost_currency'),
    redFlags: integer('red_flags').notNull().default(0),
    callControlId: text('call_control_id'),
    callLegId: text('call_leg_id'),
    callSessionId: text('call_session_id'),
    sealed: text().notNull(),
  },
  (t) => [
    index('calls_created').on(t.createdAt, t.id),
    index('calls_status').on(t.status, t.createdAt, t.id),
    index('calls_patient').on(t.patientId, t.createdAt, t.id),
    index('calls_flagged').on(t.createdAt, t.id).where(sql`red_flags > 0`),
  ],
);

/**
 * The audio of a call in R2 (`recordings/<call>/<id>`), and the consent it rests on (RC-08): without the event, the key and the
 * words of that consent nothing is fetched, kept or played. `sealed`: the signed address, until it has been used. Kept as the audio is.
 */
export const recordings = sqliteTable(
  'recordings',
  {
    id: text().primaryKey(),
    callId: text('call_id').notNull().unique(),
    patientId: text('patient_id').notNull(),
    status: text().notNull(),
    reason: text(),
    telnyxId: text('telnyx_id'),
    sealed: text(),
    linkAt: integer('link_at'),
    format: text(),
    bytes: integer(),
    sha256: text(),
    durationMs: integer('duration_ms'),
    startedAt: integer('started_at'),
    consentEventId: text('consent_event_id'),
    consentAt: integer('consent_at'),
    consentKey: text('consent_key'),
    consentWording: text('consent_wording'),
    consentWordingHash: text('consent_wording_hash'),
    createdAt: integer('created_at').notNull(),
    fetchedAt: integer('fetched_at'),
    deletedAtTelnyxAt: integer('deleted_at_telnyx_at'),
  },
  (t) => [index('recordings_patient').on(t.patientId)],
);

/**
 * Work that goes on after the request or the call that caused it: one row each, done once. `subject`: the opaque id it is about;
 * `due_at`: when it is tried next, or when whoever took it counts as dead; `progress`: where long work stands. No patient data.
 * `dead` is the dead letter: it waits for a person. What is done is kept 30 days.
 */
export const jobs = sqliteTable(
  'jobs',
  {
    id: text().primaryKey(),
    kind: text().notNull(),
    subject: text().notNull(),
    callId: text('call_id'),
    status: text().notNull(),
    attempts: integer().notNull(),
    dueAt: integer('due_at').notNull(),
    progress: text(),
    code: text(),
    createdAt: integer('created_at').notNull(),
    endedAt: integer('ended_at'),
  },
  (t) => [
    uniqueIndex('jobs_subject').on(t.kind, t.subject),
    index('jobs_status').on(t.status, t.dueAt, t.id),
    index('jobs_call').on(t.callId).where(sql`call_id is not null`),
  ],
);

/** Events and transcript of a call: one sealed, compressed row, written when the call is over. */
export const callLogs = sqliteTable('call_logs', {
  callId: text('call_id').primaryKey(),
  patientId: text('patient_id').notNull(),
  sealed: text().notNull(),
  createdAt: integer('created_at').notNull(),
});

/** The note of a call, by version; nothing is rewritten, a later version is added. `sealed`: the Note as JSON. */
export const notes = sqliteTable(
  'notes',
  {
    id: text().primaryKey(),
    callId: text('call_id').notNull(),
    version: integer().notNull(),
    patientId: text('patient_id').notNull(),
    status: text().notNull(),
    sealed: text().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [uniqueIndex('notes_call').on(t.callId, t.version), index('notes_created').on(t.createdAt)],
);

/**
 * Work for staff that a call left behind. No patient data: the call says whom it is about. `alert_at`: when staff are told
 * (again), until somebody claims it; null for what can wait to be read.
 */
export const tasks = sqliteTable(
  'tasks',
  {
    id: text().primaryKey(),
    kind: text().notNull(),
    callId: text('call_id').notNull(),
    patientId: text('patient_id').notNull(),
    status: text().notNull(),
    owner: text(),
    dueAt: integer('due_at').notNull(),
    createdAt: integer('created_at').notNull(),
    alertAt: integer('alert_at'),
    claimedAt: integer('claimed_at'),
    doneAt: integer('done_at'),
  },
  (t) => [
    uniqueIndex('tasks_call').on(t.callId, t.kind),
    index('tasks_open').on(t.status, t.dueAt, t.id),
    index('tasks_alert').on(t.alertAt).where(sql`alert_at is not null`),
  ],
);

/**
 * One row an attempt to dial. `reserved_number` is the keyed hash while the attempt is under way and null afterwards; being
 * unique, it is the reservation that no second attempt at the same number can take (X10).
 */
export const attempts = sqliteTable(
  'attempts',
  {
    id: text().primaryKey(),
    callId: text('call_id').notNull(),
    status: text().notNull(),
    reservedNumber: text('reserved_number').unique(),
    createdAt: integer('created_at').notNull(),
    endedAt: integer('ended_at'),
  },
  (t) => [index('attempts_call').on(t.callId), index('attempts_status').on(t.status, t.createdAt)],
);

/** Why somebody was or was not called (TC-26): written at each decision, never changed. `facts` holds ids and codes only. */
export const dialDecisions = sqliteTable(
  'dial_decisions',
  {
    id: text().primaryKey(),
    callId: text('call_id'),
    attemptId: text('attempt_id'),
    patientId: text('patient_id'),
    moment: text().notNull(),
    allowed: integer({ mode: 'boolean' }).notNull(),
    code: text(),
    policyVersion: text('policy_version').notNull(),
    facts: text().notNull(),
    decidedAt: integer('decided_at').notNull(),
  },
  (t) => [index('dial_decisions_call').on(t.callId), index('dial_decisions_decided').on(t.decidedAt)],
);

/** Who works here, with which roles; `roles` is a JSON array. Removal counts from the next request (HS-11). */
export const staff = sqliteTable('staff', {
  id: text().primaryKey(),
  email: text().notNull().unique(),
  roles: text().notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});
