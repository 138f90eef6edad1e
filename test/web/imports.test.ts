/** /api/imports and /api/suppressions/import: what may be uploaded, how far it has come, and refused rows for whoever puts them right. */
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isSuppressed } from '../../src/store/suppressions.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { catchJobHints, type JobHints } from '../support/given-jobs.ts';
import { bytesOf, givenImport, numbersFrom, resultOf } from '../support/given-list.ts';
import { db, ring } from '../support/worker-env.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
let hints: JobHints;
beforeEach(() => {
  // The keys of the background work.
  given = givenApp({ PHI_KEYS: `k1:${ring.keys.get('k1')?.toBase64()}` });
  hints = catchJobHints();
});
afterEach(() => vi.restoreAllMocks());

type Parts = Record<string, string | Blob>;
function formOf(parts: Parts): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(parts)) {
    if (typeof value === 'string') form.set(name, value);
    else form.set(name, value, value instanceof File ? value.name : 'list.txt');
  }
  return form;
}
const file = (content: string | Uint8Array, name = 'list.csv', type = '') =>
  new File([bytesOf(content)], name, { type });
const upload = (parts: Parts, init: RequestInit & { token?: string } = {}) =>
  given.request('/api/suppressions/import', { method: 'POST', body: formOf(parts), ...init });
const refusal = async (response: Response) => {
  const { code, errors } = (await response.json()) as { code: string; errors?: { pointer: string; code: string }[] };
  return [response.status, code, ...(errors ?? []).map((error) => `${error.pointer} ${error.code}`)];
};
const jsonOf = async (path: string) => (await given.request(path)).json<Record<string, unknown>>();

async function uploaded(parts: Parts): Promise<string> {
  const response = await upload(parts);
  if (response.status !== 202) throw new Error(await response.text());
  return ((await response.json()) as { import_id: string }).import_id;
}

describe('a list for the do-not-call list', () => {
  it('is taken, read behind the answer, and its numbers are never called from there', async () => {
    const response = await upload({
      file: file('Phone;Name\r\n(202) 555-0143;x\r\n+12025550144;y\r\n(202) 555-0143;z\r\nabc;\r\n'),
      reason: 'state_list',
    });
    expect(response.status).toBe(202);
    const { import_id: id, ...rest } = (await response.json()) as { import_id: string };
    expect(rest).toEqual({ status: 'reading' });
    expect(response.headers.get('Location')).toBe(`/api/imports/${id}`);
    expect(hints.take()).toHaveLength(1);
    await runDueJobs();
    expect(await jsonOf(`/api/imports/${id}`)).toMatchObject({
      ...{
        import_id: id,
        kind: 'suppressions',
        campaign_id: null,
        status: 'done',
        code: null,
        format: 'csv',
        delimiter: ';',
      },
      ...{
        columns: ['phone', null],
        encoding: 'utf-8',
        rows_read: 4,
        accepted: 3,
        rejected: 1,
        rejected_by: { bad_number: 1 },
      },
    });
    expect(await isSuppressed(db, ring, '+12025550143')).toBe(true);
    expect(await isSuppressed(db, ring, '+12025550145')).toBe(false);
    const rows = await given.env.DB.prepare('select reason, created_by, lifted_at from suppressions').all();
    // Words of the clinic's own are sealed beside the number.
    expect(rows.results).toEqual(
      Array.from({ length: 2 }, () => ({ reason: 'stated', created_by: expect.any(String), lifted_at: null })),
    );
  });

  it('takes each number it can read, whatever else its row says', async () => {
    const id = await uploaded({
      file: file(`phone,dob,name\n2025550160,never,a\u0007b\n2025550161,,${'x'.repeat(3000)},more\n`),
    });
    await runDueJobs();
    expect(await jsonOf(`/api/imports/${id}`)).toMatchObject({ accepted: 2, rejected: 0 });
  });

  it('sent again changes nothing', async () => {
    const content = numbersFrom(50).join('\n');
    await uploaded({ file: file(content, 'a.txt') });
    await runDueJobs();
    const before = await given.env.DB.prepare('select * from suppressions order by id').all();
    await uploaded({ file: file(content, 'a.txt') });
    await runDueJobs();
    expect((await given.env.DB.prepare('select * from suppressions order by id').all()).results).toEqual(
      before.results,
    );
  });

  it.each([
    ['UTF-8 with its mark', new Uint8Array([0xef, 0xbb, 0xbf, ...bytesOf('Teléfono\n2025550143\n')]), 'utf-8'],
    ['UTF-16, little end first', utf16('Teléfono\n2025550143\n', true), 'utf-16le'],
    ['UTF-16, big end first', utf16('Teléfono\n2025550143\n', false), 'utf-16be'],
    ['windows-1252', latin('Teléfono\n2025550143\n'), 'windows-1252'],
  ])('may be written in %s', async (_, content, encoding) => {
    const id = await uploaded({ file: file(content) });
    await runDueJobs();
    expect(await jsonOf(`/api/imports/${id}`)).toMatchObject({
      status: 'done',
      accepted: 1,
      encoding,
      columns: ['phone'],
    });
  });

  it('is for who runs campaigns', async () => {
    for (const role of ['auditor', 'clinician', 'intake'] as const)
      expect((await upload({ file: file('phone\n1\n') }, { token: await tokenOf(given, role) })).status).toBe(403);
    expect((await upload({ file: file('phone\n1\n') }, { token: await tokenOf(given, 'operator') })).status).toBe(202);
  });
});

