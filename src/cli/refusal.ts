/** What was refused, as an exit code and words that say what to do. The service's own words come first; then what is to be done at a terminal. */
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
  const words = (code === 'invalid' ? undefined : detail) ?? BY_STATUS[status] ?? otherWords(status);
  const more = code === undefined ? undefined : HERE[code];
  return more === undefined ? words : `${words} ${more}`;
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
  unauthenticated: 'Here: look at CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET, or at CF_ACCESS_TOKEN.',
  no_role: 'They name a service token in ADMIN_EMAILS or under Staff.',
  person_needed:
    'Here: run "cloudflared access login" with the URL of the service, and set CF_ACCESS_TOKEN to what "cloudflared access token -app=" with it prints.',
  red_flag_open: '"tasks list --kind red_flag" shows it, "tasks claim" takes it on.',
  second_approver: 'At a terminal a person signs in by CF_ACCESS_TOKEN: "--help" says how.',
  kill_switch: '"dialing status" says since when; "dialing resume" goes on.',
  not_production: 'They set BAA_CONFIRMED once the agreements are signed.',
  suppressed: '"suppress list" says since when; only newer evidence takes it off.',
  patient_flag: '"patient get" shows them.',
  no_consent: 'Here: --consent-basis, --consent-by, --consent-at and --evidence.',
  capacity: 'What may be spent in a day is SPEND_CAP_USD_PER_DAY.',
  already_reserved: '"call list" shows it, "call watch" follows it.',
};
