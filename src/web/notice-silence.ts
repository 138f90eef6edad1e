/**
 * The cron watches everything but itself. Whoever has a page open notices when it stands still: the alert is opened and told from here,
 * and the cron closes it when it runs again (C77).
 */
import { silentCron } from '../domain/alerts/alert-rules.ts';
import { log } from '../log.ts';
import { measure } from '../metrics.ts';
import { openAlert } from '../store/alerts.ts';
import { readSign } from '../store/signs.ts';
import { tellAlerts } from '../tell-alerts.ts';
import { contextOf } from './execution-context.ts';
import type { Ask } from './route.ts';

export async function noticeSilence({ c, env, db, now }: Pick<Ask, 'c' | 'env' | 'db' | 'now'>): Promise<void> {
  const silent = silentCron(await readSign(db, 'cron'), now);
  if (silent === null) return;
  const { kind, code } = silent;
  if ((await openAlert(db, silent, now)) !== null) {
    log.error('alert.opened', { kind, code });
    measure(env, 'alert', { what: 'opened', kind });
  }
  // Nobody else tells of anything while it stands still; the page waits for no listener.
  const telling = tellAlerts(env, now).catch((error: Error) => log.error('alert.not_told', { reason: error.name }));
  const context = contextOf(c);
  if (context === null) await telling;
  else context.waitUntil(telling);
}