describe('an upload is refused (SE-23)', () => {
  it.each<[string, Parts, (string | number)[]]>([
    ['without a file', { reason: 'a' }, [422, 'invalid', '/file missing']],
    ['with text for a file', { file: '2025550143' }, [422, 'invalid', '/file not_a_file']],
    ['when it is empty', { file: file('') }, [422, 'invalid', '/file empty']],
    ['when it is blank', { file: file(' \r\n\r\n', 'a.txt') }, [422, 'invalid', '/file empty']],
    ['when it is a header alone', { file: file('phone,name\r\n') }, [422, 'invalid', '/file empty']],
    ['without a column of numbers', { file: file('name,city\nx,y\n') }, [422, 'invalid', '/file no_phone_column']],
    ['without a header', { file: file('2025550143,x\n') }, [422, 'invalid', '/file no_header']],
    ['with a header nobody can read', { file: file('"phone,name\nx') }, [422, 'invalid', '/file no_header']],
    ['with too many columns', { file: file(`phone${',x'.repeat(200)}\n1\n`) }, [422, 'invalid', '/file no_header']],
    ['as a workbook', { file: file(new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]), 'list.csv') }, [415, 'not_a_list']],
    ['of another kind', { file: file('phone\n1\n', 'list.xlsx') }, [415, 'not_a_list']],
    ['of no kind', { file: file('phone\n1\n', 'list') }, [415, 'not_a_list']],
    [
      'in UTF-16 that does not say so',
      { file: file(utf16('phone\n2025550143\n', true).subarray(2)) },
      [422, 'invalid', '/file bad_encoding'],
    ],
    [
      'in UTF-8 that says so and is not',
      { file: file(new Uint8Array([0xef, 0xbb, 0xbf, 0x70, 0xff, 0x0a])) },
      [422, 'invalid', '/file bad_encoding'],
    ],
    [
      'with a mapping that is no JSON',
      { file: file('phone\n1\n'), mapping: '{' },
      [422, 'invalid', '/mapping not_json'],
    ],
    [
      'with a mapping of another shape',
      { file: file('phone\n1\n'), mapping: '["phone"]' },
      [422, 'invalid', '/mapping invalid'],
    ],
    [
      'with a mapping to nothing',
      { file: file('phone\n1\n'), mapping: '{"x":"phone"}' },
      [422, 'invalid', '/mapping/x unknown_column'],
    ],
    [
      'with a reason that is no code',
      { file: file('phone\n1\n'), reason: 'They said so' },
      [422, 'invalid', '/reason invalid'],
    ],
    ['with a field nobody knows', { file: file('phone\n1\n'), extra: '1' }, [422, 'invalid', '/extra unknown_field']],
  ])('%s', async (_, parts, expected) => {
    expect(await refusal(await upload(parts))).toEqual(expected);
  });

  it('with two files', async () => {
    const form = formOf({ file: file('phone\n1\n') });
    form.append('file', file('phone\n1\n'));
    expect(await refusal(await given.request('/api/suppressions/import', { method: 'POST', body: form }))).toEqual([
      422,
      'invalid',
      '/file more_than_one',
    ]);
  });

  it.each([
    ['JSON', 'application/json', '{}', 415],
    ['a list by itself', 'text/csv', 'phone\n1\n', 415],
    ['a form without its boundary', 'multipart/form-data', 'x', 415],
    ['a form that is none', 'multipart/form-data; boundary=x', 'phone\n1\n', 400],
    [
      'a form that breaks off',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n2025550143',
      400,
    ],
    ['an empty form', 'multipart/form-data; boundary=x', '', 400],
  ])('as %s', async (_, type, body, status) => {
    const response = await given.request('/api/suppressions/import', {
      method: 'POST',
      headers: { 'Content-Type': type },
      body,
    });
    expect(response.status).toBe(status);
  });

  it('when it is too large, at the first byte too many, whatever length it tells', async () => {
    let sent = 0;
    const head = bytesOf('--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n');
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent === 0) controller.enqueue(head);
        sent += 1;
        controller.enqueue(new Uint8Array(1024 * 1024).fill(0x31));
      },
    });
    const headers = { 'Content-Type': 'multipart/form-data; boundary=x' };
    const response = await given.request('/api/suppressions/import', { method: 'POST', headers, body });
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(40);
    const told = await given.request('/api/suppressions/import', {
      method: 'POST',
      headers: { ...headers, 'Content-Length': '99999999' },
      body: 'x',
    });
    expect(told.status).toBe(413);
  });

  it('and neither file nor row is left of it', async () => {
    const left = async () => [
      await given.env.DB.prepare('select count(*) as n from imports').first('n'),
      (await given.env.BUCKET.list({ prefix: 'imports/' })).objects.length,
    ];
    const before = await left();
    await upload({ file: file('name\nx\n') });
    expect(await left()).toEqual(before);
  });

  it('and nothing of the file is told or logged', async () => {
    const text = await (await upload({ file: file('2025550143,Canary\n'), extra: 'Canary' })).text();
    expect(`${text}${given.lines.join('')}`).not.toMatch(/Canary|2025550143/);
  });
});

