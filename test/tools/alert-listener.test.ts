/** The listener of `npm start` tells alerts of this worker from what anybody else sends (C77). */
import { Webhook } from 'standardwebhooks';
import { expect, it, onTestFinished } from 'vitest';
import { startAlertListener } from './alert-listener.ts';

const SECRET = `whsec_${btoa('alert-secret-of-thirty-two-bytes')}`;
const BODY = '{"type":"task.red_flag","call_id":"call_1"}';

async function send(secret: string | null, body = BODY) {
  const listener = await startAlertListener(SECRET);
  onTestFinished(() => listener.close());
  const [id, now] = ['task_1', new Date()];
  const timestamp = { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(now.getTime() / 1000)) };
  const signature = secret === null ? {} : { 'webhook-signature': new Webhook(secret).sign(id, now, BODY) };
  const { status } = await fetch(listener.url, { method: 'POST', body, headers: { ...timestamp, ...signature } });
  return { status, taken: listener.received.length, refused: listener.refused.length };
}

it('takes what is signed, and refuses and counts what is not, or by another secret, or was changed', async () => {
  expect(await send(SECRET)).toEqual({ status: 204, taken: 1, refused: 0 });
  const no = { status: 401, taken: 0, refused: 1 };
  expect(await send(null)).toEqual(no);
  expect(await send(`whsec_${btoa('another-secret-of-so-many-bytes!')}`)).toEqual(no);
  expect(await send(SECRET, BODY.replace('call_1', 'call_2'))).toEqual(no);
});
