/** The consent to be called, as four options that belong together: on what it rests, who took it, when, and where that is written. */
import { type Command, Option } from 'commander';
import { usageError } from './exit-codes.ts';
import { isoTime } from './typed-time.ts';

export interface ConsentOptions {
  readonly consentBasis?: string;
  readonly consentBy?: string;
  readonly consentAt?: string;
  readonly evidence?: string;
}
export interface Consent {
  readonly basis: string;
  readonly obtained_at: string;
  readonly obtained_by: string;
  readonly evidence: string;
}

const BASES = ['written', 'verbal', 'number_given_by_patient'];

export const withConsentOptions = (command: Command): Command =>
  command
    .addOption(new Option('--consent-basis <basis>', 'on what the consent to be called rests').choices(BASES))
    .option('--consent-by <who>', 'who took it, such as "front desk"')
    .option('--consent-at <when>', 'when: a day, a time, or "now"')
    .option('--evidence <where>', 'where it is written, such as "form 7"');

/** Undefined: none was stated. */
export function consentOf(options: ConsentOptions): Consent | undefined {
  const { consentBasis, consentBy, consentAt, evidence } = options;
  const given = [consentBasis, consentBy, consentAt, evidence];
  if (given.every((part) => part === undefined)) return undefined;
  if (consentBasis === undefined || consentBy === undefined || consentAt === undefined || evidence === undefined)
    throw usageError('A consent needs all of --consent-basis, --consent-by, --consent-at and --evidence.');
  return { basis: consentBasis, obtained_at: isoTime(consentAt), obtained_by: consentBy, evidence };
}
