/**
 * The cron's look at how the installation is doing (C77): figures in, alerts opened and closed, and whoever listens at ALERT_URL told once
 * of each. What could not be told is told a minute later.
 */
import { ALERT_LIMITS, type AlertFacts, breachesIn } from '../domain/alerts/alert-rules.ts';
import { reconcile } from '../domain/alerts/reconcile.ts';
import { type Config, configOf, type Env } from '../env.ts';
import { log, takeRedactions } from '../log.ts';
import { measure } from '../metrics.ts';
import { sendAlert } from '../send-alert.ts';
import { alertFacts } from '../store/alert-facts.ts';
import { type Alert, applyReconciled, markTold, openAlerts, untoldAlerts } from '../store/alerts.ts';
import { type Database, database } from '../store/database.ts';
import { noteSign } from '../store/signs.ts';

const MOST_TOLD = 20;

export async function watchInstallation(env: Env, now: number): Promise<void> {
  const [db, config] = [database(env), configOf(env)];
  if (takeRedactions() > 0) await noteSign(db, 'redaction', { at: now, code: 'redacted' });
  const facts: AlertFacts = await alertFacts(db, config.dialing.spendCapNanosPerDay, {
    ...{ now, windowMs: ALERT_LIMITS.windowMs, silentMs: ALERT_LIMITS.silentMs * config.timerScale },
  });
  const known = await openAlerts(db, now);
  const reconciled = reconcile(known, breachesIn(facts), now);
  await applyReconciled(db, reconciled, now);
  for (const { kind, code } of reconciled.open) log.error('alert.opened', { kind, code });
  if (reconciled.close.length > 0) log.info('alert.closed', { count: reconciled.close.length });
  measureKinds(env, 'opened', reconciled.open);
  const closed = new Set(reconciled.close);
  measureKinds(
    ...([env, 'closed'] as const),
    known.filter(({ id }) => closed.has(id)),
  );
  await tell(db, config, now);
}

/** One point for each kind, however many there are of it. */
function measureKinds(env: Env, what: 'opened' | 'closed', alerts: readonly Pick<Alert, 'kind'>[]): void {
  for (const [kind, ofKind] of Map.groupBy(alerts, (alert) => alert.kind))
    measure(env, 'alert', { what, kind }, { count: ofKind.length });
}

/** Side by side: one that hangs holds up no other. */
async function tell(db: Database, config: Config, now: number): Promise<void> {
  const untold = await untoldAlerts(db, MOST_TOLD);
  await Promise.all(
    untold.map(async (alert) => {
      const what = alert.toldAt === null ? 'opened' : 'resolved';
      try {
        await sendAlert(config, `${alert.id}.${what}`, messageOf(alert, what, config), now);
        await markTold(db, alert.id, what, now);
      } catch (error) {
        log.error('alert.not_sent', { kind: alert.kind, code: alert.code, reason: (error as Error).name });
      }
    }),
  );
}

const messageOf = ({ id, kind, subject, code, count }: Alert, what: 'opened' | 'resolved', { publicUrl }: Config) => ({
  ...{ type: `alert.${what}`, alert_id: id, kind, subject, code, count },
  url: `${publicUrl}/dashboard/alerts`,
});
