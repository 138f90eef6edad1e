/** The log: what is not on the list does not get out, and nothing forges a line (LG-01, LG-02, LG-04, LG-06). */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type LogFields, log, logLine } from '../../src/log.ts';

afterEach(() => void vi.restoreAllMocks());

const line = (fields: Record<string, unknown>) =>
  JSON.parse(logLine('info', 'call.event', fields as LogFields, Date.UTC(2030, 0, 7))) as Record<string, unknown>;
const HEAD = { ts: '2030-01-07T00:00:00.000Z', level: 'info', event: 'call.event' };

describe('a log line', () => {
  it('holds time, level, event and what is on the list (LG-01, LG-02)', () => {
    expect(line({ call_id: 'call_0199f3c2-7f4e-7000-8000-000000000001', attempt: 2, phi: true })).toEqual({
      ...HEAD,
      call_id: 'call_0199f3c2-7f4e-7000-8000-000000000001',
      attempt: 2,
      phi: true,
    });
  });

  it('leaves out null, undefined and every field nobody allowed (LG-01)', () => {
    const fields = {
      phone_number: '+12025550143',
      digits: '04121980',
      payload: 'x',
      message: 'x',
      code: null,
      step: undefined,
    };
    expect(line(fields)).toEqual(HEAD);
  });

  it.each([
    ['a number', 'dial of +12025550143 failed'],
    ['a birth date', 'born 1980-04-12'],
    ['an address', 'ada@clinic.example'],
    ['a social security number', '123-45-6789'],
  ])('redacts %s that slipped into an allowed field (LG-04)', (_, reason) => {
    expect(line({ reason })).toEqual({ ...HEAD, reason: '[redacted]' });
  });

  it.each(['call_0199f3c2-7f4e-7000-8000-000000000001', '2030-01-07T00:00:00.000Z', 'telnyx_90018', 'TypeError'])(
    'lets %s through',
    (reason) => {
      expect(line({ reason })['reason']).toBe(reason);
    },
  );

  it('is one line, whatever stands in it (LG-06)', () => {
    const nasty = 'a\nb\r\u2028c\u2029d\u0000e\u007f{"event":"forged"}';
    const text = logLine('error', 'x', { reason: nasty }, 0);
    expect(text).not.toMatch(/[\n\r\u2028\u2029]/);
    expect(JSON.parse(text)).toMatchObject({ event: 'x', reason: 'a b  c d e {"event":"forged"}' });
  });

  it('cuts long values', () => {
    expect(String(line({ reason: 'x'.repeat(1000) })['reason'])).toHaveLength(200);
  });

  it.each(['info', 'warn', 'error'] as const)('is written once with level %s', (level) => {
    const out = vi.spyOn(console, 'log').mockImplementation(() => {});
    log[level]('sweep.done', { count: 3 });
    expect(out.mock.calls.map(([text]) => JSON.parse(String(text)))).toMatchObject([
      { level, event: 'sweep.done', count: 3 },
    ]);
  });
});
