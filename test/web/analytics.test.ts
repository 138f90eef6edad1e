/** GET /api/analytics: figures of a planted set of calls, each worked out by hand, and what is in none of them. */
import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { boundsOfDay } from '../../src/domain/campaign/local-day.ts';
import { deletePatientRows } from '../../src/store/erasure.ts';
import { approvedQuestionnaire } from '../../src/store/questionnaires.ts';
import { calls } from '../../src/store/schema.ts';
import { ROLES } from '../../src/store/staff.ts';
import { type PlantedCall, plantCalls, UNANSWERED } from '../support/given-calls.ts';
import { givenCampaign } from '../support/given-campaign.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  // What another test planted is not counted here.
  await given.db.delete(calls);
});
afterEach(() => vi.restoreAllMocks());

const NEW_YORK = 'America/New_York';
const MINUTE = 60_000;
const HOUR = 3_600_000;
const startOf = (day: string, zone = NEW_YORK) => boundsOfDay(zone, day)?.from ?? 0;
const noonOf = (day: string) => startOf(day) + 12 * HOUR;

interface Share {
  readonly count: number;
  readonly of: number;
  readonly rate: number | null;
}
interface Figures {
  readonly calls: number;
  readonly attempts: number;
  readonly reached: Share;
  readonly completed: Share;
  readonly costs: readonly { readonly currency: string; readonly nanos: number }[];
}
interface Body {
  readonly total: Figures;
  readonly before: Figures & { readonly from: string };
  readonly time_zone: string;
  readonly items: readonly (Figures & {
    readonly start: string;
    readonly end: string;
    readonly duration_seconds: { readonly count: number; readonly median: number | null; readonly p90: number | null };
  })[];
  readonly campaigns: readonly object[];
  readonly questionnaires: readonly object[];
  readonly drop_off: readonly { readonly items: readonly { readonly item: string; readonly text: string }[] }[];
  readonly errors: readonly { readonly pointer: string; readonly code: string }[];
}
async function ask(query: string, app = given): Promise<{ status: number; body: Body }> {
  const response = await app.request(`/api/analytics${query}`);
  return { status: response.status, body: await response.json() };
}
const plant = (...planted: PlantedCall[]) => plantCalls(given.db, planted);

