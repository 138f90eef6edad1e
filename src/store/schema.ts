/**
 * The tables of D1. Ids are a prefix and a UUIDv7, times epoch milliseconds. Patient data stands only in `sealed`
 * columns (store/seal.ts) and in keyed hashes for exact search; the rest says nothing about a person's health. D1 bills each row of a table
 * and of each of its indexes that is written: an index holds only the rows somebody looks for by it, and tables of short rows that no list
 * walks are made WITHOUT ROWID (their migrations say so), so that their key is no second index.
 */
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

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
    index('patients_phone').on(t.phoneHash, t.id),
    index('patients_last_four').on(t.lastFourHash, t.id),
    index('patients_family_name').on(t.familyNameHash, t.id),
    index('patients_external').on(t.externalId, t.id),
  ],
);

/**
 * Consent to be called at one number (TC-01). `purposes`: a JSON array of what it covers. `sealed`: who obtained it, the evidence,
 * who recorded it. Kept ≥ 6 years; of who was erased without number and words, under a made-up `patient_id`.
 */
export const consents = sqliteTable(
  'consents',
  {
    id: text().primaryKey(),
    patientId: text('patient_id').notNull(),
    phoneHash: text('phone_hash').notNull(),
    basis: text().notNull(),
    purposes: text().notNull().default('["intake","follow_up","reminder","care"]'),
    obtainedAt: integer('obtained_at').notNull(),
    expiresAt: integer('expires_at'),
    sealed: text().notNull(),
    createdAt: integer('created_at').notNull(),
    revokedAt: integer('revoked_at'),
    revokedReason: text('revoked_reason'),
  },
  (t) => [
    index('consents_patient').on(t.patientId, t.phoneHash),
    // Those that count no more or will not, by when: what retention looks for.
    index('consents_ended')
      .on(sql`case when revoked_at is null then expires_at else revoked_at end`)
      .where(sql`revoked_at is not null or expires_at is not null`),
  ],
);

/**
 * Numbers never to be called (TC-10, TC-12): outside the patient, surviving erasure. `sealed`: the number, under the ring.
 * The hash carries its key's id; a row whose key is not in the ring blocks all dialing. `lift_sealed`: the evidence on which a named
 * person lifted it, under the ring.
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
    createdBy: text('created_by'),
    createdAt: integer('created_at').notNull(),
    liftedAt: integer('lifted_at'),
    liftedBy: text('lifted_by'),
    liftSealed: text('lift_sealed'),
  },
  (t) => [
    uniqueIndex('suppressions_active').on(t.phoneHash).where(sql`lifted_at is null`),
    index('suppressions_key').on(t.keyId),
    index('suppressions_lifted').on(t.id).where(sql`lifted_at is not null`),
    index('suppressions_lifted_number').on(t.phoneHash).where(sql`lifted_at is not null`),
  ],
);

/**
 * Rows of `suppressions` that were added, lifted or brought under another key, and are not in their journal in R2 yet: triggers write here,
 * and whoever has copied them takes them out. So a database that is set back does not lose an opt-out (HS-12). No patient data.
 */
export const suppressionChanges = sqliteTable('suppression_changes', {
  seq: integer().primaryKey({ autoIncrement: true }),
  suppressionId: text('suppression_id').notNull(),
});

/**
 * The versions of every questionnaire, drafts too; what a version holds is never changed. Who wrote, approved and withdrew it are
 * addresses of staff. Kept for good: answers name the version they were given to (CL-13). No patient data.
 */
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
    createdBy: text('created_by'),
    /** Since then no new call uses it; null: not withdrawn. */
    withdrawnAt: integer('withdrawn_at'),
    withdrawnBy: text('withdrawn_by'),
  },
  (t) => [primaryKey({ columns: [t.questionnaireId, t.version] })],
);

/** Whose greeting may have been late by any rule (domain/campaign/campaign-health.ts): few, so an index of their own finds them. */
export const LATE_GREETING = '(greeting_delay_ms > 1000 or (greeting_delay_ms is null and ended_at is not null))';

