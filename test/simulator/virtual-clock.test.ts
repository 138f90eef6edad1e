import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { rig } from './rig.ts';

describe('The virtual clock', () => {
  test('runs tasks by time, then by age, and none that was cancelled', async () => {
    const clock = new VirtualClock(0);
    const seen: string[] = [];
    const note = (name: string) => () => void seen.push(`${name}@${clock.now()}`);
    clock.after(20, note('c'));
    clock.after(10, note('a'));
    const cancel = clock.after(15, note('never'));
    clock.after(10, note('b'));
    cancel();
    await clock.advance(15);
    expect(seen).toEqual(['a@10', 'b@10']);
    expect(clock.now()).toBe(15);
    await clock.runUntilIdle();
    expect(seen).toEqual(['a@10', 'b@10', 'c@20']);
  });

  test('waits for a task before time goes on, and runs what tasks add', async () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    clock.after(5, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push(clock.now());
      clock.after(5, () => void seen.push(clock.now()));
    });
    clock.after(7, () => void seen.push(clock.now()));
    expect(await clock.runUntilIdle()).toBe(10);
    expect(seen).toEqual([5, 7, 10]);
  });

  test('keeps order over many timers', async () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    for (let index = 0; index < 2_000; index += 1)
      clock.after((index * 7919) % 1009, () => void seen.push(clock.now()));
    await clock.runUntilIdle();
    expect(seen).toHaveLength(2_000);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });
});

describe('The same seed', () => {
  async function run(seed: number): Promise<string[]> {
    const { dial, ask, clock, inbox } = await rig({ seed, webhookFaults: { duplicate: 0.3, reorder: 0.3, drop: 0.1 } });
    const calls = [];
    for (let index = 0; index < 5; index += 1) calls.push((await dial()).data.call_control_id);
    await clock.advance(10_000);
    for (const id of calls) await ask(id, 'hpi.pain_level');
    await clock.runUntilIdle();
    return inbox.map(({ body, at }) => `${at} ${body}`);
  }

  test('gives the same deliveries byte for byte, another seed other ones', async () => {
    const first = await run(7);
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
  });
});
