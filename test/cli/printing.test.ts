import { describe, expect, it } from 'vitest';
import { shownTime, zoneOf } from '../../src/cli/shown.ts';
import { givenService, runCli } from './given-service.ts';

const ESCAPE = String.fromCharCode(27);
/** But for the end of a line. */
const CONTROL = /[^\n\P{Cc}]/u;
const COMMANDING = /[^\n\P{Cc}]|\p{Bidi_Control}/u;
const patient = {
  patient_id: 'pat_1',
  phone_number: '+12025550143',
  first_name: 'Rosa',
  last_name: 'Vega',
  created_at: '2026-07-01T16:30:05.123Z',
};
const list = { items: [{ ...patient, phone_number: '•••• 0143' }], next_cursor: null };
const patients = () => givenService(({ path }) => ({ json: path.startsWith('/api/patients/') ? patient : list }));

describe('telephone numbers', () => {
  it('are masked in every answer, also as JSON and where they stand deep inside (S1-C3, S1-V3)', async () => {
    const service = await givenService(() => ({ json: { ...patient, consents: [{ phone_number: '+12025550199' }] } }));
    for (const given of [
      ['patient', 'get', 'pat_1'],
      ['patient', 'get', 'pat_1', '--json'],
    ]) {
      const { out } = await runCli(service, given);
      expect(out).toContain('•••• 0143');
      expect(out).not.toMatch(/\+1202/);
    }
  });

  it('are whole with --reveal (S1-V3)', async () => {
    const { out } = await runCli(await patients(), ['patient', 'get', 'pat_1', '--reveal']);
    expect(out).toContain('+12025550143');
  });

  it('of a list are asked for one by one with --reveal, and stay masked where the role does not allow it', async () => {
    const { out } = await runCli(await patients(), ['patient', 'list', '--reveal']);
    expect(out).toContain('+12025550143');
    const forbidden = await givenService(({ path }) => (path.includes('pat_1') ? { status: 403 } : { json: list }));
    const masked = await runCli(forbidden, ['patient', 'list', '--reveal']);
    expect(masked).toMatchObject({ code: 0, out: expect.stringContaining('•••• 0143') });
  });
});

describe('times', () => {
  it('are in the zone of whoever looks, or in UTC with a Z; JSON has them as they came', async () => {
    const service = await patients();
    const show = async (...flags: string[]) =>
      (await runCli(service, ['patient', 'list', ...flags], { zone: 'America/New_York' })).out;
    expect(await show()).toContain('2026-07-01 12:30:05');
    expect(await show('--utc')).toContain('2026-07-01 16:30:05Z');
    expect(await show('--json')).toContain('2026-07-01T16:30:05.123Z');
  });

  it('at the change of the clocks are those of the zone; a zone nobody knows is that of the machine', () => {
    expect(shownTime('2026-11-01T05:30:00Z', 'America/New_York')).toBe('2026-11-01 01:30:00');
    expect(shownTime('2026-11-01T06:30:00Z', 'America/New_York')).toBe('2026-11-01 01:30:00');
    expect(shownTime('2026-11-01T04:00:00Z', 'America/New_York')).toBe('2026-11-01 00:00:00');
    expect(zoneOf({ TZ: ':/etc/localtime' }, false)).toBe(zoneOf({}, false));
    expect(zoneOf({ TZ: 'America/New_York' }, true)).toBe('UTC');
  });
});

describe('what comes from lists and speech', () => {
  const wicked = `Rosa${ESCAPE}[2J${ESCAPE}]0;owned\u0007\n\u009b31m\u202egaeV`;
  const service = () => givenService(() => ({ json: { ...patient, first_name: wicked } }));

  it('cannot command the terminal, break a line or turn its direction', async () => {
    const { out } = await runCli(await service(), ['patient', 'get', 'pat_1']);
    expect(out).not.toMatch(COMMANDING);
    expect(out.split('\n').find((line) => line.startsWith('first_name'))).toMatch(/Rosa.*gaeV$/);
  });

  it('is whole in JSON, and harmless there too', async () => {
    const { out } = await runCli(await service(), ['patient', 'get', 'pat_1', '--json']);
    expect(out).not.toMatch(CONTROL);
    expect((JSON.parse(out) as typeof patient).first_name).toBe(wicked);
  });
});

