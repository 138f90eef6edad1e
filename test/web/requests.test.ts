import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type GivenApp, givenApp, NUMBER, ORIGIN } from './given-app.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => vi.restoreAllMocks());

interface ProblemBody {
  status: number;
  code: string;
  errors?: { pointer: string; code: string; detail: string }[];
}
const problemOf = async (response: Response) => (await response.json()) as ProblemBody;
const errorsOf = async (response: Response) =>
  (await problemOf(response)).errors?.map(({ pointer, code }) => [pointer, code]);

describe('cross-site requests (SE-12, S1-M12)', () => {
  const table: readonly (readonly [string, Record<string, string>, boolean])[] = [
    ['neither header: not a browser', {}, true],
    ['our own origin', { Origin: ORIGIN }, true],
    ['our own origin and same-origin', { Origin: ORIGIN, 'Sec-Fetch-Site': 'same-origin' }, true],
    ['same-origin alone', { 'Sec-Fetch-Site': 'same-origin' }, true],
    ['another origin', { Origin: 'https://evil.example' }, false],
    [
      'another origin that says same-origin',
      { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'same-origin' },
      false,
    ],
    ['our origin that says cross-site', { Origin: ORIGIN, 'Sec-Fetch-Site': 'cross-site' }, false],
    ['same-site', { Origin: ORIGIN, 'Sec-Fetch-Site': 'same-site' }, false],
    ['none', { 'Sec-Fetch-Site': 'none' }, false],
    ['null origin', { Origin: 'null' }, false],
    ['null origin that says cross-site', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }, false],
    [
      'a plain form of our own page, which sends no referrer',
      { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' },
      true,
    ],
    ['empty origin', { Origin: '' }, false],
    ['our name with another scheme', { Origin: ORIGIN.replace('https', 'http') }, false],
    ['our name with another port', { Origin: `${ORIGIN}:8443` }, false],
    ['a name that begins with ours', { Origin: `${ORIGIN}.evil.example` }, false],
  ];
  it.each(table)('%s', async (_name, headers, allowed) => {
    for (const [method, path] of [
      ['POST', '/api/patients'],
      ['DELETE', '/api/staff/staff_0199f3c2-7f4e-7000-8000-000000000001'],
    ] as const) {
      const response = await given.request(path, { method, headers });
      expect(response.status === 403).toBe(!allowed);
      if (!allowed) expect(await problemOf(response)).toMatchObject({ code: 'cross_site' });
    }
  });

  it('do not matter to reading', async () => {
    const headers = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    expect((await given.request('/api/patients', { headers })).status).toBe(200);
  });
});

describe('an address that only takes a form', () => {
  const PATIENT = '/dashboard/patients/pat_0199f3c2-7f4e-7000-8000-000000000001';
  it.each([
    ['/dashboard/patients/search', '/dashboard/patients'],
    [`${PATIENT}/call`, PATIENT],
    [`${PATIENT}/rights/holds/hold_0199f3c2-7f4e-7000-8000-000000000001/lift`, `${PATIENT}/rights`],
    [
      '/dashboard/campaigns/cmp_0199f3c2-7f4e-7000-8000-000000000001/start',
      '/dashboard/campaigns/cmp_0199f3c2-7f4e-7000-8000-000000000001',
    ],
  ])('%s leads back to its page when it is loaded again', async (path, page) => {
    const response = await given.request(path, { redirect: 'manual' });
    expect([response.status, response.headers.get('Location')]).toEqual([302, page]);
  });

  it('of the API is 405 as before', async () => {
    expect((await given.request('/api/patients/search')).status).toBe(405);
  });
});

describe('bodies', () => {
  const post = (body: BodyInit | null, type: string | null = 'application/json') =>
    given.request('/api/patients', { method: 'POST', body, headers: type === null ? {} : { 'Content-Type': type } });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json-seq',
    null,
  ])('of type %s are 415', async (type) => {
    const response = await post(new TextEncoder().encode(`{"phone_number":"${NUMBER}"}`), type);
    expect(response.status).toBe(415);
  });

  it('may name a charset', async () => {
    expect((await post('{}', 'application/json; charset=utf-8')).status).toBe(422);
  });

  it('over 64 KiB are 413, also without a length', async () => {
    expect((await post(' '.repeat(64 * 1024 + 1))).status).toBe(413);
    const chunk = new Uint8Array(16 * 1024);
    let chunks = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        chunks += 1;
        if (chunks > 6) controller.close();
        else controller.enqueue(chunk);
      },
    });
    expect((await post(stream)).status).toBe(413);
  });

  it.each(['', '{', 'undefined', "{'a':1}", '{"a":1}{'])('that are not JSON are 400: %j', async (body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await problemOf(response)).toMatchObject({ code: 'not_json' });
  });

  it('that are not UTF-8 are 400', async () => {
    expect((await post(new Uint8Array([0x22, 0xff, 0x22]))).status).toBe(400);
  });

  it.each(['null', '[]', '1', '"x"', 'true'])('that are no object are 422: %s', async (body) => {
    expect(await errorsOf(await post(body))).toEqual([['', 'invalid']]);
  });
});

