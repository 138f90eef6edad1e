/** The page of the do-not-call list: looking a number up, adding, lifting on evidence, reading a list in, and what each role sees. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listSuppressions } from '../../src/store/suppression-list.ts';
import { insertSuppression } from '../../src/store/suppressions.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { nextNumber } from '../support/place-call.ts';
import { testEnv } from '../support/worker-env.ts';
import { ADMIN, type GivenApp, givenApp, ORIGIN } from './given-app.ts';
import { expectNoInlineCode, openPage, type PageInit } from './given-page.ts';
import { tokenOf } from './given-role.ts';

const PATH = '/dashboard/suppressions';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  catchJobHints();
  await testEnv.DB.exec('delete from suppressions; delete from staff; delete from imports;');
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pageOf = (path = PATH, init?: PageInit) => openPage(given, path, init);
const post = (path: string, fields: Record<string, string>, init: PageInit = {}) =>
  pageOf(`${PATH}${path}`, {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { Origin: ORIGIN, 'Content-Type': 'application/x-www-form-urlencoded', 'HX-Request': 'true' },
    ...init,
  });
/** As a browser sends it that runs no script. */
const plain = (path: string, fields: Record<string, string>) =>
  post(path, fields, { headers: { Origin: ORIGIN, 'Content-Type': 'application/x-www-form-urlencoded' } });
const typed = (number: string) => `(${number.slice(2, 5)}) ${number.slice(5, 8)}-${number.slice(8)}`;
const masked = (number: string) => `•••• ${number.slice(-4)}`;
const rows = async () => (await listSuppressions(given.db, given.config.keyRing, { limit: 100, cursor: null })).items;

async function listed(reason = 'asked', at = Date.now()): Promise<{ id: string; number: string }> {
  const number = nextNumber();
  const row = { phoneNumber: number, reason, callId: null, createdBy: 'desk@clinic.example' };
  await insertSuppression(given.db, given.config.keyRing, row, at);
  const id = (await rows()).find(({ phoneNumber }) => phoneNumber === number)?.id;
  return { number, id: String(id) };
}

