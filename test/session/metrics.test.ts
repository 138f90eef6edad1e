/** What is measured: names and shapes on a list, no patient in a label, and nothing that depends on it (LG-01, LG-05). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Env } from '../../src/env.ts';
import { measure } from '../../src/metrics.ts';
import { catchMetrics, labelsOf, type Point } from '../support/catch-metrics.ts';
import { encodingsOf } from '../support/encodings.ts';
import { html, refused } from '../support/fake-telnyx.ts';
import { givenSession } from '../support/given-session.ts';
import { catchLog, restore, stopClock, testEnv } from '../support/worker-env.ts';

let points: Point[];
beforeEach(() => {
  stopClock();
  catchLog();
  points = catchMetrics();
});
afterEach(restore);

const labelled = (code: string | null) => {
  points.length = 0;
  measure(testEnv, 'dial', { code });
  return points[0]?.blobs[1];
};

describe('a point', () => {
  it('has its name as index, its labels in their order, a count and milliseconds', () => {
    measure(testEnv, 'request', { route: '/api/calls/:call_id', status: '200', code: null, method: 'GET' }, { ms: 12 });
    expect(points).toEqual([
      { indexes: ['request'], blobs: ['request', 'GET', '/api/calls/:call_id', '200', ''], doubles: [1, 12] },
    ]);
  });

  it.each(['allowed', 'telnyx_90018', '90018', 'http_429', 'D1', 'vendor_unconfirmed'])('keeps the code %s', (code) => {
    expect(labelled(code)).toBe(code);
  });

  it.each([
    ...['+12025550143', '2025550143', 'call_0199f3c2-7f4e-7000-8000-000000000001', '1980-04-12', 'Rosa', 'my knee'],
    ...[
      'ada@clinic.example',
      'Failed query: select 1',
      'pat_0199f3c2-7f4e-7000-8000-000000000001',
      'x'.repeat(200),
      'a\nb',
    ],
  ])('writes `other` for %s (LG-01)', (value) => {
    expect(labelled(value)).toBe('other');
  });

  it('keeps the template of a route, and never a path as it came', () => {
    for (const route of ['/api/calls/call_0199f3c2-7f4e-7000-8000-000000000001', '/api/calls?phone=2025550143'])
      measure(testEnv, 'request', { method: 'GET', route, status: '200', code: null });
    expect(labelsOf(points, 'request').map(([, route]) => route)).toEqual(['other', 'other']);
  });

  it('is not written without the binding, and a dataset that throws stops nobody', () => {
    measure({} as Env, 'dial', { code: 'allowed' });
    const broken = {
      writeDataPoint: () => {
        throw new Error('too many');
      },
    };
    expect(() => measure({ METRICS: broken } as unknown as Env, 'dial', { code: 'allowed' })).not.toThrow();
    expect(points).toEqual([]);
  });
});

describe('a call', () => {
  it('leaves its commands and its status, and nothing of the patient in any label (LG-05)', async () => {
    const call = await givenSession({
      ...{ firstName: 'Canaryfirst', lastName: 'Canarylast', dateOfBirth: '1980-04-12' },
      consent: { basis: 'verbal', obtainedAt: 1, obtainedBy: 'Canaryclerk', evidence: 'Canaryevidence' },
    });
    await call.consented('1');
    await call.speaks('Canarycomplaint in my knee');
    await call.keys('2', '7', '1');
    await call.hears('Canaryallergen, and chest pain');
    await call.hangup();
    await call.after(5000);
    expect(labelsOf(points, 'command')).toContainEqual(['dial', 'ok', '']);
    expect(labelsOf(points, 'command')).toContainEqual(['gather_using_speak', 'ok', '']);
    expect(labelsOf(points, 'call')).toEqual([['partial']]);
    expect(points.find(({ indexes }) => indexes[0] === 'call')?.doubles[1]).toBeGreaterThan(1000);
    const written = JSON.stringify(points);
    const { phoneNumber } = call.placed.patient;
    for (const secret of ['Canaryfirst', 'Canarylast', 'Canarycomplaint in my knee', 'chest pain', phoneNumber])
      for (const form of encodingsOf(secret)) expect(written).not.toContain(form);
    for (const id of [call.callId, '1980-04-12', '04121980', phoneNumber.slice(2), 'anary'])
      expect(written).not.toContain(id);
  });

  it('says how a command failed by code alone, whatever Telnyx wrote about it (LG-03)', async () => {
    const call = await givenSession();
    call.telnyx.next('gather_using_speak', html(502), refused(422, '10015', 'About +12025550143'));
    await call.answered();
    expect(labelsOf(points, 'command')).toEqual(
      expect.arrayContaining([
        ['gather_using_speak', 'retryable', 'http_502'],
        ['gather_using_speak', 'permanent', '10015'],
      ]),
    );
    expect(JSON.stringify(points)).not.toMatch(/5550143|\b0143\b/);
  });

  it('goes on where nothing can be measured', async () => {
    vi.spyOn(testEnv.METRICS as AnalyticsEngineDataset, 'writeDataPoint').mockImplementation(() => {
      throw new Error('too many');
    });
    const call = await givenSession();
    await call.answered();
    expect(call.asked).toBeDefined();
    await call.hangup();
    expect((await call.state()).phase).toBe('ended');
  });
});
