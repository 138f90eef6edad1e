/** Staff, emergency access, the weekly review, figures, retention and media: what is asked of the API, and what is said. */
import { describe, expect, it } from 'vitest';
import { type Answer, type GivenService, givenService, problem, runCli } from './given-service.ts';

const sent = ({ asked }: GivenService, nth = 0) => JSON.parse(asked[nth]?.body || 'null') as Record<string, unknown>;
const routes = ({ asked }: GivenService) => asked.map((one) => `${one.method} ${one.path}`);
const page =
  (...items: object[]): Answer =>
  () => ({ json: { items, next_cursor: null } });

describe('staff', () => {
  const dana = { staff_id: 'staff_1', email: 'dana@clinic.example', roles: ['intake'] };
  const answer: Answer = ({ method }) =>
    method === 'GET'
      ? { json: { items: [dana], next_cursor: null } }
      : { status: method === 'DELETE' ? 204 : 200, ...(method === 'DELETE' ? {} : { json: dana }) };

  it('gives roles, and finds by the address whom to change or remove', async () => {
    const service = await givenService(answer);
    await runCli(service, ['staff', 'add', 'dana@clinic.example', '--role', 'clinician', 'intake']);
    expect(sent(service)).toEqual({ email: 'dana@clinic.example', roles: ['clinician', 'intake'] });
    expect((await runCli(service, ['staff', 'change', 'Dana@clinic.example', '--role', 'auditor'])).out).toBe(
      'dana@clinic.example is intake.\n',
    );
    await runCli(service, ['staff', 'remove', 'staff_1', '--yes']);
    expect(routes(service)).toEqual([
      'POST /api/staff',
      'GET /api/staff?limit=200',
      'PATCH /api/staff/staff_1',
      'DELETE /api/staff/staff_1',
    ]);
  });

  it('removes nobody unasked, changes nobody unknown, and takes no role that is none', async () => {
    const service = await givenService(answer);
    expect((await runCli(service, ['staff', 'remove', 'dana@clinic.example'])).code).toBe(2);
    expect((await runCli(service, ['staff', 'add', 'eve@clinic.example', '--role', 'owner'])).code).toBe(2);
    expect(service.asked).toEqual([]);
    const unknown = await runCli(service, ['staff', 'change', 'eve@clinic.example', '--role', 'auditor']);
    expect(unknown).toMatchObject({ code: 4, err: expect.stringContaining('staff add') });
    expect(routes(service)).toEqual(['GET /api/staff?limit=200']);
    expect((await runCli(await givenService(page()), ['staff'])).out).toContain('ADMIN_EMAILS');
  });
});

describe('emergency (HS-02)', () => {
  it('lists what nobody has looked at, with empty words', async () => {
    const service = await givenService(page());
    expect((await runCli(service, ['emergency', '--unreviewed'])).out).toBe('All of it was looked at.\n');
    expect((await runCli(service, ['emergency', 'list', '--all'])).out).toBe('Nobody took emergency access.\n');
    expect(routes(service)).toEqual([
      'GET /api/emergency-access?unreviewed=true&limit=50',
      'GET /api/emergency-access?limit=200',
    ]);
  });

  it.each([[['begin', '--reason', '-']], [['end']], [['review', 'emg_1', '--verdict', 'justified']]])(
    '%j says to a service token who may do it and how',
    async (given) => {
      const service = await givenService(() =>
        problem(403, 'person_needed', { detail: 'A service token cannot do this.' }),
      );
      const ended = await runCli(service, ['emergency', ...given], { input: 'Unconscious.\n' });
      expect(ended.code).toBe(3);
      expect(ended.err).toMatch(/^person_needed: A service token cannot do this\. .*CF_ACCESS_TOKEN/);
      const { out } = await runCli(null, ['emergency', given[0] ?? '', '--help']);
      expect(out).toContain('For people only');
    },
  );
});

describe('audit review (HS-10)', () => {
  const week = (monday: string, status: string) => ({ week: monday, status, signatures: [] });
  const answer: Answer = ({ path }) => ({
    json: path.endsWith('/reviews')
      ? {
          items: [week('2026-11-23', 'running'), week('2026-11-16', 'due'), week('2026-11-09', 'signed')],
          next_cursor: null,
        }
      : {
          ...week('2026-11-16', 'due'),
          figures: { lines: 9 },
          findings: [{ rule: 'mass_view', actor_name: 'dana', count: 70 }],
        },
  });

  it('shows the last week that is over, and what should not be missed in it', async () => {
    const service = await givenService(answer);
    const { code, out } = await runCli(service, ['audit', 'review']);
    expect([code, routes(service)]).toEqual([0, ['GET /api/audit/reviews', 'GET /api/audit/reviews/2026-11-16']]);
    for (const text of ['mass_view', 'dana', '70', 'Next: audit review 2026-11-16 --sign']) expect(out).toContain(text);
  });

  it('signs it with what was found, and lists what is due', async () => {
    const service = await givenService(answer);
    const given = ['audit', 'review', '2026-11-16', '--sign', '--note', '-'];
    expect((await runCli(service, given, { input: 'Dana read a ward.\nIt was her own.' })).out).toContain('is signed');
    expect(routes(service)).toEqual(['POST /api/audit/reviews/2026-11-16']);
    expect(sent(service)).toEqual({ note: 'Dana read a ward.\nIt was her own.' });
    expect((await runCli(service, ['audit', 'review', '--note', '-'])).code).toBe(2);
    const due = (await runCli(service, ['audit', 'reviews', '--due'])).out;
    expect(due).toContain('2026-11-16');
    expect(due).not.toContain('2026-11-09');
    expect((await runCli(await givenService(page()), ['audit', 'review'])).code).toBe(4);
  });
});

