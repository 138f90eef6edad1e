import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { durationMs, fetchAudio } from '../../src/simulator/fetch-audio.ts';
import { givenMp3, givenWav } from '../support/given-audio.ts';

const server = createServer((request, response) => {
  if (request.url === '/gone') response.writeHead(404).end();
  else if (request.url === '/page') response.end('<html></html>');
  else response.end(request.url === '/wav' ? givenWav(3_000, 1) : givenMp3(2_000));
});
let origin = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

test('says how long a WAV lasts', async () => {
  expect(await fetchAudio(`${origin}/wav`)).toBe(3_000);
});

test('says about how long an MP3 lasts', async () => {
  expect(await fetchAudio(`${origin}/mp3`)).toBeGreaterThan(1_900);
  expect(await fetchAudio(`${origin}/mp3`)).toBeLessThan(2_100);
});

test.each(['/gone', '/page'])('%s is no audio', async (path) => {
  expect(await fetchAudio(`${origin}${path}`)).toBeNull();
});

test('an address that nobody answers is no audio', async () => {
  expect(await fetchAudio('http://127.0.0.1:1/a.mp3')).toBeNull();
  expect(await fetchAudio('nonsense')).toBeNull();
});

test('an MP3 behind an ID3 tag is one', () => {
  const tag = new Uint8Array(10 + 200);
  tag.set([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 1, 72]);
  const audio = givenMp3(1_000);
  const tagged = new Uint8Array([...tag, ...audio]);
  expect(durationMs(tagged)).toBe(durationMs(audio));
  expect(durationMs(new Uint8Array(3))).toBeNull();
});
