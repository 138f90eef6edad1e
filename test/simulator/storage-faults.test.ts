import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { StorageFaults } from '../../src/simulator/storage-faults.ts';
import { clientState, rig } from './rig.ts';

type Rig = Awaited<ReturnType<typeof rig>>;

/** A call recorded for ten seconds and hung up; nothing after the hang-up has happened yet. */
async function hungUp(lineFaults: StorageFaults = {}, options: Parameters<typeof rig>[0] = {}) {
  const line = await rig({ ...options, lineFaults });
  const id = await line.answered();
  await line.act(id, 'record_start', { format: 'mp3', channels: 'dual', client_state: clientState('consent') });
  await line.clock.advance(10_000);
  await line.act(id, 'hangup');
  return { line, id };
}

async function saved(lineFaults: StorageFaults = {}, options: Parameters<typeof rig>[0] = {}) {
  const { line, id } = await hungUp(lineFaults, options);
  await line.clock.runUntilIdle();
  return { line, id };
}

const listed = async ({ api }: Rig, id: string) =>
  (await api('GET', '/v2/recordings', undefined, { 'filter[call_control_id]': id })).data;

/** By a fresh link of the API. */
async function download(line: Rig, id: string) {
  const [{ download_urls }] = await listed(line, id);
  const url = new URL(download_urls.mp3);
  return line.engine.download(url.pathname, url.searchParams.get('X-Amz-Signature'), false);
}

const sha256 = (body: Uint8Array) => createHash('sha256').update(body).digest('hex');

describe('Faults of recordings', () => {
  test('a recording that failed is an event with a reason, and no file', async () => {
    const { line, id } = await saved({ recordingErrors: 1 });
    expect(line.types()).not.toContain('call.recording.saved');
    const [error] = line.events('call.recording.error');
    expect(error!.event.payload).toMatchObject({ call_control_id: id, reason: 'Internal server error' });
    expect(await listed(line, id)).toEqual([]);
    expect(await line.engine.recordings.inventory()).toEqual([]);
  });

  test('a recording whose event is never sent is listed by the API all the same', async () => {
    const { line, id } = await saved({ unannouncedRecordings: 1 });
    expect(line.types().filter((type) => type.startsWith('call.recording'))).toEqual([]);
    expect(await listed(line, id)).toHaveLength(1);
    expect((await download(line, id)).status).toBe(200);
  });

  test('a late recording is neither listed nor announced until seconds after the hang-up, at any speed', async () => {
    for (const speed of [1, 20]) {
      const { line, id } = await hungUp(
        { lateRecordings: 1, lateRecordingsByMs: [3_000, 4_000] },
        { speed, patienceMs: 3_600_000 },
      );
      await line.clock.advance(3_000);
      expect(await listed(line, id)).toEqual([]);
      expect(line.types()).not.toContain('call.recording.saved');
      await line.clock.advance(2_000);
      expect(await listed(line, id)).toHaveLength(1);
      expect(line.types()).toContain('call.recording.saved');
    }
  });

  test('those of one seed are the same each time, and rates of nothing change no id', async () => {
    const run = async (lineFaults: StorageFaults) => {
      const { line, id } = await saved(lineFaults, { seed: 5 });
      const tried = [];
      for (let tries = 0; tries < 20; tries += 1) tried.push((await download(line, id)).fault);
      return { tried, events: line.inbox.map(({ event }) => event.id) };
    };
    const half = { failedDownloads: 0.3, errorPages: 0.2, cutDownloads: 0.2, slowDownloads: 0.3 };
    const first = await run(half);
    expect(await run(half)).toEqual(first);
    expect(new Set(first.tried.map((fault) => fault?.kind)).size).toBeGreaterThan(3);
    const off = await run({ failedDownloads: 0, recordingErrors: 0, lateRecordings: 0, unannouncedRecordings: 0 });
    expect(off.events).toEqual((await run({})).events);
  });
});