/**
 * One row a call, the list view's source. `sealed`: both numbers. `greeting_delay_ms`: from the answer until Telnyx took the first
 * words (TC-16). `note_version`, `note_at`: the newest note, null without one; `review`: whether that version is signed. Those and
 * `signed_*` are kept by triggers on `notes` and `reviews`, so that a list need not ask either. `item_codes`: how each question went,
 * without what was answered (domain/stats/item-codes.ts); null of calls from before it was written, and without a note.
 * `cost_nanos`: what Telnyx took, in `cost_currency`; `transcription_nanos`: what an engine took to write down the recording, in dollars, added up
 * by a trigger on `recording_transcripts` and still there when that has gone with its audio. Both are in `spend`.
 */
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
    campaignId: text('campaign_id'),
    contactId: text('contact_id'),
    externalId: text('external_id'),
    identity: text().notNull(),
    answeredBy: text('answered_by').notNull(),
    consentCollection: text('consent_collection').notNull(),
    consentRecording: text('consent_recording').notNull(),
    consentAt: integer('consent_at'),
    createdAt: integer('created_at').notNull(),
    dialedAt: integer('dialed_at'),
    answeredAt: integer('answered_at'),
    greetingDelayMs: integer('greeting_delay_ms'),
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
    transcriptionNanos: integer('transcription_nanos'),
    redFlags: integer('red_flags').notNull().default(0),
    itemCodes: text('item_codes'),
    callControlId: text('call_control_id'),
    callLegId: text('call_leg_id'),
    callSessionId: text('call_session_id'),
    noteVersion: integer('note_version'),
    noteAt: integer('note_at'),
    review: text(),
    signedBy: text('signed_by'),
    signedAt: integer('signed_at'),
    sealed: text().notNull(),
  },
  (t) => [
    index('calls_created').on(t.createdAt, t.id),
    // Of a call under way the status moves with each event: only once it is over it is in an index. By review too, for lists of both.
    index('calls_over')
      .on(t.status, t.review, t.createdAt, t.id)
      .where(sql`status not in ('queued', 'dialing', 'ringing', 'in_progress')`),
    index('calls_live').on(t.createdAt, t.id).where(sql`ended_at is null`),
    index('calls_patient').on(t.patientId, t.createdAt, t.id),
    index('calls_version').on(t.questionnaireId, t.questionnaireVersion, t.createdAt, t.id),
    index('calls_flagged').on(t.createdAt, t.id).where(sql`red_flags > 0`),
    index('calls_campaign').on(t.campaignId, t.createdAt, t.id).where(sql`campaign_id is not null`),
    // Whether answers were greeted in time, asked every second while a campaign runs: those that were not, by this index alone, so that it is
    // taken before the one below, which is for how many there were, as far as it matters.
    index('calls_late')
      .on(t.campaignId, t.createdAt, t.answeredAt, t.answeredBy, t.greetingDelayMs, t.endedAt, t.hangupSource)
      .where(
        sql.raw(
          `campaign_id is not null and answered_at is not null and answered_by <> 'machine' and ${LATE_GREETING}`,
        ),
      ),
    index('calls_answered')
      .on(t.campaignId, t.createdAt)
      .where(sql`campaign_id is not null and answered_at is not null and answered_by <> 'machine'`),
    index('calls_review').on(t.review, t.createdAt, t.id).where(sql`review is not null`),
    // Notes in the order they were written, which is not the order of their calls.
    index('calls_note_review').on(t.review, t.noteAt, t.id).where(sql`note_at is not null`),
    // Audio by how long it has been kept: from the signature, and what waits for one.
    index('calls_audio_signed').on(t.signedAt, t.id).where(sql`recording_status = 'ready' and signed_at is not null`),
    index('calls_audio_unsigned').on(t.createdAt, t.id).where(sql`recording_status = 'ready' and signed_at is null`),
  ],
);

/**
 * The audio of a call in R2 (`recordings/<call>/<id>`), and the consent it rests on (RC-08): without the event, the key and the
 * words of that consent nothing is fetched, kept or played. `sealed`: the signed address, until it has been used. Kept as the audio is.
 */
export const recordings = sqliteTable('recordings', {
  /** The call's, under another prefix. */
  id: text().notNull(),
  callId: text('call_id').primaryKey(),
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
});

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
    index('jobs_waiting').on(t.dueAt, t.id).where(sql`status = 'waiting'`),
    index('jobs_dead').on(t.dueAt, t.id).where(sql`status = 'dead'`),
    // Of a call the others are known by their subject.
    index('jobs_stray').on(t.callId).where(sql`kind = 'discard_stray'`),
  ],
);

