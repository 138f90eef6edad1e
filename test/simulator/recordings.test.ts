import { describe, expect, test } from 'vitest';
import { mp3FrameBytes, mp3FrameMs, writeMp3 } from '../../src/simulator/mp3-tones.ts';
import { personas } from '../../src/simulator/personas.ts';
import { promptTone, speechTone } from '../../src/simulator/tones.ts';
import { rig } from './rig.ts';

type Rig = Awaited<ReturnType<typeof rig>>;

async function recorded({ answered, act, clock, events }: Rig, format: 'mp3' | 'wav', channels = 'single') {
  const id = await answered();
  await act(id, 'record_start', { format, channels });
  await clock.advance(10_000);
  await act(id, 'hangup');
  await clock.runUntilIdle();
  const payload = events('call.recording.saved')[0]?.event.payload;
  return { payload, url: new URL(payload.recording_urls[format]) };
}

const get = ({ engine }: Rig, url: URL, authorized = false) =>
  engine.download(url.pathname, url.searchParams.get('X-Amz-Signature'), authorized);

describe('Recordings', () => {
  test('are saved at hang-up under a pre-signed path, in the format asked for alone (Z3, Z4)', async () => {
    const line = await rig();
    const { payload, url } = await recorded(line, 'mp3');
    expect(payload).toMatchObject({ channels: 'single', format: 'mp3', public_recording_urls: {} });
    expect(Object.keys(payload.recording_urls)).toEqual(['mp3']);
    expect(url.pathname).toMatch(/^\/telephony-recorder-prod\/[0-9a-f-]{36}\/\d{4}-\d\d-\d\d\/[0-9a-f-]{36}-\d+\.mp3$/);
    expect(url.searchParams.get('X-Amz-Expires')).toBe('600');
    expect(line.types().slice(-3)).toEqual(['call.hangup', 'call.recording.saved', 'call.cost']);
  });

  test('stop by record_stop while the call goes on, and not twice', async () => {
    const { answered, act, clock, events } = await rig();
    const id = await answered();
    await act(id, 'record_start', { format: 'mp3', channels: 'dual' });
    await act(id, 'record_stop');
    await act(id, 'hangup');
    await clock.runUntilIdle();
    expect(events('call.recording.saved')).toHaveLength(1);
  });

  test('an mp3 is MPEG frames as long as the recording', async () => {
    const line = await rig();
    const { url } = await recorded(line, 'mp3');
    const { status, contentType, body } = get(line, url);
    expect([status, contentType]).toEqual([200, 'audio/mpeg']);
    expect(body.length).toBe(Math.ceil(10_000 / mp3FrameMs) * mp3FrameBytes);
    for (let at = 0; at < body.length; at += mp3FrameBytes) {
      expect([...body.slice(at, at + 4)]).toEqual([0xff, 0xf3, 0x28, 0xc0]);
    }
  });

  test('a wav is PCM as long as the recording, with the keys to be heard', async () => {
    const line = await rig({ personas: [{ ...personas[0]!, keys: { pain: ['5'] } }] });
    const { answered, ask, act, clock, events } = line;
    const id = await answered();
    await act(id, 'record_start', { format: 'wav', channels: 'dual' });
    await ask(id, 'pain', { maximum_digits: 1 });
    await clock.advance(10_000);
    await act(id, 'record_stop');
    await clock.advance(1_000);
    const { status, contentType, body } = get(
      line,
      new URL(events('call.recording.saved')[0]?.event.payload.recording_urls.wav),
    );
    const view = new DataView(body.buffer);
    expect([status, contentType]).toEqual([200, 'audio/wav']);
    expect(new TextDecoder().decode(body.slice(0, 4))).toBe('RIFF');
    expect([view.getUint16(22, true), view.getUint32(24, true), view.getUint16(34, true)]).toEqual([2, 8_000, 16]);
    expect(view.getUint32(40, true)).toBe(10 * 8_000 * 4);
    const patientIsHeard = Array.from({ length: 80_000 }, (_, sample) => view.getInt16(44 + sample * 4, true)).some(
      Boolean,
    );
    expect(patientIsHeard).toBe(true);
  });

  test('a link dies after 600 s at any speed; the API gives a fresh one', async () => {
    const line = await rig({ speed: 20, patienceMs: 3_600_000 });
    const { answered, act, clock, events, api } = line;
    const id = await answered();
    await act(id, 'record_start', { format: 'mp3', channels: 'single' });
    await clock.advance(2_000);
    await act(id, 'record_stop');
    await clock.advance(100);
    const payload = events('call.recording.saved')[0]?.event.payload;
    const url = new URL(payload.recording_urls.mp3);
    await clock.advance(599_000);
    expect(get(line, url).status).toBe(200);
    await clock.advance(2_000);
    expect(get(line, url).status).toBe(403);
    const { data } = await api('GET', `/v2/recordings/${payload.recording_id}`);
    expect(data).toMatchObject({ status: 'completed', duration_millis: 2_000, call_leg_id: payload.call_leg_id });
    expect(get(line, new URL(data.download_urls.mp3)).status).toBe(200);
  });

  test('a link is refused beside an Authorization header, and with another signature or path', async () => {
    const line = await rig();
    const { url } = await recorded(line, 'mp3');
    expect(get(line, url, true).status).toBe(400);
    expect(line.engine.download(`${url.pathname}x`, url.searchParams.get('X-Amz-Signature'), false).status).toBe(403);
    expect(line.engine.download(url.pathname, 'ff', false).status).toBe(403);
    expect(line.engine.download(url.pathname, null, false).status).toBe(403);
  });

  test('can be listed by leg, and are gone after DELETE', async () => {
    const line = await rig();
    const { payload, url } = await recorded(line, 'mp3');
    const path = `/v2/recordings/${payload.recording_id}`;
    const filter = { 'filter[call_leg_id]': payload.call_leg_id };
    expect((await line.api('GET', '/v2/recordings', undefined, filter)).meta.total_results).toBe(1);
    const other = { 'filter[call_leg_id]': 'other' };
    expect((await line.api('GET', '/v2/recordings', undefined, other)).data).toEqual([]);
    expect((await line.api('DELETE', path)).data.id).toBe(payload.recording_id);
    expect((await line.api('GET', path)).status).toBe(404);
    expect((await line.api('DELETE', path)).status).toBe(404);
    expect(get(line, url).status).toBe(404);
  });
});

