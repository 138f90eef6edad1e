/**
 * A call and its note as one FHIR R4 transaction: the same input is the same Bundle, byte for byte. Pure.
 *
 * Each resource is put under an id made from ours, so that what is delivered again updates and a later version of a note replaces the
 * earlier. Not by `PUT Type?identifier=…`: Provenance has no identifier in R4, and `PUT Patient?identifier=<the clinic's>` would write
 * what a call knows over the clinic's own record of the patient. Theirs stands as an identifier in ours, for whoever joins the two.
 */
import type { Bundle, BundleEntry, FhirResource } from 'fhir/r4';
import type { BundleInput } from './bundle-input.ts';
import { communicationOf } from './communication-of.ts';
import { consentsOf } from './consents-of.ts';
import { documentsOf } from './documents-of.ts';
import { baseOf, own } from './names.ts';
import { painOf } from './pain-of.ts';
import { patientOf } from './patient-of.ts';
import { provenancesOf } from './provenance-of.ts';
import { responseOf } from './response-of.ts';
import { soundJson } from './sound-json.ts';

export function bundleOf(input: BundleInput): Bundle<FhirResource> {
  const { call, intake_data: note, origin } = input;
  const resources: FhirResource[] = [
    patientOf(input),
    ...consentsOf(input),
    communicationOf(input),
    ...(note === null ? [] : [responseOf(input, note), ...painOf(input, note)]),
    ...documentsOf(input),
    ...(note === null ? [] : provenancesOf(input, note)),
  ];
  return {
    resourceType: 'Bundle',
    identifier: { system: own('bundle'), value: note?.note_id ?? call.call_id },
    type: 'transaction',
    timestamp: note?.created_at ?? call.ended_at ?? call.created_at,
    entry: resources.map((resource) => entryOf(origin, soundJson(resource))),
  };
}

function entryOf(origin: string, resource: FhirResource): BundleEntry<FhirResource> {
  const place = `${resource.resourceType}/${resource.id}`;
  return { fullUrl: `${baseOf(origin)}/${place}`, resource, request: { method: 'PUT', url: place } };
}