/** Events and transcript of a call: one sealed, compressed row, written when the call is over. */
export const callLogs = sqliteTable('call_logs', {
  callId: text('call_id').primaryKey(),
  patientId: text('patient_id').notNull(),
  sealed: text().notNull(),
  createdAt: integer('created_at').notNull(),
});

/**
 * The note of a call, by version; nothing is rewritten, a later version is added. `session_version`: which of the call's own accounts
 * it is, each written once; null: a correction by staff. `sealed`: the Note as JSON.
 */
export const notes = sqliteTable(
  'notes',
  {
    id: text().primaryKey(),
    callId: text('call_id').notNull(),
    version: integer().notNull(),
    sessionVersion: integer('session_version'),
    patientId: text('patient_id').notNull(),
    status: text().notNull(),
    sealed: text().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [uniqueIndex('notes_call').on(t.callId, t.version), index('notes_created').on(t.createdAt)],
);

/**
 * Who signed which version of a note, and what was added to it afterwards (C28): rows are added and never changed. `kind`: `signature`,
 * one a version, or `addendum`. `sealed`: the words of an addendum, under the patient's key. `actor_name`: as colleagues know the
 * person. Kept as long as the note.
 */
export const reviews = sqliteTable(
  'reviews',
  {
    id: text().primaryKey(),
    callId: text('call_id').notNull(),
    noteVersion: integer('note_version').notNull(),
    patientId: text('patient_id').notNull(),
    kind: text().notNull(),
    actorId: text('actor_id').notNull(),
    actorName: text('actor_name').notNull(),
    sealed: text(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    uniqueIndex('reviews_signature').on(t.callId, t.noteVersion).where(sql`kind = 'signature'`),
    index('reviews_call').on(t.callId, t.createdAt, t.id),
  ],
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
 * One row an attempt to dial. `reserved_number` (keyed hash) and `reserved_patient` stand while the attempt is under way and are null
 * afterwards; being unique, they are the reservation that no second attempt at the same number or patient can take (X10).
 * `phone_hash` and the times are what the caps count (TC-05); `counts` is 0 for a test call to staff.
 */
export const attempts = sqliteTable(
  'attempts',
  {
    id: text().primaryKey(),
    callId: text('call_id').notNull(),
    campaignId: text('campaign_id'),
    contactId: text('contact_id'),
    patientId: text('patient_id'),
    phoneHash: text('phone_hash'),
    status: text().notNull(),
    reservedNumber: text('reserved_number'),
    reservedPatient: text('reserved_patient'),
    counts: integer({ mode: 'boolean' }).notNull().default(true),
    createdAt: integer('created_at').notNull(),
    dialedAt: integer('dialed_at'),
    answeredAt: integer('answered_at'),
    endedAt: integer('ended_at'),
  },
  (t) => [
    uniqueIndex('attempts_reserved_number').on(t.reservedNumber).where(sql`reserved_number is not null`),
    uniqueIndex('attempts_reserved_patient').on(t.reservedPatient).where(sql`reserved_patient is not null`),
    index('attempts_call').on(t.callId),
    index('attempts_open').on(t.createdAt, t.id).where(sql`ended_at is null`),
    index('attempts_contact').on(t.contactId).where(sql`contact_id is not null`),
    index('attempts_campaign')
      .on(t.campaignId, t.status, t.endedAt)
      .where(sql`campaign_id is not null and ended_at is not null`),
    index('attempts_number').on(t.phoneHash, t.createdAt),
    index('attempts_patient').on(t.patientId, t.createdAt),
  ],
);

/** Why somebody was or was not called (TC-26): written at each decision, never changed. `facts` holds ids and codes only. */
export const dialDecisions = sqliteTable(
  'dial_decisions',
  {
    id: text().primaryKey(),
    callId: text('call_id'),
    attemptId: text('attempt_id'),
    campaignId: text('campaign_id'),
    contactId: text('contact_id'),
    patientId: text('patient_id'),
    moment: text().notNull(),
    allowed: integer({ mode: 'boolean' }).notNull(),
    code: text(),
    policyVersion: text('policy_version').notNull(),
    facts: text().notNull(),
    decidedAt: integer('decided_at').notNull(),
  },
  (t) => [
    index('dial_decisions_call').on(t.callId).where(sql`call_id is not null`),
    index('dial_decisions_contact').on(t.contactId).where(sql`contact_id is not null`),
    // Of a call or a contact they are found by it; these were refused before there was either.
    index('dial_decisions_refused').on(t.patientId).where(sql`call_id is null and contact_id is null`),
  ],
);

/** Who works here, with which roles; `roles` is a JSON array. Removal counts from the next request (HS-11). */
export const staff = sqliteTable('staff', {
  id: text().primaryKey(),
  email: text().notNull().unique(),
  roles: text().notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

/**
 * Emergency access (HS-02): somebody of staff took the rights of a clinician for an hour, and said why. `sealed`: the reason, and what the
 * review said of it, under a key of its own which the vault keeps under this id. The key goes, and `sealed` is empty, once a patient is erased
 * who was looked at by it; the row stays. One is open for each person. Kept ≥ 6 years.
 */
export const emergencyAccesses = sqliteTable(
  'emergency_accesses',
  {
    id: text().primaryKey(),
    staffId: text('staff_id').notNull(),
    staffName: text('staff_name').notNull(),
    sealed: text().notNull(),
    startedAt: integer('started_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    endedAt: integer('ended_at'),
    verdict: text(),
    reviewSealed: text('review_sealed'),
    reviewedBy: text('reviewed_by'),
    reviewedAt: integer('reviewed_at'),
  },
  (t) => [
    index('emergency_accesses_staff').on(t.staffId, t.expiresAt),
    index('emergency_accesses_unreviewed').on(t.id).where(sql`reviewed_at is null`),
  ],
);

/**
 * A sign-in of a person and when it was last used (HS-03): one row for each token's `iat`, until that token expires. `subject`: a
 * digest of Access' `sub`. `ended_at`: when it was found idle; it stays ended.
 */
export const staffSessions = sqliteTable(
  'staff_sessions',
  {
    subject: text().notNull(),
    issuedAt: integer('issued_at').notNull(),
    seenAt: integer('seen_at').notNull(),
    endedAt: integer('ended_at'),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.subject, t.issuedAt] }), index('staff_sessions_expires').on(t.expiresAt)],
);

/**
 * Who did or saw what (HS-05): one row for each request that was let in or refused, but for polls. Opaque ids only; the person's name
 * is staff data. Rows are added and never changed or removed: triggers refuse it. Kept ≥ 6 years (HS-06). The Durable Object AuditLog
 * writes them, each with the hash of the one before it; rows from before there was a chain have none. `shown`: the patients that the
 * answer showed, a JSON array of ids.
 */
export const auditEvents = sqliteTable(
  'audit_events',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    at: integer().notNull(),
    actor: text().notNull(),
    actorName: text('actor_name').notNull(),
    roles: text().notNull(),
    action: text().notNull(),
    phi: integer({ mode: 'boolean' }).notNull(),
    method: text().notNull(),
    route: text().notNull(),
    status: integer().notNull(),
    code: text(),
    patientId: text('patient_id'),
    callId: text('call_id'),
    objectId: text('object_id'),
    address: text(),
    requestId: text('request_id').notNull(),
    shown: text(),
    prevHash: text('prev_hash'),
    hash: text(),
  },
  (t) => [
    index('audit_events_at').on(t.at, t.seq),
    index('audit_events_actor').on(t.actorName, t.seq),
    index('audit_events_action').on(t.action, t.seq),
    index('audit_events_refused').on(t.seq).where(sql`status >= 400`),
    index('audit_events_patient').on(t.patientId, t.seq).where(sql`patient_id is not null`),
    index('audit_events_call').on(t.callId, t.seq).where(sql`call_id is not null`),
  ],
);

/**
 * Whom each line of the audit showed, or was about when it succeeded: what finds the lines of one patient. Ids only; added and never
 * changed or removed, as the lines themselves, and kept as long. The line is the truth: what stands only here is not believed.
 */
export const auditSubjects = sqliteTable(
  'audit_subjects',
  {
    patientId: text('patient_id').notNull(),
    seq: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.patientId, t.seq] })],
);

