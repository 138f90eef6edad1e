/**
 * The dial queue's consumer: the gate again at the last moment, then the permit, then the session. A message is a hint, so
 * each step may find that there is nothing to do; the session is the one place where an attempt can start only once.
 */
import { decide, type GateFacts } from '../domain/campaign/gate.ts';
import { configOf, type DialMessage, type Env } from '../env.ts';
import { log } from '../log.ts';
import { measure } from '../metrics.ts';
import { attemptStatus, blockAttempt, cancelUnstarted, failUnstarted, markDialing } from '../store/attempts.ts';
import { getCall } from '../store/calls.ts';
import { type Database, database } from '../store/database.ts';
import { readMarks } from '../store/database-marks.ts';
import { insertDecision } from '../store/dial-decisions.ts';
import { readGateFacts } from '../store/gate-facts.ts';
import { prepareDial, readDialSubject } from '../store/prepare-plan.ts';
import { tookProbe } from '../store/queue-probe.ts';
import { searchHash } from '../store/seal.ts';
import { usNumber } from '../us-number.ts';

const RETRY_SECONDS = 5;

/** Side by side: who comes a little early is kept waiting for the permit, and must not hold up the others of the batch. */
export async function consumeDial(batch: MessageBatch<DialMessage>, env: Env): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      if (await tookProbe(env, 'dial_queue', message)) return;
      const { attempt_id, call_id } = message.body;
      try {
        await dial(env, attempt_id, call_id);
        message.ack();
      } catch (error) {
        log.error('dial.failed', { attempt_id, call_id, reason: (error as Error).name, attempt: message.attempts });
        message.retry({ delaySeconds: RETRY_SECONDS });
      }
    }),
  );
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
    await markDialing(db, attemptId, Date.now());
  };
  const now = Date.now();
  const [subject, stopped] = await Promise.all([readDialSubject(db, config, call), dialer.isStopped()]);
  if (subject === null) return giveUp(env, db, attemptId, callId, 'not_preparable');
  const { occasion, patient, questionnaire } = subject;
  const { phoneNumber, fromNumber } = call;
  const numberValid = usNumber(phoneNumber) !== null;
  const asked = { phoneNumber, numberValid, patient, statedConsent: null, attemptId };
  const [facts] = (await readGateFacts(db, config, { ...occasion, stopped }, [asked], now)) as [GateFacts];
  const decision = decide(facts, now);
  measure(env, 'dial', { code: decision.allowed ? 'allowed' : decision.code });
  const row = {
    ...{ callId, attemptId, campaignId: call.campaignId, contactId: call.contactId, patientId: call.patientId },
    ...{ moment: 'dial' as const, from: fromNumber, questionnaire },
  };
  const session = env.INTAKE_SESSION.getByName(callId);
  if (!decision.allowed) {
    // Whoever goes on again goes on with what waits: the dialer hints at it then.
    if (decision.code === 'kill_switch') return;
    // It was started, and only that it was could not be written down: the gate comes too late.
    if (await session.hasStarted()) return underWay();
    await insertDecision(db, row, decision, facts, now).statement;
    await blockAttempt(db, attemptId, callId, decision.code, now);
    log.info('dial.blocked', { attempt_id: attemptId, call_id: callId, code: decision.code });
    return dialer.release(attemptId);
  }

  // After all facts: whatever was read of a database that was set back is noticed by these.
  const [prepared, marks] = await Promise.all([prepareDial(config, call, subject, attemptId, now), readMarks(db)]);
  if (prepared === null) return giveUp(env, db, attemptId, callId, 'not_speakable');
  const phoneHash = searchHash(config.keyRing, 'phone', phoneNumber);
  const { campaignId, contactId, patientId } = call;
  const granted = { attemptId, callId, campaignId, contactId, patientId, phoneHash, counts: !occasion.isTest };
  const { permit } = await dialer.take(attemptId, { dial: granted, marks });
  if (permit !== 'granted') return;
  await insertDecision(db, row, decision, facts, now).statement;
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
  measure(env, 'dial', { code });
  await env.DIALER.getByName('dialer').release(attemptId);
}
