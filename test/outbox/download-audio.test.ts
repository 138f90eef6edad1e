/** Where audio is fetched from, and what is taken for audio: an address or an answer of another kind leaves nothing behind (SE-27). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JOB_POLICIES } from '../../src/domain/jobs/backoff.ts';
import { downloadAudio } from '../../src/outbox/download-audio.ts';
import { fetchAgain } from '../../src/store/recordings.ts';
import {
  type Answer,
  audio,
  hang,
  html,
  networkError,
  recording,
  recordingLink,
  refused,
} from '../support/fake-telnyx.ts';
import { givenMp3 } from '../support/given-audio.ts';
import { joined, MIB } from '../support/given-bytes.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { callOf, fetched, fetchedAgain, givenPending, playedOf, rowOf, storedOf } from '../support/given-recording.ts';
import { givenTelnyx } from '../support/given-session.ts';
import { catchLog, config, db, restore, stopClock, testEnv } from '../support/worker-env.ts';

let lines: Record<string, unknown>[];
beforeEach(async () => {
  stopClock();
  lines = catchLog();
  catchJobHints();
  await testEnv.DB.exec('delete from jobs; delete from recordings;');
});
afterEach(restore);

/** Long waits are short ones here. */
function hurry(): void {
  const wait = globalThis.setTimeout;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, ms = 0) =>
    wait(work, ms >= 20_000 ? ms / 1000 : ms)) as never);
}

const MP3 = { 'Content-Type': 'audio/mpeg' };
const answer =
  (body: BodyInit | null, headers: Record<string, string> = MP3, status = 200): Answer =>
  () =>
    new Response(body, { status, headers });
const pieces = (...given: (Uint8Array | Error)[]): Answer =>
  answer(
    new ReadableStream({
      pull(controller) {
        const next = given.shift();
        if (next === undefined) controller.close();
        else if (next instanceof Error) controller.error(next);
        else controller.enqueue(next);
      },
    }),
  );
/** As the runtime does: whoever aborts breaks the body off. */
const stalling: Answer = (_, signal) =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(givenMp3(500));
        signal.addEventListener('abort', () =>
          controller.error(new DOMException('The operation was aborted', 'AbortError')),
        );
      },
    }),
    { headers: MP3 },
  );
/** A new one for each request. */
const each =
  (given: () => Answer): Answer =>
  (request, signal) =>
    given()(request, signal);

/** Every place that was asked, but for Telnyx' API. */
const places = (): URL[] =>
  vi.mocked(fetch).mock.calls.flatMap(([asked]) => {
    const url = new URL(asked instanceof Request ? asked.url : String(asked));
    return url.href.startsWith(config.telnyx.apiBase) ? [] : [url];
  });

