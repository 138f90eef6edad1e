/**
 * The names that all resources share: code systems, ids, references. Ids come from ours, so that whatever is sent again is the same
 * resource: an underscore, which FHIR ids lack, becomes a dot, which the ids they are made from lack; what is ours alone has a suffix.
 */
import type { CodeableConcept, Coding, Reference } from 'fhir/r4';

export const LOINC = 'http://loinc.org';
export const SNOMED = 'http://snomed.info/sct';
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem/';

/** Shipped with whatever holds codes of others (FH-07). */
export const CODE_NOTICE =
  'This material contains content from LOINC (http://loinc.org). LOINC is copyright © Regenstrief Institute, Inc. and the Logical ' +
  'Observation Identifiers Names and Codes (LOINC) Committee and is available at no cost under the license at http://loinc.org/license. ' +
  'This material includes content from SNOMED CT®, which is copyright of SNOMED International; who uses it needs its licence.';

/** A code system, an identifier system or an extension of our own (FH-06). */
export const own = (name: string): string => `urn:telnyx-edge-intake:${name}`;

export const coded = (system: string, code: string, display: string): Coding => ({ system, code, display });
/** Of HL7's own terminology. */
export const hl7 = (system: string, code: string, display: string): Coding =>
  coded(`${TERMINOLOGY}${system}`, code, display);
export const concept = (text: string, ...coding: Coding[]): CodeableConcept =>
  coding.length === 0 ? { text } : { coding, text };

/**
 * FHIR has 64 characters for an id. Of an inbound call's, which is a SHA-256 of its leg, half says which it is just as well.
 */
export const fhirId = (id: string, suffix?: string): string => {
  const short = id.replaceAll('_', '.').replace(DIGEST, (digest) => digest.slice(0, 32));
  return suffix === undefined ? short : `${short}.${suffix}`;
};
const DIGEST = /[0-9a-f]{64}/;

export const referTo = (type: string, id: string): Reference => ({ reference: `${type}/${id}` });

/** No resource of theirs is made: whoever receives this knows their own clinic and staff. */
export const clinicOf = (name: string): Reference => ({ type: 'Organization', display: name });
export const staffOf = (name: string): Reference => ({ type: 'Practitioner', display: name });
export const OUR_DEVICE: Reference = {
  type: 'Device',
  identifier: { system: own('device'), value: 'telnyx-edge-intake' },
  display: 'Automated intake call',
};

/** Where this installation's questionnaires and resources have their names; nothing has to answer there. */
export const baseOf = (origin: string): string => `${origin}/fhir`;
/** Two clinics may each have a patient 7: without a name of its own a number alone says nobody's. */
export const externalIdSystem = (origin: string): string => `${baseOf(origin)}/external-id`;
export const questionnaireUrl = (origin: string, id: string): string => `${baseOf(origin)}/Questionnaire/${id}`;
