/** The patient as the clinic brought them, by our id and by theirs. What nobody told us, such as a gender, is not there. */
import type { HumanName, Identifier, Patient } from 'fhir/r4';
import type { BundleInput } from './bundle-input.ts';
import { clinicOf, externalIdSystem, fhirId, own } from './names.ts';

export function patientOf({ patient, clinic, origin }: BundleInput): Patient {
  const { externalId, firstName, lastName, dateOfBirth, state } = patient;
  const identifier: Identifier[] = [{ system: own('patient'), value: patient.id }];
  if (externalId !== null) {
    const system = clinic.patientSystem ?? externalIdSystem(origin);
    identifier.push({ use: 'usual', system, value: externalId, assigner: clinicOf(clinic.name) });
  }
  const name: HumanName = {
    ...(lastName === null ? {} : { family: lastName }),
    ...(firstName === null ? {} : { given: [firstName] }),
  };
  return {
    resourceType: 'Patient',
    id: fhirId(patient.id),
    identifier,
    ...(Object.keys(name).length === 0 ? {} : { name: [name] }),
    telecom: [{ system: 'phone', value: patient.phoneNumber }],
    ...(dateOfBirth === null ? {} : { birthDate: dateOfBirth }),
    ...(state === null ? {} : { address: [{ state, country: 'US' }] }),
    communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: patient.language }] }, preferred: true }],
    managingOrganization: clinicOf(clinic.name),
  };
}
