/** The shipped questionnaire is there when it is needed, once; a version never changes. And the ids of all rows rise with time. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adultIntake } from '../../src/domain/intake/adult-intake.ts';
import { callTexts } from '../../src/domain/intake/call-texts.ts';
import { messageAndReply } from '../../src/domain/intake/message-and-reply.ts';
import { newId } from '../../src/store/new-id.ts';
import { approvedQuestionnaire, questionnaireVersion, wordingHashes } from '../../src/store/questionnaires.ts';
import { db, restore, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(async () => {
  stopClock();
  await testEnv.DB.exec('delete from questionnaire_versions');
});
afterEach(restore);

const rows = async () =>
  (await testEnv.DB.prepare('select questionnaire_id, version, approved_by, hash from questionnaire_versions').all())
    .results;
const insert = (version: number, approvedAt: number | null, definition: unknown, approvedBy: string | null = null) =>
  testEnv.DB.prepare(
    'insert into questionnaire_versions (questionnaire_id, version, hash, definition, approved_by, approved_at, created_at) values (?, ?, ?, ?, ?, ?, ?)',
  )
    .bind('adult-intake', version, 'h', JSON.stringify(definition), approvedBy, approvedAt, 1)
    .run();
const titled = (title: string, version = 1) => ({ ...adultIntake, version, title: { en: title, es: `${title} (es)` } });
/** A version from before red flags were part of it. */
const { redFlags: _, voicemail: __, ...old } = adultIntake;
const approved = (...shipped: (typeof adultIntake)[]) =>
  approvedQuestionnaire(db, 'adult-intake', Date.now(), ...(shipped.length > 0 ? [shipped] : []));
const versions = async () => (await rows()).map(({ version, approved_by }) => [version, approved_by]);