describe('an import', () => {
  const CONTENT = [
    'phone,first_name,note,dob',
    '2025550143,Ana,,',
    '12,=cmd|calc,"two\nlines, and ""marks""",',
    '2025550144,Muñoz,+1 (202) 555-0144,1980-99-99',
    '2025550145,a\u0007b,-5,',
  ].join('\r\n');

  async function givenRead(): Promise<string> {
    const { id } = await givenImport(CONTENT);
    await runDueJobs();
    return id;
  }

  it('says how far it has come', async () => {
    const { id, bytes, campaignId } = await givenImport(`phone\n${numbersFrom(600).join('\n')}\n`);
    expect(await jsonOf(`/api/imports/${id}`)).toMatchObject({
      status: 'reading',
      campaign_id: campaignId,
      bytes,
      bytes_read: 0,
      rows_read: 0,
      ended_at: null,
    });
    await runDueJobs();
    expect(await jsonOf(`/api/imports/${id}`)).toMatchObject({
      status: 'done',
      bytes_read: bytes,
      rows_read: 600,
      accepted: 600,
    });
  });

  it('lists refused rows by page, with code and column and nothing that stands in them', async () => {
    const id = await givenRead();
    const first = await jsonOf(`/api/imports/${id}/rows?limit=2`);
    expect(first).toEqual({
      items: [
        { row: 2, code: 'bad_number', column: 'phone' },
        { row: 3, code: 'bad_birth_date', column: 'date_of_birth' },
      ],
      next_cursor: '3',
    });
    expect(await jsonOf(`/api/imports/${id}/rows?limit=2&cursor=3`)).toEqual({
      items: [{ row: 4, code: 'bad_text', column: 'first_name' }],
      next_cursor: null,
    });
  });

  it('gives them as a file that no spreadsheet computes, and that can be put right and sent again (SE-26)', async () => {
    const id = await givenRead();
    const response = await given.request(`/api/imports/${id}/rows?format=csv`);
    expect(response.headers.get('Content-Type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('Content-Disposition')).toMatch(/^attachment; filename="imp_[0-9a-f-]+-refused\.csv"$/);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const text = await response.text();
    expect(parse(text, { bom: true })).toEqual([
      ['import_row', 'import_code', 'import_column', 'phone', 'first_name', 'note', 'dob'],
      ['2', 'bad_number', 'phone', '12', "'=cmd|calc", 'two\nlines, and "marks"', ''],
      ['3', 'bad_birth_date', 'date_of_birth', '2025550144', 'Muñoz', "'+1 (202) 555-0144", '1980-99-99'],
      ['4', 'bad_text', 'first_name', '2025550145', 'a\uFFFDb', "'-5", ''],
    ]);
    const again = await givenImport(
      text.replace('1980-99-99', '1980-09-09').replace(',12,', ',2025550146,').replace('\uFFFDb', 'b'),
    );
    await runDueJobs();
    const { contacts, refused } = await resultOf(again.id);
    expect(refused).toEqual([]);
    expect(
      contacts.map(({ phoneNumber, firstName, variables }) => [phoneNumber, firstName, variables['note']]),
    ).toEqual([
      ['+12025550146', '=cmd|calc', 'two lines, and "marks"'],
      ['+12025550144', 'Muñoz', '+1 (202) 555-0144'],
      ['+12025550145', 'ab', '-5'],
    ]);
  });

  it('of many refused rows is given whole', async () => {
    const { id } = await givenImport(`phone\n${'1\n'.repeat(1200)}`);
    await runDueJobs();
    const text = await (await given.request(`/api/imports/${id}/rows?format=csv`)).text();
    expect(text.trimEnd().split('\r\n')).toHaveLength(1201);
  });

  it('whose rows were forgotten says so', async () => {
    const id = await givenRead();
    await given.env.DB.prepare('update imports set sealed = null where id = ?').bind(id).run();
    expect(await refusal(await given.request(`/api/imports/${id}/rows?format=csv`))).toEqual([404, 'forgotten']);
  });

  it('can be called off until it has been read', async () => {
    const { id } = await givenImport('phone\n2025550143\n');
    const response = await given.request(`/api/imports/${id}/cancel`, { method: 'POST' });
    expect([response.status, ((await response.json()) as { status: string }).status]).toEqual([202, 'canceled']);
    await runDueJobs();
    expect(await resultOf(id)).toMatchObject({ contacts: [], campaign: { status: 'canceled' } });
    expect(await refusal(await given.request(`/api/imports/${id}/cancel`, { method: 'POST' }))).toEqual([409, 'over']);
    expect(await refusal(await given.request(`/api/imports/${await givenRead()}/cancel`, { method: 'POST' }))).toEqual([
      409,
      'over',
    ]);
  });

  it('nobody knows is 404', async () => {
    for (const id of ['imp_0199f3c2-7f4e-7000-8000-000000000001', 'imp_1', 'cmp_0199f3c2-7f4e-7000-8000-000000000001'])
      for (const path of [`/api/imports/${id}`, `/api/imports/${id}/rows`, `/api/imports/${id}/rows?format=csv`])
        expect((await given.request(path)).status).toBe(404);
  });

  it('shows its rows to who runs campaigns alone, and leaves its id in the audit', async () => {
    const id = await givenRead();
    for (const role of ['auditor', 'clinician', 'intake'] as const) {
      const token = await tokenOf(given, role);
      expect((await given.request(`/api/imports/${id}`, { token })).status).toBe(200);
      expect((await given.request(`/api/imports/${id}/rows`, { token })).status).toBe(403);
      expect((await given.request(`/api/imports/${id}/cancel`, { method: 'POST', token })).status).toBe(403);
    }
    expect(given.logged('audit')).toContainEqual(expect.objectContaining({ audit: 'import.read', import_id: id }));
  });
});

function utf16(text: string, littleEnd: boolean): Uint8Array {
  const bytes = new Uint8Array(2 + text.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, littleEnd);
  for (let i = 0; i < text.length; i += 1) view.setUint16(2 + i * 2, text.charCodeAt(i), littleEnd);
  return bytes;
}
function latin(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
