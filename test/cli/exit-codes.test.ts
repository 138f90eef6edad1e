import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { givenService, problem, runCli } from './given-service.ts';

const get = ['call', 'get', 'call_1'];

describe('exit codes (C65)', () => {
  it.each([
    [401, 'unauthenticated', 3],
    [403, 'no_role', 3],
    [403, 'forbidden', 3],
    [404, 'not_found', 4],
    [409, 'not_live', 5],
    [400, 'not_json', 6],
    [413, 'too_large', 6],
    [422, 'invalid', 6],
    [405, 'method_not_allowed', 7],
    [500, 'internal', 7],
    [503, 'not_configured', 7],
  ])('a refusal with %i %s ends with its code', async (status, code, exitCode) => {
    const service = await givenService(() => problem(status, code));
    const ended = await runCli(service, get);
    expect(ended.code).toBe(exitCode);
    expect(ended.out).toBe('');
    expect(ended.err.length).toBeGreaterThan(20);
  });

  it('a sign-in page in place of an answer is not followed: not signed in', async () => {
    const service = await givenService(() => ({ status: 302, headers: { location: '/cdn-cgi/access/login' } }));
    const ended = await runCli(service, get);
    expect(ended).toMatchObject({ code: 3, err: expect.stringContaining('Cloudflare Access does not know') });
    expect(service.asked).toHaveLength(1);
  });

  it('a page where JSON should be is not this service', async () => {
    const service = await givenService(() => ({
      text: '<html>welcome</html>',
      headers: { 'content-type': 'text/html' },
    }));
    expect(await runCli(service, get)).toMatchObject({ code: 7, err: expect.stringContaining('is not this service') });
  });

  it('nobody there is told with the address and why', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const ended = await runCli({ url: `http://127.0.0.1:${port}` }, get);
    expect(ended).toMatchObject({
      code: 7,
      err: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/),
    });
  });

  it('what the gate says no to is told with its code, what to do, and the decision', async () => {
    const service = await givenService(() =>
      problem(409, 'suppressed', { detail: 'Not to be called.', decision_id: 'dec_7' }),
    );
    const ended = await runCli(service, ['call', 'start', '+12025550143']);
    expect(ended.code).toBe(5);
    expect(ended.err).toMatch(/^suppressed: Not to be called\. "suppress list" says since when/);
    expect(ended.err).toContain('dec_7');
  });

  it('the service’s own words come before ours', async () => {
    const service = await givenService(() =>
      problem(409, 'not_ready', { detail: 'Wait until its list has been read.' }),
    );
    expect((await runCli(service, get)).err).toBe('not_ready: Wait until its list has been read.\n');
  });

  it('invalid input is told with the place, the words and the code of each mistake', async () => {
    const errors = [
      { pointer: '/phone_number', code: 'bad_number', detail: 'A US number.' },
      { pointer: '/consent/basis', code: 'missing', detail: 'This field is required.' },
    ];
    const service = await givenService(() => problem(422, 'invalid', { errors }));
    const ended = await runCli(service, ['call', 'start', '12']);
    expect(ended.code).toBe(6);
    expect(ended.err).toContain(
      '  /phone_number  A US number. (bad_number)\n  /consent/basis  This field is required. (missing)',
    );
  });

  it('with --json a refusal is one JSON object on stderr, and stdout stays empty', async () => {
    const service = await givenService(() => problem(409, 'frequency', { decision_id: 'dec_1' }));
    const { err, out } = await runCli(service, [...get, '--json']);
    expect(out).toBe('');
    expect(JSON.parse(err)).toMatchObject({
      error: { code: 'frequency', exit_code: 5, status: 409, decision_id: 'dec_1', request_id: 'req-1' },
    });
  });

  it.each([
    [['nope']],
    [[]],
    [['patient']],
    [['call', 'get']],
    [['call', 'start']],
    [['call', 'list', '--limit', '0']],
    [['call', 'list', '--sideways']],
    [['call', 'start', '+12025550143', '--consent-basis', 'hearsay']],
    [['call', 'start', '+12025550143', '--consent-basis', 'written']],
    [
      [
        'call',
        'start',
        '+12025550143',
        '--consent-at',
        'soon',
        '--consent-by',
        'a',
        '--evidence',
        'b',
        '--consent-basis',
        'written',
      ],
    ],
    [['patient', 'create', '--from', '/nowhere/at/all.json']],
    [['patient', 'update', 'pat_1']],
    [['campaign', 'create', '/nowhere.csv', '--name', 'x']],
    [['transcribe', '/nowhere.mp3']],
  ])('%j is not understood, and asks nothing of the service', async (given) => {
    const service = await givenService(() => ({ json: {} }));
    expect((await runCli(service, given)).code).toBe(2);
    expect(service.asked).toEqual([]);
  });

  it('help that was asked for is no failure', async () => {
    const ended = await runCli(null, ['--help']);
    expect(ended).toMatchObject({ code: 0, err: '', out: expect.stringContaining('Exit codes:') });
  });
});

describe('doctor', () => {
  const finding = (level: string, more: object = {}) => ({
    ...{ check: 'keys', level, code: 'key_missing', detail: 'A key is missing.', remedy: 'Put it back.', ...more },
  });
  const doctor = async (...findings: object[]) => {
    const isOk = findings.every((one) => (one as { level: string }).level !== 'fault');
    return runCli(await givenService(() => ({ json: { ok: isOk, findings } })), ['doctor']);
  };

  it('ends with 0 when nothing is wrong, also with a warning', async () => {
    expect(await doctor(finding('ok'), finding('warning'))).toMatchObject({
      code: 0,
      out: expect.stringContaining('WARN   keys  A key is missing. (key_missing)\n       → Put it back.'),
    });
  });

  it('ends with 8 at a fault, or with the number of the first one', async () => {
    expect((await doctor(finding('ok'), finding('fault'))).code).toBe(8);
    expect((await doctor(finding('warning', { exit_code: 12 }), finding('fault', { exit_code: 21 }))).code).toBe(21);
    expect((await doctor(finding('fault', { exit_code: 0 }))).code).toBe(8);
  });

  it('ends with the number of the whole, but with none that has a meaning here', async () => {
    const report = (exitCode: number) => ({ ok: false, exit_code: exitCode, findings: [finding('warning')] });
    const ends = async (exitCode: number) => runCli(await givenService(() => ({ json: report(exitCode) })), ['doctor']);
    expect(await ends(34)).toMatchObject({
      code: 34,
      out: expect.stringContaining('Not everything could be looked at'),
    });
    expect((await ends(3)).code).toBe(8);
    expect((await ends(400)).code).toBe(8);
  });
});
