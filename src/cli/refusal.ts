/** What was refused, as an exit code and words that say what to do. The service's own words come first; these are for codes that come alone. */
import { CliError, EXIT, type ProblemBody } from './exit-codes.ts';

export async function refusalOf(answer: Response): Promise<CliError> {
  const text = await answer.text().catch(() => '');
  const isProblem = (answer.headers.get('Content-Type') ?? '').includes('json');
  const problem = isProblem ? parsed(text) : {};
  const { status } = answer;
  return new CliError(exitCodeOf(status), wordsFor(status, problem), { status, problem });
}

export function networkError(url: string, error: Error): CliError {
  const cause = error.cause as { code?: string } | undefined;
  const why = error.name === 'TimeoutError' ? 'it did not answer in time' : (cause?.code ?? error.message);
  return new CliError(EXIT.unavailable, `${url} cannot be reached (${why}). Is it started, and is the URL right?`);
}

function parsed(text: string): ProblemBody {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as ProblemBody) : {};
  } catch {
    return {};
  }
}

function exitCodeOf(status: number): number {
  if (status === 401 || status === 403 || (status >= 300 && status < 400)) return EXIT.notSignedIn;
  if (status === 404) return EXIT.notFound;
  if (status === 409) return EXIT.conflict;
  if (status === 429 || status >= 500 || status === 405) return EXIT.unavailable;
  return EXIT.invalid;
}

function wordsFor(status: number, { code, detail }: ProblemBody): string {
  const more = code === undefined ? undefined : HERE[code];
  if (detail !== undefined) return more === undefined ? detail : `${detail} ${more}`;
  return (code === undefined ? undefined : (ADVICE[code] ?? more)) ?? BY_STATUS[status] ?? otherWords(status);
}

function otherWords(status: number): string {
  if (status >= 300 && status < 400) return 'Not signed in: Cloudflare Access does not know the service token.';
  if (status >= 500) return 'The service failed. Try again; with the request id its log says why.';
  return `The service refused this (${status}).`;
}

const BY_STATUS: Readonly<Record<number, string>> = {
  400: 'The service could not read this.',
  401: 'Not signed in: the service token was not taken. Look at CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET.',
  403: 'The service token is not valid, or has no role for this. An administrator gives roles.',
  404: 'There is none with this id.',
  405: 'This installation does not offer this yet.',
  409: 'This cannot be done as things stand.',
  413: 'This is more than the service takes at once.',
  415: 'The service does not take this kind of file.',
  422: 'Something in the input is not right:',
  429: 'Too many requests. Wait a minute.',
  502: 'Nobody answers behind Access. Is the worker started?',
  503: 'The service is not available. Try again in a moment; "doctor" may say why.',
};

/** What to do about it at a terminal, which the service does not know of. */
const HERE: Readonly<Record<string, string>> = {
  person_needed:
    'Here: run "cloudflared access login" with the URL of the service, and set CF_ACCESS_TOKEN to what "cloudflared access token -app=" with it prints.',
  red_flag_open: '"tasks list --kind red_flag" shows it, "tasks claim" takes it on.',
  second_approver: 'At a terminal a person signs in by CF_ACCESS_TOKEN: "--help" says how.',
};

/** By code: what the gate or a state says no to, and what to do. */
const ADVICE: Readonly<Record<string, string>> = {
  no_role: 'The service token has no role here. An administrator names it in ADMIN_EMAILS or under Staff.',
  forbidden: 'Your role does not allow this. An administrator can.',
  kill_switch: 'All dialing is stopped. "dialing resume" goes on.',
  not_production: 'No agreements are confirmed, so no real number is dialled. Set BAA_CONFIRMED once they are signed.',
  not_approved: 'The questionnaire, or the campaign, is not approved. Approve it first.',
  bad_number: 'The number cannot be called. Look at the patient’s number.',
  suppressed:
    'The number is on the do-not-call list. "suppress list" says since when; only newer evidence takes it off.',
  patient_flag: 'A flag on the patient stops automated calls. "patient get" shows it.',
  no_consent:
    'There is no consent to be called at this number. State it with --consent-basis, --consent-by, --consent-at and --evidence.',
  reassigned: 'The number may belong to somebody else by now. Ask the patient for their number.',
  state_policy: 'The rules of the patient’s state do not allow this call.',
  outside_hours: 'It is outside calling hours where the patient may be. Try again later.',
  frequency: 'The patient or the number was called as often as the rules allow. Try again tomorrow.',
  capacity: 'The money for today is spent. Try again tomorrow, or raise SPEND_CAP_USD_PER_DAY.',
  already_reserved: 'Another call to this patient or number is under way. Watch that one.',
  not_live: 'The call is over. There is nothing to hang up.',
  not_ready: 'It is not ready yet. Try again in a moment, or add --wait.',
  no_note: 'This call left no note.',
  no_recording: 'This call was not recorded.',
};
