/** The attempt itself: who rang whom, when, and whether they spoke. One that reached nobody says why. */
import type { CodeableConcept, Coding, Communication } from 'fhir/r4';
import { type CallStatus, isLiveStatus } from '../intake/call-record.ts';
import type { BundleCall, BundleInput } from './bundle-input.ts';
import { transcriptId } from './documents-of.ts';
import { clinicOf, coded, concept, fhirId, hl7, OUR_DEVICE, own, referTo } from './names.ts';
import { responseId } from './response-of.ts';

export function communicationOf(input: BundleInput): Communication {
  const { call, patient, clinic, intake_data: note, transcripts } = input;
  const who = referTo('Patient', fhirId(patient.id));
  const isInbound = call.direction === 'inbound';
  const reason = reasonOf(call.status);
  return {
    resourceType: 'Communication',
    id: fhirId(call.call_id),
    identifier: [{ system: own('call'), value: call.call_id }],
    status: statusOf(call),
    ...(reason === null ? {} : { statusReason: reason }),
    category: [concept('Automated call', coded(own('communication'), 'automated-call', 'Automated call'))],
    // Urgent: something the patient said has to be looked at by a person.
    priority: (note?.red_flags.length ?? 0) > 0 ? 'urgent' : 'routine',
    medium: [{ coding: [hl7('v3-ParticipationMode', 'PHONE', 'telephone')] }],
    subject: who,
    ...(note === null ? {} : { about: [referTo('QuestionnaireResponse', responseId(input))] }),
    ...timesOf(call),
    recipient: [isInbound ? clinicOf(clinic.name) : who],
    sender: isInbound ? who : OUR_DEVICE,
    ...(transcripts.items.length === 0
      ? {}
      : { payload: [{ contentReference: referTo('DocumentReference', transcriptId(input)) }] }),
  };
}

/** Of an outbound call the dial and the answer; whoever rings us was answered when they were. */
function timesOf({ dialed_at, answered_at }: BundleCall): Pick<Communication, 'sent' | 'received'> {
  const sent = dialed_at ?? answered_at;
  return { ...(sent === null ? {} : { sent }), ...(answered_at === null ? {} : { received: answered_at }) };
}

const NOT_DONE: ReadonlySet<CallStatus> = new Set(['voicemail', 'no_answer', 'busy', 'blocked', 'canceled']);

/** Stopped: they spoke, and did not come to the end. */
function statusOf({ status, answered_at }: BundleCall): Communication['status'] {
  if (status === 'completed') return 'completed';
  if (isLiveStatus(status)) return status === 'in_progress' ? 'in-progress' : 'preparation';
  if (NOT_DONE.has(status)) return 'not-done';
  return status === 'failed' && answered_at === null ? 'not-done' : 'stopped';
}

const UNAVAILABLE = hl7('communication-not-done-reason', 'recipient-unavailable', 'Recipient Unavailable');
const OBJECTION = hl7('communication-not-done-reason', 'patient-objection', 'Patient Objection');
/** HL7's own reason where it is surely that one; what we ended it for stands beside it in any case (FH-06). */
const REASONS: ReadonlyMap<CallStatus, readonly [text: string, ...Coding[]]> = new Map([
  ['partial', ['The call ended before the last question']],
  ['declined', ['The patient did not want to answer an automated call', OBJECTION]],
  ['opted_out', ['The patient asked not to be called', OBJECTION]],
  ['wrong_person', ['Somebody else answered']],
  ['voicemail', ['An answering machine answered', UNAVAILABLE]],
  ['no_answer', ['Nobody answered', UNAVAILABLE]],
  ['busy', ['The line was busy', UNAVAILABLE]],
  ['blocked', ['The patient may not be called now']],
  ['canceled', ['The call was canceled']],
  ['failed', ['The call failed']],
]);

function reasonOf(status: CallStatus): CodeableConcept | null {
  const [text, ...codings] = REASONS.get(status) ?? [];
  return text === undefined ? null : concept(text, ...codings, coded(own('call-status'), status, text));
}
