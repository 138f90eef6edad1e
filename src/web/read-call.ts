/** One call as it stands now: while it lives its session is asked, afterwards D1 is (design: the session keeps the truth until then). */
import { withDeadline } from '../deadline.ts';
import type { CallLog } from '../domain/intake/call-log.ts';
import { isLiveStatus } from '../domain/intake/call-record.ts';
import type { Config, Env } from '../env.ts';
import { log } from '../log.ts';
import { cancelUnstarted } from '../store/attempts.ts';
import { getCallLog } from '../store/call-logs.ts';
import { type Call, getCall } from '../store/calls.ts';
import type { Database } from '../store/database.ts';
import type { AppContext } from './context.ts';
import { notFound, Problem } from './errors.ts';
import { showing } from './shown-patients.ts';

interface Reader {
  readonly c: AppContext;
  readonly env: Env;
  readonly config: Config;
  readonly db: Database;
}

export interface CurrentCall {
  readonly call: Call;
  /** The session's log; null when the call is no longer live there. */
  readonly liveLog: CallLog | null;
  /** Everything this call leaves behind is in D1. */
  readonly settled: boolean;
}

export async function readCall(reader: Reader, callId: string): Promise<CurrentCall> {
  const call = await storedCall(reader, callId);
  if (!isLiveStatus(call.status)) return { call, liveLog: null, settled: true };
  const view = await askSession(callId, reader.env.INTAKE_SESSION.getByName(callId).liveView());
  if (view !== null) return { call: { ...call, ...view.record }, liveLog: view.log, settled: false };
  // It may have settled between the two questions.
  const later = await storedCall(reader, callId);
  return { call: later, liveLog: null, settled: !isLiveStatus(later.status) };
}

export async function readCallLog(reader: Reader, current: CurrentCall): Promise<CallLog> {
  const stored = () => getCallLog(reader.db, reader.config.keyRing, current.call.id);
  return current.liveLog ?? (await stored()) ?? { events: [], transcript: [] };
}

/** Whoever reads it says something of it: its patient stands in the audit line. */
export async function storedCall({ c, db, config }: Reader, callId: string): Promise<Call> {
  const call = await getCall(db, config.keyRing, callId);
  if (call === null) throw notFound();
  showing(c, [call.patientId]);
  return call;
}

/** Asks the session to hang up, or to forget a call that still waits to be dialled; 409 when there is nothing left to hang up. */
export async function hangUp(reader: Reader, callId: string): Promise<void> {
  const call = await storedCall(reader, callId);
  const answer = isLiveStatus(call.status)
    ? await askSession(callId, reader.env.INTAKE_SESSION.getByName(callId).requestHangup())
    : 'not_live';
  if (answer === 'not_live') throw new Problem(409, 'not_live');
  if (answer === 'unstarted') await forget(reader, callId);
}

/** One session that hangs does not hold up whoever wants all calls ended. */
const HANGUP_DEADLINE_MS = 4000;
const HANGUPS_AT_ONCE = 100;

/** Side by side, whatever becomes of each; how many could not be asked. Those over already need not be. */
export async function hangUpAll(reader: Pick<Reader, 'env' | 'db'>, callIds: readonly string[]): Promise<number> {
  const left = callIds.values();
  let failed = 0;
  const work = async () => {
    for (const callId of left) {
      try {
        const session = reader.env.INTAKE_SESSION.getByName(callId);
        const answer = await askSession(callId, withDeadline(session.requestHangup(), HANGUP_DEADLINE_MS));
        if (answer === 'unstarted') await forget(reader, callId);
      } catch {
        failed += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(HANGUPS_AT_ONCE, callIds.length) }, work));
  return failed;
}

/** Its session will not start it any more; now the lists and the dialer learn of it. */
async function forget({ env, db }: Pick<Reader, 'env' | 'db'>, callId: string): Promise<void> {
  const attemptId = await cancelUnstarted(db, callId, Date.now());
  if (attemptId === null) return;
  try {
    await env.DIALER.getByName('dialer').release(attemptId);
  } catch {
    // The next hint finds the attempt canceled and releases it.
    log.warn('dialer.unavailable', { call_id: callId, attempt_id: attemptId });
  }
}

async function askSession<T>(callId: string, question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch {
    log.error('session.unavailable', { call_id: callId });
    throw new Problem(503, 'session_unavailable', { headers: { 'Retry-After': '2' } });
  }
}
