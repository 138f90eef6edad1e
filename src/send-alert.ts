/**
 * A message to ALERT_URL: ids, kinds, codes, counts and a link, never anything of a patient (HS-09). Signed as Standard Webhooks has it
 * when ALERT_SECRET is set. It follows no redirect, waits four seconds, and keeps nothing of the answer but whether it was taken.
 */
import { Webhook } from 'standardwebhooks';
import { withDeadline } from './deadline.ts';
import type { Config } from './env.ts';

const SEND_DEADLINE_MS = 4000;

/** Throws when nobody took it. Without ALERT_URL there is nobody to tell, and that is no failure. */
export async function sendAlert(
  { alerts: { url, secret } }: Pick<Config, 'alerts'>,
  id: string,
  message: Readonly<Record<string, string | number | null>>,
  now: number,
): Promise<void> {
  if (url === null) return;
  const body = JSON.stringify(message);
  const gone = new AbortController();
  const asked = fetch(url, {
    ...{ method: 'POST', redirect: 'manual', body, signal: gone.signal },
    headers: {
      'Content-Type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now / 1000)),
      ...(secret === null ? {} : { 'webhook-signature': new Webhook(secret).sign(id, new Date(now), body) }),
    },
  });
  try {
    const response = await withDeadline(asked, SEND_DEADLINE_MS);
    await response.body?.cancel().catch(() => undefined);
    if (!response.ok) throw new Error(`the alert was answered with ${response.status}`);
  } catch (error) {
    // Nobody waits for it any more.
    gone.abort();
    throw error;
  }
}
