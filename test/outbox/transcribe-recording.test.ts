/** The recording of a call is written down beside what was heard live: whose words, at which second, to which question (S2-F4, C6). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JOB_POLICIES } from '../../src/domain/jobs/backoff.ts';
import { runJob } from '../../src/outbox/run-job.ts';
import { deletePatientRows } from '../../src/store/erasure.ts';
import { retryJob } from '../../src/store/jobs.ts';
import { recordingKey } from '../../src/store/recording-bucket.ts';
import {
  deleteRecordingTranscript,
  getRecordingTranscript,
  retryRecordingTranscript,
} from '../../src/store/recording-transcripts.ts';
import { markFailed, quarantine, recordingIdOf } from '../../src/store/recordings.ts';
import { catchMetrics, labelsOf } from '../support/catch-metrics.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { audio } from '../support/fake-telnyx.ts';
import { givenMp3 } from '../support/given-audio.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { ended, fetched, givenRecorded, givenSaved, saved } from '../support/given-recording.ts';
import type { SessionUnderTest } from '../support/given-session.ts';
import {
  givenSimulatedEngine,
  givenSpoken,
  MARKS,
  says,
  spokenJobOf,
  spokenOf,
  triedOnce,
  voice,
  writtenDown,
} from '../support/given-spoken.ts';
import { envWith, givenEngine, OPENAI, refuses } from '../support/given-transcription.ts';
import { catchLog, db, later, restore, ring, stopClock, testEnv, until } from '../support/worker-env.ts';

let lines: Record<string, unknown>[];
beforeEach(async () => {
  stopClock();
  lines = catchLog();
  catchJobHints();
  await testEnv.DB.exec(
    'delete from jobs; delete from recordings; delete from recording_transcripts; delete from spend;',
  );
});
afterEach(restore);

const LEASE = JOB_POLICIES.transcribe_recording.leaseMs;
/** The stand-in that hears what is in the audio it is sent. */
function listening() {
  const { engine, transcriptions } = givenSimulatedEngine();
  return { asked: givenEngine(engine), transcriptions };
}
const rows = async () => (await testEnv.DB.prepare('select * from recording_transcripts').all()).results;

it('tells who spoke, when, and to which question, each sentence within half a second of where it is (S2-F4, C6, S1-F14)', async () => {
  const { asked } = listening();
  const { item, job } = await writtenDown(await givenSpoken());
  expect([item.status, job.status]).toEqual(['done', 'done']);
  expect(item.lines.map(({ speaker, text, item: step }) => [speaker, step, text])).toEqual([
    ['agent', 'hpi.chief_complaint', 'What brings you in today?'],
    ['patient', 'hpi.chief_complaint', 'my left knee hurts'],
    ['agent', 'hpi.chief_complaint.confirm', 'You said: my left knee hurts. Press 1 to keep it.'],
    ['agent', 'hpi.pain_level', 'How strong is the pain?'],
    ['agent', 'ample.events', 'What happened before it began?'],
    ['patient', 'ample.events', 'Canarywords on the stairs yesterday'],
  ]);
  const starts = MARKS.map(({ atMs }) => atMs - (MARKS[0]!.atMs - 500));
  for (const [i, line] of item.lines.entries()) {
    expect(Math.abs(line.startMs - starts[i]!)).toBeLessThan(500);
    expect(Math.abs(line.endMs - starts[i]! - MARKS[i]!.durationMs)).toBeLessThan(500);
  }
  // Each channel for itself, in the language of the call, and smaller than both together.
  expect(asked.map(({ form }) => [form.get('language'), (form.get('file') as unknown as File).name])).toEqual([
    ['en', 'audio.mp3'],
    ['en', 'audio.mp3'],
  ]);
});

describe('is asked for in the write that stores the audio (S2-F4)', () => {
  const stored = async (variables: Record<string, string>) => {
    const call = await givenSaved({ recording_id: 'rec-7' });
    call.telnyx.always('download', audio(givenMp3(2000)));
    const job = await fetched(call, envWith(variables));
    expect(job.status).toBe('done');
    return call;
  };

  it('and hinted at at once, where somebody writes down', async () => {
    const hints = catchJobHints();
    const call = await stored(OPENAI);
    expect(await spokenOf(call)).toMatchObject({ status: 'queued', pieces: 0, patientId: call.placed.patient.id });
    expect(hints.take().map(({ jobId }) => jobId)).toContain((await spokenJobOf(call)).id);
  });

  it.each([{ TRANSCRIBER: 'off' }, { TRANSCRIBER: 'telnyx' }])('and not where nobody does: %o', async (variables) => {
    await stored(variables);
    expect(await rows()).toEqual([]);
    expect(JSON.stringify((await dumpDatabase())['jobs'])).not.toContain('transcribe_recording');
  });

  it('once, however often the audio is fetched', async () => {
    const call = await stored(OPENAI);
    const before = await rows();
    await testEnv.DB.exec(
      "update recordings set status = 'pending'; update jobs set status = 'waiting', due_at = 0 where kind = 'fetch_recording'",
    );
    await fetched(call, envWith());
    expect(await rows()).toEqual(before);
  });

  it('without consent there is nothing to write down (RC-08, X1)', async () => {
    const call = await ended(await givenRecorded('2'));
    await saved(call);
    expect(await rows()).toEqual([]);
  });
});

