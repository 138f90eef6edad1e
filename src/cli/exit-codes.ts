/** How the command line ends. `--help` and README say the same; scripts rely on it, so a number never changes its meaning. */

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notSignedIn: 3,
  notFound: 4,
  conflict: 5,
  invalid: 6,
  unavailable: 7,
  fault: 8,
} as const;

export const EXIT_HELP = `Exit codes:
  0  done
  1  done, but not as wished: a call that ended otherwise, a file that failed, rows of a list that
     were refused, a number that may not be called
  2  the command was not understood, or not confirmed
  3  not signed in, or no role for this
  4  there is none with this id, or it is not ready
  5  refused: the state is wrong, or the gate said no (its code and what to do are printed)
  6  the input is invalid (the place and what is wrong with it are printed)
  7  the service does not answer
  8  doctor found a fault, or could not look; a line of the audit is not as it was written; above 8: what it found, each with a number of its own`;

/** What a server said was wrong, as far as it said anything (RFC 9457). */
export interface ProblemBody {
  readonly code?: string;
  readonly detail?: string;
  readonly request_id?: string;
  readonly decision_id?: string;
  readonly errors?: readonly { readonly pointer: string; readonly code: string; readonly detail: string }[];
}

/** An end that is not 0, with what to tell whoever asked. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;
  readonly status: number | null;
  readonly problem: ProblemBody;
  constructor(
    exitCode: number,
    message: string,
    { status = null, problem = {} }: { status?: number | null; problem?: ProblemBody } = {},
  ) {
    super(message);
    this.exitCode = exitCode;
    this.status = status;
    this.problem = problem;
  }
}

export const usageError = (message: string): CliError => new CliError(EXIT.usage, message);
