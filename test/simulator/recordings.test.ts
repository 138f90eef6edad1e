import { describe, expect, test } from 'vitest';
import { personas } from '../../src/simulator/personas.ts';
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

  test('an mp3 is MPEG frames of silence as long as the recording', async () => {
    const line = await rig();
    const { url } = await recorded(line, 'mp3');
    const { status, contentType, body } = get(line, url);
    expect([status, contentType]).toEqual([200, 'audio/mpeg']);
    // 36 bytes and 36 ms a frame.
    expect(body.length).toBe(Math.ceil(10_000 / 36) * 36);
    for (let at = 0; at < body.length; at += 36) expect([...body.slice(at, at + 3)]).toEqual([0xff, 0xf3, 0x18]);
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
