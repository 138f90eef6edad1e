/** Somebody has seen an alert: said by API and page alike. The first who says so stays named; the alert closes by itself. */
import { log } from '../log.ts';
import { sendAlert } from '../send-alert.ts';
import { type Alert, acknowledgeAlert, getAlert } from '../store/alerts.ts';
import { newId } from '../store/new-id.ts';
import { notFound, Problem } from './errors.ts';
import type { Ask } from './route.ts';

type Asking = Pick<Ask, 'db' | 'config' | 'actor' | 'now'>;

export async function acknowledge({ db, actor, now }: Asking, id: string): Promise<Alert> {
  // Whoever took the access is not the one who takes the news of it off everybody's screen (HS-02).
  const kind = (await getAlert(db, id))?.kind;
  if (kind === 'emergency_access' && !(actor.ownRoles ?? actor.roles).includes('admin'))
    throw new Problem(403, 'forbidden');
  const alert = await acknowledgeAlert(db, id, actor.name, now);
  if (alert === null) throw notFound();
  return alert;
}

/** A message to ALERT_URL that says it is a test. */
export async function testAlerts({ config, now }: Pick<Asking, 'config' | 'now'>): Promise<void> {
  if (config.alerts.url === null)
    throw new Problem(409, 'no_alert_url', { detail: 'ALERT_URL is not set, so nobody can be told.' });
  try {
    await sendAlert(
      config,
      newId('alr', now),
      { type: 'alert.test', url: `${config.publicUrl}/dashboard/alerts` },
      now,
    );
  } catch (error) {
    log.warn('alert.test_failed', { reason: (error as Error).name });
    throw new Problem(409, 'not_taken', {
      detail: 'Whoever listens at ALERT_URL did not take it. Check the address and what it answers.',
    });
  }
}