/**
 * That a week of the audit was looked through, by whom and with what remark (HS-10). `week`: its Monday, at the clinic; `figures`: what
 * the person saw, as JSON of counts. `sealed`: the remark, under the ring. Added and never removed, and nothing is changed but the key of the
 * remark; kept ≥ 6 years. `note`: a remark from before they were sealed; the change of keys seals it.
 */
export const auditReviews = sqliteTable(
  'audit_reviews',
  {
    id: text().primaryKey(),
    week: text().notNull(),
    signedBy: text('signed_by').notNull(),
    signedByName: text('signed_by_name').notNull(),
    signedAt: integer('signed_at').notNull(),
    note: text(),
    figures: text().notNull(),
    sealed: text(),
  },
  (t) => [index('audit_reviews_week').on(t.week, t.signedAt)],
);

/**
 * A list of people to ring with one questionnaire. `retry`: RetryPolicy as JSON (domain/campaign/retry.ts); `script`: what fills the
 * prompts beside a contact's own variables, as JSON, without patient data. `status_reason`: the code of why it is paused or over.
 */
export const campaigns = sqliteTable(
  'campaigns',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    purpose: text().notNull(),
    questionnaireId: text('questionnaire_id').notNull(),
    questionnaireVersion: integer('questionnaire_version').notNull(),
    language: text(),
    status: text().notNull(),
    statusReason: text('status_reason'),
    pacePerSecond: real('pace_per_second').notNull(),
    maxLiveCalls: integer('max_live_calls').notNull(),
    spendCapNanos: integer('spend_cap_nanos'),
    retry: text().notNull(),
    script: text().notNull(),
    mediaId: text('media_id'),
    owner: text().notNull(),
    ownerName: text('owner_name').notNull(),
    approvedBy: text('approved_by'),
    startRequestedBy: text('start_requested_by'),
    preflightId: text('preflight_id'),
    createdAt: integer('created_at').notNull(),
    startedAt: integer('started_at'),
    resumedAt: integer('resumed_at'),
    endsAt: integer('ends_at'),
    endedAt: integer('ended_at'),
  },
  (t) => [index('campaigns_created').on(t.createdAt, t.id), index('campaigns_status').on(t.status, t.createdAt, t.id)],
);