it('a quiet channel is not sent to anybody, and costs nothing', async () => {
  const { asked } = listening();
  const call = await givenSpoken({ marks: MARKS.filter(({ side }) => side === 'patient') });
  const { item } = await writtenDown(call);
  expect(item.lines.map(({ speaker }) => speaker)).toEqual(['patient', 'patient']);
  expect([asked.length, item.audioMs]).toEqual([1, 30_024]);
});

it('a WAV recording is written down as well', async () => {
  const asked = givenEngine(() =>
    Response.json({
      text: 'x',
      segments: [
        { start: 5, end: 8, text: 'my knee' },
        { start: 20, end: 21, text: 'no' },
      ],
    }),
  );
  const { item } = await writtenDown(await givenSpoken({ format: 'wav' }));
  expect(asked.map(({ form }) => (form.get('file') as unknown as File).name)).toEqual(['audio.wav', 'audio.wav']);
  // Of each channel only where it sounds.
  expect(item.lines.map(({ speaker, text }) => [speaker, text])).toEqual([['patient', 'my knee']]);
});

it('what an engine tells without saying when stands where the sound is', async () => {
  givenEngine(() => Response.json({ text: 'my left knee hurts' }));
  const { item } = await writtenDown(await givenSpoken({ marks: MARKS.slice(0, 2) }));
  expect(item.lines.map(({ speaker, startMs, endMs }) => [speaker, startMs, endMs])).toEqual([
    ['agent', 468, 3492],
    ['patient', 4968, 7992],
  ]);
});

it('both on one channel: who reads out the script is the clinic', async () => {
  listening();
  const { item } = await writtenDown(await givenSpoken({ channels: 'single' }));
  expect(item.lines.map(({ speaker }) => speaker)).toEqual(['agent', 'patient', 'agent', 'agent', 'agent', 'patient']);
});

it('without a time of its beginning it is told without questions, rather than beside wrong ones', async () => {
  listening();
  const { item } = await writtenDown(await givenSpoken({ startedAt: null }));
  expect(new Set(item.lines.map(({ item: step }) => step))).toEqual(new Set([null]));
});

describe('a long one', () => {
  const MINUTE = 60_000;
  /** Somebody says a few words every ten seconds. */
  const talk = (minutes: number) =>
    Array.from({ length: minutes * 6 }, (_, i) =>
      says('patient', i * 10_000 + 2000, i * 10_000 + 5000, `word${i} and more`, voice(i)),
    );

  it('goes to the engine in pieces that are cut in pauses, and every word comes back at its second (S2-F4)', async () => {
    const { asked } = listening();
    const marks = talk(12);
    const { item, job } = await writtenDown(await givenSpoken({ marks, durationMs: 12 * MINUTE }));
    expect(job.status).toBe('done');
    expect(item.lines.map(({ text }) => text)).toEqual(marks.map(({ words }) => words));
    for (const [i, line] of item.lines.entries())
      expect(Math.abs(line.startMs - (i * 10_000 + 2000))).toBeLessThan(100);
    expect(asked.length).toBeGreaterThan(2);
    expect(item.pieces).toBeGreaterThan(asked.length);
    for (const { form } of asked) expect((form.get('file') as unknown as File).size).toBeLessThan(4_000_000);
  });

  it('loses no word and tells none twice where somebody talks without a pause', async () => {
    const { asked } = listening();
    const words = Array.from({ length: 900 }, (_, i) => `w${i}`);
    const marks = words.map((word, i) => says('patient', i * 500, i * 500 + 500, word, voice(i)));
    const { item } = await writtenDown(await givenSpoken({ marks, durationMs: 7.5 * MINUTE }));
    expect(asked).toHaveLength(2);
    expect(item.lines.map(({ text }) => text).join(' ')).toBe(words.join(' '));
  });

  it('killed in the middle goes on with the piece it was at', async () => {
    const { engine } = givenSimulatedEngine();
    const never = () => new Promise<never>(() => {});
    const asked = givenEngine(engine, never, engine);
    const marks = talk(8);
    const call = await givenSpoken({ marks, durationMs: 8 * MINUTE });
    await triedOnce(call);
    expect(await spokenOf(call)).toMatchObject({ status: 'running', pieces: 1, lines: [] });
    void triedOnce(call);
    await until(() => asked.length === 2);
    await triedOnce(call);
    expect(asked).toHaveLength(2);
    later(LEASE);
    const { item } = await writtenDown(call);
    expect(item.lines.map(({ text }) => text)).toEqual(marks.map(({ words }) => words));
    expect(asked).toHaveLength(3);
  });

  it('is refused when it is longer than any call, whatever it holds', async () => {
    const { asked } = listening();
    const call = await givenSpoken();
    await testEnv.DB.exec('update recordings set duration_ms = 15000000');
    expect(await writtenDown(call)).toMatchObject({
      item: { status: 'failed', code: 'too_long' },
      job: { status: 'done' },
    });
    expect(asked).toEqual([]);
  });
});

