/** Uploaded audio is written down once, whatever fails in between: the engine, our storage, the process (S2-E06, S2-E07, S2-C3, C79). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JOB_POLICIES } from '../../src/domain/jobs/backoff.ts';
import { runJob } from '../../src/outbox/run-job.ts';
import { deleteTranscriptionRow, listTranscriptions, retryTranscription } from '../../src/store/transcriptions.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { clearStorage } from '../support/given-erasable.ts';
import { catchJobHints, type JobHints } from '../support/given-jobs.ts';
import {
  envWith,
  FILE_NAME,
  givenEngine,
  givenTranscription,
  HEARD,
  hears,
  jobOf,
  OPENAI,
  refuses,
  transcriptionOf,
  tried,
} from '../support/given-transcription.ts';
import { catchLog, db, later, restore, ring, stopClock, testEnv, until } from '../support/worker-env.ts';

let lines: Record<string, unknown>[];
let hints: JobHints;
beforeEach(async () => {
  stopClock();
  lines = catchLog();
  hints = catchJobHints();
  await clearStorage();
  await testEnv.DB.exec('delete from transcriptions; delete from jobs;');
});
afterEach(restore);

const LEASE = JOB_POLICIES.transcribe.leaseMs;
const never = () => new Promise<never>(() => {});

it('stores what was said, and is done', async () => {
  const asked = givenEngine(hears);
  const id = await givenTranscription({ language: 'en' });
  expect((await transcriptionOf(id)).status).toBe('queued');
  const { item, job } = await tried(id);
  expect(item).toMatchObject({
    ...{ status: 'done', code: null, engine: 'openai', fileName: FILE_NAME, durationMs: 3600, endedAt: Date.now() },
    transcript: { text: HEARD.text, language: 'en', segments: [{ startMs: 0, endMs: 3600, confidence: 0.93 }] },
  });
  expect(job.status).toBe('done');
  expect(asked[0]?.form.get('language')).toBe('en');
});

it('shows as running while it is', async () => {
  const id = await givenTranscription();
  givenEngine(async () => {
    expect((await transcriptionOf(id)).status).toBe('running');
    return Response.json(HEARD);
  });
  expect((await tried(id)).item.status).toBe('done');
});

describe('an engine that fails', () => {
  it('is asked again later, and says meanwhile why it waits', async () => {
    const asked = givenEngine(refuses(500), hears);
    const id = await givenTranscription();
    const { item, job } = await tried(id);
    expect(item).toMatchObject({ status: 'queued', code: 'engine_unavailable', endedAt: null, transcript: null });
    expect(job).toMatchObject({ status: 'waiting', attempts: 1, code: 'engine_unavailable' });
    await tried(id);
    expect(asked).toHaveLength(1);
    later(job.dueAt - Date.now());
    expect((await tried(id)).item).toMatchObject({ status: 'done', code: null });
  });

  it('is left alone for as long as it asks, however short our own time is', async () => {
    givenEngine(refuses(429, {}, { 'Retry-After': '3600' }));
    const id = await givenTranscription();
    const { job } = await tried(id, envWith({ ...OPENAI, TIMER_SCALE: '0.01' }));
    expect(job.dueAt - Date.now()).toBe(3_600_000);
    expect(hints.take().at(-1)).toEqual({ jobId: job.id, delaySeconds: 3600 });
  });

  it('that asks for less than our own wait gets our own wait', async () => {
    givenEngine(refuses(429, {}, { 'Retry-After': '1' }));
    const id = await givenTranscription();
    const { job } = await tried(id);
    expect(job.dueAt - Date.now()).toBeGreaterThanOrEqual(10_000);
  });

  it('for good is given up at once, kept with its audio, and can be tried again', async () => {
    const asked = givenEngine(refuses(401), hears);
    const id = await givenTranscription();
    const { item, job } = await tried(id);
    expect(item).toMatchObject({ status: 'failed', code: 'engine_key_refused', endedAt: Date.now() });
    expect(job.status).toBe('dead');
    expect(await retryTranscription(db, id, Date.now())).toBe(true);
    expect((await transcriptionOf(id)).status).toBe('queued');
    expect((await tried(id)).item).toMatchObject({ status: 'done' });
    expect(asked).toHaveLength(2);
    expect(await retryTranscription(db, id, Date.now())).toBe(false);
  });

  it('because of the audio itself leaves no dead letter: whoever sent it reads it there', async () => {
    const asked = givenEngine(refuses(400), hears);
    const id = await givenTranscription();
    const { item, job } = await tried(id);
    expect(item).toMatchObject({ status: 'failed', code: 'audio_refused', endedAt: Date.now() });
    expect(job.status).toBe('done');
    await retryTranscription(db, id, Date.now());
    expect((await tried(id)).item).toMatchObject({ status: 'done' });
    expect(asked).toHaveLength(2);
  });

  it('for good can be tried again before whoever gave it up has said so', async () => {
    givenEngine(refuses(400), hears);
    const id = await givenTranscription();
    const { id: jobId } = await jobOf(id);
    const prepare = testEnv.DB.prepare.bind(testEnv.DB);
    let isRetried = false;
    vi.spyOn(testEnv.DB, 'prepare').mockImplementation((sql) => {
      const statement = prepare(sql);
      // The last word of the try: that its work is over.
      if (!sql.startsWith('update "jobs" set "status"') || isRetried) return statement;
      isRetried = true;
      const bind = statement.bind.bind(statement);
      vi.spyOn(statement, 'bind').mockImplementation((...values) => {
        const bound = bind(...values);
        const raw = bound.raw.bind(bound) as () => Promise<unknown[]>;
        vi.spyOn(bound, 'raw').mockImplementation(async () => {
          expect(await retryTranscription(db, id, Date.now())).toBe(true);
          return raw() as never;
        });
        return bound;
      });
      return statement;
    });
    await runJob(envWith(), jobId);
    expect(isRetried).toBe(true);
    expect([(await transcriptionOf(id)).status, (await jobOf(id)).status]).toEqual(['queued', 'waiting']);
    expect((await tried(id)).item.status).toBe('done');
  });

  it('each time is given up after the last try', async () => {
    givenEngine(refuses(503));
    const id = await givenTranscription();
    let { item, job } = await tried(id);
    for (let tries = 1; job.status === 'waiting' && tries < 30; tries += 1) {
      later(job.dueAt - Date.now());
      ({ item, job } = await tried(id));
    }
    expect(job).toMatchObject({ status: 'dead', attempts: JOB_POLICIES.transcribe.waitsMs.length + 1 });
    expect(item).toMatchObject({ status: 'failed', code: 'engine_unavailable' });
  });

  it.each([
    ['turned off', { TRANSCRIBER: 'off' }, 'transcriber_off'],
    ['not confirmed', { OPENAI_BASE: 'https://api.openai.com/v1' }, 'vendor_not_confirmed'],
    ['without its key', { OPENAI_API_KEY: '' }, 'no_api_key'],
    ['not bound', { TRANSCRIBER: 'workers-ai', BAA_CONFIRMED: 'cloudflare' }, 'no_ai_binding'],
  ])('because it was %s meanwhile is asked nothing, and says so', async (_, variables, code) => {
    const asked = givenEngine(hears);
    const id = await givenTranscription();
    expect((await tried(id, envWith({ ...OPENAI, ...variables }))).item).toMatchObject({ status: 'failed', code });
    expect(asked).toEqual([]);
  });

  it('does not: Workers AI is asked through its binding where that is there', async () => {
    const asked = givenEngine(hears);
    const AI = { run: vi.fn(async () => ({ text: 'Hello', segments: [] })) };
    const id = await givenTranscription();
    const { item } = await tried(id, envWith({ TRANSCRIBER: 'workers-ai', BAA_CONFIRMED: 'cloudflare', AI }));
    expect(item).toMatchObject({ status: 'done', engine: 'workers-ai', transcript: { text: 'Hello' } });
    expect([AI.run.mock.calls.length, asked.length]).toEqual([1, 0]);
  });
});

describe('killed', () => {
  it('before the engine answered: when the lease has run out it is asked again, and one result is stored', async () => {
    const asked = givenEngine(never, hears);
    const id = await givenTranscription();
    void tried(id);
    await until(() => asked.length === 1);
    await tried(id);
    expect(asked).toHaveLength(1);
    later(LEASE);
    expect((await tried(id)).item).toMatchObject({ status: 'done' });
    expect(asked).toHaveLength(2);
  });

  it('between the answer and the row: it is asked again, and the late one changes nothing', async () => {
    givenEngine(hears, () => Response.json({ ...HEARD, text: 'The second answer' }));
    const id = await givenTranscription();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    let isWaiting = false;
    const prepare = testEnv.DB.prepare.bind(testEnv.DB);
    const stored = vi.spyOn(testEnv.DB, 'prepare').mockImplementation((sql) => {
      const statement = prepare(sql);
      if (!sql.includes('"result_sealed" = ')) return statement;
      stored.mockRestore();
      const bind = statement.bind.bind(statement);
      vi.spyOn(statement, 'bind').mockImplementation((...values) => {
        const bound = bind(...values);
        const raw = bound.raw.bind(bound) as () => Promise<unknown[]>;
        vi.spyOn(bound, 'raw').mockImplementation(async () => {
          isWaiting = true;
          await released;
          return raw() as never;
        });
        return bound;
      });
      return statement;
    });
    const first = tried(id);
    await until(() => isWaiting);
    later(LEASE);
    expect((await tried(id)).item.transcript?.text).toBe('The second answer');
    release();
    expect((await first).item.transcript?.text).toBe('The second answer');
    expect((await jobOf(id)).status).toBe('done');
  });

  it('between the row and the job: whoever comes next asks nobody', async () => {
    const asked = givenEngine(hears);
    const id = await givenTranscription();
    const { item } = await tried(id);
    await testEnv.DB.exec("update jobs set status = 'waiting', due_at = 0, ended_at = null where kind = 'transcribe'");
    const again = await tried(id);
    expect(again.item).toEqual(item);
    expect(again.job.status).toBe('done');
    expect(asked).toHaveLength(1);
  });

  it('at every try is given up as such', async () => {
    givenEngine(hears);
    const id = await givenTranscription();
    await testEnv.DB.exec("update jobs set attempts = 20 where kind = 'transcribe'");
    expect((await tried(id)).item).toMatchObject({ status: 'failed', code: 'crashed' });
  });
});

describe('our own storage', () => {
  it('that fails is no failure of the engine: it is tried again', async () => {
    const asked = givenEngine(hears);
    const id = await givenTranscription();
    vi.spyOn(testEnv.BUCKET, 'head').mockRejectedValueOnce(new Error('internal error; Canary'));
    const { item, job } = await tried(id);
    expect(item).toMatchObject({ status: 'queued', code: 'storage_failed' });
    later(job.dueAt - Date.now());
    expect((await tried(id)).item.status).toBe('done');
    expect(asked).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toMatch(/canary/i);
  });

  it.each([
    ['has lost the audio', async (key: string) => testEnv.BUCKET.delete(key), 'audio_missing'],
    [
      'holds other bytes',
      async (key: string) => {
        const bytes = new Uint8Array(await (await testEnv.BUCKET.get(key))!.arrayBuffer());
        bytes[200] = (bytes[200] ?? 0) ^ 1;
        await testEnv.BUCKET.put(key, bytes);
      },
      'audio_damaged',
    ],
  ])('%s: it is given up, and the engine hears nothing of it to its end', async (_, break_, code) => {
    givenEngine(hears);
    const id = await givenTranscription();
    await break_(`transcriptions/${id}`);
    expect((await tried(id)).item).toMatchObject({ status: 'failed', code, transcript: null });
  });
});

it('deleted while it is under way, nothing comes of it', async () => {
  const id = await givenTranscription();
  const job = await jobOf(id);
  givenEngine(async () => {
    await ring.vault().erase(id, Date.now());
    await deleteTranscriptionRow(db, id);
    return Response.json(HEARD);
  });
  await runJob(envWith(), job.id);
  const { transcriptions, jobs } = await dumpDatabase();
  expect([transcriptions, jobs]).toEqual([[], []]);
});

it('keeps neither name nor words in clear, at rest or in the log (HS-04, LG-01)', async () => {
  givenEngine(refuses(400), hears);
  const id = await givenTranscription();
  await tried(id);
  await retryTranscription(db, id, Date.now());
  await tried(id);
  expect((await transcriptionOf(id)).transcript?.text).toContain('Canarywords');
  const object = await testEnv.BUCKET.get(`transcriptions/${id}`);
  const stored = new Uint8Array(await object!.arrayBuffer());
  const shown = `${JSON.stringify(await dumpDatabase())}\n${JSON.stringify(lines)}\n${String.fromCharCode(...stored)}`;
  for (const secret of ['Canary', 'canary', 'knee', '1980-04-12']) expect(shown).not.toContain(secret);
  // The frames of the audio: four bytes that it consists of.
  expect(shown).not.toContain('\xff\xf3\x28\xc0');
  await ring.vault().erase(id, Date.now());
  const { items } = await listTranscriptions(db, ring, { limit: 5, cursor: null, status: null });
  expect(items).toMatchObject([{ id, fileName: null }]);
  expect(await transcriptionOf(id)).toMatchObject({ fileName: null, transcript: null });
});
