/**
 * What the patient agreed to: to be called at that number (as the clinic has it on file, in force or ended), to answer an automated call,
 * and to be recorded (as they said in the call itself).
 */
import type { Coding, Consent, Extension } from 'fhir/r4';
import type { BundleInput, ContactConsent, Permission } from './bundle-input.ts';
import { clinicOf, coded, concept, fhirId, hl7, LOINC, own, referTo } from './names.ts';

export function consentsOf(input: BundleInput): Consent[] {
  const { call, consents } = input;
  return [
    ...consents.map((consent) => contactConsent(input, consent)),
    ...callConsent(input, call.consent.collection, 'collection', 'Answers to an automated call'),
    ...callConsent(input, call.consent.recording, 'recording', 'Recording of a call'),
  ];
}

const common = ({ patient, clinic }: BundleInput, id: string, ...kinds: Coding[]) => ({
  resourceType: 'Consent' as const,
  id,
  scope: { coding: [hl7('consentscope', 'patient-privacy', 'Privacy Consent')] },
  category: [{ coding: [coded(LOINC, '59284-0', 'Patient Consent')] }, ...kinds.map((kind) => ({ coding: [kind] }))],
  patient: referTo('Patient', fhirId(patient.id)),
  performer: [referTo('Patient', fhirId(patient.id))],
  organization: [clinicOf(clinic.name)],
});

/** Ended counts from when it was taken back, or was to end, before what is told here was written. */
function contactConsent(input: BundleInput, consent: ContactConsent): Consent {
  const { id, basis, purposes, obtainedAt, expiresAt, revokedAt } = consent;
  const told = input.intake_data?.created_at ?? input.call.created_at;
  const end = revokedAt ?? expiresAt;
  return {
    ...common(
      input,
      fhirId(id),
      coded(own('consent'), 'contact', 'Automated calls'),
      coded(own('consent-basis'), basis, basis.replaceAll('_', ' ')),
    ),
    identifier: [{ system: own('consent-id'), value: id }],
    status: revokedAt !== null || (expiresAt !== null && expiresAt <= told) ? 'inactive' : 'active',
    dateTime: obtainedAt,
    policyRule: concept('47 CFR 64.1200 (TCPA): prior express consent', coded(own('consent-rule'), 'tcpa', 'TCPA')),
    provision: {
      type: 'permit',
      period: { start: obtainedAt, ...(end === null || end < obtainedAt ? {} : { end }) },
      ...(purposes.length === 0
        ? {}
        : { purpose: purposes.map((purpose) => coded(own('call-purpose'), purpose, purpose.replaceAll('_', ' '))) }),
    },
  };
}

/** Nothing was asked: nothing was agreed to or refused. What was agreed to and taken back in the call was in force until then. */
function callConsent(
  input: BundleInput,
  given: Permission,
  kind: 'collection' | 'recording',
  display: string,
): Consent[] {
  if (given === 'not_asked') return [];
  const { call, intake_data: note } = input;
  const wording = note?.consent.wording ?? null;
  const evidence = evidenceOf(input);
  const { at } = call.consent;
  const isGiven = given === 'given';
  const end = isGiven && kind === 'recording' ? input.recordingWithdrawnAt : null;
  const period = {
    ...(at === null ? {} : { start: at }),
    ...(end === null || (at !== null && end < at) ? {} : { end }),
  };
  return [
    {
      ...common(input, fhirId(call.call_id, kind), coded(own('consent'), kind, display)),
      ...(evidence.length === 0 ? {} : { extension: evidence }),
      identifier: [{ system: own('call'), value: call.call_id }],
      status: isGiven ? (end === null ? 'active' : 'inactive') : 'rejected',
      ...(at === null ? {} : { dateTime: at }),
      policyRule: concept(
        'As asked at the beginning of the call',
        ...(wording === null ? [] : [coded(own('consent-wording'), wording, wording)]),
      ),
      provision: { type: isGiven ? 'permit' : 'deny', ...(Object.keys(period).length === 0 ? {} : { period }) },
    },
  ];
}

/** The key, the event it came in, and the words as they were said. */
function evidenceOf({ intake_data: note }: BundleInput): Extension[] {
  if (note === null) return [];
  const { key, event_id, wording_hash } = note.consent;
  const extension = [
    ...(key === null ? [] : [{ url: 'key', valueString: key }]),
    ...(event_id === null ? [] : [{ url: 'event', valueString: event_id }]),
    ...(wording_hash === null ? [] : [{ url: 'wording-hash', valueString: wording_hash }]),
  ];
  return extension.length === 0 ? [] : [{ url: own('consent-evidence'), extension }];
}
