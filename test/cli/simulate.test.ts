import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { expect, it } from 'vitest';
import { localTokenFile } from '../../src/cli/settings.ts';
import { runCli } from './given-service.ts';

const root = path.resolve(import.meta.dirname, '../..');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it('starts the stand-ins, signs this machine in at them for as long, and ends with them (S1-C12, S1-I5)', {
  timeout: 20_000,
}, async () => {
  const [access, telnyx, upstream] = [await freePort(), await freePort(), await freePort()];
  const ports = ['--access-port', String(access), '--telnyx-port', String(telnyx)];
  const main = path.join(root, 'src/cli/main.ts');
  const child = spawn(process.execPath, [main, 'simulate', ...ports, '--upstream', `http://127.0.0.1:${upstream}`]);
  let out = '';
  const isUp = new Promise<void>((resolve) => {
    child.stdout.on('data', (piece) => {
      out += piece;
      if (out.includes('keys ')) resolve();
    });
  });
  await isUp;
  const file = localTokenFile(root, access);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  // Let through by the stand-in; behind it nobody is started.
  const env = { TELNYX_EDGE_INTAKE_URL: `http://localhost:${access}` };
  expect(await runCli(null, ['config'], { env, root })).toMatchObject({
    code: 7,
    err: expect.stringContaining('worker'),
  });
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(0);
  expect(existsSync(file)).toBe(false);
  await expect(fetch(`http://127.0.0.1:${telnyx}/v2/calls`)).rejects.toThrow();
});