describe('the figures of a time', () => {
  const day = '2026-11-10';
  const at = noonOf(day);

  it('are those worked out by hand (S1-M20)', async () => {
    await plant(
      { at, noteAt: at + 3 * MINUTE, signedAt: at + 63 * MINUTE, noteVersion: 1, redFlags: 2 },
      { at, endedAt: at + 8000 + 60_000, noteAt: at, signedAt: at + 10 * MINUTE, noteVersion: 1, attempt: 2 },
      { at, status: 'partial', consentRecording: 'declined', endedAt: at + 8000 + 30_000, noteVersion: 1 },
      { at, status: 'declined', consentCollection: 'declined', consentRecording: 'not_asked', endedAt: at + 18_000 },
      { at, status: 'opted_out', consentCollection: 'not_asked', consentRecording: 'not_asked', endedAt: at + 13_000 },
      { at, ...UNANSWERED, status: 'voicemail', answeredBy: 'machine', answeredAt: at + 9000, costNanos: 6_000_000 },
      { at, ...UNANSWERED },
      { at, ...UNANSWERED, status: 'blocked', dialedAt: null, costNanos: null, costCurrency: null },
    );
    const { status, body } = await ask(`?from=${day}&to=${day}`);
    expect(status).toBe(200);
    expect(body.total).toMatchObject({
      ...{ calls: 8, attempts: 7, under_way: 0, redials: 1, redials_per_completed: 0.5 },
      reached: { count: 5, of: 7, rate: 5 / 7 },
      consented: { count: 3, of: 4, rate: 0.75 },
      recording_consented: { count: 2, of: 3 },
      completed: { count: 2, of: 5, rate: 0.4 },
      partial: { count: 1, of: 5 },
      declined: { count: 1, of: 5 },
      opted_out: { count: 1, of: 5 },
      wrong_person: { count: 0, of: 5, rate: 0 },
      voicemail: { count: 1, of: 7 },
      red_flagged: { count: 1, of: 5 },
      // 5 × 20 and 6 thousandths of a dollar, for two completed.
      costs: [
        { currency: 'USD', nanos: 106_000_000, of_calls: 7, transcription_nanos: 0, per_completed_nanos: 53_000_000 },
      ],
      // 180, 60, 30, 10 and 5 seconds.
      average_seconds: 57,
      duration_seconds: { count: 5, median: 30, p90: 180 },
      review_seconds: { count: 2, median: 600, p90: 3600 },
    });
  });

  it('count no dial as rung that was refused, and name those of which nobody knows (U5)', async () => {
    const refused = { at, ...UNANSWERED, status: 'failed', error: '90018' };
    const unknown = { ...refused, error: 'dial_unknown' };
    const rang = { ...refused, error: null, hangupCause: 'unallocated_number', callControlId: 'v3:given' };
    await plant({ at }, refused, { ...refused, attempt: 2 }, unknown, { ...unknown, attempt: 2 }, rang);
    const { body } = await ask(`?from=${day}&to=${day}`);
    expect(body.total).toMatchObject({
      ...{ calls: 6, attempts: 4, refused_dials: 2, unknown_dials: 2, redials: 1 },
      reached: { count: 1, of: 4 },
    });
  });

  it('never add amounts of different currencies, and count what writing down the recording took (C76)', async () => {
    const written = { at, transcriptionNanos: 3_000_000 };
    await plant(
      { ...written },
      { ...written, status: 'partial', costNanos: 50_000_000, costCurrency: 'EUR' },
      { ...written, ...UNANSWERED, costNanos: null, costCurrency: null },
      { at, costNanos: 30_000_000, costCurrency: 'EUR' },
    );
    const costs = [
      { currency: 'EUR', nanos: 80_000_000, of_calls: 2, transcription_nanos: 0, per_completed_nanos: 40_000_000 },
      {
        ...{ currency: 'USD', nanos: 29_000_000, of_calls: 1 },
        ...{ transcription_nanos: 9_000_000, per_completed_nanos: 14_500_000 },
      },
    ];
    const { body } = await ask(`?from=${day}&to=${day}`);
    expect([body.total.costs, body.items[0]?.costs]).toEqual([costs, costs]);
    const file = await (await given.request(`/api/analytics?from=${day}&to=${day}&format=csv`)).text();
    const [head = '', row = ''] = file.split(/\r?\n/).map((line) => line.split(','));
    const cells = Object.fromEntries([...head].map((name, place) => [name, row[place]]));
    expect(cells).toMatchObject({
      ...{ cost_EUR: '0.08', cost_USD: '0.029', transcription_USD: '0.009' },
      ...{ cost_per_completed_EUR: '0.04', cost_per_completed_USD: '0.0145' },
    });
  });

  it('of one call are of one, and say how little that is', async () => {
    await plant({ at });
    const { total } = (await ask(`?from=${day}&to=${day}`)).body;
    expect(total.completed).toEqual({ count: 1, of: 1, rate: 1, low: expect.closeTo(0.2065, 4), high: 1 });
    expect(total).toMatchObject({ duration_seconds: { count: 1, median: 180, p90: 180 } });
  });

  it('of no call are nothing, without a rate', async () => {
    const { body } = await ask(`?from=${day}&to=${day}`);
    const nothing = { count: 0, of: 0, rate: null, low: null, high: null };
    expect(body).toMatchObject({
      total: { calls: 0, reached: nothing, completed: nothing, costs: [], average_seconds: null },
      ...{ campaigns: [], questionnaires: [], drop_off: [], uncounted_calls: 0 },
    });
    expect(body.total).toMatchObject({ review_seconds: { count: 0, median: null, p90: null } });
    expect(body.items).toHaveLength(1);
  });

  it('stand beside those of as many days before', async () => {
    await plant({ at }, { at: noonOf('2026-11-09') }, { at: noonOf('2026-11-08') }, { at: noonOf('2026-11-07') });
    const { body } = await ask('?from=2026-11-09&to=2026-11-10');
    expect([body.total.calls, body.before.calls]).toEqual([2, 2]);
    expect(body.before.from).toBe(new Date(startOf('2026-11-07')).toISOString());
    expect(body.before).toMatchObject({ duration_seconds: { count: 2, median: 180 } });
  });

  it('leave out test calls to staff', async () => {
    await plant({ at, campaignId: 'cmp_0199f3c2-7f4e-7000-8000-000000000001' }, { at });
    expect((await ask(`?from=${day}&to=${day}`)).body.total.calls).toBe(1);
  });

  it('are without those of a patient who was erased (HS-21)', async () => {
    const codes = 'a'.repeat(20);
    await plant({ at, patientId: 'pat_erased', itemCodes: codes }, { at, itemCodes: codes });
    await deletePatientRows(given.db, 'pat_erased', Date.now());
    expect((await ask(`?from=${day}&to=${day}`)).body.total.calls).toBe(1);
    expect(await given.db.select().from(calls).where(eq(calls.patientId, 'pat_erased'))).toEqual([]);
  });
});

