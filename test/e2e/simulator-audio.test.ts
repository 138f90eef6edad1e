/**
 * The simulator's recordings in a real browser: its decoder takes them, they last as long as was recorded, and each side is heard
 * on its own channel where it spoke. Without this, a player that stays silent could be blamed on the dashboard.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SoundMark } from '../../src/simulator/leg.ts';
import { mp3FrameMs } from '../../src/simulator/mp3-tones.ts';
import { renderRecording } from '../../src/simulator/recording-audio.ts';
import { keyTones, promptTone, speechTone } from '../../src/simulator/tones.ts';
import { launchBrowser } from '../support/browser.ts';

const startedAt = 1_795_795_200_000;
const durationMs = 6_300;
const mark = (side: SoundMark['side'], from: number, to: number, tones: readonly number[]): SoundMark => ({
  ...{ side, atMs: startedAt + from, durationMs: to - from, tones },
});
/** The clinic asks, the patient answers in words and then presses a key. */
const marks = [
  mark('clinic', 500, 2_500, [promptTone('hpi.chief_complaint')]),
  mark('patient', 3_000, 4_500, [speechTone('hpi.chief_complaint')]),
  mark('patient', 5_000, 5_300, keyTones('5')),
];
const types = { mp3: 'audio/mpeg', wav: 'audio/wav' } as const;
const span = { channels: 'dual', startedAt, endedAt: startedAt + durationMs, marks } as const;

/** In the browser: the loudness of each channel in each tenth of a second, and what a player shows. */
const script = `
  globalThis.measure = async (url, sampleRate) => {
    const context = new OfflineAudioContext(2, 1, sampleRate);
    const audio = await context.decodeAudioData(await (await fetch(url)).arrayBuffer());
    const channels = Array.from({ length: audio.numberOfChannels }, (_, channel) => {
      const samples = audio.getChannelData(channel);
      const tenth = audio.sampleRate / 10;
      return Array.from({ length: Math.floor(samples.length / tenth) }, (_, at) => {
        const part = samples.subarray(Math.floor(at * tenth), Math.floor((at + 1) * tenth));
        return Math.sqrt(part.reduce((sum, level) => sum + level * level, 0) / part.length);
      });
    });
    return { durationMs: audio.duration * 1000, channels };
  };
  globalThis.play = (url) => new Promise((resolve, reject) => {
    const player = new Audio(url);
    player.muted = true;
    player.onerror = () => reject(new Error('the player says: ' + player.error.message));
    // Into the middle, as a click on a question does.
    player.onloadedmetadata = () => { player.currentTime = 3.4; player.play().catch(reject); };
    player.ontimeupdate = () => {
      const [durationMs, atMs] = [player.duration * 1000, player.currentTime * 1000];
      if (!player.paused && !player.seeking && atMs > 0) resolve({ durationMs, atMs });
    };
  });
`;

let server: Server;
let origin: string;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  server = createServer((request, response) => {
    const format = request.url === '/recording.mp3' ? 'mp3' : request.url === '/recording.wav' ? 'wav' : null;
    if (format === null) {
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><script>${script}</script>`);
      return;
    }
    const body = renderRecording({ ...span, format });
    const head = { 'content-type': types[format], 'accept-ranges': 'bytes' };
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    if (range === null) {
      response.writeHead(200, { ...head, 'content-length': body.length }).end(body);
      return;
    }
    // Without ranges a player cannot be set into the middle.
    const from = Number(range[1]);
    const part = body.subarray(from, range[2] ? Number(range[2]) + 1 : body.length);
    const contentRange = `bytes ${from}-${from + part.length - 1}/${body.length}`;
    response.writeHead(206, { ...head, 'content-length': part.length, 'content-range': contentRange }).end(part);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
  page = await browser.newPage();
  await page.goto(origin);
});
afterAll(async () => {
  await browser?.close();
  await new Promise((resolve) => server.close(resolve).closeAllConnections());
});

/** `#` for every tenth of a second in which a channel is heard. */
const heard = (tenths: readonly number[]) => tenths.map((loudness) => (loudness > 0.01 ? '#' : '.')).join('');
/** The tenths at the edges of a sound may fall either way: a decoder shifts it by a frame. */
function expectHeardOnlyIn(channel: string, spoken: readonly (readonly [number, number])[]): void {
  const wanted = Array.from(channel, (_, at) => {
    if (spoken.some(([from, to]) => at > from && at < to - 1)) return '#';
    return spoken.some(([from, to]) => at >= from - 1 && at <= to) ? '?' : '.';
  });
  expect(Array.from(channel, (sign, at) => (wanted[at] === '?' ? '?' : sign)).join('')).toBe(wanted.join(''));
}

describe.each([
  ['wav', 8_000],
  ['mp3', 16_000],
] as const)('A dual recording as %s', (format, sampleRate) => {
  it('decodes to its length, the patient on the left and the clinic on the right, each where they spoke', async () => {
    const { durationMs: decoded, channels } = await page.evaluate<{ durationMs: number; channels: number[][] }>(
      `measure('/recording.${format}', ${sampleRate})`,
    );
    expect(Math.abs(decoded - durationMs)).toBeLessThanOrEqual(mp3FrameMs);
    expect(channels).toHaveLength(2);
    const [patient, clinic] = channels.map(heard);
    expectHeardOnlyIn(patient!, [
      [30, 45],
      [50, 53],
    ]);
    expectHeardOnlyIn(clinic!, [[5, 25]]);
  });

  it('plays from its middle, and shows its length', async () => {
    const shown = await page.evaluate<{ durationMs: number; atMs: number }>(`play('/recording.${format}')`);
    expect(Math.abs(shown.durationMs - durationMs)).toBeLessThanOrEqual(mp3FrameMs);
    expect(shown.atMs).toBeGreaterThanOrEqual(3_400 - mp3FrameMs);
  });
});
