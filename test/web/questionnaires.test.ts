/** /api/questionnaires: versions are kept once, judged with pointers, approved by somebody else, withdrawn, and used by the next call. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { adultIntake } from '../../src/domain/intake/adult-intake.ts';
import { approvedQuestionnaire } from '../../src/store/questionnaires.ts';
import type { Role } from '../../src/store/staff.ts';
import { testEnv } from '../support/worker-env.ts';
import { ADMIN, type GivenApp, givenApp } from './given-app.ts';
import { tokenOf } from './given-role.ts';

const PATH = '/api/questionnaires';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await testEnv.DB.exec('delete from questionnaire_versions; delete from staff;');
});
afterEach(() => vi.restoreAllMocks());

const titled = (title: string, id = 'adult-intake') => ({
  ...adultIntake,
  id,
  title: { en: title, es: `${title} (es)` },
});
/** Sound, but what it says on the phone may not be said: it advises. */
const advising = {
  ...titled('Our own'),
  items: adultIntake.items.map((item, i) =>
    i === 0 ? { ...item, text: { ...item.text, en: `You should rest. ${item.text.en}` } } : item,
  ),
};

async function send(method: string, path: string, body?: unknown, token?: string) {
  const init = token === undefined ? {} : { token };
  const response =
    body === undefined ? await given.request(path, { method, ...init }) : await given.send(method, path, body, init);
  // biome-ignore lint/suspicious/noExplicitAny: each test looks at what it expects
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
}
const save = (definition: unknown, token?: string) =>
  send('POST', `${PATH}/adult-intake/versions`, { definition }, token);
const verb = (name: 'approve' | 'withdraw', version: number, token?: string, id = 'adult-intake') =>
  send('POST', `${PATH}/${id}/versions/${version}/${name}`, {}, token);
const used = async () => (await approvedQuestionnaire(given.db, 'adult-intake', Date.now()))?.title.en;

describe('the list', () => {
  it('holds what is shipped, without anybody having called yet, each with what is in use', async () => {
    const { status, body } = await send('GET', PATH);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      items: [
        { questionnaire_id: 'adult-intake', title: 'Adult intake', newest_version: 1, approved_version: 1, drafts: 0 },
        { questionnaire_id: 'message-and-reply', newest_version: 2, approved_version: 2 },
      ],
      next_cursor: null,
    });
  });

  it('names the title in use, not that of a draft, and pages by id', async () => {
    await send('GET', PATH);
    await save(titled('Not yet'));
    const first = await send('GET', `${PATH}?limit=1`);
    expect(first.body).toMatchObject({
      items: [{ title: 'Adult intake', newest_version: 2, approved_version: 1, drafts: 1 }],
      next_cursor: 'adult-intake',
    });
    const second = await send('GET', `${PATH}?limit=1&cursor=${first.body.next_cursor}`);
    expect(second.body).toMatchObject({ items: [{ questionnaire_id: 'message-and-reply' }], next_cursor: null });
  });
});