/**
 * A person in a campaign, once for each row of its list that could be used. `sealed`: ContactDetails, under the patient's key.
 * `next_at`: when it may be dialled next, epoch milliseconds; `rings`: how often it rang, against the budget of its campaign.
 * `code`: why it was skipped or is over; `outcome`: the status of its last call.
 */
export const contacts = sqliteTable(
  'contacts',
  {
    id: text().primaryKey(),
    campaignId: text('campaign_id').notNull(),
    row: integer().notNull(),
    patientId: text('patient_id').notNull(),
    phoneHash: text('phone_hash').notNull(),
    externalId: text('external_id'),
    consentId: text('consent_id'),
    sealed: text().notNull(),
    status: text().notNull(),
    code: text(),
    outcome: text(),
    rings: integer().notNull().default(0),
    nextAt: integer('next_at').notNull(),
    lastCallId: text('last_call_id'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [
    uniqueIndex('contacts_row').on(t.campaignId, t.row),
    index('contacts_next').on(t.campaignId, t.status, t.nextAt, t.row),
    index('contacts_patient').on(t.patientId),
    index('contacts_number').on(t.campaignId, t.phoneHash),
    // How many stand where and why, which pages of a running campaign ask every few seconds: answered by the index alone.
    index('contacts_standing').on(t.campaignId, t.status, t.code, t.outcome),
  ],
);

/**
 * A file on its way into a campaign, the patients or the do-not-call list. It lies in R2 (`imports/<id>`) until it is read, sealed under a key of
 * its own, which the vault keeps under the import's id. `mapping`: which column is what; `sealed`: the consent that was stated for all rows.
 */
export const imports = sqliteTable(
  'imports',
  {
    id: text().primaryKey(),
    kind: text().notNull(),
    campaignId: text('campaign_id'),
    status: text().notNull(),
    code: text(),
    format: text().notNull(),
    mapping: text().notNull(),
    sealed: text(),
    bytes: integer().notNull(),
    rowsRead: integer('rows_read').notNull().default(0),
    accepted: integer().notNull().default(0),
    rejected: integer().notNull().default(0),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    endedAt: integer('ended_at'),
  },
  (t) => [index('imports_campaign').on(t.campaignId), index('imports_created').on(t.createdAt, t.id)],
);

/** A row of a file that was not taken, why, and in which column. `sealed`: the row as it stood, under the import's key. Kept 30 days. */
export const importRows = sqliteTable(
  'import_rows',
  {
    importId: text('import_id').notNull(),
    row: integer().notNull(),
    code: text().notNull(),
    field: text(),
    sealed: text().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.importId, t.row] })],
);

