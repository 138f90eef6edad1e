/** Our verification of a signature against Web Crypto alone, with the key imported once, and against the official SDK. */
import { createWebhookSigner, signedHeaders } from '../../src/simulator/webhook-signer.ts';
import { buildSmallWorker } from './baseline.ts';
import type { BenchContext, Row } from './row.ts';
import { beside } from './statistics.ts';

export const name = 'verify';

const PORT = 9422;
const ROUNDS = 6;
const TIMES = 1500;
const WAYS = ['ours', 'raw', 'sdk'] as const;

export async function run({ folder, progress }: BenchContext): Promise<Row[]> {
  const signer = await createWebhookSigner();
  const body = JSON.stringify({ data: { event_type: 'call.gather.ended', payload: { filler: 'x'.repeat(800) } } });
  const worker = await buildSmallWorker(folder, 'verify-worker').start(PORT);
  const perSecond: Record<(typeof WAYS)[number], number[]> = { ours: [], raw: [], sdk: [] };
  try {
    // The first one warms them up.
    for (let round = 0; round <= ROUNDS; round += 1) {
      // Each is first, second and third as often.
      for (const way of [...WAYS.slice(round % WAYS.length), ...WAYS.slice(0, round % WAYS.length)]) {
        const headers = await signedHeaders(signer, Date.now(), body);
        const asked = JSON.stringify({ way, times: TIMES, publicKey: signer.publicKey, headers, body });
        const began = performance.now();
        const answer = await fetch(`http://127.0.0.1:${PORT}/`, { method: 'POST', body: asked });
        const { good } = (await answer.json()) as { good: number };
        if (good !== TIMES) throw new Error(`${way} verified ${good} of ${TIMES}`);
        if (round > 0) perSecond[way].push((TIMES * 1000) / (performance.now() - began));
      }
      progress(`round ${round} of ${ROUNDS}`);
    }
  } finally {
    await worker.dispose();
  }
  const row = { name: 'signatures verified, 1 kB', unit: '/s' };
  return [
    beside(row, perSecond.ours, { name: 'Web Crypto alone', rounds: perSecond.raw }),
    beside(row, perSecond.ours, { name: 'the SDK', rounds: perSecond.sdk }),
  ];
}
