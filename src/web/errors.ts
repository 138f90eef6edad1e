/**
 * Refusals as problem+json (RFC 9457), as pages under /dashboard, and the last resort for what nobody expected.
 * An answer holds a code and JSON pointers, never a value that was sent or a message from inside (SE-21).
 */
import type { Config } from '../env.ts';
import { log } from '../log.ts';
import type { Actor, AppContext } from './context.ts';
import { errorPage } from './dashboard/error-page.tsx';
import { type KnownCode, PROBLEM_DETAILS, tooLargeDetail } from './problem-details.ts';

export const PROBLEM_TITLES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;
export type ProblemStatus = keyof typeof PROBLEM_TITLES;

export interface FieldError {
  /** JSON pointer into the body, or `/name` of a query parameter. */
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

interface ProblemDetails {
  /** What to do about it, in our own fixed words; when left out, those of the code (`problem-details.ts`). */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly decisionId?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whoever may take emergency access would see it then (HS-02). */
  readonly opensInEmergency?: boolean;
}

type WithWords = ProblemDetails & { readonly detail: string };

/** A request that cannot be served, thrown from anywhere behind the app. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: ProblemStatus;
  readonly code: string;
  readonly details: ProblemDetails;
  constructor(
    status: ProblemStatus,
    ...[code, details = {}]: [code: KnownCode, details?: ProblemDetails] | [code: string, details: WithWords]
  ) {
    super(code);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export const notFound = () => new Problem(404, 'not_found');
export const tooLarge = (maxBytes: number) => new Problem(413, 'too_large', { detail: tooLargeDetail(maxBytes) });

export function answerProblem(c: AppContext, problem: Problem): Response | Promise<Response> {
  const { status, code, details } = problem;
  for (const [name, value] of Object.entries(details.headers ?? {})) c.header(name, value);
  const requestId = c.get('requestId');
  if (isPage(c) && code !== 'not_configured') {
    const actor = (c.get('actor') as Actor | undefined) ?? null;
    const clinicName = (c.get('config') as Config | undefined)?.clinic.name ?? null;
    const opensInEmergency = details.opensInEmergency === true;
    return c.html(
      errorPage({ status, title: PROBLEM_TITLES[status], code, requestId, actor, clinicName, opensInEmergency }),
      status,
    );
  }
  const { errors, decisionId } = details;
  const detail = details.detail ?? PROBLEM_DETAILS[code as KnownCode];
  const body = {
    type: 'about:blank',
    title: PROBLEM_TITLES[status],
    status,
    code,
    request_id: requestId,
    detail,
    ...(decisionId === undefined ? {} : { decision_id: decisionId }),
    ...(errors === undefined ? {} : { errors }),
  };
  return c.body(JSON.stringify(body), status, { 'Content-Type': 'application/problem+json' });
}

/** For the app's onError and for throws that are no Error. The message may quote a patient, so only the kind is logged. */
export function answerError(thrown: unknown, c: AppContext): Response | Promise<Response> {
  const problem = problemOf(thrown);
  if (problem !== thrown) {
    const kind = thrown instanceof Error ? thrown.name : typeof thrown;
    const { method } = c.req;
    log.error('request.failed', { code: problem.code, kind, method, request_id: c.get('requestId') });
  }
  return answerProblem(c, problem);
}

/** How whatever was thrown is answered. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof Error && thrown.name === 'SealError')
    return new Problem(503, 'sealed_data_unreadable', { detail: SEALED });
  return new Problem(500, 'internal');
}

const SEALED =
  'Patient data does not open with the keys of this installation. Ask whoever runs it to look at /api/doctor; nothing is lost.';

const isPage = (c: AppContext): boolean => /^\/(dashboard(\/|$)|$)/.test(c.req.path);