/**
 * What a campaign would do, said before it starts (X9): counts and forecast as JSON, and the hash over the verdict of every contact.
 * Never changed.
 */
export const preflights = sqliteTable(
  'preflights',
  {
    id: text().primaryKey(),
    campaignId: text('campaign_id').notNull(),
    hash: text().notNull(),
    counts: text().notNull(),
    forecast: text().notNull(),
    policyVersion: text('policy_version').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('preflights_campaign').on(t.campaignId, t.createdAt)],
);

/** What the Reassigned Numbers Database said of a number for a date (TC-21): `no`, `yes` or `no_data`. By keyed hash. */
export const reassignedNumbers = sqliteTable('reassigned_numbers', {
  phoneHash: text('phone_hash').primaryKey(),
  answer: text().notNull(),
  askedFor: integer('asked_for').notNull(),
  answeredAt: integer('answered_at').notNull(),
});

/**
 * What calls cost by day (UTC, as Telnyx counts) and campaign (`` for single calls), and what writing their recordings down takes; kept by
 * triggers on `calls` and `recording_transcripts` (X11).
 */
export const spend = sqliteTable(
  'spend',
  {
    day: text().notNull(),
    campaignId: text('campaign_id').notNull(),
    nanos: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.day, t.campaignId] }), index('spend_campaign').on(t.campaignId)],
);

/** Audio that is played to patients, without patient data; it lies in R2 (`media/<id>`) and is public to whoever has its address. */
export const media = sqliteTable(
  'media',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    format: text().notNull(),
    bytes: integer().notNull(),
    sha256: text().notNull(),
    durationMs: integer('duration_ms'),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('media_created').on(t.createdAt, t.id)],
);

/**
 * Uploaded audio, and what was said in it once that was written down. The audio lies in R2 (`transcriptions/<id>`), sealed under a key of
 * its own, which the vault keeps under the transcription's id. `sealed`: the name of the file; `result_sealed`: Transcript, compressed.
 * `language`: as whoever sent it said; `engine`: who wrote it down. Kept RETENTION_DAYS, or until somebody deletes it.
 */
export const transcriptions = sqliteTable(
  'transcriptions',
  {
    id: text().primaryKey(),
    status: text().notNull(),
    code: text(),
    sealed: text().notNull(),
    resultSealed: text('result_sealed'),
    language: text(),
    engine: text(),
    format: text().notNull(),
    bytes: integer().notNull(),
    sha256: text().notNull(),
    durationMs: integer('duration_ms'),
    createdBy: text('created_by').notNull(),
    ownerName: text('owner_name').notNull(),
    createdAt: integer('created_at').notNull(),
    endedAt: integer('ended_at'),
  },
  (t) => [
    index('transcriptions_created').on(t.createdAt, t.id),
    index('transcriptions_status').on(t.status, t.createdAt, t.id),
    index('transcriptions_same').on(t.createdBy, t.sha256, t.createdAt),
  ],
);

/**
 * What was written down from the recording of a call, beside what was heard while it ran; it never changes the note. One row a call, made
 * when its audio is stored, goes with the audio. `pieces`: how many of it have been heard so far; `sealed`: what was heard, and where the next
 * piece begins, compressed. `audio_ms`, `cost_nanos`: how much an engine listened to, and what it takes for that; null: not known.
 */
export const recordingTranscripts = sqliteTable(
  'recording_transcripts',
  {
    callId: text('call_id').primaryKey(),
    patientId: text('patient_id').notNull(),
    status: text().notNull(),
    code: text(),
    engine: text(),
    language: text(),
    pieces: integer().notNull(),
    sealed: text(),
    audioMs: integer('audio_ms').notNull(),
    costNanos: integer('cost_nanos'),
    createdAt: integer('created_at').notNull(),
    endedAt: integer('ended_at'),
  },
  (t) => [index('recording_transcripts_patient').on(t.patientId)],
);

