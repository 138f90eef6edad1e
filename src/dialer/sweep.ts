/**
 * The cron behind the alarms: attempts that never reached the dialer are queued again, sessions that should be over are woken,
 * staff are told again of what nobody has claimed.
 */
import { alertStaff } from '../alert-staff.ts';
import { configOf, type Env } from '../env.ts';
import { log } from '../log.ts';
import { cancelQueued, endUnknown, waitingAttempts } from '../store/attempts.ts';
import { overdueCalls } from '../store/calls.ts';
import { getCampaign, unfinishedCampaigns } from '../store/campaigns.ts';
import { type Database, database } from '../store/database.ts';
import { dueAlerts } from '../store/tasks.ts';

const WAITING_TOO_LONG_MS = 60_000;
/** Longer than any call may last. */
const LIVE_TOO_LONG_MS = 30 * 60_000;
/** A dial nobody knows of has long stopped ringing. */
const UNKNOWN_TOO_LONG_MS = 5 * 60_000;
const BATCH = 50;

export async function sweep(env: Env, now: number): Promise<void> {
  const db = database(env);
  const config = configOf(env);
  const { timerScale } = config;
  const waiting = await waitingAttempts(db, now - WAITING_TOO_LONG_MS * timerScale, BATCH);
  const dialer = env.DIALER.getByName('dialer');
  for (const { attemptId, callId, campaignId, contactId } of waiting) {
    const isOfRunner = campaignId !== null && contactId !== null;
    await tried(callId, isOfRunner ? again(env, db, campaignId, attemptId, callId) : dialer.enqueue(attemptId, callId));
  }
  for (const id of await unfinishedCampaigns(db, BATCH)) await tried(id, env.CAMPAIGN_RUNNER.getByName(id).wake());
  await endUnknown(db, now - UNKNOWN_TOO_LONG_MS * timerScale, now);
  const overdue = await overdueCalls(db, now - LIVE_TOO_LONG_MS * timerScale, BATCH);
  for (const { id } of overdue) await tried(id, env.INTAKE_SESSION.getByName(id).wake());
  // Side by side: one listener that hangs would hold up all the others.
  const alerts = await dueAlerts(db, now, BATCH);
  await Promise.all(alerts.map((alert) => alertStaff(db, config, alert, now)));
  if (waiting.length + overdue.length > 0) log.info('sweep.done', { count: waiting.length + overdue.length });
}

/** Of a campaign: the dialer has it again while the campaign runs; of one that does not, its runner takes it back. */
async function again(env: Env, db: Database, campaignId: string, attemptId: string, callId: string): Promise<void> {
  const campaign = await getCampaign(db, campaignId);
  if (campaign === null) return;
  const { pacePerSecond, maxLiveCalls, status } = campaign;
  const limits = { pacePerSecond, maxLiveCalls };
  if (status === 'running') {
    await env.DIALER.getByName('dialer').enqueueMany(campaignId, [{ attemptId, callId }], limits);
  } else if (await isUnstarted(env, callId)) {
    await cancelQueued(db, [attemptId], status === 'canceled' ? 'canceled' : 'ready', Date.now());
  }
  await env.CAMPAIGN_RUNNER.getByName(campaignId).wake();
}

/** Made sure of: from here a hint that is still under way starts nothing. A call that lives is left to its end. */
async function isUnstarted(env: Env, callId: string): Promise<boolean> {
  const session = env.INTAKE_SESSION.getByName(callId);
  return !(await session.hasStarted()) && (await session.requestHangup()) === 'unstarted';
}

/** One call that cannot be helped must not keep the rest from it. */
async function tried(callId: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    log.error('sweep.failed', { call_id: callId, reason: (error as Error).name });
  }
}
