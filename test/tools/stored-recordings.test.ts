import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { judgeRecordings } from './stored-recordings.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const item = (callId: string | null, audio: string, deletedAt: number | null = 1) => ({
  ...{ id: `id-${callId}`, call_control_id: 'v3:x', call_leg_id: 'leg', call_id: callId },
  ...{ format: 'mp3' as const, channels: 'dual' as const, bytes: audio.length, sha256: sha256(audio) },
  ...{ started_at: 0, ended_at: 1_000, deleted_at: deletedAt, downloads: 1 },
});
type Item = ReturnType<typeof item>;

/** What the API says of each call, and the audio it gives. */
function given(items: Item[], calls: Record<string, { status: string[]; audio?: string }>) {
  return {
    telnyx: { engine: { recordings: { inventory: () => Promise.resolve(items) } } },
    api: (_: string, path: string) => {
      const { status } = calls[path.split('/').at(-1)!]!;
      const body = { recording: { status: status.length > 1 ? status.shift() : status[0] } };
      return Promise.resolve({ status: 200, body });
    },
    bytes: (path: string) => {
      const { audio } = calls[path.split('/').at(-2)!]!;
      const body = new TextEncoder().encode(audio ?? '');
      return Promise.resolve({ status: audio === undefined ? 404 : 200, contentType: 'audio/mpeg', body });
    },
  };
}
const times = { latestMs: 0, limitMs: 1_200 };

test('a recording counts as stored when the clinic gives the very bytes that Telnyx recorded', async () => {
  const running = given([item('call_1', 'sound')], { call_1: { status: ['pending', 'ready'], audio: 'sound' } });
  expect(await judgeRecordings(running, times)).toEqual({ stored: 1, leftAtTelnyx: 0, problems: [] });
});

test('other bytes, none, a failure, one that stays pending and one of no call are told apart', async () => {
  const ids = ['other', 'gone', 'failed', 'slow'] as const;
  const running = given([...ids.map((id) => item(id, 'sound')), item(null, 'sound')], {
    other: { status: ['ready'], audio: 'noise!' },
    gone: { status: ['ready'] },
    failed: { status: ['failed'] },
    slow: { status: ['pending'] },
  });
  expect((await judgeRecordings(running, times)).problems).toEqual([
    'recording of other: 6 other bytes than the 5 recorded',
    'recording of gone: cannot be fetched: 404',
    'recording of failed: is failed',
    'recording of slow: is pending',
    'recording of null: of no call the worker knows',
  ]);
});

test('a recording that is stored, and still lies at Telnyx, is a problem', async () => {
  const running = given([item('call_1', 'sound', null)], { call_1: { status: ['ready'], audio: 'sound' } });
  expect(await judgeRecordings(running, times)).toEqual({
    stored: 1,
    leftAtTelnyx: 1,
    problems: ['recording of call_1: not deleted at Telnyx'],
  });
});