describe('a new questionnaire', () => {
  it('is a draft of version 1, whatever number it came with, and tells what is to be looked at', async () => {
    const { status, body, headers } = await send('POST', PATH, {
      definition: { ...titled('Ours', 'our-intake'), version: 77, redFlags: adultIntake.redFlags },
    });
    expect([status, headers.get('Location')]).toEqual([201, `${PATH}/our-intake/versions/1`]);
    expect(body).toEqual({ questionnaire_id: 'our-intake', version: 1, status: 'draft', problems: [] });
    const stored = await send('GET', `${PATH}/our-intake/versions/1`);
    expect(stored.body).toMatchObject({
      status: 'draft',
      created_by: ADMIN,
      definition: { version: 1, id: 'our-intake' },
    });
    expect(await approvedQuestionnaire(given.db, 'our-intake', Date.now())).toBeNull();
  });

  it('may be a draft although its words may not be said; the errors and warnings come along', async () => {
    const items = adultIntake.items.map((item) => ({ ...item, codes: undefined }));
    const { status, body } = await send('POST', PATH, {
      definition: JSON.parse(
        JSON.stringify({ ...titled('Uncoded', 'uncoded'), items, title: { en: 'Same', es: 'Same' } }),
      ),
    });
    expect(status).toBe(201);
    expect(body.problems).toContainEqual(
      expect.objectContaining({ pointer: '/items/0/codes', code: 'no_code', level: 'error' }),
    );
    expect(body.problems).toContainEqual(expect.objectContaining({ pointer: '/title', level: 'warning' }));
  });

  it('that is not sound is refused with a pointer for each problem', async () => {
    const { status, body } = await send('POST', PATH, {
      definition: { ...adultIntake, id: 'X', items: [{ ...adultIntake.items[0], text: { en: 'Only English.' } }] },
    });
    expect([status, body.code]).toEqual([422, 'invalid']);
    expect(body.errors).toContainEqual(expect.objectContaining({ pointer: '/definition/id', code: 'bad_id' }));
    expect(body.errors).toContainEqual(
      expect.objectContaining({ pointer: '/definition/items/0/text/es', code: 'missing_text' }),
    );
  });

  it.each([[null], [7], ['text'], [[]]])('that is %j is refused', async (definition) => {
    expect((await send('POST', PATH, { definition })).body.errors).toMatchObject([
      { pointer: '/definition', code: 'not_an_object' },
    ]);
  });

  it('under an id that is there, shipped ones too, is 409 and says what to do', async () => {
    expect((await send('POST', PATH, { definition: titled('Mine') })).body).toMatchObject({
      status: 409,
      code: 'exists',
      detail: expect.stringContaining('Save this as a version of it'),
    });
  });

  it('without a definition is 422, and one of a megabyte 413', async () => {
    expect((await send('POST', PATH, {})).body.errors).toMatchObject([{ pointer: '/definition', code: 'missing' }]);
    expect((await send('POST', PATH, { definition: 'x'.repeat(600_000) })).status).toBe(413);
  });
});

describe('versions', () => {
  it('are numbered one after another and listed newest first', async () => {
    expect((await save(titled('Second'))).body).toMatchObject({ version: 2 });
    expect((await save({ ...titled('Third'), version: 'x' })).body).toMatchObject({ version: 3 });
    const { body } = await send('GET', `${PATH}/adult-intake/versions?limit=2`);
    expect(body.items).toMatchObject([
      {
        version: 3,
        status: 'draft',
        created_by: ADMIN,
        approved_by: null,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      { version: 2, status: 'draft' },
    ]);
    const rest = await send('GET', `${PATH}/adult-intake/versions?cursor=${body.next_cursor}`);
    expect(rest.body).toMatchObject({
      items: [{ version: 1, status: 'approved', created_by: null, approved_by: 'shipped' }],
      next_cursor: null,
    });
  });

  it('two saved at one moment get two numbers', async () => {
    const both = await Promise.all([save(titled('One')), save(titled('Other'))]);
    expect(both.map(({ body }) => body.version).sort()).toEqual([2, 3]);
  });

  it('that say nothing new are refused, whatever their number', async () => {
    expect((await save({ ...adultIntake, version: 9 })).body).toMatchObject({ status: 409, code: 'unchanged' });
  });

  it('have the id of their questionnaire', async () => {
    expect((await save(titled('Other', 'other-intake'))).body.errors).toMatchObject([
      { pointer: '/definition/id', code: 'wrong_id' },
    ]);
    for (const path of ['nothing/versions', 'adult-intake/versions/9', 'adult-intake/versions/0', 'Adult/versions'])
      expect((await send('GET', `${PATH}/${path}`)).status).toBe(404);
    expect((await send('POST', `${PATH}/nothing/versions`, { definition: titled('x', 'nothing') })).status).toBe(404);
  });

  it('never change: the database itself refuses', async () => {
    await send('GET', PATH);
    await expect(
      testEnv.DB.prepare(`update questionnaire_versions set definition = '{}' where version = 1`).run(),
    ).rejects.toThrow('never changed');
  });
});

describe('approving', () => {
  it('lets the next call use it, and is told to the log without a word of it', async () => {
    await save(titled('Second'));
    expect(await used()).toBe('Adult intake');
    const { status, body } = await verb('approve', 2);
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({ status: 'approved', approved_by: ADMIN, approved_at: expect.any(String) }),
    ]);
    expect(await used()).toBe('Second');
    expect(given.logged('questionnaire.approved')).toMatchObject([{ questionnaire_id: 'adult-intake', version: 2 }]);
    expect((await verb('approve', 2)).body).toMatchObject({ status: 409, code: 'already_approved' });
  });

  it('needs a second person once there are two who may, clinicians among them (T08)', async () => {
    const clinician = await tokenOf(given, 'clinician');
    await save(titled('Second'));
    expect((await verb('approve', 2)).body).toMatchObject({ status: 409, code: 'second_approver' });
    expect((await verb('approve', 2, clinician)).body).toMatchObject({ approved_by: 'clinician@role.example' });
    await save(titled('Third'), clinician);
    expect((await verb('approve', 3, clinician)).body.code).toBe('second_approver');
    expect((await verb('approve', 3)).status).toBe(200);
  });

  it('is refused while words may not be said, and names them (CL-12)', async () => {
    await save(advising);
    const { status, body } = await verb('approve', 2);
    expect([status, body.code]).toEqual([409, 'not_sound']);
    expect(body.errors).toContainEqual(
      expect.objectContaining({ pointer: '/items/0/text/en', code: 'clinical_words', detail: expect.any(String) }),
    );
    expect(await used()).toBe('Adult intake');
  });
});