describe('the parts of a time', () => {
  it('are hours, days or weeks, as asked', async () => {
    const start = Date.parse('2026-11-20T12:00:00Z');
    await plant(...[0, 59, 60, 61, 23 * 60].map((minutes) => ({ at: start + minutes * MINUTE })));
    const time = `from=${new Date(start).toISOString()}&to=${new Date(start + 24 * HOUR - 1).toISOString()}`;
    const counted = async (by: string) =>
      (await ask(`?by=${by}&${time}`)).body.items.flatMap(({ start: begins, calls }) =>
        calls === 0 ? [] : [[begins, calls]],
      );
    expect(await counted('hour')).toEqual([
      ['2026-11-20T12:00:00.000Z', 2],
      ['2026-11-20T13:00:00.000Z', 2],
      ['2026-11-21T11:00:00.000Z', 1],
    ]);
    expect(await counted('day')).toEqual([
      ['2026-11-20T12:00:00.000Z', 4],
      // Midnight in New York.
      ['2026-11-21T05:00:00.000Z', 1],
    ]);
    expect(await counted('week')).toEqual([['2026-11-20T12:00:00.000Z', 5]]);
  });

  it('are days of the clinic when the clocks change, of 25 hours and of 23', async () => {
    for (const [day, hours] of [
      ['2026-11-01', 25],
      ['2026-03-08', 23],
    ] as const) {
      const start = startOf(day);
      await plant({ at: start - 1 }, { at: start }, { at: start + hours * HOUR - 1 }, { at: start + hours * HOUR });
      const { items } = (await ask(`?from=${day}&to=${day}`)).body;
      expect(items.map(({ calls, end }) => [calls, end])).toEqual([
        [2, new Date(start + hours * HOUR - 1).toISOString()],
      ]);
    }
  });

  it('are those of the clinic’s own zone', async () => {
    // The 10th in New York, the 11th in Kolkata.
    await plant({ at: Date.parse('2026-11-10T20:00:00Z') });
    expect((await ask('?from=2026-11-11&to=2026-11-11')).body.total.calls).toBe(0);
    const kolkata = givenApp({ CLINIC_TIME_ZONE: 'Asia/Kolkata' });
    const there = (await ask('?from=2026-11-11&to=2026-11-11', kolkata)).body;
    expect([there.time_zone, there.total.calls, there.items[0]?.start]).toEqual([
      'Asia/Kolkata',
      1,
      '2026-11-10T18:30:00.000Z',
    ]);
  });

  it('have each the length of its own answered calls, in the middle and of nine in ten', async () => {
    const lasting = (at: number, seconds: number) => ({ at, endedAt: at + 8000 + seconds * 1000 });
    const [first, second] = [noonOf('2026-11-10'), noonOf('2026-11-11')];
    await plant(
      ...[10, 20, 30, 40].map((seconds) => lasting(first, seconds)),
      { at: first, ...UNANSWERED, endedAt: first + HOUR },
      ...[100, 200].map((seconds) => lasting(second, seconds)),
    );
    const { body } = await ask('?from=2026-11-10&to=2026-11-12');
    expect(body.total).toMatchObject({ duration_seconds: { count: 6, median: 30, p90: 200 } });
    expect(body.items.map(({ duration_seconds }) => duration_seconds)).toEqual([
      { count: 4, median: 20, p90: 40 },
      { count: 2, median: 100, p90: 200 },
      { count: 0, median: null, p90: null },
    ]);
    const file = await (await given.request('/api/analytics?from=2026-11-10&to=2026-11-12&format=csv')).text();
    const [head = '', row = ''] = file.split(/\r?\n/);
    expect(head.split(',').slice(-2)).toEqual(['median_seconds', 'p90_seconds']);
    expect(row.split(',').slice(-2)).toEqual(['20', '40']);
  });

  it('add up to the whole, whatever they are cut by', { timeout: 30_000 }, async () => {
    const [from, span] = [startOf('2026-10-25'), 14 * 24 * HOUR];
    const times = fc.sample(fc.nat(span), { numRuns: 120, seed: 7 });
    const changes = [
      {},
      UNANSWERED,
      { status: 'partial', redFlags: 1 },
      { attempt: 2, costNanos: null, costCurrency: null },
    ];
    await plant(...times.map((after, i) => ({ at: from + after, ...changes[i % changes.length] })));
    for (const by of ['hour', 'day', 'week']) {
      const { body } = await ask(`?from=2026-10-25&to=2026-11-07&by=${by}`);
      const sum = (of: (part: Figures) => number) => body.items.reduce((all, part) => all + of(part), 0);
      expect(body.total.calls).toBe(120);
      for (const of of [
        (part: Figures) => part.calls,
        (part: Figures) => part.reached.count,
        (part: Figures) => part.completed.count,
        (part: Figures) => part.completed.of,
        (part: Figures) => part.costs.reduce((all, { nanos }) => all + nanos, 0),
      ])
        expect([by, sum(of)]).toEqual([by, of(body.total)]);
    }
  });
});

