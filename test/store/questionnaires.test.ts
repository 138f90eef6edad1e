/** The shipped questionnaire is there when it is needed, once; a version never changes. And the ids of all rows rise with time. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adultIntake } from '../../src/domain/intake/adult-intake.ts';
import { newId } from '../../src/store/new-id.ts';
import { approvedQuestionnaire, questionnaireVersion } from '../../src/store/questionnaires.ts';
import { db, restore, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(async () => {
  stopClock();
  await testEnv.DB.exec('delete from questionnaire_versions');
});
afterEach(restore);

const rows = async () =>
  (await testEnv.DB.prepare('select questionnaire_id, version, approved_by, hash from questionnaire_versions').all())
    .results;
const insert = (version: number, approvedAt: number | null, definition: unknown) =>
  testEnv.DB.prepare('insert into questionnaire_versions values (?, ?, ?, ?, ?, ?, ?)')
    .bind('adult-intake', version, 'h', JSON.stringify(definition), null, approvedAt, 1)
    .run();

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

  it('the newest approved version is used, a draft is not, and the older stays readable', async () => {
    await approvedQuestionnaire(db, 'adult-intake', Date.now());
    const second = { ...adultIntake, version: 2 };
    await insert(2, 1, second);
    await insert(3, null, { ...adultIntake, version: 3 });
    expect(await approvedQuestionnaire(db, 'adult-intake', Date.now())).toEqual(second);
    expect(await questionnaireVersion(db, 'adult-intake', 1)).toEqual(adultIntake);
  });

  it('a newer version that is shipped is used from the next call on, although an older one is stored', async () => {
    await approvedQuestionnaire(db, 'adult-intake', Date.now());
    const second = { ...adultIntake, version: 2 };
    expect(await approvedQuestionnaire(db, 'adult-intake', Date.now(), [second])).toEqual(second);
    expect(await approvedQuestionnaire(db, 'adult-intake', Date.now())).toEqual(second);
    expect(await questionnaireVersion(db, 'adult-intake', 1)).toEqual(adultIntake);
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
