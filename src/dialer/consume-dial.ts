/**
 * The dial queue's consumer: the gate again at the last moment, then the permit, then the session. A message is a hint, so
 * each step may find that there is nothing to do; the session is the one place where an attempt can start only once.
 */
import { decide } from '../domain/campaign/gate.ts';
import { configOf, type DialMessage, type Env } from '../env.ts';
import { log } from '../log.ts';
import { attemptStatus, blockAttempt, cancelUnstarted, failUnstarted, markDialing } from '../store/attempts.ts';
import { getCall } from '../store/calls.ts';
import { type Database, database } from '../store/database.ts';
import { insertDecision, readGateFacts } from '../store/dial-decisions.ts';
import { prepareDial } from '../store/prepare-plan.ts';
import { usNumber } from '../us-number.ts';

const RETRY_SECONDS = 5;

export async function consumeDial(batch: MessageBatch<DialMessage>, env: Env): Promise<void> {
  for (const message of batch.messages) {
    const { attempt_id, call_id } = message.body;
    try {
      await dial(env, attempt_id, call_id);
      message.ack();
    } catch (error) {
      log.error('dial.failed', { attempt_id, call_id, reason: (error as Error).name, attempt: message.attempts });
      message.retry({ delaySeconds: RETRY_SECONDS });
    }
  }
}

async function dial(env: Env, attemptId: string, callId: string): Promise<void> {
  const config = configOf(env);
  const db = database(env);
  const dialer = env.DIALER.getByName('dialer');
  const [status, call] = await Promise.all([attemptStatus(db, attemptId), getCall(db, config.keyRing, callId)]);
  if (status !== 'queued' && status !== 'dialing') return dialer.release(attemptId);

  // A doubled message: the session has the attempt, and the gate has no say about a call that is under way.
  if (status === 'dialing') return;
  if (call === null) return giveUp(env, db, attemptId, callId, 'patient_unreadable');

  const underWay = async () => {
    await dialer.started(attemptId);
    await markDialing(db, attemptId);
  };
  const facts = await readGateFacts(db, config.keyRing, config.dialing.callingHours, {
    phoneNumber: call.phoneNumber,
    numberValid: usNumber(call.phoneNumber) !== null,
    patientId: call.patientId,
    statedConsentId: null,
    attemptId,
  });
  const decision = decide(facts);
  const now = Date.now();
  const subject = { callId, attemptId, patientId: call.patientId, moment: 'dial' as const };
  const session = env.INTAKE_SESSION.getByName(callId);
  if (!decision.allowed) {
    // It was started, and only that it was could not be written down: the gate comes too late.
    if (await session.hasStarted()) return underWay();
    await insertDecision(db, subject, decision, facts, now).statement;
    await blockAttempt(db, attemptId, callId, decision.code, now);
    log.info('dial.blocked', { attempt_id: attemptId, call_id: callId, code: decision.code });
    return dialer.release(attemptId);
  }

  const prepared = await prepareDial(db, config, call, attemptId, now);
  if (prepared === null) return giveUp(env, db, attemptId, callId, 'not_preparable');
  const { permit } = await dialer.take(attemptId);
  if (permit !== 'granted') return;
  await insertDecision(db, subject, decision, facts, now).statement;
  const started = await session.start(prepared.plan, prepared.wrappedKey);
  if (started === 'canceled') {
    await cancelUnstarted(db, callId, now);
    return dialer.release(attemptId);
  }
  await underWay();
}

/** It can never be dialled, now or later: the call ends here, and the number is free. */
async function giveUp(env: Env, db: Database, attemptId: string, callId: string, code: string): Promise<void> {
  await failUnstarted(db, callId, code, Date.now());
  log.error('dial.impossible', { attempt_id: attemptId, call_id: callId, code });
  await env.DIALER.getByName('dialer').release(attemptId);
}
