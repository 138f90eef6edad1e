/** Whether webhooks can come and do: the address, the signatures, and what Telnyx says of its deliveries. */
import { describe, expect, it } from 'vitest';
import type { Reading } from '../../../src/domain/doctor/finding.ts';
import { ago, judgeWebhooks, type ProbeFacts, type WebhookFacts } from '../../../src/domain/doctor/webhooks.ts';

const NOW = Date.UTC(2026, 10, 23, 15);
const MINUTE = 60_000;
const HOUR = 3_600_000;
const read = <T>(value: T): Reading<T> => ({ read: true, value });
const unread: Reading<never> = { read: false, why: 'it did not answer in time.' };
const ours = (status: number): ProbeFacts => ({ status, isOurs: true, isAccess: false });
const others = (status: number): ProbeFacts => ({ status, isOurs: false, isAccess: false });
const access: ProbeFacts = { status: 302, isOurs: false, isAccess: true };
const sign = (agoMs: number, code: string | null = null) => ({ at: NOW - agoMs, code });

const good: WebhookFacts = {
  badKey: null,
  unsigned: read(ours(401)),
  health: read(ours(200)),
  media: read(ours(404)),
  signs: read({ verified: sign(3 * MINUTE), refused: null }),
  failed: read([]),
};
const wrong = (change: Partial<WebhookFacts>) =>
  judgeWebhooks({ ...good, ...change }, 'https://intake.example', NOW)
    .filter(({ code }) => code !== 'ok')
    .map(({ check, level, code }) => `${check} ${level} ${code}`);

describe('webhooks', () => {
  it('are green when the address refuses the unsigned, one was verified, and none failed', () => {
    expect(judgeWebhooks(good, 'https://intake.example', NOW).map(({ check, code }) => [check, code])).toEqual(
      ['public_key', 'webhook_address', 'webhook_signatures', 'webhook_deliveries'].map((check) => [check, 'ok']),
    );
  });

  const cases: [string, Partial<WebhookFacts>, string][] = [
    ['a key that is none', { badKey: 2 }, 'public_key fault public_key_malformed'],
    ['nobody answers', { unsigned: unread }, 'webhook_address fault webhook_unreachable'],
    ['a gateway that finds nobody', { unsigned: read(others(502)) }, 'webhook_address fault webhook_unreachable'],
    ['this worker without its settings', { unsigned: read(ours(503)) }, 'webhook_address fault webhook_unreachable'],
    ['Access before it', { unsigned: read(access) }, 'webhook_address fault webhook_behind_access'],
    ['something that takes anything', { unsigned: read(others(200)) }, 'webhook_address fault webhook_open'],
    ['even if it were ours', { unsigned: read(ours(200)) }, 'webhook_address fault webhook_open'],
    ['another that refuses', { unsigned: read(others(401)) }, 'webhook_address fault webhook_not_ours'],
    ['another that knows no such address', { unsigned: read(others(404)) }, 'webhook_address fault webhook_not_ours'],
    ['a redirect elsewhere', { unsigned: read(others(301)) }, 'webhook_address fault webhook_not_ours'],
    ['Access before the audio', { media: read(access) }, 'webhook_address fault media_behind_access'],
    ['Access before health', { health: read(access) }, 'webhook_address warning health_behind_access'],
    ['audio that was not looked at', { media: unread }, 'webhook_address warning not_checked'],
    ['health that was not looked at', { health: unread }, 'webhook_address warning not_checked'],
    [
      'none ever came',
      { signs: read({ verified: null, refused: null }) },
      'webhook_signatures warning webhook_unproven',
    ],
    [
      'all that came were refused',
      { signs: read({ verified: null, refused: sign(MINUTE, 'signature_mismatch') }) },
      'webhook_signatures fault webhook_signature_refused',
    ],
    [
      'those of the last hour were refused',
      { signs: read({ verified: sign(2 * HOUR), refused: sign(MINUTE, 'signature_mismatch') }) },
      'webhook_signatures fault webhook_signature_refused',
    ],
    ['signs that were not read', { signs: unread }, 'webhook_signatures warning not_checked'],
    [
      'deliveries fail, and none has come since',
      { failed: read([{ at: NOW - MINUTE, status: 302 }]) },
      'webhook_deliveries fault webhook_deliveries_failing',
    ],
    ['deliveries that were not read', { failed: unread }, 'webhook_deliveries warning not_checked'],
  ];
  it.each(cases)('%s: that, and nothing else', (_, change, expected) => {
    expect(wrong(change)).toEqual([expected]);
  });

  it('one forged delivery among many good ones is no fault', () => {
    const signs = read({ verified: sign(5 * MINUTE), refused: sign(MINUTE, 'signature_mismatch') });
    expect(wrong({ signs })).toEqual([]);
  });

  it('deliveries that failed before the last good one are over, and said', () => {
    const facts = { ...good, failed: read([{ at: NOW - 30 * MINUTE, status: null }]) };
    const told = judgeWebhooks(facts, 'https://intake.example', NOW).at(-1);
    expect(told).toMatchObject({ level: 'ok', detail: expect.stringContaining('30 minutes ago') });
  });

  it('names the host in what to do about Access', () => {
    const [, address] = judgeWebhooks({ ...good, unsigned: read(access) }, 'https://intake.example', NOW);
    expect(address?.remedy).toContain('intake.example/webhooks/*');
  });
});

it.each([
  [20_000, 'less than a minute ago'],
  [-5_000, 'less than a minute ago'],
  [MINUTE, 'a minute ago'],
  [119 * MINUTE, '119 minutes ago'],
  [5 * HOUR, '5 hours ago'],
  [72 * HOUR, '3 days ago'],
])('%i ms ago is “%s”', (ms, words) => {
  expect(ago(NOW - ms, NOW)).toBe(words);
});
