/**
 * Everything that is kept about one patient, for whoever takes it along (HS-19): as JSON, or as a document that one can read, print and save,
 * written while it is read. It says at its head who took it, when and for what (HS-25). For another purpose than the patient's own or
 * treatment it is a disclosure, and leaves a row before anything goes out (HS-22).
 */
import { eventsJson, iso, transcriptsJson } from '../call-json.ts';
import { log } from '../log.ts';
import { consentsOf } from '../store/consents.ts';
import {
  type Disclosure,
  disclosuresOf,
  getDisclosure,
  type HandedOn,
  insertDisclosure,
} from '../store/disclosures.ts';
import { dataKeyOf } from '../store/patient-keys.ts';
import {
  type CallRecords,
  callRecords,
  campaignsOfPatient,
  type Decision,
  decisionsWithoutCall,
} from '../store/patient-records.ts';
import { requestsOf } from '../store/patient-requests.ts';
import type { Recording } from '../store/recordings.ts';
import type { Signature } from '../store/reviews.ts';
import { isSuppressed } from '../store/suppressions.ts';
import { consentJson } from './api/consent-json.ts';
import { patientJson } from './api/patient-json.ts';
import { requestJson } from './api/request-json.ts';
import { shownCall } from './api/shown-call.ts';
import { taskJson } from './api/tasks.ts';
import { knownPatient } from './change-patient.ts';
import type { Ask } from './route.ts';

