/**
 * The cron's look at how the installation is doing (C77): figures in, alerts opened and closed, and whoever listens at ALERT_URL told once
 * of each. What could not be told is told a minute later.
 */
import { ALERT_LIMITS, type AlertFacts, breachesIn } from '../domain/alerts/alert-rules.ts';
import { reconcile } from '../domain/alerts/reconcile.ts';
import { configOf, type Env } from '../env.ts';
import { log } from '../log.ts';
import { measure } from '../metrics.ts';
import { signRedactions } from '../sign-redactions.ts';
import { alertFacts } from '../store/alert-facts.ts';
import { type Alert, applyReconciled, openAlerts } from '../store/alerts.ts';
import { database } from '../store/database.ts';
import { tellAlerts } from '../tell-alerts.ts';

export async function watchInstallation(env: Env, now: number): Promise<void> {
  const [db, config] = [database(env), configOf(env)];
  await signRedactions(env);
  const facts: AlertFacts = await alertFacts(db, config.dialing.spendCapNanosPerDay, {
    ...{ now, windowMs: ALERT_LIMITS.windowMs, lateMs: ALERT_LIMITS.lateMs },
    silentMs: ALERT_LIMITS.silentMs * config.timerScale,
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
  await tellAlerts(env, now);
}

/** One point for each kind, however many there are of it. */
function measureKinds(env: Env, what: 'opened' | 'closed', alerts: readonly Pick<Alert, 'kind'>[]): void {
  for (const [kind, ofKind] of Map.groupBy(alerts, (alert) => alert.kind))
    measure(env, 'alert', { what, kind }, { count: ofKind.length });
}