describe('an answer that is no audio', () => {
  const METADATA = 'http://169.254.169.254/latest/meta-data/';

  it.each<[string, string, Answer]>([
    ['a page', 'wrong_type', html(200)],
    ['a page that calls itself audio', 'wrong_type', answer('<html>Sign in</html>'.repeat(2000))],
    ['JSON', 'wrong_type', answer('{"errors":[]}', { 'Content-Type': 'application/json' })],
    ['XML of the storage', 'wrong_type', answer('<Error/>', { 'Content-Type': 'application/xml' })],
    ['a picture', 'wrong_type', answer('x', { 'Content-Type': 'image/png' })],
    ['a page before the sound', 'wrong_type', answer(`${'<p>'.repeat(7000)}\u00ff`)],
    ['a few bytes', 'wrong_type', audio(givenMp3(2000).subarray(0, 60))],
    ['nothing', 'empty', audio(new Uint8Array(0))],
    ['no body', 'empty', answer(null)],
    ['204', 'refused', answer(null, {}, 204)],
    ['a part of it', 'refused', answer(givenMp3(2000), MP3, 206)],
    ['gone', 'refused', refused(410, '10005')],
    ['404', 'not_there', refused(404, '10005')],
    ['403', 'link_expired', refused(403, '10009')],
    ['429', 'storage_unavailable', refused(429, '10011')],
    ['500', 'storage_unavailable', html(500)],
    ['503', 'storage_unavailable', html(503)],
    ['a redirect to where machines keep their secrets', 'redirected', () => Response.redirect(METADATA, 302)],
    ['a redirect to another file', 'redirected', () => Response.redirect(recordingLink('other.mp3'), 307)],
    ['less than it promised', 'cut_off', audio(givenMp3(2000), { ...MP3, 'Content-Length': '9999' })],
    [
      'a connection that breaks',
      'cut_off',
      each(() => pieces(givenMp3(500), new TypeError('Network connection lost.'))),
    ],
    ['no connection', 'cut_off', networkError],
    ['silence', 'too_slow', hang],
    ['a beginning, and then silence', 'too_slow', stalling],
  ])('%s is %s: nothing is stored, and it is tried again (SE-27)', async (_, code, given) => {
    hurry();
    const call = await givenPending();
    call.telnyx.always('download', given).always('retrieve_recording', recording());
    expect(await fetched(call)).toMatchObject({ status: 'waiting', code, attempts: 1 });
    expect([await storedOf(call), (await rowOf(call)).status]).toEqual([null, 'pending']);
    expect(places().map(({ host, pathname }) => host + pathname)).toEqual(
      Array(2).fill('s3.amazonaws.com/telephony-recorder-prod/account/2030-01-07/leg-1.mp3'),
    );
    call.telnyx.always('download', null);
    expect(await fetchedAgain(call)).toMatchObject({ status: 'done', attempts: 2 });
    expect(await playedOf(call)).toEqual(givenMp3(2000));
  });

  it('that is said to be larger than any call is not begun with, and is given up at once', async () => {
    const call = await givenPending();
    let canceled = 0;
    const body = () =>
      new ReadableStream({
        pull: (controller) => controller.enqueue(givenMp3(2000)),
        cancel: () => {
          canceled += 1;
        },
      });
    const given: Answer = () => new Response(body(), { headers: { ...MP3, 'Content-Length': String(256 * MIB + 1) } });
    call.telnyx.always('download', given).always('retrieve_recording', recording());
    expect(await fetched(call)).toMatchObject({ status: 'dead', code: 'too_large' });
    expect([await storedOf(call), await rowOf(call)]).toMatchObject([null, { status: 'failed', reason: 'too_large' }]);
    expect(await callOf(call)).toMatchObject({ recordingStatus: 'failed' });
    expect(canceled).toBe(2);
  });

  it('that never ends is broken off when it is larger than any call, whatever it promised (SE-27, S2-V6)', async () => {
    const telnyx = givenTelnyx();
    let [given, canceled] = [0, 0];
    // 320 kbit/s at 44.1 kHz.
    const piece = new Uint8Array(1044 * 1000);
    for (let at = 0; at < piece.length; at += 1044) piece.set([0xff, 0xfb, 0xe0, 0xc0], at);
    const body = new ReadableStream({
      pull(controller) {
        given += piece.length;
        controller.enqueue(piece);
      },
      cancel: () => {
        canceled += 1;
      },
    });
    telnyx.next('download', answer(body, { ...MP3, 'Content-Length': '1000' }));
    const { audio: coming } = await downloadAudio(new URL(recordingLink()));
    let taken = 0;
    const taking = async () => {
      for await (const { length } of coming) taken += length;
    };
    await expect(taking()).rejects.toMatchObject({ name: 'DownloadError', code: 'too_large' });
    expect(taken).toBeLessThanOrEqual(256 * MIB);
    expect(given).toBeLessThan(260 * MIB);
    expect(canceled).toBe(1);
  });

  it('that nobody reads to its end is let go of', async () => {
    const telnyx = givenTelnyx();
    let canceled = 0;
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(givenMp3(2000)),
      cancel: () => {
        canceled += 1;
      },
    });
    telnyx.next('download', answer(body));
    const { audio: coming } = await downloadAudio(new URL(recordingLink()));
    await coming.next();
    await coming.return();
    expect(canceled).toBe(1);
  });
});

describe('audio', () => {
  it.each(['audio/mpeg', 'AUDIO/MP3', 'audio/mpeg; charset=binary', 'application/octet-stream', 'binary/octet-stream'])(
    'called %s is taken, and judged by its bytes',
    async (type) => {
      givenTelnyx().next('download', audio(givenMp3(2000), { 'Content-Type': type }));
      const { audio: coming, facts } = await downloadAudio(new URL(recordingLink()));
      expect(await joined(coming)).toEqual(givenMp3(2000));
      expect(facts()).toEqual({ format: 'mp3', durationMs: 2016 });
    },
  );

  it('without a length or a type is taken, in whatever pieces it comes', async () => {
    const mp3 = givenMp3(2000);
    givenTelnyx().next('download', () => {
      const cut = [1, 2, 71, 500].map((at, i, all) => mp3.subarray(all[i - 1] ?? 0, at));
      const body = pieces(...cut, mp3.subarray(500))({} as never, {} as never) as Response;
      return new Response(body.body);
    });
    const { audio: coming, facts } = await downloadAudio(new URL(recordingLink()));
    expect(await joined(coming)).toEqual(mp3);
    expect(facts()).toEqual({ format: 'mp3', durationMs: 2016 });
  });
});