/**
 * When something last showed that this installation works: the cron, a hint through each queue, a webhook verified or refused. One
 * row each, written at most once a minute, kept for ever. `code`: why it was refused, or which hint came through. Also the marks by which
 * a database that was set back is known; of `attempts_removed` it is the highest id of those that retention has removed. No patient data.
 */
export const signs = sqliteTable('signs', {
  name: text().primaryKey(),
  at: integer().notNull(),
  code: text(),
});

/**
 * Unsafe requests that came with an Idempotency-Key, and what was answered, for a day. `id`: keyed hash of actor and key; `request`: hash
 * of method, path and body; `uuid`: of what each try makes, the newest first, so that a later one finds it; `sealed`: the answer's body, under
 * the key of the patient it is about, else under the ring; null while there is no answer, and once it is not to be shown any more.
 */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    id: text().primaryKey(),
    request: text().notNull(),
    uuid: text().notNull(),
    leaseUntil: integer('lease_until').notNull(),
    status: integer(),
    contentType: text('content_type'),
    location: text(),
    patientId: text('patient_id'),
    sealed: text(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    index('idempotency_keys_created').on(t.createdAt),
    index('idempotency_keys_patient').on(t.patientId).where(sql`patient_id is not null`),
  ],
);

/**
 * A version of a note on its way to a system of the clinic: one row for each version and system, written in the batch that writes the
 * note. It is the truth of what was handed on; its work is the job `deliver` of the same subject, where the next try stands. No patient
 * data, and never what the system answered but its status, as `code`. Kept, also of who was erased: what was disclosed, and when first.
 */
export const deliveries = sqliteTable(
  'deliveries',
  {
    id: text().primaryKey(),
    callId: text('call_id').notNull(),
    noteVersion: integer('note_version').notNull(),
    sink: text().notNull(),
    status: text().notNull(),
    attempts: integer().notNull().default(0),
    code: text(),
    failedAt: integer('failed_at'),
    createdAt: integer('created_at').notNull(),
    endedAt: integer('ended_at'),
    /** When it was first taken: it stays, whatever becomes of sending it again (HS-22). */
    deliveredAt: integer('delivered_at'),
    /** `transcript`: the same version once more, with what was written down from its recording after it was sent. */
    part: text().notNull().default('note'),
  },
  (t) => [
    uniqueIndex('deliveries_part').on(t.callId, t.sink, t.noteVersion, t.part),
    index('deliveries_created').on(t.createdAt, t.id),
    // Under way; the system too, so that those of one are counted in the index.
    index('deliveries_open').on(t.createdAt, t.id, t.sink).where(sql`ended_at is null`),
    index('deliveries_unsent').on(t.status, t.createdAt, t.id, t.sink).where(sql`status in ('dead', 'canceled')`),
    index('deliveries_sink').on(t.sink, t.endedAt).where(sql`status = 'delivered'`),
    index('deliveries_failed').on(t.sink, t.failedAt).where(sql`failed_at is not null`),
  ],
);

/**
 * Something wrong with the installation, from when it was first seen until it was well again for a while (C77): one open row for each kind
 * and subject. `told_at`, `resolved_told_at`: when ALERT_URL took the news; null: not yet. `tell_tries`, `tell_at`: how often the news in
 * hand was not taken, and before when it is not told again. Kinds, codes and counts only, never of a patient. Kept for a year.
 */
export const alerts = sqliteTable(
  'alerts',
  {
    id: text().primaryKey(),
    kind: text().notNull(),
    subject: text().notNull(),
    code: text().notNull(),
    count: integer(),
    openedAt: integer('opened_at').notNull(),
    seenAt: integer('seen_at').notNull(),
    toldAt: integer('told_at'),
    closedAt: integer('closed_at'),
    resolvedToldAt: integer('resolved_told_at'),
    acknowledgedBy: text('acknowledged_by'),
    acknowledgedAt: integer('acknowledged_at'),
    tellTries: integer('tell_tries').notNull().default(0),
    tellAt: integer('tell_at').notNull().default(0),
  },
  (t) => [
    uniqueIndex('alerts_open').on(t.kind, t.subject).where(sql`closed_at is null`),
    index('alerts_opened').on(t.openedAt, t.id),
    index('alerts_untold')
      .on(t.tellAt, t.id)
      .where(sql`told_at is null or (closed_at is not null and resolved_told_at is null)`),
  ],
);

