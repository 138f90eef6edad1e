/** What the HTTP answer of a receiving system means for a delivery: it has it, it will never take it, or it is asked again. Pure. */

export type Verdict =
  | { readonly kind: 'delivered' }
  /** Asking again would change nothing: a person has to look. */
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'try_again'; readonly code: string };

/** Of 4xx, those that speak of the moment and not of what was sent: too slow, too early, too much. */
const PASSING = new Set([408, 425, 429]);

export function judgeAnswer(status: number): Verdict {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const code = `answered_${status}`;
  return status >= 400 && status < 500 && !PASSING.has(status)
    ? { kind: 'refused', code }
    : { kind: 'try_again', code };
}

/** For a person: why a try failed, and what may help. */
export function explainCode(code: string): string {
  const known = WORDS[code];
  if (known !== undefined) return known;
  const [, what, status] = /^(answered|entry)_(\d{3})$/.exec(code) ?? [];
  if (status === undefined) return `It could not be sent (${code}).`;
  const family = FAMILIES[status[0] ?? ''] ?? 'which is no answer we know.';
  if (what === 'entry') return `The FHIR server answered ${status} to a part of the note: ${family}`;
  return `The system answered ${status}: ${STATUSES[status] ?? family}`;
}

const WORDS: Readonly<Record<string, string>> = {
  timed_out: 'The system did not answer in time.',
  unreachable: 'The system could not be reached, or broke off.',
  sink_off: 'This system is no longer set up here. Set its variables again, then send it again.',
  erased: 'The patient was erased, so nothing is handed on.',
  crashed: 'Our own process ended at every try. Send it again.',
  storage_failed: 'Our own storage failed. It is tried again.',
  superseded: 'A later version of this note was sent already, and this one would take its place.',
  put_away: 'Somebody put it away under Background work: it is not tried any more.',
  answer_broken: 'The system broke off in the middle of its answer.',
  answer_unknown: 'What came back is no answer of a FHIR server to a transaction. Look at FHIR_BASE.',
  answer_incomplete: 'The FHIR server did not say what became of every part of the note.',
  not_fhir_r4: 'What answers at FHIR_BASE does not say that it is a FHIR server of version 4.0. Look at the address.',
  token_refused: 'The token service does not know us. Compare FHIR_CLIENT_ID, FHIR_CLIENT_SECRET and FHIR_SCOPE there.',
  token_unavailable: 'The token service at FHIR_TOKEN_URL did not give a token.',
  not_written: 'The bucket took nothing.',
  not_read: 'The bucket did not give back what was written.',
  not_the_same: 'The bucket gave back something else than was written.',
  not_deleted: 'The bucket did not delete what was written.',
};
const STATUSES: Readonly<Record<string, string>> = {
  '401': 'it does not accept our key or signature. Compare the key and the secret on both sides.',
  '403': 'it does not allow us to hand anything in. Compare the key and the secret on both sides.',
  '404': 'there is nothing at that address. Look at the URL.',
  '410': 'it takes nothing at that address any more. Look at the URL.',
  '413': 'the note is larger than it takes.',
  '429': 'it is busy, and asked for time.',
};
const FAMILIES: Readonly<Record<string, string>> = {
  '3': 'it points elsewhere, and we do not follow. Set the URL it points to.',
  '4': 'it refused what was sent.',
  '5': 'it did not work at that time.',
};
