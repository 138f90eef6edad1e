/** Lists into campaigns, from the file to its contacts: each row has a verdict, and what is in doubt is said (C30, C31, U12, SE-23). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { getCampaign } from '../../src/store/campaigns.ts';
import { cancelImport, rejectedOf } from '../../src/store/imports.ts';
import { getPatient } from '../../src/store/patients.ts';
import { insertSuppression, isSuppressed } from '../../src/store/suppressions.ts';
import { commandCampaign } from '../../src/web/command-campaign.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { clearStorage } from '../support/given-erasable.ts';
import { catchJobHints, deliver, hintOf, knownJob } from '../support/given-jobs.ts';
import { givenCampaign, givenImport, numbersFrom, readListOf, refusedCells, resultOf } from '../support/given-list.ts';
import { CONSENT } from '../support/place-call.ts';
import { catchLog, config, db, later, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

let lines: Record<string, unknown>[];
beforeEach(async () => {
  stopClock();
  lines = catchLog();
  catchJobHints();
  await clearStorage();
  for (const table of [
    'jobs',
    'imports',
    'import_rows',
    'contacts',
    'campaigns',
    'patients',
    'consents',
    'suppressions',
  ])
    await testEnv.DB.exec(`delete from ${table}`);
});
afterEach(restore);

const filesLeft = async () => (await testEnv.BUCKET.list({ prefix: 'imports/' })).objects.length;
const keyOf = (id: string) => ring.vault().wrappedKeys([id]);

describe('a list', () => {
  it('becomes a draft of the people it names, with what is known of each', async () => {
    const { item, campaign, contacts, refused } = await readListOf(
      'Phone,First Name,Last Name,DOB,Lang,MRN,State,Time Zone,Doctor\r\n(202) 555-0143,Ana,Díaz,4/12/1980,es,M-1,CA,America/Los_Angeles,Lee\r\n202.555.0144,,,,,,,,\r\n',
    );
    expect(refused).toEqual([]);
    expect(item).toMatchObject({ status: 'done', rowsRead: 2, accepted: 2, rejected: 0, code: null });
    expect(campaign).toMatchObject({ status: 'draft', statusReason: null, endedAt: null });
    expect(contacts).toMatchObject([
      {
        row: 1,
        phoneNumber: '+12025550143',
        firstName: 'Ana',
        lastName: 'Díaz',
        externalId: 'M-1',
        variables: { doctor: 'Lee' },
      },
      { row: 2, phoneNumber: '+12025550144', firstName: null, variables: {}, status: 'ready', code: null, rings: 0 },
    ]);
    expect(await getPatient(db, ring, contacts[0]?.patientId ?? '')).toMatchObject({
      ...{ phoneNumber: '+12025550143', firstName: 'Ana', lastName: 'Díaz', dateOfBirth: '1980-04-12', language: 'es' },
      ...{ externalId: 'M-1', state: 'CA', timeZone: 'America/Los_Angeles', flags: [] },
    });
  });

  it('keeps its good rows beside the bad ones, each of which says its code and column', async () => {
    const { item, campaign, contacts, refused } = await readListOf(
      [
        'phone,dob,note',
        '2025550143,1980-04-12,x',
        '12,,',
        '2025550144,1980-13-01,',
        '2025550145,"a"b,',
        '2025550143,1980-04-12,y',
        ',,',
        '2025550146,,\u0000',
      ].join('\n'),
    );
    expect(contacts.map(({ row }) => row)).toEqual([1]);
    expect(refused).toEqual([
      [2, 'bad_number', 'phone'],
      [3, 'bad_birth_date', 'date_of_birth'],
      [4, 'bad_row', null],
      [5, 'duplicate', 'phone'],
      [7, 'bad_text', 'note'],
    ]);
    expect(item).toMatchObject({ status: 'done', rowsRead: 7, accepted: 1, rejected: 5 });
    expect(campaign.status).toBe('draft');
    expect(await rejectedOf(db, campaign.id)).toEqual({
      bad_number: 1,
      bad_birth_date: 1,
      bad_row: 1,
      duplicate: 1,
      bad_text: 1,
    });
    expect(await refusedCells(item.id)).toContainEqual(['2025550146', '', '\uFFFD']);
  });

  it.each([
    ['one number on each line', 'list.txt', '2025550143\r\n\r\n(202) 555-0144\r\n'],
    ['a header and tabs, as Excel saves Unicode text', 'list.txt', 'Phone\tName\r\n2025550143\tA\r\n2025550144\tB\r\n'],
    ['semicolons', 'list.csv', 'phone;city\n2025550143;A\n2025550144;B\n'],
    ['a line that names what parts it', 'list.csv', 'sep=;\r\nphone;city\r\n2025550143;A\r\n2025550144;B\r\n'],
    ['quotation marks, and lines within them', 'list.csv', '"phone","city"\n"2025550143","A\nB"\n"2025550144",""\n'],
    ['old line ends', 'list.csv', 'phone,city\r2025550143,A\r2025550144,B'],
    ['our own mark before a number', 'list.csv', "phone\n'+12025550143\n'+12025550144\n"],
  ])('is read with %s', async (_, name, content) => {
    const { contacts, refused } = await readListOf(content, { name });
    expect(refused).toEqual([]);
    expect(contacts.map(({ phoneNumber }) => phoneNumber)).toEqual(['+12025550143', '+12025550144']);
  });

  it('takes each as a campaign of its own language unless the row says another', async () => {
    const campaign = await givenCampaign({ language: 'es' });
    const { contacts } = await readListOf('phone,lang\n2025550143,\n2025550144,en\n', { campaign });
    const languages = await Promise.all(contacts.map(async (c) => (await getPatient(db, ring, c.patientId))?.language));
    expect(languages).toEqual(['es', 'en']);
  });

  it('with a column missing in a row fails before anybody is dialled (C34)', async () => {
    const { refused, contacts } = await readListOf('phone,doctor\n2025550143,Lee\n2025550144,\n', {
      requiredVariables: ['doctor'],
    });
    expect(refused).toEqual([[2, 'missing_variable', 'doctor']]);
    expect(contacts).toHaveLength(1);
  });

  it('says when it had been read, not when its reader began', async () => {
    const get = testEnv.BUCKET.get.bind(testEnv.BUCKET);
    vi.spyOn(testEnv.BUCKET, 'get').mockImplementation(((...given: Parameters<typeof get>) => {
      later(5000);
      return get(...given);
    }) as never);
    const { item } = await readListOf('phone\n2025550143\n');
    expect((item.endedAt ?? 0) - item.createdAt).toBeGreaterThanOrEqual(5000);
  });

  it('of a thousand people is read in one question to the database for each kind of thing, not one for each row', async () => {
    const batch = vi.spyOn(testEnv.DB, 'batch');
    const item = await givenImport(`phone\n${numbersFrom(1000).join('\n')}\n`);
    batch.mockClear();
    await deliver(hintOf(await knownJob({ kind: 'import_list', subject: item.id })));
    expect(await resultOf(item.id)).toMatchObject({ item: { status: 'done', accepted: 1000 } });
    const statements = batch.mock.calls.map(([given]) => given.length);
    expect(statements[0]).toBe(7);
    expect(statements.length).toBeLessThanOrEqual(3);
  });

  it('without a usable row makes a campaign that failed', async () => {
    const { item, campaign, contacts } = await readListOf('phone\n1\n2\n');
    expect(item).toMatchObject({ status: 'failed', code: 'nothing_usable', rejected: 2 });
    expect(campaign).toMatchObject({ status: 'failed', statusReason: 'import_failed' });
    expect(contacts).toEqual([]);
  });

  it('keeps whoever may not be called, for the pre-flight to say so, and lifts nothing (TC-12)', async () => {
    await insertSuppression(db, ring, { phoneNumber: '+12025550143', reason: 'opted_out', callId: null }, Date.now());
    const { contacts } = await readListOf('phone\n2025550143\n');
    expect(contacts).toMatchObject([{ status: 'ready' }]);
    expect(await isSuppressed(db, ring, '+12025550143')).toBe(true);
  });
});

describe('duplicates (C33)', () => {
  it('are one person at one number, however both are written; a family is none', async () => {
    const { refused, contacts } = await readListOf(
      [
        'phone,first_name,last_name,dob,external_id',
        '2025550143,Ana,Diaz,1980-04-12,',
        '(202) 555-0143,ANA,Díaz,4/12/1980,',
        '2025550143,Luis,Diaz,2001-01-01,',
        '2025550143,Ana,Diaz,,',
        '2025550144,,,,A1',
        '2025550144,Somebody,,,A1',
        '2025550145,,,,',
        '202-555-0145,,,,',
      ].join('\n'),
    );
    expect(contacts.map(({ row }) => row)).toEqual([1, 3, 5, 7]);
    expect(refused).toEqual([2, 4, 6, 8].map((row) => [row, 'duplicate', 'phone']));
  });

  it('are found across pages, and may be rung again by another campaign', async () => {
    const family = [
      '2025550143,,,,',
      '2025550143,Ana,Diaz,,',
      '2025550143,Ana,Diaz,1980-04-12,',
      '2025550143,,,2001-01-01,',
    ];
    const others = ['2025550144,,,,A1', '2025550144,Luis,Diaz,,', ...numbersFrom(600).map((number) => `${number},,,,`)];
    const rows = [...family, ...others, ...family, ...others.slice(0, 20)];
    const content = `phone,first_name,last_name,dob,mrn\n${rows.join('\n')}\n`;
    const first = await readListOf(content);
    expect(first.contacts).toHaveLength(606);
    expect(first.refused).toEqual(Array.from({ length: 24 }, (_, i) => [607 + i, 'duplicate', 'phone']));
    const second = await readListOf(content);
    expect(second.contacts.map(({ patientId }) => patientId)).toEqual(first.contacts.map(({ patientId }) => patientId));
  });
});

describe('more rows than a list may have', () => {
  it('are refused each, those before them stand, and beyond those that can be listed they are counted', async () => {
    const bad = Array.from({ length: 19_999 }, () => '1');
    const beyond = Array.from({ length: 30_000 }, (_, i) => (i === 0 ? '2025550144' : '2'));
    const { item, contacts, refused, campaign } = await readListOf(['2025550143', ...bad, ...beyond].join('\n'), {
      name: 'list.txt',
    });
    expect(item).toMatchObject({ status: 'done', accepted: 1, rejected: 49_999, rowsRead: 50_000 });
    expect(contacts.map(({ row }) => row)).toEqual([1]);
    expect(refused).toHaveLength(40_000);
    expect(refused[19_999]).toEqual([20_001, 'too_many_rows', null]);
    expect(campaign.status).toBe('draft');
    expect(await rejectedOf(db, campaign.id)).toEqual({ bad_number: 19_999, too_many_rows: 30_000 });
  }, 60_000);
});

describe('what is left of a list', () => {
  it('that had no bad row: neither file nor key (S2-V12)', async () => {
    const { item } = await readListOf('phone\n2025550143\n');
    expect(await filesLeft()).toBe(0);
    expect(item.sealed).toBeNull();
    expect(await keyOf(item.id)).toEqual([]);
  });

  it('that had one: no file, and the key for as long as the row is kept', async () => {
    const { item } = await readListOf('phone\n2025550143\n1\n');
    expect(await filesLeft()).toBe(0);
    expect(await keyOf(item.id)).toHaveLength(1);
  });

  it('says nothing of a person: in the file, the tables, the job or the log', async () => {
    const content =
      'phone,first_name,last_name,dob,note\n2025550143,Canaryfirst,Canarylast,1980-04-12,Canarynote\n2025550199,Canarybad,x,Canaryday,\n';
    const item = await givenImport(content, {
      consent: { ...CONSENT, evidence: 'Canaryevidence', obtainedBy: 'Canaryclerk' },
    });
    const { objects } = await testEnv.BUCKET.list({ prefix: 'imports/' });
    const stored = await (await testEnv.BUCKET.get(objects[0]?.key ?? ''))?.text();
    expect(stored).not.toMatch(/Canary|2025550143/);
    await runDueJobs();
    expect(await resultOf(item.id)).toMatchObject({ item: { accepted: 1, rejected: 1 } });
    const shown = JSON.stringify([await dumpDatabase(), lines]);
    for (const secret of [/canary/i, /2025550143/, /2025550199/, /1980-04-12/]) expect(shown).not.toMatch(secret);
    expect(lines).toContainEqual(expect.objectContaining({ event: 'import.read', import_id: item.id, count: 1 }));
  });
});

describe('a list that is called off', () => {
  /** Longer than one try, because so many columns make each page short. */
  const COLUMNS = Array.from({ length: 95 }, (_, i) => `a_variable_with_quite_a_long_name_${i}`);
  const LONG = `phone,${COLUMNS}\n${numbersFrom(2500).join('\n')}\n`;

  it('in the middle is read no further; who was taken in is not called, and the file goes', async () => {
    const item = await givenImport(LONG);
    await deliver(hintOf(await knownJob({ kind: 'import_list', subject: item.id })));
    expect(await cancelImport(db, item, Date.now())).toBe(true);
    await runDueJobs();
    const after = await resultOf(item.id);
    expect(after).toMatchObject({
      item: { status: 'canceled', accepted: after.contacts.length },
      campaign: { status: 'canceled', statusReason: 'by_staff' },
    });
    expect(after.contacts.length).toBeGreaterThan(1000);
    expect(after.contacts.length).toBeLessThan(2500);
    expect(new Set(after.contacts.map(({ status }) => status))).toEqual(new Set(['canceled']));
    expect(await filesLeft()).toBe(0);
    expect(await keyOf(item.id)).toEqual([]);
    expect(await cancelImport(db, item, Date.now())).toBe(false);
  });

  it('with its campaign ends too', async () => {
    const item = await givenImport(LONG);
    const campaign = await getCampaign(db, item.campaignId ?? '');
    const ask = {
      db,
      env: testEnv,
      config,
      now: Date.now(),
      actor: { id: 'staff_1', name: 'x', roles: ['admin' as const] },
    };
    if (campaign !== null) await commandCampaign(ask, campaign, 'cancel');
    await runDueJobs();
    expect(await resultOf(item.id)).toMatchObject({
      item: { status: 'canceled', accepted: 0 },
      campaign: { status: 'canceled' },
    });
    expect(await filesLeft()).toBe(0);
  });
});
