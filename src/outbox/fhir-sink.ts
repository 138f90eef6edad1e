/**
 * The clinic's FHIR server: each version of a note as one transaction (RESTful, R4) of resources under ids of their own, so that a second
 * delivery changes nothing and a corrected note takes the place of the first. What the server says beside its codes may quote a patient: it is
 * read for those codes alone, and neither kept nor logged. The token goes to that one address and follows no redirect.
 */
import { judgeAnswer } from '../domain/delivery/judge-answer.ts';
import { judgeTransaction } from '../domain/delivery/judge-transaction.ts';
import type { FhirSettings } from '../domain/delivery/sink-settings.ts';
import { accessTo } from './fhir-access.ts';
import { inTime } from './in-time.ts';
import { readJson } from './read-json.ts';
import { retryAfterOf } from './retry-after.ts';
import type { Sink, SinkOutcome } from './sink.ts';

/** Of everything: the token, the transaction, and both again. */
const TIMEOUT_MS = 20_000;

export function fhirSink({ base, access }: FhirSettings, timeoutMs: number = TIMEOUT_MS): Sink {
  /** With a token; once more with a new one where a token of the service is not taken any more. */
  const ask = async (
    url: string,
    init: RequestInit & { readonly headers: Record<string, string> },
    signal: AbortSignal,
    judge: (response: Response) => Promise<SinkOutcome>,
    renewed = false,
  ): Promise<SinkOutcome> => {
    const given = await accessTo(access, signal, renewed);
    if (!given.ok) return given.outcome;
    const headers = { ...init.headers, ...given.headers };
    const response = await fetch(url, { ...init, ...{ redirect: 'manual', signal, headers } });
    if (response.status !== 401 || access.kind !== 'client' || renewed) return judge(response);
    await response.body?.cancel().catch(() => undefined);
    return ask(url, init, signal, judge, true);
  };

  return {
    ...{ name: 'fhir', host: new URL(base).host, hasKey: access.kind !== 'open', isSigned: false },
    keepsNewest: true,
    tellsRecording: false,
    deliver: async (id, handover) => {
      const bundle = await handover.bundle();
      const headers = { ...HEADERS, 'Content-Type': 'application/fhir+json', 'X-Request-Id': id };
      const init = { method: 'POST', headers: { ...headers, Prefer: 'return=minimal' }, body: JSON.stringify(bundle) };
      const sent = bundle.entry?.length ?? 0;
      return inTime(timeoutMs, (signal) => ask(base, init, signal, (response) => judged(response, signal, sent)));
    },
    test: () =>
      inTime(timeoutMs, (signal) =>
        ask(`${base}/metadata`, { headers: HEADERS }, signal, (response) => capable(response, signal)),
      ),
  };
}

const HEADERS = { Accept: 'application/fhir+json', 'User-Agent': 'telnyx-edge-intake' };

async function judged(response: Response, signal: AbortSignal, sent: number): Promise<SinkOutcome> {
  const { status, headers } = response;
  const about = { httpStatus: status, retryAfterMs: retryAfterOf(headers.get('Retry-After'), Date.now()) };
  if (!response.ok) {
    await response.body?.cancel().catch(() => undefined);
    return { ...judgeTransaction(status, undefined, sent), ...about };
  }
  try {
    return { ...judgeTransaction(status, await readJson(response, signal), sent), ...about };
  } catch {
    // It may have been taken: sent again it changes nothing.
    return { kind: 'try_again', code: signal.aborted ? 'timed_out' : 'answer_broken', ...about };
  }
}

/** Whether it is a FHIR server of the version that the notes are written in. */
async function capable(response: Response, signal: AbortSignal): Promise<SinkOutcome> {
  const { status } = response;
  const about = { httpStatus: status, retryAfterMs: null };
  const verdict = judgeAnswer(status);
  if (verdict.kind !== 'delivered') {
    await response.body?.cancel().catch(() => undefined);
    return { ...verdict, ...about };
  }
  const answer = (await readJson(response, signal)) as Partial<Record<string, unknown>> | null | undefined;
  const isR4 = answer?.['resourceType'] === 'CapabilityStatement' && /^4\.0(\.|$)/.test(String(answer['fhirVersion']));
  return isR4 ? { ...verdict, ...about } : { kind: 'refused', code: 'not_fhir_r4', ...about };
}
