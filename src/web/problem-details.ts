/**
 * What to do next, by the code of a refusal that says nothing more of its own. A code that is in no such table does not compile without
 * words where it is thrown. Nothing of a patient, and nothing that was sent.
 */
import { GATE_DETAILS } from './call-refusals.ts';

export const PROBLEM_DETAILS = {
  ...GATE_DETAILS,
  not_json: 'The body is no JSON in UTF-8. Send one JSON value.',
  not_multipart: 'The form breaks off or is malformed. Send it again as multipart/form-data.',
  unauthenticated:
    'The sign-in is missing, has ended, or does not hold. Sign in again through Cloudflare Access, or send the headers of a service token.',
  no_role: 'You are signed in, but nobody has given you a role. Ask an administrator of your clinic.',
  forbidden: 'Your role does not include this. If your work needs it, ask an administrator of your clinic.',
  cross_site:
    'This request came from another site, so it was not carried out. Send it from the service itself, or without Origin.',
  not_found:
    'There is none with this address or id, or it is gone. Check the address, and take the id from the list that it belongs to.',
  no_note: 'This call left no note. Its status and its events say how it ended.',
  no_recording: 'There is no audio of this call that is kept. Its note and its transcript say what was said.',
  not_ready: 'The note is written when the call is over. Ask again then.',
  method_not_allowed: 'This address does not take this method. Use one of those that the header Allow names.',
  not_live: 'This call is over. There is nothing to hang up.',
  too_large: 'This is more than is taken at once. Send less, or send it in parts.',
  not_json_type: 'Send the body as JSON, with Content-Type: application/json.',
  not_form_type: 'Send the fields as a form, with Content-Type: application/x-www-form-urlencoded.',
  range_not_satisfiable: 'The audio has no such bytes. Ask for a range within the length that Content-Range names.',
  invalid: 'Something that was sent is not right. Put right what errors names, then send it again.',
  internal: 'Something went wrong here. Send it again; if it stays, give the request_id to whoever runs this service.',
  not_configured:
    'A setting of this installation is missing or malformed. Ask whoever runs it to look into the log, which names it.',
  session_unavailable: 'The call cannot be asked right now and goes on undisturbed. Ask again in a few seconds.',
  access_keys_unavailable: 'Sign-in cannot be checked right now. Send it again in a few seconds.',
} as const satisfies Readonly<Record<string, string>>;

/** Codes that may be thrown without words of their own. */
export type KnownCode = keyof typeof PROBLEM_DETAILS;

/** The limit in words: in the unit in which it is a whole number. */
export const tooLargeDetail = (maxBytes: number): string =>
  `At most ${sizeOf(maxBytes)} are taken at once. Send less, or send it in parts.`;

const MIB = 1024 * 1024;

const sizeOf = (bytes: number): string => {
  if (bytes % MIB === 0) return `${bytes / MIB} MiB`;
  if (bytes % 1_000_000 === 0) return `${bytes / 1_000_000} MB`;
  return bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} bytes`;
};
