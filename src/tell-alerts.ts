/**
 * Whoever listens at ALERT_URL is told once that something is wrong and once that it is over (U31). What is not taken is told again,
 * soon at first and then hourly, under the same id, so that a listener who took it all the same knows it again; and it holds up nothing else.
 */
import { tellAgainMs } from './domain/alerts/tell-again.ts';
import { type Config, configOf, type Env } from './env.ts';
import { log } from './log.ts';
import { sendAlert } from './send-alert.ts';
import { type Alert, markNotTold, markTold, untoldAlerts } from './store/alerts.ts';
import { database } from './store/database.ts';

const MOST_TOLD = 20;

/** Side by side: one that hangs holds up no other. */
export async function tellAlerts(env: Env, now: number): Promise<void> {
  const [db, config] = [database(env), configOf(env)];
  const untold = await untoldAlerts(db, now, MOST_TOLD);
  await Promise.all(
    untold.map(async (alert) => {
      const what = alert.toldAt === null ? 'opened' : 'resolved';
      try {
        await sendAlert(config, `${alert.id}.${what}`, messageOf(alert, what, config), now);
        await markTold(db, alert.id, what, now);
      } catch (error) {
        log.error('alert.not_sent', { kind: alert.kind, code: alert.code, reason: (error as Error).name });
        await markNotTold(db, alert, now + tellAgainMs(alert.tellTries + 1) * config.timerScale);
      }
    }),
  );
}

const messageOf = ({ id, kind, subject, code, count }: Alert, what: 'opened' | 'resolved', { publicUrl }: Config) => ({
  ...{ type: `alert.${what}`, alert_id: id, kind, subject, code, count },
  url: `${publicUrl}/dashboard/alerts`,
});