describe('campaigns, questionnaires and questions', () => {
  const day = '2026-11-10';
  const at = noonOf(day);
  const questionnaire = async () => {
    const found = await approvedQuestionnaire(given.db, 'adult-intake', Date.now());
    if (found === null) throw new Error('no questionnaire');
    return found;
  };

  it('are told apart, the most calls first, and can be asked for alone', async () => {
    const { id } = await givenCampaign([], { name: '=HYPERLINK("x")', status: 'running' });
    const called = { at, campaignId: id, contactId: 'cnt_1' };
    await plant(called, { ...called, ...UNANSWERED }, { at, questionnaireVersion: 7 });
    const { campaigns, questionnaires } = (await ask(`?from=${day}&to=${day}`)).body;
    expect(campaigns).toMatchObject([
      { campaign_id: id, name: '=HYPERLINK("x")', calls: 2, reached: { count: 1, of: 2 } },
      { campaign_id: null, name: null, calls: 1 },
    ]);
    expect(questionnaires).toMatchObject([
      { questionnaire: 'adult-intake', version: 1, calls: 2 },
      { questionnaire: 'adult-intake', version: 7, title: null, calls: 1 },
    ]);
    const only = async (query: string) => (await ask(`?from=${day}&to=${day}&${query}`)).body.total.calls;
    expect(await only(`campaign_id=${id}`)).toBe(2);
    expect(await only('questionnaire=adult-intake&questionnaire_version=7')).toBe(1);
    expect(await only('questionnaire=adult-intake')).toBe(3);
    expect(await only('questionnaire=other')).toBe(0);
    const file = await given.request(`/api/analytics?from=${day}&to=${day}&format=csv&table=campaigns`);
    expect(file.headers.get('Content-Type')).toBe('text/csv; charset=utf-8');
    expect(file.headers.get('Content-Disposition')).toContain(`analytics-campaigns-${day}-to-${day}.csv`);
    expect(await file.text()).toContain(`"'=HYPERLINK(""x"")"`);
  });

  it('are counted question by question, with what was put and where it ended', async () => {
    const { version } = await questionnaire();
    const rest = '-'.repeat(8);
    const of = { at, questionnaireVersion: version, noteVersion: 1 };
    await plant(
      { ...of, itemCodes: `aAs${'a'.repeat(8)}` },
      { ...of, itemCodes: `aE-${rest}`, status: 'partial' },
      { ...of, itemCodes: `du-${rest}`, status: 'partial' },
      { ...of, itemCodes: `---${rest}`, status: 'declined' },
      { ...of, itemCodes: null },
      { ...of, ...UNANSWERED, itemCodes: null, noteVersion: null },
    );
    const { body } = await ask(`?from=${day}&to=${day}`);
    expect(body).toMatchObject({
      uncounted_calls: 1,
      drop_off: [
        { questionnaire: 'adult-intake', version, title: 'Adult intake', counted_calls: 4, ended_before_questions: 1 },
      ],
    });
    expect(body.drop_off[0]?.items.slice(0, 4)).toEqual([
      {
        ...{ item: 'hpi.chief_complaint', text: expect.stringContaining('main reason for your visit') },
        ...{ asked: 3, asked_again: 0, answered: 2, skipped: 0, declined: 1, unclear: 0, ended_here: 0 },
      },
      {
        ...{ item: 'hpi.symptom_duration', text: expect.any(String), asked: 3, asked_again: 2 },
        ...{ answered: 1, skipped: 0, declined: 0, unclear: 1, ended_here: 1 },
      },
      {
        ...{ item: 'hpi.pain_level', text: expect.any(String), asked: 1, asked_again: 0 },
        ...{ answered: 0, skipped: 1, declined: 0, unclear: 0, ended_here: 0 },
      },
      expect.objectContaining({ item: 'ample.allergies', asked: 1, answered: 1 }),
    ]);
    const file = await (await given.request(`/api/analytics?from=${day}&to=${day}&format=csv&table=items`)).text();
    expect(file).toContain('adult-intake,1,hpi.symptom_duration,');
  });
});

