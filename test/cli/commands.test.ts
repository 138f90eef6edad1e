/** What commands send, ask and refuse. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Answer, type Asked, type GivenService, givenService, problem, runCli } from './given-service.ts';

function givenFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'cli-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
const sent = ({ asked }: GivenService, nth = 0) => JSON.parse(asked[nth]?.body ?? 'null') as Record<string, unknown>;
const routes = ({ asked }: GivenService) => asked.map((one) => `${one.method} ${one.path}`);

describe('patient create', () => {
  const made: Answer = () => ({ status: 201, json: { patient_id: 'pat_1' } });

  it('takes a file or standard input, and flags before it', async () => {
    const service = await givenService(made);
    const input = '\uFEFF{"phone_number":"+12025550143","first_name":"Rosa","language":"en"}';
    const ended = await runCli(service, ['patient', 'create', '--from', '-', '--language', 'es'], { input });
    expect(ended.code).toBe(0);
    expect(sent(service)).toEqual({ phone_number: '+12025550143', first_name: 'Rosa', language: 'es' });
  });

  it.each([
    ['(202) 555-0143', '+12025550143'],
    ['1 202 555 0143', '+12025550143'],
    ['+1-202-555-0143', '+12025550143'],
    ['911', '911'],
  ])('takes the number as people write it: %s', async (written, number) => {
    const service = await givenService(made);
    await runCli(service, ['patient', 'create', '--phone', written]);
    expect(sent(service)).toEqual({ phone_number: number });
  });

  it('sends a consent whole, a day as the beginning of it', async () => {
    const service = await givenService(made);
    const consent = [
      '--consent-basis',
      'written',
      '--consent-by',
      'desk',
      '--consent-at',
      '2026-03-01',
      '--evidence',
      'form 7',
    ];
    await runCli(service, ['patient', 'create', '--phone', '2025550143', ...consent]);
    expect(sent(service)['consent']).toEqual({
      ...{ basis: 'written', obtained_by: 'desk', evidence: 'form 7' },
      obtained_at: new Date(2026, 2, 1).toISOString(),
    });
  });

  it.each(['[]', '"Rosa"', 'null', '{'])('takes no %s', async (input) => {
    const service = await givenService(made);
    expect((await runCli(service, ['patient', 'create', '--from', '-'], { input })).code).toBe(2);
    expect(service.asked).toEqual([]);
  });
});

describe('patient update', () => {
  it('changes what is given, or replaces everything when asked', async () => {
    const service = await givenService(() => ({ json: { patient_id: 'pat_1' } }));
    await runCli(service, ['patient', 'update', 'pat_1', '--state', 'TX', '--last-name', 'Ruiz']);
    await runCli(service, ['patient', 'update', 'pat_1', '--replace', '--phone', '2025550143']);
    expect(routes(service)).toEqual(['PATCH /api/patients/pat_1', 'PUT /api/patients/pat_1']);
    expect(sent(service)).toEqual({ state: 'TX', last_name: 'Ruiz' });
    expect(sent(service, 1)).toEqual({ phone_number: '+12025550143' });
  });
});

describe('patient find', () => {
  it('asks by POST, over the pages, so that who is looked for is in no address', async () => {
    const service = await givenService((_, nth) => ({
      json: { items: [{ patient_id: `pat_${nth}` }], next_cursor: nth === 1 ? 'pat_1' : null },
    }));
    const given = ['patient', 'find', '--phone', '-', '--date-of-birth', '1980-04-12', '--json'];
    const { out } = await runCli(service, given, { input: '(202) 555-0143\n' });
    expect(JSON.parse(out)).toEqual({ items: [{ patient_id: 'pat_1' }, { patient_id: 'pat_2' }], next_cursor: null });
    expect(routes(service)).toEqual(['POST /api/patients/search', 'POST /api/patients/search']);
    expect(sent(service, 1)).toEqual({
      ...{ phone_number: '+12025550143', date_of_birth: '1980-04-12', limit: 49, cursor: 'pat_1' },
    });
  });
});

it('call hangup asks the service once, and says that it is under way (S1-C7)', async () => {
  const service = await givenService(() => ({ status: 202, json: { call_id: 'call_1', status: 'in_progress' } }));
  const { code, out } = await runCli(service, ['call', 'hangup', 'call_1']);
  expect([code, routes(service)]).toEqual([0, ['POST /api/calls/call_1/hangup']]);
  expect(out).toBe('It is being hung up.\n');
});

describe('call sign', () => {
  it('signs the version that was read, with what is added', async () => {
    const service = await givenService(() => ({ status: 201, json: { note_version: 2, by: 'me', status: 'signed' } }));
    const given = ['call', 'sign', 'call_1', '--note-version', '2', '--addendum', '-'];
    const ended = await runCli(service, given, { input: 'Rang back.\n' });
    expect(ended).toMatchObject({ code: 0, out: 'Version 2 is signed by me.\n' });
    expect(routes(service)).toEqual(['POST /api/calls/call_1/review']);
    expect(sent(service)).toEqual({ verdict: 'signed', addendum: 'Rang back.', note_version: 2 });
  });
});

describe('patient erase', () => {
  const answer: Answer = ({ method }) => ({
    status: method === 'GET' ? 200 : 202,
    json: { patient_id: 'pat_1', status: 'erasing' },
  });
  const erased = (service: GivenService) => routes(service).includes('DELETE /api/patients/pat_1');

  it('is done for whoever types the id', async () => {
    const service = await givenService(answer);
    const ended = await runCli(service, ['patient', 'erase', 'pat_1'], { isTTY: true, input: 'pat_1\n' });
    expect(ended).toMatchObject({ code: 0, err: expect.stringContaining('Nothing brings them back') });
    expect(erased(service)).toBe(true);
  });

  it.each([
    ['another id', { isTTY: true, input: 'pat_2\n' }],
    ['yes', { isTTY: true, input: 'yes\n' }],
    ['nothing', { isTTY: true }],
    ['the id, but from a pipe', { isTTY: false, input: 'pat_1\n' }],
  ])('is not done for whoever types %s', async (_, terminal) => {
    const service = await givenService(answer);
    expect((await runCli(service, ['patient', 'erase', 'pat_1'], terminal)).code).toBe(2);
    expect(erased(service)).toBe(false);
  });

  it('asks nobody with --yes', async () => {
    const service = await givenService(answer);
    expect((await runCli(service, ['patient', 'erase', 'pat_1', '--yes'])).code).toBe(0);
    expect(erased(service)).toBe(true);
  });
});

describe('a file', () => {
  const given = ['call', 'recording', 'call_1', '-o'];

  it('is for its owner alone, whole under its name, and is not written over (S2-R4, HS-25)', async () => {
    const file = path.join(givenFolder(), 'call.mp3');
    const service = await givenService(() => ({ text: 'sound' }));
    expect((await runCli(service, [...given, file])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('sound');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, 'mine');
    expect((await runCli(service, [...given, file])).code).toBe(5);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(service.asked).toHaveLength(1);
    expect((await runCli(service, [...given, file, '--force'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('sound');
  });

  it('that broke off leaves nothing behind', async () => {
    const folder = givenFolder();
    const service = await givenService(() => ({ text: 'so', headers: { 'content-length': '5' }, drop: true }));
    const ended = await runCli(service, [...given, path.join(folder, 'call.mp3')]);
    expect(ended).toMatchObject({ code: 7, err: expect.stringContaining('broke off') });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('goes to standard output as it is, with -', async () => {
    const service = await givenService(() => ({ text: 'sound' }));
    expect(await runCli(service, [...given, '-'])).toMatchObject({ code: 0, out: 'sound', err: '' });
  });

  it('that cannot be written is told of', async () => {
    const service = await givenService(() => ({ text: 'sound' }));
    const ended = await runCli(service, [...given, '/nowhere/at/all.mp3']);
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining('ENOENT') });
  });

  it('that is not ready is waited for, if asked', async () => {
    const file = path.join(givenFolder(), 'call.mp3');
    const service = await givenService((_, nth) => (nth < 3 ? problem(404, 'not_ready') : { text: 'sound' }));
    expect((await runCli(service, [...given, file])).code).toBe(4);
    expect((await runCli(service, [...given, file, '--wait'])).code).toBe(0);
    const never = await givenService(() => problem(404, 'no_recording'));
    expect((await runCli(never, [...given, path.join(givenFolder(), 'x.mp3'), '--wait'])).code).toBe(4);
  });
});

describe('campaign create', () => {
  const list = {
    ...{ import_id: 'imp_1', status: 'done', code: null, bytes: 60, bytes_read: 60, rows_read: 3 },
    ...{ accepted: 2, rejected: 1, rejected_by: { bad_number: 1 } },
  };
  const campaign = { campaign_id: 'cmp_1', name: 'Autumn', status: 'draft', status_reason: null, import_id: 'imp_1' };
  const answer = ({ path: asked, method }: Asked, nth: number) => {
    if (method === 'POST') return { status: 201, json: campaign };
    if (asked.startsWith('/api/imports/imp_1/rows'))
      return { json: { items: [{ row: 3, code: 'bad_number', column: 'phone' }], next_cursor: null } };
    if (asked === '/api/imports/imp_1')
      return { json: nth < 4 ? { ...list, status: 'reading', bytes_read: 20, accepted: 1, rejected: 0 } : list };
    return { json: campaign };
  };
  const create = async (extra: readonly string[] = [], terminal = {}) => {
    const file = path.join(givenFolder(), 'list.csv');
    writeFileSync(file, 'phone\n2025550143\n');
    const service = await givenService(answer);
    return {
      service,
      ended: await runCli(service, ['campaign', 'create', file, '--name', 'Autumn', ...extra], terminal),
    };
  };

  it('sends the list as a file and the settings with it, and tells which rows were refused', async () => {
    const { service, ended } = await create([
      '--pace',
      '2',
      '--var',
      'day=Monday',
      '--map',
      'Cell no=phone',
      '--map',
      'x=',
    ]);
    expect(ended.code).toBe(1);
    const body = service.asked[0]?.body ?? '';
    expect(service.asked[0]?.headers['content-type']).toMatch(/^multipart\/form-data/);
    expect(body).toContain('name="file"; filename="list.csv"');
    expect(body).toContain('phone\n2025550143');
    expect(body).toContain('{"day":"Monday"}');
    expect(body).toContain('{"Cell no":"phone","x":null}');
    expect(ended.out).toContain('3 rows: 2 taken, 1 bad_number');
    expect(ended.out).toMatch(/^3 +bad_number +phone$/m);
  });

  it('ends with 1 for a refused row, says how many and where they are to be read, and with 0 only when asked to', async () => {
    const { ended } = await create();
    expect(ended.code).toBe(1);
    expect(ended.out).toContain(
      '1 of 3 rows were refused. What they say, to be put right: campaign refused imp_1 -o refused.csv\n',
    );
    expect((await create(['--lenient'])).ended.code).toBe(0);
  });

  it('as JSON is one document, with the rows', async () => {
    const { ended } = await create(['--json']);
    expect(JSON.parse(ended.out)).toMatchObject({
      campaign_id: 'cmp_1',
      import: { accepted: 2 },
      refused: [{ row: 3 }],
    });
  });

  it('draws a bar where somebody looks, and writes lines where nobody does (S2-C2)', async () => {
    const lines = (await create()).ended.err;
    expect(lines).toBe('Reading the list: 33%  1 taken, 0 refused\nReading the list: 100%  2 taken, 1 refused\n');
    const bar = (await create([], { isTTY: true })).ended;
    expect(bar.err).toMatch(/\[=+\] 100%/);
    expect(bar.out).not.toContain('Reading the list');
  });

  it('takes contacts as JSON', async () => {
    const file = path.join(givenFolder(), 'list.json');
    writeFileSync(file, '[{"phone_number":"+12025550143"}]');
    const service = await givenService(answer);
    await runCli(service, ['campaign', 'create', file, '--name', 'Autumn']);
    expect(sent(service)).toMatchObject({
      name: 'Autumn',
      purpose: 'intake',
      contacts: [{ phone_number: '+12025550143' }],
    });
  });
});

describe('campaign start', () => {
  const receipt = { preflight_id: 'pre_1', counts: { will_call: 12, skipped: { suppressed: 2 } } };
  const answer: Answer = ({ path: asked }) =>
    asked.endsWith('/preflight')
      ? { status: 201, json: receipt }
      : { json: { campaign_id: 'cmp_1', name: 'Autumn', status: 'running' } };

  it('shows the receipt, asks, and starts with it', async () => {
    const service = await givenService(answer);
    const ended = await runCli(service, ['campaign', 'start', 'cmp_1'], { isTTY: true, input: 'yes\n' });
    expect(ended).toMatchObject({ code: 0, out: expect.stringMatching(/12 people will be called.*suppressed/s) });
    expect(sent(service, 1)).toEqual({ preflight_id: 'pre_1' });
  });

  it('starts nothing when it is not confirmed', async () => {
    const service = await givenService(answer);
    expect((await runCli(service, ['campaign', 'start', 'cmp_1'], { isTTY: true, input: 'no\n' })).code).toBe(2);
    expect((await runCli(service, ['campaign', 'start', 'cmp_1', '--preflight', 'pre_1'])).code).toBe(2);
    expect(routes(service)).not.toContain('POST /api/campaigns/cmp_1/start');
  });

  it('with a receipt that was read makes no other', async () => {
    const service = await givenService(answer);
    await runCli(service, ['campaign', 'start', 'cmp_1', '--preflight', 'pre_0', '--yes']);
    expect(routes(service)).toEqual(['POST /api/campaigns/cmp_1/start']);
    expect(sent(service)).toEqual({ preflight_id: 'pre_0' });
  });

  it('says that a second administrator is needed', async () => {
    const service = await givenService(({ path: asked }, nth) => ({
      ...answer({ path: asked } as Asked, nth),
      status: 202,
    }));
    const ended = await runCli(service, ['campaign', 'start', 'cmp_1', '--preflight', 'p', '--yes', '--watch']);
    expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('second administrator') });
  });
});

describe('transcribe', () => {
  const given = () => {
    const folder = givenFolder();
    for (const name of ['b.MP3', 'a.wav', 'notes.txt', '.hidden.mp3']) writeFileSync(path.join(folder, name), name);
    mkdirSync(path.join(folder, 'more'));
    writeFileSync(path.join(folder, 'more', 'c.ogg'), 'c');
    return folder;
  };
  const answer: Answer = ({ method, path: asked, body }, nth) => {
    if (method === 'POST' && body.includes('a.wav'))
      return problem(422, 'invalid', { errors: [{ pointer: '/file', code: 'not_audio', detail: 'x' }] });
    if (method === 'POST') return { status: 202, json: { transcription_id: `trn_${nth}`, status: 'queued' } };
    return {
      json: {
        transcription_id: asked.slice(-5),
        status: nth < 4 ? 'running' : 'done',
        language: 'en',
        text: '=sum\tof\nit',
      },
    };
  };

  it('sends what can be audio, in order, tells of the rest, and ends with 1 when one failed', async () => {
    const folder = given();
    const ended = await runCli(await givenService(answer), ['transcribe', folder]);
    expect(ended.code).toBe(1);
    const rows = ended.out
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(rows.map(([file]) => path.basename(file ?? ''))).toEqual(['file', 'a.wav', 'b.MP3']);
    expect(rows[1]?.slice(2, 4)).toEqual(['failed', 'not_audio']);
    expect(rows[2]?.at(-1)).toBe("'=sum of it");
    expect(ended.err).toContain(`${path.join(folder, 'notes.txt')}: skipped, it is no audio`);
    expect(ended.err).not.toContain('.hidden');
  });

  it('goes into folders, to a file and as JSON when asked (S2-C3, S2-L2)', async () => {
    const folder = given();
    const output = path.join(folder, 'said.json');
    const service = await givenService(answer);
    const flags = ['--recursive', '--format', 'json', '-o', output, '--language', 'es'];
    await runCli(service, ['transcribe', path.join(folder, 'more'), ...flags]);
    expect(JSON.parse(readFileSync(output, 'utf8'))).toMatchObject({ items: [{ status: 'done', language: 'en' }] });
    expect(service.asked[0]?.body).toMatch(/name="language"\r\n\r\nes/);
  });

  it('does not go on when the service is away', async () => {
    const ended = await runCli(await givenService(() => problem(503, 'away')), ['transcribe', given()]);
    expect(ended).toMatchObject({ code: 7, out: '' });
  });

  it('fetches everything that was ever written down with --stored, and sends nothing', async () => {
    const service = await givenService(() => ({ text: 'transcription_id\ttext\n' }));
    expect(await runCli(service, ['transcribe', '--stored'])).toMatchObject({
      code: 0,
      out: 'transcription_id\ttext\n',
    });
    expect(routes(service)).toEqual(['GET /api/transcriptions/results?format=tsv']);
  });

  it('of a folder without audio says so', async () => {
    const folder = givenFolder();
    expect((await runCli(await givenService(answer), ['transcribe', folder])).code).toBe(2);
    expect(existsSync(folder)).toBe(true);
  });
});

describe('questionnaire', () => {
  const file = (definition: unknown = { id: 'knee', version: 1 }) => {
    const name = path.join(givenFolder(), 'knee.json');
    writeFileSync(name, JSON.stringify(definition));
    return name;
  };

  it('lint tells each problem with its place, and ends with 6', async () => {
    const problems = [
      { pointer: '/items/2/text/es', code: 'missing_text', detail: 'Say it in Spanish.', level: 'error' },
    ];
    const service = await givenService(() => ({ json: { ok: false, problems } }));
    const ended = await runCli(service, ['questionnaire', 'lint', file()]);
    expect(ended).toMatchObject({
      code: 6,
      out: expect.stringContaining('error  /items/2/text/es  Say it in Spanish. (missing_text)'),
    });
    expect(sent(service)).toEqual({ definition: { id: 'knee', version: 1 } });
  });

  it('push makes another version of one that is there', async () => {
    const service = await givenService(({ path: asked }) =>
      asked === '/api/questionnaires'
        ? problem(409, 'exists')
        : { status: 201, json: { questionnaire_id: 'knee', version: 2, status: 'draft', problems: [] } },
    );
    const ended = await runCli(service, ['questionnaire', 'push', file()]);
    expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('knee version 2: draft') });
    expect(routes(service).at(-1)).toBe('POST /api/questionnaires/knee/versions');
  });

  it('approve takes the newest version unless told, and says when there is no such questionnaire', async () => {
    const service = await givenService(() => ({
      json: { items: [{ questionnaire_id: 'knee', newest_version: 4 }], next_cursor: null },
    }));
    await runCli(service, ['questionnaire', 'approve', 'knee']);
    await runCli(service, ['questionnaire', 'approve', 'knee', '2']);
    const approved = routes(service).filter((route) => route.startsWith('POST'));
    expect(approved.map((route) => route.replace('POST /api/questionnaires/knee/versions/', ''))).toEqual([
      '4/approve',
      '2/approve',
    ]);
    expect((await runCli(service, ['questionnaire', 'approve', 'ankle'])).code).toBe(4);
  });

  it('show writes a version as push takes it', async () => {
    const service = await givenService(() => ({ json: { version: 3, definition: { id: 'knee' } } }));
    expect((await runCli(service, ['questionnaire', 'show', 'knee', '3'])).out).toBe('{\n  "id": "knee"\n}\n');
    await runCli(service, ['questionnaire', 'withdraw', 'knee', '3']);
    expect(routes(service).at(-1)).toBe('POST /api/questionnaires/knee/versions/3/withdraw');
  });

  it('try sends every answer so far each time, shows each line once, and ends with the note', async () => {
    const lines = [
      ['agent', 'Is it you?'],
      ['patient', '1'],
      ['agent', 'What is it?'],
      ['patient', '3 weeks of it'],
      ['agent', 'Bye.'],
    ];
    const service = await givenService(({ body }) => {
      const { inputs } = JSON.parse(body) as { inputs: unknown[] };
      const transcript = lines
        .slice(0, 1 + 2 * Math.min(2, inputs.length))
        .map(([speaker, text]) => ({ speaker, text }));
      const open = inputs.length < 4 ? { step: 'x', kind: 'voice', text: '' } : null;
      return { json: { transcript, open, status: open === null ? 'completed' : 'in_progress', note: null } };
    });
    const given = ['questionnaire', 'try', file(), '--language', 'es'];
    const ended = await runCli(service, given, { input: '1\n3 weeks of it\n\n"42"\n' });
    expect(ended.code).toBe(0);
    expect(sent(service, 4)).toEqual({
      ...{ definition: { id: 'knee', version: 1 }, language: 'es' },
      inputs: [{ keys: '1' }, { speech: '3 weeks of it' }, { silence: true }, { speech: '42' }],
    });
    expect(ended.out.match(/Is it you\?/g)).toHaveLength(1);
    expect(ended.out).toContain('Ends as completed.');
    expect(await runCli(service, given, { input: '1\n' })).toMatchObject({ code: 1 });
  });
});

describe('call transcript', () => {
  const line = (source: string, text: string) => ({
    ...{ speaker: 'patient', text, timestamp: '2026-11-28T15:00:00.000Z', input: 'voice', source },
  });
  const told =
    (status: string | null, code: string | null = null): Answer =>
    ({ method }) =>
      method === 'POST'
        ? { status: 202, json: { call_id: 'call_1', from_recording: { status: 'queued' } } }
        : {
            json: {
              items: [line('live', 'my knee'), line('recording', 'my left knee'), line('recording', 'it hurts')],
              from_recording: status === null ? null : { status, code },
            },
          };

  it('tells what was written down from the recording apart from what was heard live', async () => {
    const ended = await runCli(await givenService(told('done')), ['call', 'transcript', 'call_1']);
    const lines = ended.out.trim().split('\n');
    expect(lines.map((each) => each.replace(/^.* patient +/, ''))).toEqual([
      ...['my knee', 'From the recording:', 'my left knee', 'it hurts'],
    ]);
    expect(ended.err).toBe('');
  });

  it('asks for one of the two', async () => {
    const service = await givenService(told('done'));
    await runCli(service, ['call', 'transcript', 'call_1', '--source', 'recording', '--json']);
    expect(routes(service)).toEqual(['GET /api/calls/call_1/transcripts?source=recording']);
    expect((await runCli(service, ['call', 'transcript', 'call_1', '--source', 'both'])).code).not.toBe(0);
  });

  it.each([
    ['failed', 'engine_busy', 'could not be written down (engine_busy). Try again with --retry.'],
    ['running', null, 'still being written down'],
  ])('says that it is %s', async (status, code, words) => {
    const ended = await runCli(await givenService(told(status, code)), ['call', 'transcript', 'call_1']);
    expect(ended.err).toContain(words);
  });

  it('has it written down that was not', async () => {
    const service = await givenService(told(null));
    const ended = await runCli(service, ['call', 'transcript', 'call_1', '--retry']);
    expect(routes(service)).toEqual(['POST /api/calls/call_1/transcripts/retry']);
    expect([ended.code, ended.out]).toEqual([0, 'The recording is being written down.\n']);
  });
});