describe('Faults of downloads', () => {
  test('500 or 503 as XML, in place of the audio', async () => {
    const { line, id } = await saved({ failedDownloads: 1 });
    const statuses = new Set<number>();
    for (let tries = 0; tries < 20; tries += 1) {
      const { status, contentType } = await download(line, id);
      expect(contentType).toBe('application/xml');
      statuses.add(status);
    }
    expect([...statuses].sort()).toEqual([500, 503]);
  });

  test('a page for people with status 200', async () => {
    const { line, id } = await saved({ errorPages: 1 });
    const { status, contentType, body } = await download(line, id);
    expect([status, contentType]).toEqual([200, 'text/html']);
    expect(new TextDecoder().decode(body)).toContain('<!doctype html>');
  });

  test('whole audio with word of how to send it: cut, late or slowly', async () => {
    const { line, id } = await saved();
    const good = (await download(line, id)).body;
    line.engine.lineFaults = { cutDownloads: 1 };
    const cut = await download(line, id);
    expect(cut.fault).toMatchObject({ kind: 'cut' });
    expect(cut.fault?.kind === 'cut' && cut.fault.afterBytes < good.length).toBe(true);
    line.engine.lineFaults = { slowDownloads: 1, slowDownloadMs: 1_234 };
    const kinds = new Set<string>();
    for (let tries = 0; tries < 20; tries += 1) {
      const { body, fault } = await download(line, id);
      expect(body).toEqual(good);
      expect(fault).toMatchObject({ ms: 1_234 });
      kinds.add(fault!.kind);
    }
    expect([...kinds].sort()).toEqual(['trickles', 'waits']);
  });

  test('hit only what would have been served', async () => {
    const { line } = await saved({ failedDownloads: 1 });
    const url = new URL(line.events('call.recording.saved')[0]!.event.payload.recording_urls.mp3);
    expect(line.engine.download(url.pathname, 'ff', false).status).toBe(403);
    const signature = url.searchParams.get('X-Amz-Signature');
    expect(line.engine.download(url.pathname, signature, true).status).toBe(400);
  });
});

describe('The books for whoever judges the worker', () => {
  test('hold every recording with the size and the hash of its audio, which renders to the same bytes each time', async () => {
    const { line, id } = await saved();
    const [first, second] = [await download(line, id), await download(line, id)];
    expect(first.body).toEqual(second.body);
    const [item] = await line.engine.recordings.inventory();
    expect(item).toEqual({
      id: (await listed(line, id))[0].id,
      call_control_id: id,
      call_leg_id: line.engine.calls()[0]?.callLegId,
      call_id: 'call_1',
      format: 'mp3',
      channels: 'dual',
      bytes: first.body.length,
      sha256: sha256(first.body),
      started_at: item!.ended_at - 10_000,
      ended_at: item!.ended_at,
      deleted_at: null,
      downloads: 2,
    });
  });

  test('still know a deleted recording, whose links and whose second deletion are 404', async () => {
    const { line, id } = await saved();
    const before = await line.engine.recordings.inventory();
    const [view] = await listed(line, id);
    const path = `/v2/recordings/${view.id}`;
    expect((await line.api('DELETE', path)).data.id).toBe(view.id);
    const deletedAt = line.clock.now();
    await line.clock.advance(1_000);
    expect(await line.api('DELETE', path)).toMatchObject({ status: 404, errors: [{ code: '10005' }] });
    expect(await line.api('GET', path)).toMatchObject({ status: 404, errors: [{ code: '10005' }] });
    expect(await listed(line, id)).toEqual([]);
    const url = new URL(view.download_urls.mp3);
    expect(line.engine.download(url.pathname, url.searchParams.get('X-Amz-Signature'), false).status).toBe(404);
    expect(await line.engine.recordings.inventory()).toEqual([{ ...before[0], deleted_at: deletedAt, downloads: 1 }]);
  });

  test('a deletion whose answer is lost is a 404 when it is tried again', async () => {
    const { line, id } = await saved();
    const [{ id: recordingId }] = await listed(line, id);
    line.engine.failNext({ method: 'DELETE', path: /recordings/, status: 500, applied: true });
    expect((await line.api('DELETE', `/v2/recordings/${recordingId}`)).status).toBe(500);
    expect((await line.api('DELETE', `/v2/recordings/${recordingId}`)).status).toBe(404);
  });

  test('hold every attempt at a download: what, when, whether a key was shown, and what came of it', async () => {
    const { line, id } = await saved();
    await download(line, id);
    line.engine.lineFaults = { cutDownloads: 1 };
    await download(line, id);
    line.engine.lineFaults = {};
    const [view] = await listed(line, id);
    const url = new URL(view.download_urls.mp3);
    const signature = url.searchParams.get('X-Amz-Signature');
    line.engine.download(url.pathname, signature, true);
    line.engine.download(url.pathname, 'ff', false);
    line.engine.download('/telephony-recorder-prod/other', signature, false);
    await line.clock.advance(601_000);
    line.engine.download(url.pathname, signature, false);
    const mine = { recording_id: view.id, path: url.pathname, has_authorization: false, fault: null };
    expect(line.engine.recordings.attempts.map(({ at, ...rest }) => rest)).toEqual([
      { ...mine, status: 200 },
      { ...mine, status: 200, fault: 'cut' },
      { ...mine, status: 400, has_authorization: true },
      { ...mine, status: 403, recording_id: null },
      { ...mine, status: 403, recording_id: null, path: '/telephony-recorder-prod/other' },
      { ...mine, status: 403 },
    ]);
    expect(line.engine.recordings.attempts.at(-1)?.at).toBe(line.clock.now());
    expect(url.pathname).not.toContain('X-Amz');
  });
});
