import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import type { StorageFaults } from '../../src/simulator/storage-faults.ts';
import { startTelnyxServer, type TelnyxServer } from '../../src/simulator/telnyx-server.ts';
import { clientState, patient } from './rig.ts';

const open: TelnyxServer[] = [];
afterEach(() => Promise.all(open.splice(0).map((server) => server.close())));

/** A server with one recording saved; its link is fresh. */
async function given(faults: StorageFaults): Promise<{ server: TelnyxServer; link: string; id: string }> {
  const deliver = async () => ({ status: 200 });
  const server = await startTelnyxServer({ port: 0, engineOptions: { speed: 50, deliver } });
  open.push(server);
  const { engine, url } = server;
  const api = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${engine.apiKey}` };
    const answer = await fetch(`${url}/v2${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return ((await answer.json()) as { data: never }).data;
  };
  const dial = { connection_id: engine.connectionId, from: '+12025550100', to: patient, webhook_url: `${url}/none` };
  const { call_control_id: id } = await api('POST', '/calls', { ...dial, client_state: clientState('dial') });
  await expect.poll(() => engine.calls()[0]?.phase, { interval: 5 }).toBe('answered');
  const action = (name: string, body: object) => api('POST', `/calls/${encodeURIComponent(id)}/actions/${name}`, body);
  await action('record_start', { format: 'wav', channels: 'dual' });
  await new Promise((resolve) => setTimeout(resolve, 150));
  await action('hangup', {});
  await expect.poll(() => engine.recordings.all().length, { interval: 5 }).toBe(1);
  await fetch(`${url}/simulator/faults`, { method: 'POST', body: JSON.stringify({ line: faults }) });
  const [recording] = (await api('GET', `/recordings?filter[call_control_id]=${encodeURIComponent(id)}`)) as [
    { id: string; download_urls: { wav: string } },
  ];
  return { server, link: recording.download_urls.wav, id: recording.id };
}

const control = async (server: TelnyxServer, name: string) =>
  ((await (await fetch(`${server.url}/simulator/${name}`)).json()) as { items: Record<string, unknown>[] }).items;

test('the audio of a link has the size and hash that /simulator/recordings tells, before and after deletion', async () => {
  const { server, link, id } = await given({});
  const audio = new Uint8Array(await (await fetch(link)).arrayBuffer());
  const told = { id, bytes: audio.length, sha256: createHash('sha256').update(audio).digest('hex'), call_id: 'call_1' };
  expect(await control(server, 'recordings')).toMatchObject([{ ...told, deleted_at: null, downloads: 1 }]);
  const headers = { authorization: `Bearer ${server.engine.apiKey}` };
  await fetch(`${server.url}/v2/recordings/${id}`, { method: 'DELETE', headers });
  expect((await fetch(link, { headers })).status).toBe(400);
  expect((await fetch(link)).status).toBe(404);
  const [item] = await control(server, 'recordings');
  expect(item).toMatchObject({ ...told, downloads: 3 });
  expect(Date.now() - Number(item!.deleted_at)).toBeLessThan(5_000);
  const attempts = await control(server, 'downloads');
  expect(attempts.map(({ status, has_authorization: key }) => [status, key])).toEqual([
    [200, false],
    [400, true],
    [404, false],
  ]);
  expect(JSON.stringify(attempts)).not.toContain('X-Amz');
});

test('a cut download announces its whole length and ends before it', async () => {
  const { server, link } = await given({ cutDownloads: 1 });
  const whole = Number((await control(server, 'recordings'))[0]!.bytes);
  for (let tries = 0; tries < 5; tries += 1) {
    const answer = await fetch(link);
    expect([answer.status, Number(answer.headers.get('content-length'))]).toEqual([200, whole]);
    await expect(answer.arrayBuffer()).rejects.toThrow();
  }
});

test('a slow download waits, or trickles, and is whole in the end', async () => {
  const { server, link } = await given({ slowDownloads: 1, slowDownloadMs: 400 });
  const whole = Number((await control(server, 'recordings'))[0]!.bytes);
  const headAfter: number[] = [];
  for (let tries = 0; tries < 6; tries += 1) {
    const startedAt = performance.now();
    const answer = await fetch(link);
    headAfter.push(performance.now() - startedAt);
    expect((await answer.arrayBuffer()).byteLength).toBe(whole);
    expect(performance.now() - startedAt).toBeGreaterThan(390);
  }
  expect(Math.min(...headAfter)).toBeLessThan(200);
  expect(Math.max(...headAfter)).toBeGreaterThan(350);
});

test('a download that is given up, and a server that closes meanwhile, leave nothing behind', async () => {
  const { server, link } = await given({ slowDownloads: 1, slowDownloadMs: 60_000 });
  await Promise.all(
    Array.from({ length: 6 }, () => fetch(link, { signal: AbortSignal.timeout(200) }).then((a) => a.arrayBuffer())).map(
      (tried) => expect(tried).rejects.toThrow(),
    ),
  );
  await server.close();
  open.splice(0);
});

test('a page in place of the audio, and a failing storage', async () => {
  const { server, link } = await given({ errorPages: 1 });
  const page = await fetch(link);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html']);
  await fetch(`${server.url}/simulator/faults`, { method: 'POST', body: '{"line":{"failedDownloads":1}}' });
  expect([500, 503]).toContain((await fetch(link)).status);
});