/**
 * Legal holds (HS-21): while one stands, nothing of the patient is removed, by no rule and by nobody's wish. `reason`: a code; `sealed`,
 * `lift_sealed`: the words to it, under the patient's key, null once the patient is erased. Rows are kept 7 years after they were lifted.
 */
export const holds = sqliteTable(
  'holds',
  {
    id: text().primaryKey(),
    patientId: text('patient_id').notNull(),
    reason: text().notNull(),
    sealed: text(),
    createdBy: text('created_by').notNull(),
    createdName: text('created_name').notNull(),
    createdAt: integer('created_at').notNull(),
    liftedBy: text('lifted_by'),
    liftedName: text('lifted_name'),
    liftedAt: integer('lifted_at'),
    liftSealed: text('lift_sealed'),
  },
  (t) => [
    index('holds_patient').on(t.patientId, t.createdAt, t.id),
    index('holds_standing').on(t.patientId).where(sql`lifted_at is null`),
  ],
);

/**
 * What patients ask for about their own data (HS-19 to HS-21): to have it, to have it put right, to be erased, to be told who got it.
 * `status` is `ended`
 * where the patient was erased before anybody answered. `due_at`: by the rule of its kind; `extended_at`: when it was put off, once; `due_at` has that in it. `sealed`: what was asked, `outcome_sealed`:
 * the words of the answer, both under the patient's key, null once they are erased. An erasure waits here for a second person. Kept 7 years.
 */
export const patientRequests = sqliteTable(
  'patient_requests',
  {
    id: text().primaryKey(),
    patientId: text('patient_id').notNull(),
    kind: text().notNull(),
    status: text().notNull(),
    receivedAt: integer('received_at').notNull(),
    dueAt: integer('due_at').notNull(),
    extendedAt: integer('extended_at'),
    /** The call whose note is to be put right, and the version that did. */
    callId: text('call_id'),
    noteVersion: integer('note_version'),
    sealed: text(),
    outcomeSealed: text('outcome_sealed'),
    createdBy: text('created_by').notNull(),
    createdName: text('created_name').notNull(),
    createdAt: integer('created_at').notNull(),
    endedBy: text('ended_by'),
    endedName: text('ended_name'),
    endedAt: integer('ended_at'),
  },
  (t) => [
    index('patient_requests_patient').on(t.patientId, t.createdAt, t.id),
    index('patient_requests_due').on(t.status, t.dueAt, t.id),
    index('patient_requests_kind').on(t.kind, t.status, t.dueAt, t.id),
    uniqueIndex('patient_requests_erasure').on(t.patientId).where(sql`kind = 'erasure' and status = 'open'`),
  ],
);

/**
 * To whom a patient's data went, and for what (HS-22), other than for treatment, payment and running the clinic. `what`: a code;
 * `sealed`: to whom and the words to it, under the patient's key, null once they are erased: the row stays. Kept 7 years.
 */
export const disclosures = sqliteTable(
  'disclosures',
  {
    id: text().primaryKey(),
    patientId: text('patient_id').notNull(),
    purpose: text().notNull(),
    what: text().notNull(),
    ref: text(),
    sealed: text(),
    createdBy: text('created_by').notNull(),
    createdName: text('created_name').notNull(),
    at: integer().notNull(),
  },
  (t) => [index('disclosures_patient').on(t.patientId, t.at, t.id)],
);

/**
 * What the daily round of retention last did, one row for each rule of the policy (domain/retention). `held`: what was due and stays because
 * of a hold; `code`: why nothing was removed by this rule. Numbers alone.
 */
export const retentionRuns = sqliteTable('retention_runs', {
  rule: text().primaryKey(),
  policyVersion: text('policy_version').notNull(),
  ranAt: integer('ran_at').notNull(),
  removed: integer().notNull(),
  removedTotal: integer('removed_total').notNull(),
  held: integer().notNull(),
  code: text(),
});
