/** What an answer of a receiving system means, for every status there is, and the words for it. */
import { describe, expect, it } from 'vitest';
import { explainCode, judgeAnswer } from '../../../src/domain/delivery/judge-answer.ts';
import { configuredSinks, SINK_NAMES } from '../../../src/domain/delivery/sinks.ts';
import { JOB_POLICIES, nextTryMs } from '../../../src/domain/jobs/backoff.ts';

const ALL = Array.from({ length: 500 }, (_, n) => n + 100);
const of = (kind: string) => ALL.filter((status) => judgeAnswer(status).kind === kind);

describe('an answer', () => {
  it('is a delivery with any 2xx and nothing else', () => {
    expect(of('delivered')).toEqual(Array.from({ length: 100 }, (_, n) => n + 200));
  });

  it('is final with a 4xx that speaks of what was sent, and with nothing else', () => {
    const passing = [408, 425, 429];
    expect(of('refused')).toEqual(ALL.filter((n) => n >= 400 && n < 500 && !passing.includes(n)));
  });

  it('names its status, and there are words for each that is no delivery', () => {
    for (const status of ALL) {
      const verdict = judgeAnswer(status);
      if (verdict.kind === 'delivered') continue;
      expect(verdict.code).toBe(`answered_${status}`);
      expect(explainCode(verdict.code)).toMatch(new RegExp(`^The system answered ${status}: .+\\.$`));
    }
  });

  it('says what may help', () => {
    expect(explainCode('answered_401')).toContain('Compare the key and the secret on both sides.');
    expect(explainCode('answered_308')).toContain('Set the URL it points to.');
    expect(explainCode('timed_out')).toBe('The system did not answer in time.');
    expect(explainCode('sink_off')).toContain('Set its variables again');
    expect(explainCode('no_key')).toBe('It could not be sent (no_key).');
  });
});

it('tries go on for three days, the first ones within minutes, none later than ten hours after the one before', () => {
  const { waitsMs } = JOB_POLICIES.deliver;
  const HOUR = 3_600_000;
  const sum = waitsMs.reduce((all, wait) => all + wait, 0);
  expect(sum).toBeGreaterThanOrEqual(72 * HOUR);
  expect(sum * 1.2).toBeLessThan(96 * HOUR);
  expect(waitsMs.slice(0, 4).reduce((all, wait) => all + wait, 0)).toBeLessThan(5 * 60_000);
  expect(Math.max(...waitsMs)).toBeLessThan(10 * HOUR);
  expect(nextTryMs(JOB_POLICIES.deliver, waitsMs.length + 1, 0)).toBeNull();
});

it('notes go to the systems that have their settings', () => {
  const none = Object.fromEntries(SINK_NAMES.map((name) => [name, null])) as Record<(typeof SINK_NAMES)[number], null>;
  expect(configuredSinks(none)).toEqual([]);
  expect(configuredSinks({ ...none, backend: {} })).toEqual(['backend']);
});
