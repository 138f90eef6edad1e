/** Settings that parse and are wrong all the same: agreements not signed, numbers nobody can ring, administrators who cannot be. */
import {
  REFUSAL_REMEDIES,
  type TranscriberName,
  type TranscriptionRefusal,
} from '../transcription/transcription-setting.ts';
import { type Finding, fine, found } from './finding.ts';

export interface SetupFacts {
  /** A stand-in answers in place of Telnyx: no real patient can be rung. */
  readonly loopback: boolean;
  readonly unconfirmedVendors: readonly string[];
  /** Variables whose number is not one that can be rung in the US. */
  readonly badNumbers: readonly string[];
  readonly badFromNumbers: readonly string[];
  /** Entries of ADMIN_EMAILS. */
  readonly admins: readonly string[];
  readonly timeZone: string;
  readonly transcriber: { readonly engine: TranscriberName; readonly refusal: TranscriptionRefusal | null };
  /** Whether ALERT_URL is set, and whether what goes there is signed. */
  readonly alerts: { readonly isSent: boolean; readonly isSigned: boolean };
}

export const judgeSetup = (facts: SetupFacts): readonly Finding[] => [
  judgeAgreements(facts),
  ...judgeClinic(facts),
  judgeAdmins(facts.admins),
  judgeTranscriber(facts.transcriber),
  judgeAlerts(facts.alerts),
];

function judgeAgreements({ loopback, unconfirmedVendors: missing }: SetupFacts): Finding {
  if (loopback)
    return fine('agreements', 'A stand-in takes the calls, so none is needed: no real patient can be rung.');
  if (missing.length === 0) return fine('agreements', 'Recorded with everybody who sees patient data.');
  const vendors = missing.join(' and ');
  return found('agreements', 'vendor_unconfirmed', `BAA_CONFIRMED does not name: ${missing.join(', ')}.`, { vendors });
}

function judgeClinic({ badNumbers, badFromNumbers, timeZone }: SetupFacts): readonly Finding[] {
  const findings = badNumbers.map((variable) =>
    found('clinic', 'callback_number_invalid', `${variable} is no US number that can be rung.`, { variable }),
  );
  for (const number of badFromNumbers)
    findings.push(found('clinic', 'from_number_invalid', `${number} is no US number.`));
  return findings.length > 0 ? findings : [fine('clinic', `Its numbers can be rung. Its day is that of ${timeZone}.`)];
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const SERVICE = /^[0-9a-z-]+\.access$/;

function judgeAdmins(admins: readonly string[]): Finding {
  const bad = admins.filter((entry) => !EMAIL.test(entry) && !SERVICE.test(entry));
  if (bad.length > 0) {
    const count = bad.length === 1 ? 'One entry' : `${bad.length} entries`;
    return found('admins', 'admin_malformed', `${count} of ADMIN_EMAILS cannot be anybody.`);
  }
  const people = admins.filter((entry) => EMAIL.test(entry)).length;
  if (people === 0) return found('admins', 'no_person_is_admin', 'ADMIN_EMAILS names service tokens alone.');
  return fine(
    'admins',
    people === 1 ? 'One person is named in ADMIN_EMAILS.' : `${people} people are named in ADMIN_EMAILS.`,
  );
}

function judgeTranscriber({ engine, refusal }: SetupFacts['transcriber']): Finding {
  switch (refusal) {
    case null:
      return fine('transcriber', `Uploaded audio and recordings of calls are written down by ${engine}.`);
    case 'transcriber_off':
      return fine('transcriber', 'Turned off: no audio is taken, and no recording is written down.');
    case 'engine_cannot_upload':
      return fine(
        'transcriber',
        'Telnyx hears calls while they run; no audio is taken, and no recording is written down.',
      );
    default:
      return found('transcriber', 'transcriber_unusable', `TRANSCRIBER is ${engine}, and takes no audio: ${refusal}.`, {
        remedy: REFUSAL_REMEDIES[refusal],
      });
  }
}

function judgeAlerts({ isSent, isSigned }: SetupFacts['alerts']): Finding {
  if (!isSent) return found('alerts', 'alerts_nowhere', 'ALERT_URL is not set.');
  if (!isSigned) return found('alerts', 'alerts_unsigned', 'ALERT_SECRET is not set.');
  return fine('alerts', 'Sent to ALERT_URL, and signed.');
}