describe('an address', () => {
  const PATH = 'telephony-recorder-prod/account/leg-1.mp3';
  const FOREIGN: [string, string | null][] = [
    [`https://evil.example/${PATH}`, 'evil.example'],
    [`https://s3.amazonaws.com.evil.example/${PATH}`, 's3.amazonaws.com.evil.example'],
    ['https://s3.amazonaws.com/bucket-of-others/leg-1.mp3', 's3.amazonaws.com'],
    [`http://s3.amazonaws.com/${PATH}`, 's3.amazonaws.com'],
    [`https://s3.amazonaws.com:8443/${PATH}`, 's3.amazonaws.com'],
    [`https://key:secret@s3.amazonaws.com/${PATH}`, 's3.amazonaws.com'],
    ['https://s3.amazonaws.com/telephony-recorder-prod/../bucket-of-others/leg-1.mp3', 's3.amazonaws.com'],
    [`http://169.254.169.254/${PATH}`, '169.254.169.254'],
    [`http://127.0.0.1:9/${PATH}`, '127.0.0.1'],
    [`http://[::1]/${PATH}`, '[::1]'],
    ['file:///etc/passwd', null],
    ['not an address', null],
  ];
  const refusals = () => lines.filter(({ event }) => event === 'recording.link_refused');

  it.each(FOREIGN)(
    '%s in a webhook is not fetched; the recording is asked for by its id (SE-27)',
    async (link, host) => {
      const call = await givenPending({ link });
      call.telnyx.always('retrieve_recording', recording({ download_urls: { mp3: recordingLink('own.mp3') } }));
      expect(await fetched(call)).toMatchObject({ status: 'done' });
      expect(places().map(({ host: asked, pathname }) => asked + pathname)).toEqual([
        's3.amazonaws.com/telephony-recorder-prod/account/2030-01-07/own.mp3',
      ]);
      expect(refusals()).toMatchObject([{ call_id: call.callId, ...(host === null ? {} : { host }) }]);
      expect(JSON.stringify(lines)).not.toMatch(/leg-1\.mp3|secret|passwd/);
    },
  );

  it.each(FOREIGN)('%s in an answer of the API is not fetched, now or later (SE-27)', async (link, host) => {
    const call = await givenPending({ link: null, linkAt: null });
    call.telnyx.always('retrieve_recording', recording({ download_urls: { mp3: link } }));
    // The operator may allow the place (RECORDING_ORIGINS) before the tries are over.
    expect(await fetched(call)).toMatchObject({ status: 'waiting', code: 'link_refused' });
    expect(refusals()).toMatchObject([{ call_id: call.callId, ...(host === null ? {} : { host }) }]);
    for (let tries = 1; tries <= JOB_POLICIES.fetch_recording.waitsMs.length; tries += 1) await fetchedAgain(call);
    expect(places()).toEqual([]);
    expect(await rowOf(call)).toMatchObject({ status: 'failed', reason: 'link_refused' });
    expect(await callOf(call)).toMatchObject({ recordingStatus: 'failed' });
    expect(JSON.stringify(lines)).not.toMatch(/leg-1\.mp3|secret|passwd/);
  });

  it('that the operator allows since is fetched when it is asked for again', async () => {
    const call = await givenPending({ link: null, linkAt: null });
    const link = recordingLink('leg-1.mp3', 'audio.example');
    call.telnyx.always('retrieve_recording', recording({ download_urls: { mp3: link } }));
    await fetched(call);
    await fetchAgain(db, call.callId, Date.now());
    const env = { ...testEnv, RECORDING_ORIGINS: 'https://audio.example/telephony-recorder-prod' };
    expect(await fetched(call, env)).toMatchObject({ status: 'done' });
    expect(places().map(({ host }) => host)).toEqual(['audio.example']);
  });

  it('that the API does not give yet is asked for again later', async () => {
    const call = await givenPending({ link: null, linkAt: null });
    call.telnyx.next('retrieve_recording', recording({ download_urls: {} }));
    expect(await fetched(call)).toMatchObject({ status: 'waiting', code: 'no_link' });
    call.telnyx.always('retrieve_recording', recording());
    expect(await fetchedAgain(call)).toMatchObject({ status: 'done' });
  });

  it.each<[string, Answer, string]>([
    ['500', refused(500, '10007'), 'telnyx_10007'],
    ['503 and a page', html(503), 'telnyx_http_503'],
    ['429', refused(429, '10011'), 'telnyx_10011'],
    ['401', refused(401, '10009'), 'telnyx_10009'],
    ['no answer', networkError, 'telnyx_no_answer'],
  ])('is asked for again when the API says %s', async (_, given, code) => {
    const call = await givenPending({ link: null, linkAt: null });
    call.telnyx.next('retrieve_recording', given).always('retrieve_recording', recording());
    expect(await fetched(call)).toMatchObject({ status: 'waiting', code });
    expect(places()).toEqual([]);
    expect(await fetchedAgain(call)).toMatchObject({ status: 'done' });
  });
});