describe('questionnaires', () => {
  it('the shipped one is inserted when absent, at first use, once, as approved and by hash', async () => {
    expect(await questionnaireVersion(db, 'adult-intake', 1)).toBeNull();
    const both = await Promise.all([1, 2].map(() => approvedQuestionnaire(db, 'adult-intake', Date.now())));
    expect(both).toEqual([adultIntake, adultIntake]);
    await approvedQuestionnaire(db, 'adult-intake', Date.now());
    expect(await rows()).toEqual([
      {
        questionnaire_id: 'adult-intake',
        version: 1,
        approved_by: 'shipped',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
    expect(await questionnaireVersion(db, 'adult-intake', 1)).toEqual(adultIntake);
  });

  it('the newest approved version is used, a draft is not, and the older stays readable (TC-25, CL-12, CL-13)', async () => {
    await approvedQuestionnaire(db, 'adult-intake', Date.now());
    const second = { ...adultIntake, version: 2 };
    await insert(2, 1, second);
    await insert(3, null, { ...adultIntake, version: 3 });
    expect(await approvedQuestionnaire(db, 'adult-intake', Date.now())).toEqual(second);
    expect(await questionnaireVersion(db, 'adult-intake', 1)).toEqual(adultIntake);
  });

  it('a newer version that is shipped is used from the next call on, although an older one is stored', async () => {
    await approved();
    const second = titled('Second', 2);
    expect(await approved(second)).toEqual(second);
    expect(await questionnaireVersion(db, 'adult-intake', 1)).toEqual(adultIntake);
    expect(await versions()).toEqual([
      [1, 'shipped'],
      [2, 'shipped'],
    ]);
  });

  it('the number is not content: the same questions under a higher number are no new version', async () => {
    await approved();
    expect(await approved({ ...adultIntake, version: 2 })).toEqual(adultIntake);
    expect(await versions()).toEqual([[1, 'shipped']]);
  });

  it('a shipped one whose words changed under the same number is stored under the next free one', async () => {
    await approved();
    await insert(2, null, titled('Draft', 2));
    const changed = titled('Changed');
    expect(await approved(changed)).toEqual({ ...changed, version: 3 });
    expect(await approved(changed)).toEqual({ ...changed, version: 3 });
    expect(await questionnaireVersion(db, 'adult-intake', 3)).toEqual({ ...changed, version: 3 });
    expect(await versions()).toEqual([
      [1, 'shipped'],
      [2, null],
      [3, 'shipped'],
    ]);
  });

  it('an old version that no longer reads leaves nobody without questions', async () => {
    await insert(1, 1, old, 'shipped');
    expect(await questionnaireVersion(db, 'adult-intake', 1)).toBeNull();
    const ours = { ...adultIntake, version: 2 };
    expect(await Promise.all([1, 2].map(() => approved()))).toEqual([ours, ours]);
    expect(await versions()).toEqual([
      [1, 'shipped'],
      [2, 'shipped'],
    ]);
  });

  it('two that race for a number end as two versions', async () => {
    await Promise.all([approved(titled('One')), approved(titled('Other'))]);
    const stored = await Promise.all([1, 2].map((version) => questionnaireVersion(db, 'adult-intake', version)));
    expect(stored.map((one) => one?.title.en).sort()).toEqual(['One', 'Other']);
    expect(stored.map((one) => one?.version)).toEqual([1, 2]);
  });

  it("a person's own version is not pushed aside by changed words, only by a higher number", async () => {
    const own = titled('Our own', 2);
    await insert(2, 1, own, 'nurse@clinic.example');
    expect(await approved(titled('Changed'))).toEqual(own);
    expect(await versions()).toEqual([[2, 'nurse@clinic.example']]);
    expect(await approved(titled('Third', 3))).toEqual(titled('Third', 3));
  });

  it('both questionnaires are shipped', async () => {
    expect(await approvedQuestionnaire(db, 'message-and-reply', Date.now())).toEqual(messageAndReply);
  });

  it('version 2 of the message is stored beside version 1, which stays as it was published', async () => {
    const one = {
      ...messageAndReply,
      version: 1,
      items: messageAndReply.items.filter(({ type }) => type !== 'message'),
    };
    await approvedQuestionnaire(db, 'message-and-reply', Date.now(), [one]);
    const [published] = await rows();
    expect(published?.hash).toBe('bdf7b770f10640fff86854891d2872d659ee0e7dd00c4ce2539d70573a905123');
    expect(await approvedQuestionnaire(db, 'message-and-reply', Date.now())).toEqual(messageAndReply);
    expect(await questionnaireVersion(db, 'message-and-reply', 1)).toEqual(one);
    expect((await rows())[0]).toEqual(published);
    expect(await versions()).toEqual([
      [1, 'shipped'],
      [2, 'shipped'],
    ]);
  });

  it('a shipped one that may not be approved is never stored, and the problem is named', async () => {
    await expect(approved(titled('Special offer'))).rejects.toThrow('/title/en marketing_words');
    expect(await rows()).toEqual([]);
  });

  it('a shipped one that is not sound is never stored, and the problem is named', async () => {
    const broken = { ...adultIntake, items: [{ ...adultIntake.items[0]!, id: 'social.cancer' }] };
    await expect(approvedQuestionnaire(db, 'adult-intake', Date.now(), [broken])).rejects.toThrow(
      '/items/0/id bad_item_id',
    );
    expect(await rows()).toEqual([]);
    expect(await approvedQuestionnaire(db, 'adult-intake', Date.now())).toEqual(adultIntake);
  });

  it('a stored version that does not read is passed over for the one before it', async () => {
    await approvedQuestionnaire(db, 'adult-intake', Date.now());
    await insert(2, 1, { ...adultIntake, version: 2, items: [] });
    expect(await approvedQuestionnaire(db, 'adult-intake', Date.now())).toEqual(adultIntake);
  });

  it('none by that id, or one that is not sound, is null', async () => {
    expect(await approvedQuestionnaire(db, 'none', Date.now())).toBeNull();
    await insert(1, 1, { ...adultIntake, items: [] });
    expect(await questionnaireVersion(db, 'adult-intake', 1)).toBeNull();
  });
});

describe('wordingHashes', () => {
  const hashOf = async (text: string) =>
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))).toHex().slice(0, 16);

  it('names every text of the call in every language by the start of its SHA-256', async () => {
    const hashes = await wordingHashes(adultIntake);
    const names = [...Object.keys(callTexts.en), ...adultIntake.items.map(({ id }) => id)];
    const keys = names.flatMap((name) => [`en/${name}`, `es/${name}`]);
    expect(Object.keys(hashes).sort()).toEqual([...keys, 'definitionHash'].sort());
    expect(hashes['es/openingNamed']).toBe(await hashOf(callTexts.es.openingNamed));
    expect(hashes['en/ample.events']).toBe(
      await hashOf(adultIntake.items.find(({ id }) => id === 'ample.events')!.text.en),
    );
  });

  it('follows the words in effect, and the definition but for its number', async () => {
    const texts = { closing: { en: 'Bye.', es: callTexts.es.closing } };
    const [shipped, own] = await Promise.all([wordingHashes(adultIntake), wordingHashes({ ...adultIntake, texts })]);
    expect(own['en/closing']).toBe(await hashOf('Bye.'));
    const changed = Object.keys(shipped).filter((key) => shipped[key] !== own[key]);
    expect(changed.sort()).toEqual(['definitionHash', 'en/closing']);
    expect(await wordingHashes({ ...adultIntake, version: 9 })).toEqual(shipped);
    expect(shipped.definitionHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has the hash the version is stored by', async () => {
    await approved();
    expect((await rows())[0]).toMatchObject({ hash: (await wordingHashes(adultIntake)).definitionHash });
  });
});

describe('newId', () => {
  it('is a prefix and a UUIDv7', () => {
    expect(newId('call', Date.now())).toMatch(
      /^call_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('holds the time: what is made later sorts later', () => {
    const times = [0, 1, 255, 256, 65_536, 1_700_000_000_000, Date.now(), 2 ** 47];
    const ids = times.map((time) => newId('pat', time));
    expect(ids.toSorted()).toEqual(ids);
    expect(times.map((_, i) => Number.parseInt((ids[i] ?? '').slice(4, 17).replace('-', ''), 16))).toEqual(times);
  });

  it('is never the same twice', () => {
    expect(new Set(Array.from({ length: 1000 }, () => newId('att', 1))).size).toBe(1000);
  });
});
