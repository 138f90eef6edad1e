import { describe, expect, it } from 'vitest';
import { type Answer, givenService, problem, runCli } from './given-service.ts';

const start = ['call', 'start', '+12025550143'];
const done = { status: 201, json: { call_id: 'call_1', status: 'queued' } };
const keysOf = (asked: readonly { readonly headers: object }[]) =>
  asked.map(({ headers }) => (headers as Record<string, string>)['idempotency-key']);
const failing =
  (failures: number, failure: ReturnType<Answer>): Answer =>
  (_, nth) =>
    nth <= failures ? failure : done;

describe('asking again', () => {
  it.each([
    ['the line goes dead', { drop: true }],
    ['the service is away', problem(503, 'session_unavailable')],
    ['a gateway finds nobody', { status: 502, text: 'bad gateway' }],
    ['there was too much', problem(429, 'too_many')],
    ['the first try is still at it', problem(409, 'in_progress')],
  ])('when %s an order is sent again under the same key, so that it is done once', async (_, failure) => {
    const service = await givenService(failing(3, failure));
    const ended = await runCli(service, start);
    expect(ended.code).toBe(0);
    expect(service.asked).toHaveLength(4);
    const keys = new Set(keysOf(service.asked));
    expect(keys.size).toBe(1);
    expect([...keys][0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(new Set(service.asked.map(({ body }) => body)).size).toBe(1);
  });

  it('waits longer each time, and as long as it is told', async () => {
    const service = await givenService(failing(3, problem(503, 'away')));
    expect((await runCli(service, start)).pauses).toEqual([500, 1000, 2000]);
    const told = await givenService(failing(1, { ...problem(503, 'away'), headers: { 'retry-after': '7' } }));
    expect((await runCli(told, start)).pauses).toEqual([7000]);
    const forLong = await givenService(failing(1, { ...problem(503, 'away'), headers: { 'retry-after': '9999' } }));
    expect((await runCli(forLong, start)).pauses).toEqual([120_000]);
    const busy = await givenService(failing(1, { ...problem(429, 'rate_limited'), headers: { 'retry-after': '60' } }));
    expect((await runCli(busy, start)).pauses).toEqual([60_000]);
  });

  it('says at a terminal, or in lines, how long it waits and why; not of short waits, nor among JSON (C65)', async () => {
    const limited = failing(1, { ...problem(429, 'rate_limited'), headers: { 'retry-after': '60' } });
    const told =
      /^So much at once is more than the service allows \(rate_limited\)\. It is asked again by itself in 60 seconds; /m;
    const { err } = await runCli(await givenService(limited), start);
    expect(err).toMatch(told);
    const drawn = await runCli(await givenService(limited), [...start, '--json'], { isTTY: true });
    expect(drawn.err.replaceAll('\r\u001b[K', '')).toMatch(told);
    expect((await runCli(await givenService(limited), [...start, '--json'])).err).toBe('');
    expect((await runCli(await givenService(failing(3, problem(503, 'away'))), start)).err).toBe('');
  });

  it('gives up after three times more', async () => {
    const service = await givenService(() => problem(503, 'away'));
    expect((await runCli(service, start)).code).toBe(7);
    expect(service.asked).toHaveLength(4);
  });

  it.each([409, 422, 404, 403, 500])('does not ask again after %i: that is an answer', async (status) => {
    const service = await givenService(() => problem(status, 'no'));
    await runCli(service, start);
    expect(service.asked).toHaveLength(1);
  });

  it('each order has a key of its own, one that reads has none, and one can be given', async () => {
    const service = await givenService(() => ({ json: { items: [], next_cursor: null } }));
    await runCli(service, start);
    await runCli(service, start);
    await runCli(service, ['call', 'list']);
    await runCli(service, [...start, '--idempotency-key', 'mine-1']);
    const [first, second, read, given] = keysOf(service.asked);
    expect(first).not.toBe(second);
    expect(read).toBeUndefined();
    expect(given).toBe('mine-1');
  });
});