describe('fields (SE-16)', () => {
  const post = (body: unknown) => given.send('POST', '/api/patients', body);

  it('name each error by a JSON pointer and a code (SE-16, S1-N3)', async () => {
    const response = await post({
      first_name: 7,
      date_of_birth: '2026-02-30',
      role: 'admin',
      'a/b~c': 1,
      consent: { basis: 'guess', obtained_at: 'yesterday', obtained_by: '', proof: 'x' },
    });
    expect(response.status).toBe(422);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    const problem = await problemOf(response);
    expect(problem).toMatchObject({
      type: 'about:blank',
      title: 'Unprocessable Content',
      status: 422,
      code: 'invalid',
    });
    expect(problem.errors?.map(({ pointer, code }) => `${pointer} ${code}`).sort()).toEqual(
      [
        '/a~1b~0c unknown_field',
        '/consent/basis invalid',
        '/consent/evidence missing',
        '/consent/obtained_at invalid',
        '/consent/obtained_by invalid',
        '/consent/proof unknown_field',
        '/date_of_birth invalid',
        '/first_name invalid',
        '/phone_number missing',
        '/role unknown_field',
      ].sort(),
    );
  });

  it('are not echoed (SE-21)', async () => {
    const response = await post({
      phone_number: 'tel:SECRET',
      first_name: 'SECRET\n',
      date_of_birth: 'SECRET',
      language: 'SECRET',
    });
    expect(await response.text()).not.toContain('SECRET');
    expect(given.lines.join('\n')).not.toContain('SECRET');
  });

  it.each([
    '2025550143',
    '+1 202 555 0143',
    '12025550143',
    '+442079460018',
    '+14165550143',
    '+18765550155',
    '+1202555014',
    '+120255501434',
    '+10025550143',
    '+12025550143;ext=1',
    '',
    'bad',
  ])('refuse the number %j (SE-16, S1-N1)', async (phone_number) => {
    const response = await post({ phone_number });
    expect(await errorsOf(response)).toEqual([['/phone_number', 'bad_number']]);
  });

  it.each(['+12025550143', '+12025550199', '+13055550100', '+12125550190'])(
    'accept the number %s',
    async (phone_number) => {
      expect((await post({ phone_number })).status).toBe(201);
    },
  );

  it('refuse a birth date that has not been', async () => {
    const response = await post({ phone_number: NUMBER, date_of_birth: '2999-01-01' });
    expect(await errorsOf(response)).toEqual([['/date_of_birth', 'invalid']]);
  });

  it('refuse a consent from the future', async () => {
    const consent = { basis: 'verbal', obtained_at: '2999-01-01T00:00:00Z', obtained_by: 'x', evidence: 'y' };
    expect(await errorsOf(await post({ phone_number: NUMBER, consent }))).toEqual([
      ['/consent/obtained_at', 'invalid'],
    ]);
  });

  it('refuse a consent from before 1900', async () => {
    const consent = { basis: 'verbal', obtained_at: '1899-12-31T23:59:59Z', obtained_by: 'x', evidence: 'y' };
    expect(await errorsOf(await post({ phone_number: NUMBER, consent }))).toEqual([
      ['/consent/obtained_at', 'invalid'],
    ]);
  });

  it.each([
    ['a line break', 'Ana\nDiaz'],
    ['right-to-left override', 'Ana\u202Ezaid'],
    ['an isolate', '\u2066Ana\u2069'],
    ['a left-to-right mark', 'Ana\u200E'],
    ['a right-to-left mark', '\u200FAna'],
    ['half a surrogate pair', 'Ana\uD800'],
    ['no letter', '---'],
    ['nothing visible', '\u200D\u200C'],
  ])('refuse a name with %s', async (_name, first_name) => {
    expect(await errorsOf(await post({ phone_number: NUMBER, first_name }))).toEqual([['/first_name', 'invalid']]);
  });

  it.each(['Ana', 'D’Arcy-Ó Súilleabháin', 'می\u200Cخواهم', 'ක්\u200Dෂ', '𠮷野', 'X Æ 12', '3'])(
    'accept the name %s',
    async (first_name) => {
      expect((await post({ phone_number: NUMBER, first_name })).status).toBe(201);
    },
  );

  it.each([
    'limit=0',
    'limit=201',
    'limit=-1',
    'limit=1e2',
    'limit=',
    'limit=5&limit=6',
    'cursor=%00',
    'cursor=call_1',
    'cursor=zzzz',
    'cursor=att_0199f3c2-7f4e-7000-8000-000000000001',
    'sort=name',
    'status=done',
    'from=yesterday',
    "patient_id='--",
  ])('of a query are checked too: %s', async (query) => {
    const response = await given.request(`/api/calls?${query}`);
    expect(response.status).toBe(422);
    expect((await errorsOf(response))?.[0]?.[0]).toBe(`/${query.split('=')[0]}`);
  });
});
