/**
 * GET /api/patients/{id}/export: everything that is kept about one patient as one document, written while it is read. Recordings are named
 * with their address, which asks for the same rights again.
 */
import * as z from 'zod';
import { eventsJson, iso, transcriptsJson } from '../../call-json.ts';
import { log } from '../../log.ts';
import { consentsOf } from '../../store/consents.ts';
import { dataKeyOf } from '../../store/patient-keys.ts';
import { type CallRecords, callRecords, type Decision, decisionsWithoutCall } from '../../store/patient-records.ts';
import type { Recording } from '../../store/recordings.ts';
import type { Signature } from '../../store/reviews.ts';
import { isSuppressed } from '../../store/suppressions.ts';
import { knownPatient } from '../change-patient.ts';
import { rolesSeeing } from '../field-access.ts';
import { type Ask, type Route, route } from '../route.ts';
import { begun, textStream } from '../text-stream.ts';
import { moment } from './answer-fields.ts';
import { callAnswer, eventAnswer, lineAnswer } from './call-answer.ts';
import { consentAnswer, consentJson } from './consent-json.ts';
import { patientId } from './fields.ts';
import { patientAnswer, patientJson } from './patient-json.ts';
import { shownCall } from './shown-call.ts';
import { taskAnswer, taskJson } from './tasks.ts';

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

const recordsJson = (actor: Ask['actor'], { call, notes, reviews, log, recording, tasks, decisions }: CallRecords) => ({
  ...shownCall(actor, call),
  notes,
  signatures: reviews.signatures.map(signedJson),
  addenda: reviews.addenda.map((each) => ({ ...signedJson(each), text: each.text })),
  transcript: log === null ? [] : transcriptsJson(log, recording).items,
  events: log === null ? [] : eventsJson(log).items,
  recorded: recording === null ? null : recordingJson(recording),
  tasks: tasks.map(taskJson),
  decisions: decisions.map(decisionJson),
});

const text = z.string().nullable();
const decisionAnswer = z
  .strictObject({
    decision_id: z.string(),
    campaign_id: text,
    moment: z
      .string()
      .describe('When it was asked: before the start of a campaign, when the call was made, or just before the dial.'),
    allowed: z.boolean(),
    code: text,
    policy_version: z.string(),
    facts: z.unknown().describe('What the gate went by: ids and codes.'),
    decided_at: moment,
  })
  .meta({ id: 'DialDecision' });
const signedAnswer = { note_version: z.int(), by: z.string(), at: moment };

const recordsAnswer = callAnswer
  .extend({
    notes: z.array(z.record(z.string(), z.unknown())).describe('Every version, as it was stored.'),
    signatures: z.array(z.strictObject(signedAnswer)),
    addenda: z.array(z.strictObject({ ...signedAnswer, text: z.string() })),
    transcript: z.array(lineAnswer),
    events: z.array(eventAnswer),
    recorded: z
      .strictObject({
        ...{ recording_id: z.string(), status: z.string(), reason: text, format: text, sha256: text },
        ...{ bytes: z.int().nullable(), duration_seconds: z.int().nullable(), started_at: moment.nullable() },
        consent: z.strictObject({ at: moment, event_id: z.string(), key: z.string(), wording: z.string() }).nullable(),
        audio: text.describe('Where it is to be heard, by whoever may.'),
      })
      .nullable(),
    tasks: z.array(taskAnswer),
    decisions: z.array(decisionAnswer),
  })
  .meta({ id: 'CallRecords' });

const document = z.strictObject({
  exported_at: moment,
  exported_by: z.string(),
  patient: patientAnswer,
  number_suppressed: z.boolean(),
  consents: z.array(consentAnswer),
  decisions: z.array(decisionAnswer).describe('Why they were not called, where no call came of it.'),
  calls: z.array(recordsAnswer),
});

async function* texts(ask: Ask, id: string): AsyncGenerator<string, void> {
  const { db, config, actor, now } = ask;
  const sent = { count: 0, code: 'canceled' };
  try {
    const patient = await knownPatient(ask, id);
    const dataKey = await dataKeyOf(config.keyRing, id);
    const [consents, decisions, isListed] = await Promise.all([
      consentsOf(db, dataKey, id),
      decisionsWithoutCall(db, id),
      isSuppressed(db, config.keyRing, patient.phoneNumber),
    ]);
    const head = {
      ...{ exported_at: iso(now), exported_by: actor.name, patient: patientJson(actor, patient) },
      ...{ number_suppressed: isListed, consents: consents.map(consentJson), decisions: decisions.map(decisionJson) },
    };
    yield `${JSON.stringify(head).slice(0, -1)},"calls":[`;
    for await (const page of callRecords(db, config.keyRing, dataKey, id)) {
      const written = page.map((each) => JSON.stringify(recordsJson(actor, each))).join(',\n');
      if (written !== '') yield sent.count === 0 ? `\n${written}` : `,\n${written}`;
      sent.count += page.length;
    }
    yield ']}\n';
    sent.code = 'whole';
  } catch (error) {
    sent.code = 'failed';
    throw error;
  } finally {
    // The audit line was written when it began; this says whether all of it left the house.
    log[sent.code === 'failed' ? 'error' : 'info']('patient.exported', { actor: actor.id, patient_id: id, ...sent });
  }
}

const download = route(
  {
    ...{ method: 'GET', path: '/api/patients/:patient_id/export', audit: 'patient.export', phi: true },
    roles: rolesSeeing('patient_export'),
    isExport: true,
    params: z.strictObject({ patient_id: patientId }),
    ...{ summary: 'All that is kept about a patient, as one document', answers: { 200: document } },
  },
  async (ask) => {
    const { patient_id } = ask.params;
    return new Response(textStream(await begun(texts(ask, patient_id))), {
      headers: {
        'Content-Type': 'application/json',
        'Content-Disposition': `attachment; filename="${patient_id}.json"`,
      },
    });
  },
);

export const patientExportRoutes: readonly Route[] = [download];