describe('colours', () => {
  const env = (more: Record<string, string>, url: string) => ({
    ...{ TELNYX_EDGE_INTAKE_URL: url, CF_ACCESS_CLIENT_ID: 'i', CF_ACCESS_CLIENT_SECRET: 's', ...more },
  });

  it('are only for a terminal, and not where NO_COLOR or a dumb one says no', async () => {
    const service = await patients();
    const show = async (isTTY: boolean, more: Record<string, string>) =>
      (await runCli(service, ['patient', 'list'], { isTTY, env: env(more, service.url) })).out.includes(ESCAPE);
    expect(await show(true, {})).toBe(true);
    expect(await show(true, { NO_COLOR: '' })).toBe(true);
    expect(await show(true, { NO_COLOR: '1' })).toBe(false);
    expect(await show(true, { TERM: 'dumb' })).toBe(false);
    expect(await show(false, {})).toBe(false);
  });
});

describe('tables', () => {
  it('line up under their headings, with a dash for what is not there (S2-C2)', async () => {
    const { out } = await runCli(await patients(), ['patient', 'list'], { zone: 'Europe/London' });
    expect(out).toBe(
      [
        'PATIENT  NUMBER     FIRST NAME  LAST NAME  BORN  EXTERNAL ID  CREATED',
        'pat_1    •••• 0143  Rosa        Vega       –     –            2026-07-01 17:30:05',
        '',
      ].join('\n'),
    );
  });

  it('that are empty say so in words; as JSON they are an empty list (S1-C1)', async () => {
    const service = await givenService(() => ({ json: { items: [], next_cursor: null } }));
    expect((await runCli(service, ['patient', 'list'])).out).toBe('Nobody is on file.\n');
    expect(JSON.parse((await runCli(service, ['patient', 'list', '--json'])).out)).toEqual({
      items: [],
      next_cursor: null,
    });
  });

  it('of what is not known yet show every field that comes (S1-C9)', async () => {
    const service = await givenService(() => ({
      json: { calls: { today: 7 }, by_status: [{ status: 'completed', n: 5 }] },
    }));
    const { out } = await runCli(service, ['stats']);
    expect(out).toMatch(/calls\.today +7/);
    expect(out).toMatch(/by status\nSTATUS +N\ncompleted +5/);
  });
});

it('config shows what is set by groups, and of a secret that it is (S1-C10)', async () => {
  const settings = [
    { name: 'CLINIC_NAME', meaning: '', set: true, secret: false, value: 'Example Clinic', fingerprint: null },
    { name: 'TELNYX_API_KEY', meaning: '', set: true, secret: true, value: null, fingerprint: 'a1b2' },
    { name: 'ALERT_URL', meaning: '', set: false, secret: true, value: null, fingerprint: null },
  ];
  const service = await givenService(() => ({ json: { groups: [{ group: 'clinic', settings }] } }));
  const { out } = await runCli(service, ['config']);
  expect(out).toBe(
    [
      'clinic',
      'NAME            VALUE',
      'CLINIC_NAME     Example Clinic',
      'TELNYX_API_KEY  set, fingerprint a1b2',
      'ALERT_URL       not set',
      ...['', ''],
    ].join('\n'),
  );
});

describe('lists', () => {
  /** 450 calls. */
  const pages = () =>
    givenService(({ path }) => {
      const query = new URL(path, 'http://x').searchParams;
      const from = Number(query.get('cursor') ?? 0);
      const to = Math.min(450, from + Number(query.get('limit')));
      const items = Array.from({ length: to - from }, (_, n) => ({ call_id: `call_${from + n}` }));
      return { json: { items, next_cursor: to === 450 ? null : String(to) } };
    });
  const ids = (out: string) => (JSON.parse(out) as { items: { call_id: string }[] }).items.map(({ call_id: id }) => id);

  it('go over the pages as far as was asked, and no further (S1-C5)', async () => {
    const service = await pages();
    expect(ids((await runCli(service, ['call', 'list', '--limit', '250', '--json'])).out)).toHaveLength(250);
    expect(service.asked.map(({ path }) => path)).toEqual(['/api/calls?limit=200', '/api/calls?limit=50&cursor=200']);
  });

  it('are whole with --all, each row once', async () => {
    expect(new Set(ids((await runCli(await pages(), ['call', 'list', '--all', '--json'])).out)).size).toBe(450);
  });

  it('say that there is more, and where to go on', async () => {
    const service = await pages();
    const first = await runCli(service, ['call', 'list', '--limit', '2']);
    expect(first.err).toBe('There are more: --all, or --cursor 2\n');
    const second = await runCli(service, ['call', 'list', '--limit', '1', '--cursor', '2', '--json']);
    expect(ids(second.out)).toEqual(['call_2']);
  });
});
