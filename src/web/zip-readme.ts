/** What stands in README.txt of a patient's archive: what is in it, for whoever opens it, and what is not and why. */
import { iso } from '../call-json.ts';
import { type ExportPurpose, NOTICE } from './export-patient.ts';

const PURPOSES: Readonly<Record<ExportPurpose, string>> = {
  access: 'for the patient',
  treatment: 'for treatment',
  legal: 'for a legal purpose',
  other: 'for another purpose',
};

interface Archive {
  readonly patientId: string;
  readonly purpose: ExportPurpose;
  readonly by: string;
  readonly at: number;
  readonly sums: readonly string[];
  readonly missing: readonly string[];
}

export const zipReadme = ({ patientId, purpose, by, at, sums, missing }: Archive): string =>
  [
    `Everything that is kept about the patient ${patientId}`,
    '',
    `Taken ${PURPOSES[purpose]} by ${by}, ${iso(at)}.`,
    NOTICE,
    '',
    'record.html   to read and print, in any browser',
    'record.json   the same for programs',
    'fhir/         each call as a FHIR R4 Bundle, for other systems of health care',
    'audio/        the recordings of calls, as they were made',
    'SHA256SUMS    the digest of each file; "sha256sum -c SHA256SUMS" checks them',
    '',
    ...(missing.length === 0
      ? [`Nothing is missing: ${sums.length} files.`]
      : ['NOT IN HERE:', ...missing.map((each) => `- ${each}`)]),
    '',
  ].join('\r\n');