describe('withdrawing', () => {
  it('gives the next call the newest approved one before it, and can be taken back', async () => {
    await save(titled('Second'));
    await verb('approve', 2);
    const { body } = await verb('withdraw', 2);
    expect(body).toMatchObject({ status: 'withdrawn', withdrawn_by: ADMIN, approved_by: ADMIN });
    expect(await used()).toBe('Adult intake');
    expect((await verb('withdraw', 2)).body).toMatchObject({ status: 409, code: 'not_approved' });
    expect((await verb('approve', 2)).body).toMatchObject({ status: 'approved', withdrawn_at: null });
    expect(await used()).toBe('Second');
  });

  it('a shipped one that was withdrawn does not come back by itself', async () => {
    await save(titled('Second'));
    await verb('approve', 2);
    expect((await verb('withdraw', 1)).status).toBe(200);
    await send('GET', PATH);
    expect(await used()).toBe('Second');
    const { body } = await send('GET', `${PATH}/adult-intake/versions`);
    expect(body.items).toHaveLength(2);
  });

  it('never leaves calls without questions; another questionnaire may end', async () => {
    await send('GET', PATH);
    expect((await verb('withdraw', 1)).body).toMatchObject({ status: 409, code: 'last_version' });
    expect((await verb('withdraw', 2, undefined, 'message-and-reply')).status).toBe(200);
    expect(await approvedQuestionnaire(given.db, 'message-and-reply', Date.now())).toBeNull();
    const { body } = await send('GET', PATH);
    expect(body.items[1]).toMatchObject({ questionnaire_id: 'message-and-reply', approved_version: null });
  });
});

describe('the linter', () => {
  const lint = async (definition: unknown) => (await send('POST', `${PATH}/lint`, { definition })).body;

  it('finds nothing in what is shipped, with or without a number', async () => {
    expect(await lint(adultIntake)).toEqual({ ok: true, problems: [] });
    const { version: _, ...unnumbered } = adultIntake;
    expect(await lint(unnumbered)).toEqual({ ok: true, problems: [] });
  });

  it('tells errors, which stand in the way, from warnings, which do not', async () => {
    expect(await lint(advising)).toMatchObject({
      ok: false,
      problems: [{ pointer: '/items/0/text/en', code: 'clinical_words', level: 'error' }],
    });
    expect(await lint({ ...adultIntake, title: { en: 'Intake', es: 'Intake' } })).toMatchObject({
      ok: true,
      problems: [{ pointer: '/title', code: 'not_translated', level: 'warning' }],
    });
  });

  it('keeps nothing', async () => {
    await lint(titled('Ours', 'ours'));
    expect((await send('GET', `${PATH}/ours/versions`)).status).toBe(404);
  });
});

describe('who may', () => {
  const READ: Role[] = ['admin', 'clinician', 'intake', 'operator'];
  it.each(['clinician', 'intake', 'operator', 'auditor'] as const)('%s', async (role) => {
    const token = await tokenOf(given, role);
    const reads = READ.includes(role);
    const writes = role === 'clinician';
    expect((await send('GET', PATH, undefined, token)).status).toBe(reads ? 200 : 403);
    expect((await send('GET', `${PATH}/adult-intake/versions/1`, undefined, token)).status).toBe(reads ? 200 : 403);
    const tried = await send('POST', `${PATH}/adult-intake/preview`, { inputs: [] }, token);
    expect(tried.status).toBe(reads ? 200 : 403);
    expect((await save(titled(role), token)).status).toBe(writes ? 201 : 403);
    expect((await verb('approve', 1, token)).status).toBe(writes ? 409 : 403);
    expect((await verb('withdraw', 1, token)).status).toBe(writes ? 409 : 403);
  });
});