describe('the page', () => {
  it('shows who may not be called, masked, why and by whom', async () => {
    const { number, id } = await listed('Called the desk in tears');
    const { html } = await pageOf();
    for (const part of [
      '<title>Do not call · Patient intake</title>',
      `href="${PATH}" aria-current="page"`,
      'On the list (1)',
      'Lifted (0)',
      masked(number),
      'Called the desk in tears',
      'by desk@clinic.example',
      'Added (New York time)',
      '>Not called</span>',
      `hx-post="${PATH}/${id}/lift"`,
      `hx-confirm="Take ${masked(number)} off the list?`,
      `hx-post="${PATH}/search"`,
      `hx-post="${PATH}/add"`,
      `hx-post="${PATH}/import"`,
      'Export these',
    ])
      expect(html).toContain(part);
    expect(html).not.toContain(number);
    expectNoInlineCode(html);
  });

  it('shows words as text, whatever they are', async () => {
    await listed('<img src=x onerror=alert(1)> said so');
    const { html } = await pageOf();
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img src=x');
  });

  it.each([
    ['', 'Nobody has asked not to be called'],
    ['?active=false', 'No number was ever taken off the list.'],
    ['?cursor=sup_0199f3c2-7f4e-7000-8000-000000000001', 'There are no older ones.'],
  ])('says so when there is nothing: %s', async (query, words) => {
    expect((await pageOf(`${PATH}${query}`)).html).toContain(words);
  });

  it('pages, newest first, and keeps active and lifted apart', async () => {
    const numbers: string[] = [];
    for (let n = 0; n < 51; n += 1) numbers.push((await listed('asked', 1_700_000_000_000 + n)).number);
    const { html } = await pageOf();
    expect(html.match(/<tr id="row-/g)).toHaveLength(50);
    expect(html.indexOf(masked(numbers[50] ?? ''))).toBeLessThan(html.indexOf(masked(numbers[49] ?? '')));
    const older = /href="(\/dashboard\/suppressions\?cursor=[^"]+)" rel="next"/.exec(html)?.[1] ?? '';
    const second = (await pageOf(older)).html;
    expect(second.match(/<tr id="row-/g)).toHaveLength(1);
    expect(second).toContain(masked(numbers[0] ?? ''));
    await testEnv.DB.exec('update suppressions set lifted_at = 1 where created_at = 1700000000007');
    const lifted = (await pageOf(`${PATH}?active=false`)).html;
    expect(lifted).toContain(masked(numbers[7] ?? ''));
    expect(lifted).toContain('Another row holds it');
    expect(lifted).toContain('name="active" value="false"');
    expect(lifted).not.toContain('/lift"');
  });

  it('refuses a filter there is not', async () => {
    expect((await pageOf(`${PATH}?active=all`)).status).toBe(422);
    expect((await pageOf(`${PATH}?phone_number=2025550143`)).status).toBe(422);
  });

  it('shows a row that does not open, and that nobody is called', async () => {
    const { id } = await listed();
    await testEnv.DB.exec(`update suppressions set key_id = 'lost', sealed = 'lost.AAAA' where id = '${id}'`);
    expect((await pageOf()).html).toContain('Cannot be read');
    const { html } = await post('/search', { phone_number: nextNumber() });
    expect(html).toContain('is not on the list.');
    expect(html).toContain('Nobody is called all the same');
  });
});

describe('looking a number up', () => {
  it('finds it as people write it, and never by an address', async () => {
    const { number, id } = await listed();
    await listed();
    const found = await post('/search', { phone_number: ` ${typed(number)} ` });
    expect(found.html).toMatch(/^<div id="suppressions"/);
    expect(found.html).toContain(`${typed(number)} is on the list.`);
    expect(found.html.match(/<tr id="row-/g)).toHaveLength(1);
    expect(found.html).toContain(`row-${id}`);
    const other = nextNumber();
    expect((await post('/search', { phone_number: other })).html).toContain(`${typed(other)} is not on the list.`);
    const address = `${PATH}/search?phone_number=${other.slice(2)}`;
    const { status, headers } = await given.request(address, { redirect: 'manual' });
    expect([status, headers.get('Location')]).toEqual([302, PATH]);
    expect(given.lines.join(' ')).not.toContain(number.slice(2));
  });

  it('says so when that is no number, and leaves the list as it stands', async () => {
    const { status, html, response } = await post('/search', { phone_number: '12345' });
    expect([status, response.headers.get('HX-Reswap')]).toEqual([409, 'none']);
    expect(html).toBe(
      '<p id="outcome" hx-swap-oob="innerHTML">This is not a US number that can be called. Write ten digits.</p>',
    );
  });
});

describe('adding a number', () => {
  it('counts at once, with the reason or the words, and empties the form', async () => {
    const [plain, worded] = [nextNumber(), nextNumber()];
    const { html } = await post('/add', { phone_number: typed(plain), reason: 'complaint', statement: '' });
    expect(html).toContain(`${masked(plain)} is on the list now.`);
    expect(html).toContain(`${typed(plain)} is on the list.`);
    expect(html).toMatch(/<form id="add-number" [^>]*hx-post="\/dashboard\/suppressions\/add" hx-swap-oob="true"/);
    await post('/add', { phone_number: worded, reason: 'asked', statement: 'Not before his operation' });
    const found = await rows();
    expect(found.map(({ reason, statement, createdBy }) => [reason, statement, createdBy]).toSorted()).toEqual([
      ['complaint', null, ADMIN],
      ['stated', 'Not before his operation', ADMIN],
    ]);
  });

  it('of a number that is there already changes nothing', async () => {
    const { number } = await listed('legal');
    const { html } = await post('/add', { phone_number: number, reason: 'asked', statement: '' });
    expect(html).toContain('was on the list already; nothing was changed.');
    expect(html).toContain('Legal request');
    expect(await rows()).toHaveLength(1);
  });

  it.each([
    [{ phone_number: '555', reason: 'asked', statement: '' }, 'This is not a US number that can be called.'],
    [{ phone_number: '2025550143', reason: 'opted_out', statement: '' }, 'Choose a reason.'],
    [{ phone_number: '2025550143', reason: 'asked', statement: '\u202Ereversed' }, 'Write their words as plain text'],
  ])('says what is wrong and keeps what was typed: %o', async (fields, words) => {
    const { status, html } = await post('/add', fields);
    expect(status).toBe(409);
    expect(html).toContain(words);
    expect(html).toContain(`value="${fields.phone_number}"`);
    expect(await rows()).toEqual([]);
  });
});

describe('lifting', () => {
  it('takes evidence, and shows it with who judged it', async () => {
    const { number, id } = await listed();
    const { html } = await post(`/${id}/lift`, { evidence: 'Signed form of May 2,\r\nscanned' });
    expect(html).toContain(`${masked(number)} is off the list. It may be called again.`);
    expect(html).toContain(`${typed(number)} is not on the list.`);
    expect(html).toContain('Signed form of May 2, scanned');
    expect(html).toContain(`by ${ADMIN}`);
    expect(await rows()).toMatchObject([{ liftedBy: ADMIN, liftEvidence: 'Signed form of May 2, scanned' }]);
    const again = await post(`/${id}/lift`, { evidence: 'Once more' });
    expect([again.status, again.html.includes('It had been lifted already.')]).toEqual([409, true]);
  });

  it('without evidence does nothing', async () => {
    const { id } = await listed();
    for (const evidence of ['', '   ', '…'])
      expect((await post(`/${id}/lift`, { evidence })).html).toContain('Not lifted. Write down the evidence');
    expect(await rows()).toMatchObject([{ liftedAt: null }]);
  });

  it('of an unknown row is 404', async () => {
    expect((await post('/sup_0199f3c2-7f4e-7000-8000-000000000001/lift', { evidence: 'Form' })).status).toBe(404);
  });
});

describe('importing a list', () => {
  const upload = (text: string, name = 'list.txt', init: PageInit = {}) => {
    const body = new FormData();
    body.set('file', new File([text], name));
    const headers = { Origin: ORIGIN, 'HX-Request': 'true' };
    return pageOf(`${PATH}/import`, { method: 'POST', body, headers, ...init });
  };

  it('begins at once and tells how far it has come', async () => {
    const { html } = await upload(`${nextNumber()}\n${nextNumber()}\n`);
    expect(html).toContain('The list is being read: 0 numbers so far.');
    const poll = /hx-get="([^"]+)"/.exec(html)?.[1] ?? '';
    await testEnv.DB.exec(`update imports set status = 'done', accepted = 1204, rejected = 3`);
    const done = (await pageOf(poll)).html;
    expect(done).toContain('1,204 numbers are on the list now. 3 rows were not taken.');
    expect(done).toMatch(/href="\/api\/imports\/imp_[0-9a-f-]+\/rows\?format=csv"/);
    expect(done).not.toContain('hx-get');
    await testEnv.DB.exec(`update imports set status = 'failed', code = 'import_failed'`);
    expect((await pageOf(poll)).html).toContain('The list was not read to its end.');
  });

  it('says what is wrong with the file', async () => {
    const archive = await upload('PK\u0003\u0004rest', 'list.xlsx');
    expect([archive.status, archive.html.includes('Nothing was imported. This is no list')]).toEqual([409, true]);
    expect((await upload('name,city\nAna,Rome\n', 'list.csv')).html).toContain('Nothing was imported.');
  });
});

describe('without a script', () => {
  it('every form posts: no number and no words of a patient ever stand in an address', async () => {
    await listed();
    const { html } = await pageOf(PATH);
    const forms = [...html.matchAll(/<form\b[^>]*>/g)].map(([form]) => form);
    expect(forms.length).toBeGreaterThan(3);
    for (const form of forms)
      expect(form).toMatch(/method="post" action="\/dashboard\/(suppressions|dialing|exports)\//);
  });

  it('a number is looked up, added and lifted on whole pages, which say what came of it', async () => {
    const number = nextNumber();
    const added = await plain('/add', { phone_number: typed(number), reason: 'asked', statement: '' });
    expect(added.status).toBe(200);
    expect(added.html).toContain(`${masked(number)} is on the list now.`);
    expect(added.html).toContain('<h1>Do not call</h1>');
    const found = await plain('/search', { phone_number: typed(number) });
    expect(found.html).toContain('<h1>Do not call</h1>');
    const [row] = await rows();
    const lifted = await plain(`/${row?.id}/lift`, { evidence: 'Signed form of May 2' });
    expect(lifted.html).toContain(`${masked(number)} is off the list. It may be called again.`);
    expectNoInlineCode(lifted.html);
  });

  it('what was refused comes again as it was typed, with what is wrong', async () => {
    const refused = await plain('/add', { phone_number: '12', reason: 'legal', statement: '<b>No</b>' });
    expect(refused.status).toBe(409);
    expect(refused.html).toContain('This is not a US number that can be called.');
    expect(refused.html).toContain('value="&lt;b&gt;No&lt;/b&gt;"');
    expect(refused.html).toMatch(/<details id="add-panel" open/);
    const unknown = await plain('/search', { phone_number: '12' });
    expect([unknown.status, unknown.html.includes('<h1>Do not call</h1>')]).toEqual([409, true]);
    const { id } = await listed();
    expect((await plain(`/${id}/lift`, { evidence: ' ' })).html).toContain('Not lifted. Write down the evidence');
  });
});

describe('roles', () => {
  it.each([
    ['admin', { page: 200, search: 200, add: 200, import: 200, lift: 200 }],
    ['clinician', { page: 200, search: 200, add: 200, import: 403, lift: 403 }],
    ['intake', { page: 200, search: 200, add: 200, import: 403, lift: 403 }],
    ['operator', { page: 200, search: 200, add: 200, import: 200, lift: 403 }],
    ['auditor', { page: 403, search: 403, add: 403, import: 403, lift: 403 }],
  ] as const)('%s may do what the role allows, and sees no way to the rest', async (role, allowed) => {
    const { id } = await listed('Words about her illness');
    const token = await tokenOf(given, role);
    const shown = await pageOf(PATH, { token });
    const file = new FormData();
    file.set('file', new File([nextNumber()], 'list.txt'));
    const headers = { Origin: ORIGIN };
    expect({
      page: shown.status,
      search: (await post('/search', { phone_number: nextNumber() }, { token })).status,
      add: (await post('/add', { phone_number: nextNumber(), reason: 'asked', statement: '' }, { token })).status,
      import: (await pageOf(`${PATH}/import`, { method: 'POST', body: file, headers, token })).status,
      lift: (await post(`/${id}/lift`, { evidence: 'Form' }, { token })).status,
    }).toEqual(allowed);
    if (allowed.page !== 200) return;
    expect(shown.html.includes(`/${id}/lift`)).toBe(allowed.lift === 200);
    expect(shown.html.includes('Export these')).toBe(allowed.lift === 200);
    expect(shown.html.includes('id="import-panel"')).toBe(allowed.import === 200);
    expect(shown.html.includes('Words about her illness')).toBe(role !== 'operator');
  });
});
