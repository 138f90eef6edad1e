/**
 * Tells staff of a task that cannot wait (CL-03): a POST to ALERT_URL with ids and a link, never anything of the patient
 * (HS-09). Told again until somebody claims the task; one that could not be told is due at once, and the sweep comes every minute.
 */
import { withDeadline } from './deadline.ts';
import type { Config } from './env.ts';
import { log } from './log.ts';
import { sendAlert } from './send-alert.ts';
import type { Database } from './store/database.ts';
import { alertAgainAt } from './store/tasks.ts';

/** So long staff have to claim it. */
const AGAIN_AFTER_MS = 5 * 60_000;
const SEND_DEADLINE_MS = 4000;

export interface Alert {
  /** The task's. */
  readonly id: string;
  readonly kind: string;
  readonly callId: string;
}

/** Never throws: an alert that does not get through is logged and comes again. */
export async function alertStaff(db: Database, config: Config, alert: Alert, now: number): Promise<void> {
  const line = { call_id: alert.callId, task_id: alert.id };
  try {
    const message = { type: `task.${alert.kind}`, task_id: alert.id, call_id: alert.callId };
    const url = `${config.publicUrl}/dashboard/calls/${alert.callId}`;
    await withDeadline(sendAlert(config, alert.id, { ...message, url }, now), SEND_DEADLINE_MS);
    await withDeadline(alertAgainAt(db, alert.id, now + AGAIN_AFTER_MS * config.timerScale), SEND_DEADLINE_MS);
    log.info('alert.sent', line);
  } catch (error) {
    log.error('alert.not_sent', { ...line, reason: (error as Error).name });
  }
}