/** `access`: the patient's own wish. The others are disclosures. */
export const EXPORT_PURPOSES = ['access', 'treatment', 'legal', 'other'] as const;
export type ExportPurpose = (typeof EXPORT_PURPOSES)[number];
/** `zip`: both, and beside them FHIR and the audio. */
export const EXPORT_FORMATS = ['json', 'html', 'zip'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportWish {
  readonly purpose: ExportPurpose;
  readonly format: ExportFormat;
  /** To whom it goes; of a disclosure it must be said. */
  readonly recipient: string | null;
}
export const isDisclosure = (purpose: ExportPurpose): purpose is 'legal' | 'other' =>
  purpose === 'legal' || purpose === 'other';

export type Exporter = Pick<Ask, 'db' | 'config' | 'actor' | 'now' | 'newId' | 'made'>;

/** Written down before anything goes out: what could not be written down does not. */
export async function noteExport(ask: Exporter, patientId: string, { purpose, recipient }: ExportWish): Promise<void> {
  if (!isDisclosure(purpose)) return;
  const { db, config, actor, now } = ask;
  await knownPatient(ask, patientId);
  const dataKey = await dataKeyOf(config.keyRing, patientId);
  if ((await ask.made('dsc', (id) => getDisclosure(db, dataKey, id))) !== null) return;
  const row = { id: ask.newId('dsc'), patientId, purpose, what: 'export', ref: null, at: now } as const;
  await insertDisclosure(db, dataKey, { ...row, recipient: recipient ?? '', description: null }, actor);
  log.info('patient.disclosed', { actor: actor.id, patient_id: patientId, kind: purpose });
}

const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

const decisionJson = (decision: Decision) => ({
  decision_id: decision.id,
  campaign_id: decision.campaignId,
  moment: decision.moment,
  allowed: decision.allowed,
  code: decision.code,
  policy_version: decision.policyVersion,
  facts: JSON.parse(decision.facts) as unknown,
  decided_at: iso(decision.decidedAt),
});

const recordingJson = ({ id, callId, status, reason, format, bytes, sha256, durationMs, ...rest }: Recording) => ({
  ...{ recording_id: id, status, reason, format, bytes, sha256 },
  duration_seconds: durationMs === null ? null : Math.round(durationMs / 1000),
  started_at: isoOrNull(rest.startedAt),
  consent:
    rest.proof === null
      ? null
      : { at: iso(rest.proof.at), event_id: rest.proof.eventId, key: rest.proof.key, wording: rest.proof.wording },
  audio: status === 'ready' ? `/api/calls/${callId}/recording` : null,
});

const signedJson = ({ noteVersion, actorName, createdAt }: Signature) => ({
  note_version: noteVersion,
  by: actorName,
  at: iso(createdAt),
});

export const recordsJson = (
  actor: Ask['actor'],
  { call, notes, reviews, log, recording, spoken, tasks, decisions, deliveries }: CallRecords,
) => ({
  ...shownCall(actor, call),
  notes,
  signatures: reviews.signatures.map(signedJson),
  addenda: reviews.addenda.map((each) => ({ ...signedJson(each), text: each.text })),
  transcript: transcriptsJson(log ?? { events: [], transcript: [] }, recording, spoken).items,
  events: log === null ? [] : eventsJson(log).items,
  recorded: recording === null ? null : recordingJson(recording),
  tasks: tasks.map(taskJson),
  decisions: decisions.map(decisionJson),
  handed_on: deliveries.map(({ id, noteVersion, sink, status, endedAt, deliveredAt }) => ({
    ...{ delivery_id: id, note_version: noteVersion, system: sink, status, at: isoOrNull(deliveredAt ?? endedAt) },
  })),
});

export const disclosureJson = (each: Disclosure) => ({
  ...{ disclosure_id: each.id, at: iso(each.at), purpose: each.purpose, what: each.what },
  ...{ to: each.recipient, description: each.description, by: each.createdName, ref: each.ref },
});
export const handedOnJson = ({ id, callId, noteVersion, sink, at }: HandedOn) => ({
  ...{ delivery_id: id, call_id: callId, note_version: noteVersion, system: sink, at: iso(at) },
});

const MOST_DISCLOSURES = 500;
export const NOTICE =
  'Contains health information of one person. Keep it safe, give it to nobody else, destroy it when it is not needed.';

/** All but the calls, which are many. */
async function headOf(ask: Exporter, id: string, purpose: ExportPurpose) {
  const { db, config, actor, now } = ask;
  const patient = await knownPatient(ask, id);
  const dataKey = await dataKeyOf(config.keyRing, id);
  const [consents, decisions, isListed, campaigns, requests, disclosed] = await Promise.all([
    consentsOf(db, dataKey, id),
    decisionsWithoutCall(db, id),
    isSuppressed(db, config.keyRing, patient.phoneNumber),
    campaignsOfPatient(db, dataKey, id),
    requestsOf(db, dataKey, id),
    disclosuresOf(db, dataKey, id, { limit: MOST_DISCLOSURES, cursor: null }),
  ]);
  const head = {
    ...{ exported_at: iso(now), exported_by: actor.name, purpose, notice: NOTICE },
    ...{ patient: patientJson(actor, patient), number_suppressed: isListed, consents: consents.map(consentJson) },
    decisions: decisions.map(decisionJson),
    campaigns: campaigns.map((each) => ({
      ...{ contact_id: each.id, campaign_id: each.campaignId, status: each.status, code: each.code },
      ...{ outcome: each.outcome, variables: each.variables, created_at: iso(each.createdAt) },
    })),
    requests: requests.map((each) => requestJson(each, now)),
    disclosures: disclosed.items.map(disclosureJson),
  };
  return { head, dataKey };
}
export type ExportHead = Awaited<ReturnType<typeof headOf>>['head'];
export type ExportedCall = ReturnType<typeof recordsJson>;

/** How a format begins, goes on with each page of calls, and ends. */
export interface ExportWriter {
  readonly type: string;
  readonly begin: (head: ExportHead) => string;
  readonly calls: (calls: readonly ExportedCall[], isFirst: boolean) => string;
  readonly end: () => string;
}

export const jsonExport: ExportWriter = {
  type: 'application/json',
  begin: (head) => `${JSON.stringify(head).slice(0, -1)},"calls":[`,
  calls: (calls, isFirst) => (isFirst ? '\n' : ',\n') + calls.map((each) => JSON.stringify(each)).join(',\n'),
  end: () => ']}\n',
};

export async function* exportTexts(
  ask: Exporter,
  id: string,
  purpose: ExportPurpose,
  writer: ExportWriter,
): AsyncGenerator<string, void> {
  const { db, config, actor } = ask;
  const sent = { count: 0, code: 'canceled' };
  try {
    const { head, dataKey } = await headOf(ask, id, purpose);
    yield writer.begin(head);
    for await (const page of callRecords(db, config.keyRing, dataKey, id)) {
      if (page.length === 0) continue;
      yield writer.calls(
        page.map((each) => recordsJson(actor, each)),
        sent.count === 0,
      );
      sent.count += page.length;
    }
    yield writer.end();
    sent.code = 'whole';
  } catch (error) {
    sent.code = 'failed';
    throw error;
  } finally {
    // The audit line was written when it began; this says whether all of it left the house.
    const line = { actor: actor.id, patient_id: id, kind: purpose, ...sent };
    log[sent.code === 'failed' ? 'error' : 'info']('patient.exported', line);
  }
}
