import { describe, expect, it } from 'vitest';
import { type Answer, givenService, problem, runCli } from './given-service.ts';

const base = Date.parse('2026-11-28T15:00:00Z');
const at = (second: number) => new Date(base + second * 1000).toISOString();
const call = (status: string) => ({
  ...{ call_id: 'call_1', status, phone_number: '+12025550143', answered_at: at(1), ended_at: null, created_at: at(0) },
  ...{ duration_seconds: 61, hangup_cause: 'normal_clearing', error: null, red_flags: 0 },
  recording: { status: 'pending', duration_seconds: null },
});
const lines = [
  { speaker: 'agent', text: 'This is the clinic.', timestamp: at(2), input: 'voice' },
  { speaker: 'patient', text: '1', timestamp: at(5), input: 'keys' },
  { speaker: 'agent', text: 'Once more.', timestamp: at(6), input: 'voice' },
  { speaker: 'agent', text: 'Once more.', timestamp: at(6), input: 'voice' },
];
const events = [
  { event_id: 'e1', type: 'call.answered', at: at(1), effect: 'applied' },
  { event_id: 'e2', type: 'gather.ended', at: at(5), effect: 'applied' },
  { event_id: 'e2', type: 'gather.ended', at: at(5), effect: 'duplicate' },
];
/** A call that has more to tell at each look, and is over at the fourth. */
function running(end: string): Answer {
  let looks = 0;
  return ({ path }) => {
    if (path.endsWith('/transcripts')) return { json: { items: lines.slice(0, looks) } };
    if (path.endsWith('/events')) return { json: { items: events.slice(0, looks) } };
    looks += 1;
    return { json: call(looks < 4 ? 'in_progress' : end) };
  };
}

describe('call watch', () => {
  it('prints each line and each event once, in their order, then how it ended', async () => {
    const ended = await runCli(await givenService(running('completed')), ['call', 'watch', 'call_1', '--utc']);
    expect(ended.code).toBe(0);
    // Not how the call stands, which has the time of day at which that was seen.
    const shown = ended.out.split('\n').filter((line) => /^15:00:0\dZ +(agent|patient|call\.|gather\.)/.test(line));
    expect(shown).toEqual([
      '15:00:01Z    call.answered',
      '15:00:02Z  agent    This is the clinic.',
      '15:00:05Z  patient  1 [keys]',
      '15:00:05Z    gather.ended',
      '15:00:05Z    gather.ended (duplicate)',
      '15:00:06Z  agent    Once more.',
      '15:00:06Z  agent    Once more.',
    ]);
    expect(ended.out).toMatch(/status +completed\nduration +61 s/);
  });

  it.each(['partial', 'declined', 'no_answer', 'voicemail', 'failed', 'opted_out'])(
    'ends with 1 when the call was %s',
    async (status) => {
      expect((await runCli(await givenService(running(status)), ['call', 'watch', 'call_1'])).code).toBe(1);
    },
  );

  it('with --json is a JSON object a line, the call last and its number masked', async () => {
    const { out } = await runCli(await givenService(running('completed')), ['call', 'watch', 'call_1', '--json']);
    const news = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const first = ['status', 'event', 'transcript', 'transcript', 'event', 'event', 'transcript'];
    expect(news.map(({ kind }) => kind)).toEqual([...first, 'status', 'transcript', 'call']);
    expect(news.at(-1)).toMatchObject({ kind: 'call', status: 'completed', phone_number: '•••• 0143' });
  });

  it('outlives a service that is away for a while, but not for good', async () => {
    const answer = running('completed');
    // As many refusals as one look and its repeats make, then it is back.
    const service = await givenService((asked, nth) =>
      nth > 3 && nth <= 7 ? problem(503, 'session_unavailable') : answer(asked, nth),
    );
    expect((await runCli(service, ['call', 'watch', 'call_1'])).code).toBe(0);
    const before = running('completed');
    const gone = await givenService((asked, nth) => (nth > 3 ? problem(503, 'away') : before(asked, nth)));
    expect((await runCli(gone, ['call', 'watch', 'call_1'])).code).toBe(7);
  });

  it('of a call nobody knows ends at once', async () => {
    const service = await givenService(() => problem(404, 'not_found'));
    expect((await runCli(service, ['call', 'watch', 'call_0'])).code).toBe(4);
    expect(service.asked).toHaveLength(1);
  });
});

describe('campaign watch', () => {
  const campaign = (status: string, done: number, reason: string | null = null) => ({
    ...{ campaign_id: 'cmp_1', name: 'Autumn', status, status_reason: reason },
    counts: { total: 4, ready: 4 - done, active: 0, done, skipped: 0, canceled: 0, outcomes: { completed: done } },
    progress: { live: 0, calls_per_minute: 1, finish_at: null, spent: { amount: '0.10', currency: 'USD' } },
  });
  const going =
    (status: string, done = 4, reason: string | null = null): Answer =>
    (_, nth) => ({
      json: nth < 4 ? campaign('running', Math.min(done, nth - 1)) : campaign(status, done, reason),
    });
  const watch = async (answer: Answer, ...flags: string[]) =>
    runCli(await givenService(answer), ['campaign', 'watch', 'cmp_1', ...flags]);

  it('prints a line for each step and ends with 0 when it is completed (S2-L1, S2-E03)', async () => {
    const ended = await watch(going('completed'));
    expect(ended.code).toBe(0);
    expect(ended.out.split('\n').filter((line) => line.startsWith('Campaign: '))).toEqual([
      'Campaign: 0%  running, 0 of 4 settled, 4 waiting, 0 on the phone',
      'Campaign: 25%  running, 1 of 4 settled, 3 waiting, 0 on the phone',
      'Campaign: 50%  running, 2 of 4 settled, 2 waiting, 0 on the phone',
      'Campaign: 100%  completed, 4 of 4 settled, 0 waiting, 0 on the phone',
    ]);
  });

  it('ends with 1 when it stands still, and says why and what to do', async () => {
    const ended = await watch(going('paused', 1, 'too_many_failures'));
    expect(ended).toMatchObject({
      code: 1,
      out: expect.stringMatching(/paused \(too_many_failures\).*campaign resume cmp_1/s),
    });
    expect((await watch(going('canceled', 1))).code).toBe(1);
  });

  it('waits for the calls that are under way when it was paused', async () => {
    const service = await givenService((_, nth) => {
      const paused = campaign('paused', 1);
      return { json: { ...paused, progress: { ...paused.progress, live: nth < 5 ? 1 : 0 } } };
    });
    await runCli(service, ['campaign', 'watch', 'cmp_1']);
    expect(service.asked).toHaveLength(5);
  });

  it('with --strict ends with 1 unless everybody was reached to the end', async () => {
    const answer: Answer = () => ({
      json: {
        ...campaign('completed', 4),
        counts: { ...campaign('completed', 4).counts, outcomes: { completed: 3, declined: 1 } },
      },
    });
    expect((await watch(answer)).code).toBe(0);
    expect((await watch(answer, '--strict')).code).toBe(1);
    expect((await watch(going('completed'), '--strict')).code).toBe(0);
  });

  it('with --json is a line for each change', async () => {
    const { out } = await watch(going('completed'), '--json');
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { counts: { done: number } }).counts.done),
    ).toEqual([0, 1, 2, 4]);
  });
});