describe('an engine that fails', () => {
  it.each([
    ['500', { next: 'failed' }, 'engine_unavailable'],
    ['half an answer', { next: 'malformed' }, 'engine_answer_unreadable'],
  ] as const)('with %s is asked again later, and says meanwhile why it waits', async (_, { next }, code) => {
    const { transcriptions } = listening();
    transcriptions.failNext(next);
    const call = await givenSpoken();
    const { item, job } = await writtenDown(call);
    expect(item).toMatchObject({ status: 'queued', code, endedAt: null });
    expect(job).toMatchObject({ status: 'waiting', attempts: 1, code });
    later(job.dueAt - Date.now());
    expect((await writtenDown(call)).item).toMatchObject({ status: 'done', code: null, audioMs: 60_048 });
  });

  it('with 429 is left alone for as long as it asks', async () => {
    const { transcriptions } = listening();
    transcriptions.faults = { limited: 1, retryAfter: 3600 };
    const { job } = await writtenDown(await givenSpoken(), envWith({ ...OPENAI, TIMER_SCALE: '0.01' }));
    expect(job.dueAt - Date.now()).toBe(3_600_000);
  });

  it('that never answers is given up for this try', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.now() });
    const call = await givenSpoken();
    let isAsked = false;
    vi.spyOn(globalThis, 'fetch').mockImplementation((_, init) => {
      isAsked = true;
      return new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    });
    const tried = triedOnce(call);
    while (!isAsked) await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(300_000);
    expect((await tried).item).toMatchObject({ status: 'queued', code: 'engine_too_slow' });
  });

  it('for good, or at the last try, is given up; whoever tries again gets it from where it stood', async () => {
    const { engine } = givenSimulatedEngine();
    const asked = givenEngine(engine, refuses(401), engine);
    const call = await givenSpoken();
    const { item, job } = await writtenDown(call);
    expect(item).toMatchObject({ status: 'failed', code: 'engine_key_refused', pieces: 1, endedAt: Date.now() });
    expect(job.status).toBe('dead');
    expect(await retryRecordingTranscript(db, item, Date.now())).toBe(true);
    expect(await retryRecordingTranscript(db, item, Date.now())).toBe(false);
    expect(await spokenOf(call)).toMatchObject({ status: 'queued', code: null });
    expect((await writtenDown(call)).item.status).toBe('done');
    expect(asked).toHaveLength(3);
    expect(await retryRecordingTranscript(db, item, Date.now())).toBe(false);
  });

  it('because of the audio itself leaves no dead letter', async () => {
    givenEngine(refuses(400));
    expect(await writtenDown(await givenSpoken())).toMatchObject({
      item: { status: 'failed', code: 'audio_refused' },
      job: { status: 'done' },
    });
  });

  it.each([
    ['has no agreement on record (HS-13, HS-14)', { OPENAI_BASE: 'https://api.openai.com/v1' }, 'vendor_not_confirmed'],
    ['has no key', { OPENAI_API_KEY: '' }, 'no_api_key'],
    [
      'is Cloudflare without its agreement (HS-13, HS-14)',
      { TRANSCRIBER: 'workers-ai', BAA_CONFIRMED: 'telnyx', AI: {} },
      'vendor_not_confirmed',
    ],
    ['was turned off meanwhile', { TRANSCRIBER: 'off' }, 'transcriber_off'],
    ['is Telnyx, which listens live', { TRANSCRIBER: 'telnyx' }, 'engine_cannot_upload'],
  ])(
    'or may not be asked, because it %s, gets nothing, the call says so, and a dead letter brings it back',
    async (_, variables, code) => {
      const { asked } = listening();
      const call = await givenSpoken();
      const given = await writtenDown(call, envWith({ ...OPENAI, ...variables }));
      expect(given).toMatchObject({ item: { status: 'failed', code, pieces: 0 }, job: { status: 'dead', code } });
      expect(asked).toEqual([]);
      // The setting is put right: whoever sees to the dead letters sends it again, or somebody does on the page of the call.
      if (code === 'no_api_key') expect(await retryJob(db, given.job.id, Date.now())).not.toBeNull();
      else expect(await retryRecordingTranscript(db, await spokenOf(call), Date.now())).toBe(true);
      expect(await writtenDown(call)).toMatchObject({ item: { status: 'done', code: null }, job: { status: 'done' } });
    },
  );
});