describe('what is asked', () => {
  it.each([
    ['?from=2026-11-10&to=2026-11-09', '/from', 'after_end'],
    ['?from=2024-11-10&to=2026-11-09', '/from', 'too_long'],
    ['?from=2026-11-01&days=7', '/days', 'too_much'],
    ['?by=hour&days=60', '/by', 'too_long'],
    ['?days=0', '/days', 'invalid'],
    ['?from=yesterday', '/from', 'invalid'],
    ['?by=month', '/by', 'invalid'],
    ['?table=patients', '/table', 'invalid'],
    ['?patient_id=pat_1', '/patient_id', 'unknown_field'],
  ])('%s is refused at %s', async (query, pointer, code) => {
    const { status, body } = await ask(query);
    expect([status, body.errors.map((error) => [error.pointer, error.code])]).toEqual([422, [[pointer, code]]]);
  });

  it('is of the last thirty days of the clinic when nothing is said, with today', async () => {
    vi.setSystemTime(noonOf('2026-11-20'));
    await plant({ at: startOf('2026-10-22') }, { at: startOf('2026-10-22') - 1 }, { at: Date.now() });
    const { body } = await ask('');
    expect([body.items.length, body.total.calls, body.before.calls]).toEqual([30, 2, 1]);
    expect((await ask('?days=1')).body.total.calls).toBe(1);
    vi.useRealTimers();
  });

  it.each(ROLES)('is answered to the role %s: it holds counts alone (HS-11)', async (role) => {
    expect((await given.request('/api/analytics', { token: await tokenOf(given, role) })).status).toBe(200);
  });
});
