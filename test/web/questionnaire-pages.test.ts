/** The pages of questionnaires: what is in use, versions and their differences, writing with problems by line, approving, trying by text. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { adultIntake } from '../../src/domain/intake/adult-intake.ts';
import { approvedQuestionnaire } from '../../src/store/questionnaires.ts';
import { testEnv } from '../support/worker-env.ts';
import { type GivenApp, givenApp, ORIGIN } from './given-app.ts';
import { expectNoInlineCode, openPage, type PageInit } from './given-page.ts';
import { tokenOf } from './given-role.ts';

const PATH = '/dashboard/questionnaires';
const HTMX = { 'HX-Request': 'true' };

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await testEnv.DB.exec('delete from questionnaire_versions; delete from staff;');
});
afterEach(() => vi.restoreAllMocks());

const pageOf = (path = PATH, init?: PageInit) => openPage(given, path, init);
const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = HTMX, token?: string) =>
  pageOf(path, {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { Origin: ORIGIN, 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    ...(token === undefined ? {} : { token }),
  });
const titled = (title: string, id = 'adult-intake') => ({
  ...adultIntake,
  id,
  title: { en: title, es: `${title} (es)` },
});
const json = (definition: unknown) => JSON.stringify(definition, null, 2);
const saved = (definition: unknown, token?: string) =>
  given.send('POST', '/api/questionnaires/adult-intake/versions', { definition }, token === undefined ? {} : { token });
const used = async () => (await approvedQuestionnaire(given.db, 'adult-intake', Date.now()))?.title.en;

describe('the list', () => {
  it('names what is in use, who approved it and what waits', async () => {
    await saved(titled('Second'));
    const { html, status } = await pageOf();
    expect(status).toBe(200);
    for (const part of [
      '<title>Questionnaires · Patient intake</title>',
      `href="${PATH}" aria-current="page"`,
      `href="${PATH}/adult-intake"`,
      '<strong>Adult intake</strong>',
      '>Version 1</span>',
      'came with the program',
      '1 draft, newest is version 2',
      'href="/dashboard/new-questionnaire"',
    ])
      expect(html).toContain(part);
    expectNoInlineCode(html);
  });

  it('says so when there are no more, and pages', async () => {
    expect((await pageOf(`${PATH}?cursor=zzz`)).html).toContain('There are no more questionnaires.');
    expect((await pageOf(`${PATH}?cursor=X`)).status).toBe(422);
  });

  it('says so when nothing of one is approved', async () => {
    await given.send('POST', '/api/questionnaires', { definition: titled('Ours', 'ours') });
    expect((await pageOf()).html).toContain('None approved');
    expect((await pageOf(`${PATH}/ours`)).html).toContain('No version is in use');
  });
});

describe('one of them', () => {
  it('is readable in both languages, with answers, branches and red flags', async () => {
    const { html } = await pageOf(`${PATH}/adult-intake`);
    for (const part of [
      'New calls ask version 1',
      'Questions (14)',
      'Please tell us, in your own words, the main reason for your visit.',
      'Díganos, en sus propias palabras',
      'Asked only after yes to “Allergies”.',
      'Spoken, up to 30 seconds',
      'Number, 0 to 10',
      '<td lang="es">De uno a tres días</td>',
      'Red flags (19)',
      'Chest pain or heart attack',
      'Pain, 0 to 10: 10 or more',
      'Told to dial 988',
      '10154-3',
      'An answering machine hears a neutral message.',
    ])
      expect(html).toContain(part);
    expectNoInlineCode(html);
  });

  it('is to be had as FHIR once it was approved, not before', async () => {
    const link = (id: string) => `href="/api/questionnaires/${id}/versions/1/fhir"`;
    expect((await pageOf(`${PATH}/adult-intake`)).html).toContain(link('adult-intake'));
    await given.send('POST', '/api/questionnaires', { definition: titled('Draft', 'draft-only') });
    expect((await pageOf(`${PATH}/draft-only`)).html).not.toContain(link('draft-only'));
  });

  it('shows words as text, whatever they are', async () => {
    const nasty = '<img src=x onerror=alert(1)>';
    await saved({
      ...titled(nasty),
      texts: { closing: { en: `${nasty} {callback} 9 1 1`, es: `${nasty} {callback} 9 1 1.` } },
    });
    for (const path of [
      `${PATH}/adult-intake?version=2`,
      `${PATH}/adult-intake?version=2&against=1`,
      `${PATH}/adult-intake/edit?from=2`,
    ]) {
      const { html } = await pageOf(path);
      expect(html).not.toContain('<img');
      expect(html).toContain('&lt;img src=x');
    }
  });

  it('shows what differs between two versions, item by item', async () => {
    const items = adultIntake.items
      .slice(1)
      .map((item, i) => (i === 0 ? { ...item, text: { ...item.text, en: `${item.text.en} Thanks.` } } : item));
    await saved({ ...titled('Second'), items });
    const { html } = await pageOf(`${PATH}/adult-intake?version=2&against=1`);
    for (const part of [
      'From version 1 to version 2',
      '>Changed</span>',
      '>Taken out</span>',
      '<del>',
      '<ins>',
      'Thanks.',
      'Title in English',
    ])
      expect(html).toContain(part);
    expect((await pageOf(`${PATH}/adult-intake?version=1&against=1`)).html).toContain(
      'These two versions say exactly the same.',
    );
  });

  it('says what a version still lacks, and offers no approval until then (CL-12)', async () => {
    await saved({ ...titled('Second'), texts: { fault: { en: 'You should rest. 9 1 1.', es: 'Perdón. 9 1 1.' } } });
    const { html } = await pageOf(`${PATH}/adult-intake?version=2`);
    expect(html).toContain('One thing has to be corrected before it can be approved');
    expect(html).toContain('Leave out advice, diagnosis, reassurance and dosing');
    expect(html).not.toContain('CL-12');
    expect(html).not.toContain('/versions/2/approve"');
  });

  it('is 404 where there is none', async () => {
    for (const path of ['nothing', 'Adult', 'adult-intake?version=7'])
      expect((await pageOf(`${PATH}/${path}`)).status).toBe(404);
  });
});

describe('approving and withdrawing', () => {
  const approve = (version: number, headers?: Record<string, string>, token?: string) =>
    post(`${PATH}/adult-intake/versions/${version}/approve`, {}, headers, token);
  const withdraw = (version: number, headers?: Record<string, string>) =>
    post(`${PATH}/adult-intake/versions/${version}/withdraw`, {}, headers);

  it('says before what it does to calls, does it, and says so', async () => {
    await saved(titled('Second'));
    const before = (await pageOf(`${PATH}/adult-intake?version=2`)).html;
    expect(before).toContain('From now on every new call asks this version.');
    expect(before).toContain(
      'Calls that are under way or waiting, and campaigns that were made, keep the version they have.',
    );
    const { status, html } = await approve(2);
    expect(status).toBe(200);
    expect(html).toMatch(/^<div id="questionnaire"/);
    expect(html).toContain('New calls ask version 2');
    expect(html).toContain('Version 2 is approved.');
    expect(html).toContain('From now on new calls ask version 1.');
    expect(await used()).toBe('Second');
    expect((await withdraw(2)).html).toContain('New calls ask version 1');
    expect(await used()).toBe('Adult intake');
  });

  it('works without script, by plain forms', async () => {
    await saved(titled('Second'));
    const { response } = await approve(2, {});
    expect([response.status, response.headers.get('Location')]).toEqual([303, `${PATH}/adult-intake?version=2`]);
    const again = await approve(2, {});
    expect([again.status, again.html]).toEqual([200, expect.stringContaining('This version is approved already.')]);
    expect(again.html).toContain('<!DOCTYPE html>');
  });

  it('sends whoever wrote it to somebody else, once there is somebody (T08)', async () => {
    const clinician = await tokenOf(given, 'clinician');
    await saved(titled('Second'));
    const { html } = await pageOf(`${PATH}/adult-intake?version=2`);
    expect(html).toContain('somebody else has to read and approve it');
    expect(html).not.toContain('/versions/2/approve"');
    expect((await approve(2)).status).toBe(409);
    expect((await pageOf(`${PATH}/adult-intake?version=2`, { token: clinician })).html).toContain(
      '/versions/2/approve"',
    );
    expect((await approve(2, HTMX, clinician)).html).toContain('Version 2 is approved.');
  });

  it('never leaves calls without questions', async () => {
    await pageOf();
    const { status, html } = await withdraw(1);
    expect([status, html]).toEqual([409, expect.stringContaining('Approve another version of it first.')]);
  });
});

describe('writing', () => {
  const edit = `${PATH}/adult-intake/edit`;

  it('begins as the version in use, without its number', async () => {
    const { html } = await pageOf(edit);
    expect(html).toContain('It begins as version 1.');
    expect(html).toContain('&quot;id&quot;: &quot;adult-intake&quot;');
    expect(html).not.toContain('&quot;version&quot;');
    expectNoInlineCode(html);
  });

  it('checks, with the line of each problem, and keeps nothing', async () => {
    const bad = json({ ...adultIntake, title: { en: 'Free gift', es: 'Admisión' } });
    const { status, html } = await post(edit, { definition: bad, do: 'check' });
    expect(status).toBe(409);
    const line = bad.split('\n').findIndex((row) => row.includes('Free gift')) + 1;
    expect(html).toContain(`data-goto-line="${line}"`);
    expect(html).toContain('Leave out what sells or names a price');
    const good = await post(edit, { definition: json(adultIntake), do: 'check' });
    expect([good.status, good.html]).toEqual([200, expect.stringContaining('Nothing to correct.')]);
    expect(
      await testEnv.DB.prepare(
        'select count(*) as n from questionnaire_versions where version > 1 and questionnaire_id = ?',
      )
        .bind('adult-intake')
        .first('n'),
    ).toBe(0);
  });

  it('says on which line it stops being JSON, also when saved', async () => {
    const { status, html } = await post(edit, {
      definition: '{\r\n "id": "adult-intake"\r\n "title": {}\r\n}',
      do: 'save',
    });
    expect([status, html]).toEqual([409, expect.stringContaining('line 3')]);
  });

  it('saves a draft and goes to it', async () => {
    const { status, response } = await post(edit, { definition: json(titled('Second')), do: 'save' });
    expect([status, response.headers.get('HX-Redirect')]).toEqual([204, `${PATH}/adult-intake?version=2`]);
    expect(await used()).toBe('Adult intake');
  });

  it('without script everything typed is still there when something is wrong', async () => {
    const { status, html } = await post(edit, { definition: '{"id": "half', do: 'save' }, {});
    expect(status).toBe(200);
    expect(html).toContain('<!DOCTYPE html>');
    expect(html).toContain('{&quot;id&quot;: &quot;half');
    expect(html).toContain('This is not JSON');
    const same = await post(edit, { definition: json(adultIntake), do: 'save' }, {});
    expect(same.html).toContain('Version 1 says exactly this.');
    const done = await post(edit, { definition: json(titled('Second')), do: 'save' }, {});
    expect([done.status, done.response.headers.get('Location')]).toEqual([303, `${PATH}/adult-intake?version=2`]);
  });

  it('a new one begins as a copy and needs an id of its own', async () => {
    const { html } = await pageOf('/dashboard/new-questionnaire');
    expect(html).toContain('It begins as a copy of the shipped one');
    const taken = await post('/dashboard/new-questionnaire', { definition: json(titled('Ours')), do: 'save' });
    expect([taken.status, taken.html]).toEqual([
      409,
      expect.stringContaining('There is a questionnaire adult-intake already.'),
    ]);
    const own = await post('/dashboard/new-questionnaire', { definition: json(titled('Ours', 'ours')), do: 'save' });
    expect(own.response.headers.get('HX-Redirect')).toBe(`${PATH}/ours?version=1`);
  });
});

describe('trying', () => {
  const trying = (fields: Record<string, string>, headers?: Record<string, string>) =>
    post('/dashboard/try-questionnaire', { questionnaire_id: 'adult-intake', version: '1', ...fields }, headers);
  const toItems = JSON.stringify([{ keys: '1' }, { keys: '04121980#' }, { keys: '1' }]);

  it('begins with the opening, the keys it offers, and an empty note', async () => {
    const { html } = await pageOf(`${PATH}/adult-intake/try`);
    for (const part of [
      'Try version 1 of adult-intake',
      'This is an automated call from Riverside Clinic.',
      'name="keys" value="1"',
      '<span>It is me</span>',
      'name="inputs" value="[]"',
      '14 questions are not asked.',
    ])
      expect(html).toContain(part);
    expect(html).not.toContain('name="speech"');
    expectNoInlineCode(html);
  });

  it('takes keys, words and silence, and carries everything on', async () => {
    const asked = await trying({ inputs: toItems });
    expect(asked.html).toMatch(/^<form id="try"/);
    expect(asked.html).toContain('Chief complaint: say something');
    const spoken = await trying({ inputs: toItems, do: 'enter', speech: ' my knee ', typed: '' });
    expect(spoken.html).toContain('We heard: my knee.');
    expect(spoken.html).toContain(`{&quot;speech&quot;:&quot;my knee&quot;}]`);
    expect((await trying({ inputs: toItems, do: 'enter', speech: '', typed: '*7' })).html).toContain(
      'How long: press a key',
    );
    expect((await trying({ inputs: toItems, do: 'silence' })).html).toContain('2 tries left');
    const over = await trying({ inputs: '[]', keys: '9' });
    expect(over.html).toContain('The call is over: opted out.');
    expect((await trying({ inputs: toItems, again: 'es' })).html).toContain('Esta es una llamada automática');
  });

  it('shows what was said as text', async () => {
    const { html } = await trying({ inputs: toItems, do: 'say', speech: '<img src=x onerror=alert(1)>' });
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img src=x');
  });

  it('says so when that is no key, or the trial was tampered with', async () => {
    expect((await trying({ inputs: toItems, do: 'press', typed: 'A' })).html).toContain('A phone has the keys 0 to 9');
    for (const inputs of ['no json', '[{"keys":"A"}]', JSON.stringify(Array(201).fill({ silence: true }))])
      expect((await trying({ inputs })).html).toContain('Start over.');
    expect((await trying({ inputs: '[]', language: 'fr' })).status).toBe(422);
  });

  it('tries what stands in the editor, and says when that is nothing yet', async () => {
    const text = json({
      ...adultIntake,
      texts: { openingNamed: { en: 'Our own words. {clinic} {first_name}', es: '{clinic} {first_name}' } },
    });
    const own = await post('/dashboard/try-questionnaire', { definition: text, again: 'en' });
    expect(own.html).toContain('Our own words. Riverside Clinic Ana');
    expect(own.html).toContain('hx-include="#definition"');
    for (const definition of ['{', '{}', ''])
      expect((await post('/dashboard/try-questionnaire', { definition, again: 'en' })).html).toContain(
        'is no questionnaire yet',
      );
  });

  it('works without script, as a page', async () => {
    const { html } = await trying({ inputs: '[]', keys: '1' }, {});
    expect(html).toContain('<!DOCTYPE html>');
    expect(html).toContain('The birth date on file');
  });
});

describe('who may', () => {
  const READ = ['', '/adult-intake', '/adult-intake/try'];
  it.each(['intake', 'operator'] as const)('%s reads and tries, and is offered nothing more', async (role) => {
    const token = await tokenOf(given, role);
    for (const path of READ) {
      const { status, html } = await pageOf(`${PATH}${path}`, { token });
      expect(status).toBe(200);
      for (const offer of ['/edit', 'new-questionnaire', '/approve', '/withdraw']) expect(html).not.toContain(offer);
    }
    expect((await pageOf(`${PATH}/adult-intake/edit`, { token })).status).toBe(403);
    expect((await pageOf('/dashboard/new-questionnaire', { token })).status).toBe(403);
    expect((await post(`${PATH}/adult-intake/versions/1/withdraw`, {}, HTMX, token)).status).toBe(403);
  });

  it('an auditor sees none of it, and no way to it', async () => {
    const token = await tokenOf(given, 'auditor');
    for (const path of READ) expect((await pageOf(`${PATH}${path}`, { token })).status).toBe(403);
    expect((await pageOf('/dashboard/campaigns', { token })).html).not.toContain(PATH);
  });
});