/** Prompt 0.2 s to 2.74 s, words 3.24 s to 4.96 s (22 letters), then # at 5.26 s. */
async function conversation(format: 'mp3' | 'wav', speed = 1) {
  const keys = { pain: [{ say: ['it hurts here and here'], thenPress: '#' }] };
  const line = await rig({ speed, patienceMs: 3_600_000, personas: [{ ...personas[0]!, reactionMs: 500, keys }] });
  const id = await line.answered();
  await line.act(id, 'record_start', { format, channels: 'dual' });
  await line.ask(id, 'pain', { payload: 'Where does it hurt, and how is it?', timeout_millis: 30_000 });
  await line.clock.advance(8_000 / speed);
  await line.act(id, 'record_stop');
  await line.clock.advance(1_000 / speed + 200);
  const url = new URL(line.events('call.recording.saved')[0]?.event.payload.recording_urls[format]);
  return get(line, url).body;
}

describe('The sound of a recording', () => {
  /** Which channel sounds when, in tenths of a second. */
  const stretches = (isLoud: (second: number) => boolean): string =>
    Array.from({ length: 80 }, (_, tenth) => (isLoud(tenth / 10 + 0.05) ? '#' : '.')).join('');
  const patient = `${'.'.repeat(32)}${'#'.repeat(18)}`;

  test.each([1, 20])(
    'a wav has the prompt on B, words and keys on A, each in its place, at speed %i',
    async (speed) => {
      const body = await conversation('wav', speed);
      const view = new DataView(body.buffer, 44);
      const channel = (side: number) =>
        stretches((second) => {
          const first = Math.floor(((second - 0.04) * 8_000) / speed);
          const count = Math.floor(640 / speed);
          return Array.from({ length: count }, (_, each) => view.getInt16((first + each) * 4 + side * 2, true)).some(
            (level) => Math.abs(level) > 500,
          );
        });
      const [a, b] = [channel(0), channel(1)];
      expect(b.slice(0, 2)).toBe('..');
      expect(b.slice(3, 26)).toBe('#'.repeat(23));
      expect(b.slice(28)).not.toContain('#');
      expect(a.slice(0, 31)).not.toContain('#');
      expect(a.slice(33, 49)).toBe(patient.slice(33, 49));
      expect(a.slice(51, 56)).toContain('#');
      expect(a.slice(57)).not.toContain('#');
    },
  );

  test('an mp3 has them in the same places', async () => {
    const body = await conversation('mp3');
    // In stereo the side information begins with 8 + 2 bits, and gives each channel 63; its first 12 are the length of its data.
    const dataBits = (frame: number, channel: number): number => {
      const from = 32 + 10 + channel * 63;
      let value = 0;
      for (let bit = from; bit < from + 12; bit += 1) {
        value = value * 2 + ((body[frame * mp3FrameBytes + (bit >> 3)]! >> (7 - (bit & 7))) & 1);
      }
      return value;
    };
    const channel = (side: number) =>
      stretches((second) => dataBits(Math.floor((second * 1000) / mp3FrameMs), side) > 0);
    const [a, b] = [channel(0), channel(1)];
    expect(b.slice(3, 26)).toBe('#'.repeat(23));
    expect(b.slice(28)).not.toContain('#');
    expect(a.slice(33, 49)).toBe(patient.slice(33, 49));
    expect(a.slice(51, 56)).toContain('#');
  });

  test('an mp3 frame is, bit for bit, what was checked with an independent decoder', () => {
    const frame = [...writeMp3([[[697, 1_209], [300]]], 2)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const header = 'fff32800';
    const sideInformation = '0000c459940004217e00702f28000842fc';
    const codeWords = 'ffffffaffff97fe4';
    expect(frame).toBe(`${header}${sideInformation}${codeWords}`.padEnd(mp3FrameBytes * 2, '0'));
  });
});

test('steps sound different from one another, and a patient higher than the clinic', () => {
  const items = ['opening', 'consent', 'hpi.chief_complaint', 'hpi.pain_level', 'ample.allergies', 'ample.last_meal'];
  expect(new Set(items.map(promptTone)).size).toBeGreaterThan(3);
  expect(new Set(items.map(speechTone)).size).toBeGreaterThan(3);
  expect(Math.max(...items.map(promptTone))).toBeLessThan(Math.min(...items.map(speechTone)));
});