it('Workers AI is asked through its binding, channel by channel, and what it takes is noted and counts as spent (C76)', async () => {
  const points = catchMetrics();
  const { transcriptions } = givenSimulatedEngine();
  const heard: { audio: string; language?: string }[] = [];
  const AI = {
    run: async (_: string, input: { audio: string; language?: string }) => {
      heard.push(input);
      const form = { file: { name: 'audio.mp3', bytes: Uint8Array.fromBase64(input.audio) }, language: 'en' };
      const reply = await transcriptions.answer('Bearer sk-simulator', {
        ...{ ...form, model: 'whisper-1', responseFormat: 'verbose_json' },
      });
      const { text, segments, language, duration } = JSON.parse(reply?.body ?? '');
      return { text, segments, transcription_info: { language, duration } };
    },
  };
  const env = envWith({ TRANSCRIBER: 'workers-ai', BAA_CONFIRMED: 'cloudflare', AI });
  const call = await givenSpoken();
  const { item } = await writtenDown(call, env);
  expect(item.lines.map(({ speaker }) => speaker)).toEqual(['agent', 'patient', 'agent', 'agent', 'agent', 'patient']);
  // Two channels of 834 frames of 36 ms at 512,930 billionths a minute.
  expect(item).toMatchObject({ engine: 'workers-ai', audioMs: 60_048, costNanos: 513_340 });
  expect(heard.map(({ language }) => language)).toEqual(['en', 'en']);
  const { results } = await testEnv.DB.prepare('select sum(nanos) as nanos from spend').all();
  expect(results).toEqual([{ nanos: 513_340 }]);
  // It is known of the call when what was written down has gone with the audio, and counts once in the books (X11).
  await deleteRecordingTranscript(db, item.callId);
  const kept = testEnv.DB.prepare('select transcription_nanos as nanos from calls where id = ?');
  expect(await kept.bind(item.callId).first()).toEqual({ nanos: 513_340 });
  expect((await testEnv.DB.prepare('select sum(nanos) as nanos from spend').all()).results).toEqual(results);
  expect(labelsOf(points, 'speech')).toEqual([
    ['workers_ai', 'heard', ''],
    ['workers_ai', 'heard', ''],
  ]);
  expect(points.filter(({ indexes }) => indexes[0] === 'speech').map(({ doubles }) => doubles[0])).toEqual([31, 31]);
});

describe('Workers AI as another worker behind its binding', () => {
  const env = () => {
    const { FAKE_AI } = testEnv as unknown as { FAKE_AI: Ai };
    return envWith({ TRANSCRIBER: 'workers-ai', BAA_CONFIRMED: 'cloudflare', AI: FAKE_AI });
  };

  it('hears each channel, and only what sounds there is believed', async () => {
    const { item, job } = await writtenDown(await givenSpoken(), env());
    expect(job.status).toBe('done');
    expect(item.lines.map(({ speaker, item: step, text, startMs }) => [speaker, step, text, startMs])).toEqual([
      ['patient', 'hpi.chief_complaint', 'my left knee hurts', 4968],
      ['patient', 'ample.events', 'since yesterday', 25_500],
    ]);
    expect(item).toMatchObject({ engine: 'workers-ai', language: 'en', costNanos: 513_340 });
  });

  it('says across that wire too what it cannot read', async () => {
    const { item, job } = await writtenDown(await givenSpoken({ format: 'wav' }), env());
    expect([item.status, item.code, job.status]).toEqual(['failed', 'audio_refused', 'done']);
  });
});