describe('stats', () => {
  const asked = async (...given: string[]) => {
    const service = await givenService(() => ({ json: { items: [{ start: '2026-11-01T05:00:00.000Z', total: 3 }] } }));
    const { code } = await runCli(service, ['stats', ...given]);
    const url = new URL(service.asked[0]?.path ?? '/', 'http://x');
    return { code, path: url.pathname, query: Object.fromEntries(url.searchParams) };
  };

  it('is of 30 days unless a time, a campaign or a number of days is given', async () => {
    expect(await asked()).toEqual({ code: 0, path: '/api/stats', query: {} });
    expect(
      await asked('--from', '2026-11-01T00:00:00Z', '--to', '2026-11-08T00:00:00Z', '--campaign', 'cmp_1'),
    ).toMatchObject({
      query: { from: '2026-11-01T00:00:00.000Z', to: '2026-11-08T00:00:00.000Z', campaign_id: 'cmp_1' },
    });
    expect((await asked('--days', '7', '--to', '2026-11-08T00:00:00Z')).query['from']).toBe('2026-11-01T00:00:00.000Z');
    const { from } = (await asked('--days', '7')).query;
    expect(Math.abs(Date.parse(from ?? '') - (Date.now() - 7 * 86_400_000))).toBeLessThan(60_000);
  });

  it('takes no days beside a beginning, and no days that are none', async () => {
    expect((await asked('--days', '7', '--from', '2026-11-01')).code).toBe(2);
    expect((await asked('--days', '0')).code).toBe(2);
  });
});

describe('analytics', () => {
  const share = (count: number, of: number) => ({
    count,
    of,
    rate: of === 0 ? null : count / of,
    low: null,
    high: null,
  });
  const figures = {
    ...{ calls: 12, reached: share(9, 11), consented: share(8, 9), completed: share(0, 0), red_flagged: share(1, 9) },
    costs: [
      { currency: 'EUR', per_completed_nanos: 2_000_000 },
      { currency: 'USD', per_completed_nanos: 41_200_000 },
    ],
  };
  const items = [{ item: 'hpi.pain_level', text: 'How strong?', asked: 8, asked_again: 2, answered: 6, ended_here: 2 }];
  const json = {
    ...{ total: figures, items: [{ ...figures, start: '2026-11-16T05:00:00.000Z' }], uncounted_calls: 3 },
    ...{ campaigns: [{ ...figures, campaign_id: null, name: null }], questionnaires: [] },
    drop_off: [{ questionnaire: 'adult-intake', version: 2, items }],
  };
  const asked = async (...given: string[]) => {
    const service = await givenService(() => ({ json }));
    const { code, out } = await runCli(service, ['analytics', ...given]);
    return { code, out, query: Object.fromEntries(new URL(service.asked[0]?.path ?? '/', 'http://x').searchParams) };
  };

  it('shows counts with what they are a part of, and the whole as the last line', async () => {
    const { code, out, query } = await asked('--days', '7', '--by', 'week', '--questionnaire-version', '2');
    expect([code, query]).toEqual([0, { days: '7', by: 'week', questionnaire_version: '2' }]);
    for (const text of ['2026-11-16', 'all', '9 of 11 (82%)', '0 of 0', '0.0020 EUR + 0.0412 USD'])
      expect(out).toContain(text);
  });

  it('shows campaigns, or each question, and how many calls that is not known of', async () => {
    expect((await asked('--table', 'campaigns')).out).toContain('9 of 11 (82%)');
    const { out } = await asked('--table', 'questions');
    for (const text of ['adult-intake 2 hpi.pain_level', 'ENDED HERE', '3 calls are from before'])
      expect(out).toContain(text);
    expect((await asked('--table', 'questionnaires')).out).toContain('No calls in that time.');
    expect(JSON.parse((await asked('--json')).out)).toEqual(json);
  });
});

it('retention tells what is kept how long, and what no rule removes', async () => {
  const rule = {
    rule: 'transcripts',
    what: 'What was said',
    keep_days: 30,
    removal: 'daily_round',
    held: 2,
    refused: null,
    last_run: null,
  };
  const service = await givenService(() => ({
    json: {
      ...{ version: '3', effective_from: '2026-01-01', round: null, held_patients: 1 },
      ...{
        overdue_audio: { count: 1, items: [{ call_id: 'call_9' }] },
        rules: [rule, { ...rule, rule: 'notes', keep_days: null }],
      },
    },
  }));
  const { code, out } = await runCli(service, ['retention']);
  expect(code).toBe(0);
  for (const text of ['transcripts', '30 days', 'no limit', 'none yet', 'call_9']) expect(out).toContain(text);
  expect(JSON.parse((await runCli(service, ['retention', '--json'])).out)).toMatchObject({ held_patients: 1 });
});

it('media and transcriptions are deleted only when that is confirmed', async () => {
  const service = await givenService(() => ({ status: 204 }));
  for (const [group, id] of [
    ['media', 'med_1'],
    ['transcription', 'trn_1'],
  ] as const) {
    expect((await runCli(service, [group, 'delete', id])).code).toBe(2);
    expect((await runCli(service, [group, 'delete', id], { isTTY: true, input: 'no\n' })).code).toBe(2);
    const done = await runCli(service, [group, 'delete', id], { isTTY: true, input: 'yes\n' });
    expect(done).toMatchObject({ code: 0, out: `${id} is deleted.\n` });
  }
  expect(routes(service)).toEqual(['DELETE /api/media/med_1', 'DELETE /api/transcriptions/trn_1']);
});