it('what a stand-in or a service of one’s own takes is not known, and not made up (C76)', async () => {
  listening();
  expect((await writtenDown(await givenSpoken())).item.costNanos).toBeNull();
  expect((await testEnv.DB.prepare('select * from spend').all()).results).toEqual([]);
});

describe('what goes with its audio', () => {
  const erase = async (call: SessionUnderTest) => {
    const { patientId } = await spokenOf(call);
    await ring.vault().erase(patientId, Date.now());
    await deletePatientRows(db, patientId, Date.now());
  };

  it('erased while the engine listens, nothing comes of it (X13)', async () => {
    const { engine } = givenSimulatedEngine();
    const call = await givenSpoken();
    const job = await spokenJobOf(call);
    givenEngine(async (asked) => {
      await erase(call);
      return engine(asked);
    });
    await runJob(envWith(), job.id);
    expect(await rows()).toEqual([]);
    const { jobs } = await dumpDatabase();
    expect(JSON.stringify(jobs)).not.toContain('transcribe_recording');
  });

  it('found to be of no consent, it goes and is not written down again (RC-08)', async () => {
    listening();
    const call = await givenSpoken();
    await writtenDown(call);
    await quarantine(db, call.callId, 'before_consent', Date.now());
    expect(await rows()).toEqual([]);
  });

  it('quarantined while it waited, no engine hears it (RC-08)', async () => {
    const { asked } = listening();
    const call = await givenSpoken();
    await testEnv.DB.exec("update recordings set status = 'quarantined'");
    await runJob(envWith(), (await spokenJobOf(call)).id);
    expect([await rows(), asked]).toEqual([[], []]);
  });

  it('damaged or lost in the storage, that is said, and it can be tried again', async () => {
    const { asked } = listening();
    const key = ({ callId }: SessionUnderTest) => recordingKey({ callId, id: recordingIdOf(callId) });
    const lost = await givenSpoken();
    await testEnv.BUCKET.delete(key(lost));
    expect((await writtenDown(lost)).item).toMatchObject({ status: 'failed', code: 'audio_missing' });
    const damaged = await givenSpoken();
    const bytes = new Uint8Array(await (await testEnv.BUCKET.get(key(damaged)))!.arrayBuffer());
    bytes[300] = (bytes[300] ?? 0) ^ 1;
    await testEnv.BUCKET.put(key(damaged), bytes);
    expect((await writtenDown(damaged)).item).toMatchObject({ status: 'failed', code: 'audio_damaged' });
    const failed = await givenSpoken();
    await markFailed(db, failed.callId, 'missing');
    expect((await writtenDown(failed)).item).toMatchObject({ status: 'failed', code: 'audio_missing' });
    expect(asked).toEqual([]);
  });

  it('audio that is none the reader knows is refused, not sent', async () => {
    const { asked } = listening();
    const call = await givenSpoken({ audio: new TextEncoder().encode('no audio at all '.repeat(100)) });
    expect((await writtenDown(call)).item).toMatchObject({ status: 'failed', code: 'audio_refused' });
    expect(asked).toEqual([]);
  });
});

it('our own storage that fails is no failure of the engine: it is tried again', async () => {
  listening();
  const call = await givenSpoken();
  vi.spyOn(testEnv.BUCKET, 'head').mockRejectedValueOnce(new Error('internal error; Canary'));
  const { item, job } = await triedOnce(call);
  expect(item).toMatchObject({ status: 'queued', code: 'storage_failed' });
  later(job.dueAt - Date.now());
  expect((await writtenDown(call)).item.status).toBe('done');
});

it('done, it is not asked for again, whatever hint comes', async () => {
  const { asked } = listening();
  const call = await givenSpoken();
  const { item } = await writtenDown(call);
  await testEnv.DB.exec(
    "update jobs set status = 'waiting', due_at = 0, ended_at = null where kind = 'transcribe_recording'",
  );
  expect((await triedOnce(call)).item).toEqual(item);
  expect(asked).toHaveLength(2);
});

it('keeps no word in clear, at rest or in the log (HS-04, LG-01)', async () => {
  listening();
  const call = await givenSpoken();
  await writtenDown(call);
  expect(JSON.stringify(await getRecordingTranscript(db, ring, call.callId))).toContain('Canarywords');
  const shown = `${JSON.stringify(await dumpDatabase())}\n${JSON.stringify(lines)}`;
  for (const secret of ['Canary', 'canary', 'knee', 'stairs']) expect(shown).not.toContain(secret);
});
