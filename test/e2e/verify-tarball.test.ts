/**
 * The package `telnyx-webhook-verify` as npm would publish it: packed, installed without network into an empty project,
 * type-checked there, and run in every runtime its README names. All runtimes get the same cases and must answer alike.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { toBytes } from '../telnyx-webhook-verify/ed25519-arithmetic.ts';
import { largerScalars, signWithOffset, ZERO_S } from '../telnyx-webhook-verify/forgeries.ts';
import {
  BODY,
  base64,
  concat,
  fromBase64,
  headersOf,
  makeSigner,
  NOW_SECONDS,
  signedBytes,
  signedDelivery,
} from '../telnyx-webhook-verify/signed-delivery.ts';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../..');
const BIN = path.join(ROOT, 'node_modules/.bin');
const env = {
  ...process.env,
  PATH: `${BIN}${path.delimiter}${process.env['PATH']}`,
  npm_config_offline: 'true',
  npm_config_update_notifier: 'false',
};

/** The Node on PATH that did not come with this project, if its version is another one. */
const otherNode = (process.env['PATH'] ?? '')
  .split(path.delimiter)
  .map((folder) => path.join(folder, 'node'))
  .filter((file) => existsSync(file) && !realpathSync(file).startsWith(path.join(ROOT, 'node_modules')))
  .map((file) => ({ file, version: execFileSync(file, ['--version'], { encoding: 'utf8' }).trim() }))
  .find(({ version }) => version !== process.version);

const [signer, stranger] = await Promise.all([makeSigner(21), makeSigner(22)]);
const good = await signedDelivery(signer);
const signature = fromBase64(good.headers['telnyx-signature-ed25519']);
const old = await signedDelivery(signer, { timestamp: NOW_SECONDS - 301 });
const smallOrderR = await signWithOffset(signer, signedBytes(NOW_SECONDS, BODY), { r: 0n });
const anybodysKey = { publicKey: base64(toBytes(1n)), headers: headersOf(concat(toBytes(1n), ZERO_S)) };

const CASES = [
  { name: 'good', ...good, result: { timestamp: NOW_SECONDS, keyIndex: 0 } },
  {
    name: 'second key',
    ...good,
    publicKey: [stranger.publicKey, signer.publicKey],
    result: { timestamp: NOW_SECONDS, keyIndex: 1 },
  },
  { name: 'another key', ...good, publicKey: stranger.publicKey, result: { reason: 'signature_mismatch' } },
  { name: 'tampered', ...good, body: `${BODY} `, result: { reason: 'signature_mismatch' } },
  { name: 'unsigned', ...good, headers: {}, result: { reason: 'signature_missing' } },
  { name: 'stale', ...old, result: { reason: 'timestamp_too_old', ageSeconds: 301, toleranceSeconds: 300 } },
  {
    name: 'S + L',
    ...good,
    headers: headersOf(largerScalars(signature)[0]!),
    result: { reason: 'signature_malformed' },
  },
  { name: 'small-order R', ...good, headers: headersOf(smallOrderR), result: { reason: 'signature_malformed' } },
  { name: 'small-order key', ...good, ...anybodysKey, result: { reason: 'public_key_malformed', keyIndex: 0 } },
  {
    name: 'joined',
    ...good,
    headers: { ...good.headers, 'telnyx-timestamp': `${NOW_SECONDS}, ${NOW_SECONDS}` },
    result: { reason: 'header_repeated', header: 'telnyx-timestamp' },
  },
].map(({ result, ...each }) => ({ ...each, result: { ok: !('reason' in result), ...result } }));

/** Runs in each runtime. Also asks its Web Crypto directly about the small-order key, to see what the checks are worth. */
const SELF_CHECK = `
import { cases, forged } from './cases.js';
const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
export async function selfCheck(verify) {
  const answers = [];
  for (const { name, body, headers, publicKey, nowMs } of cases) {
    const utf8 = new TextEncoder().encode(body);
    for (const [kind, options] of Object.entries({
      'text, object': { body, headers, publicKey, nowMs },
      'bytes, Headers': { body: utf8, headers: new Headers(headers), publicKey, nowMs },
      'buffer, Headers': { body: utf8.buffer, headers: new Headers(headers), publicKey, nowMs },
    })) answers.push([name, kind, await verify(options)]);
  }
  const key = await crypto.subtle.importKey('raw', bytes(forged.key), { name: 'Ed25519' }, false, ['verify']);
  const platformIsLax = await crypto.subtle.verify('Ed25519', key, bytes(forged.signature), new Uint8Array(3));
  return { answers, platformIsLax };
}`;

interface SelfCheck {
  answers: [name: string, kind: string, result: unknown][];
  platformIsLax: boolean;
}

const laxPlatforms: Record<string, boolean> = {};
let folder: string;
let installed: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'verify-tarball-'));
  await run('npm', ['pack', '--workspace', 'telnyx-webhook-verify', '--pack-destination', folder], { cwd: ROOT, env });
  const tarballs = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  expect(tarballs).toHaveLength(1);

  await writeFile(path.join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }');
  await run('npm', ['install', '--no-audit', '--no-fund', `./${tarballs[0]}`], { cwd: folder, env });
  installed = path.join(folder, 'node_modules/telnyx-webhook-verify');

  const forged = { key: anybodysKey.publicKey, signature: base64(concat(toBytes(1n), ZERO_S)) };
  const cases = `export const cases = ${JSON.stringify(CASES)};\nexport const forged = ${JSON.stringify(forged)};`;
  await writeFile(path.join(folder, 'cases.js'), cases);
  await writeFile(path.join(folder, 'self-check.js'), SELF_CHECK);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function expectRightAnswers(runtime: string, { answers, platformIsLax }: SelfCheck) {
  laxPlatforms[runtime] = platformIsLax;
  const kinds = ['text, object', 'bytes, Headers', 'buffer, Headers'];
  expect(answers).toEqual(CASES.flatMap(({ name, result }) => kinds.map((kind) => [name, kind, result])));
}

describe('the tarball', () => {
  test('holds the built code, its types, the manual and the licence, and nothing else', async () => {
    const files = (await readdir(installed, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(installed, path.join(entry.parentPath, entry.name)));
    const outside = files.filter((file) => !/^dist\/[a-z0-9-]+\.(js|d\.ts)$/.test(file));
    expect(outside.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
    expect(files).toContain('dist/index.js');
    expect(files).toContain('dist/index.d.ts');

    // One built file per source file: nothing stale from an earlier build, nothing forgotten.
    const sources = (await readdir(path.join(ROOT, 'src/telnyx-webhook-verify'))).filter((file) =>
      file.endsWith('.ts'),
    );
    const built = files.filter((file) => file.endsWith('.js')).map((file) => path.basename(file, '.js'));
    expect(built.sort()).toEqual(sources.map((file) => path.basename(file, '.ts')).sort());
  });

  test('depends on nothing, and its code imports nothing but its own files', async () => {
    const manifest = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
    expect(Object.keys(manifest).filter((key) => /dependencies/i.test(key))).toEqual([]);
    expect(await readdir(path.join(folder, 'node_modules'))).toEqual(['.package-lock.json', 'telnyx-webhook-verify']);

    const specifiers = new Set<string>();
    for (const file of await readdir(path.join(installed, 'dist'))) {
      const text = await readFile(path.join(installed, 'dist', file), 'utf8');
      for (const [, specifier] of text.matchAll(/(?:\bfrom|\bimport\(?)\s*'([^']+)'/g)) specifiers.add(specifier!);
    }
    expect(specifiers.size).toBeGreaterThan(5);
    for (const specifier of specifiers) {
      expect(specifier).toMatch(/^\.\/[a-z0-9-]+\.(js|ts)$/);
      expect(existsSync(path.join(installed, 'dist', specifier.replace(/\.ts$/, '.js')))).toBe(true);
    }
  });
});

describe('its types', () => {
  const CONSUMER = `
import { type VerifyRefusal, type VerifyResult, verifyTelnyxWebhook } from 'telnyx-webhook-verify';
const result: VerifyResult = await verifyTelnyxWebhook({
  body: new Uint8Array(),
  headers: { 'telnyx-timestamp': '1', 'set-cookie': ['a'], via: undefined },
  publicKey: undefined as string | undefined,
});
if (result.ok) {
  const seconds: number = result.timestamp + result.keyIndex;
  // @ts-expect-error a success has no reason
  result.reason;
  void seconds;
} else if (result.reason === 'timestamp_too_old') {
  const age: number = result.ageSeconds;
  void age;
}
const reason: VerifyRefusal['reason'] = 'header_repeated';
// @ts-expect-error no such reason
const unknownReason: VerifyRefusal['reason'] = 'whatever';
// @ts-expect-error a parsed body
await verifyTelnyxWebhook({ body: { data: {} }, headers: {}, publicKey: '' });
// @ts-expect-error a forgotten key
await verifyTelnyxWebhook({ body: '', headers: {} });
export { reason, unknownReason };
`;
  const WITH_DOM = `${CONSUMER}
await verifyTelnyxWebhook({ body: await new Request('/').arrayBuffer(), headers: new Headers(), publicKey: '' });
`;

  test.each([
    ['with no platform types at all', 'es2022', CONSUMER],
    ['with those of the DOM', 'es2022,dom', WITH_DOM],
  ])('compile in a strict project %s', async (_, lib, source) => {
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', lib, '--types', ''];
    await writeFile(path.join(folder, 'consumer.ts'), source);
    const { stdout } = await run(path.join(BIN, 'tsc'), [...flags, 'consumer.ts'], { cwd: folder, env }).catch(
      (failure: { stdout: string }) => failure,
    );
    expect(stdout).toBe('');
  });
});

describe('its code', () => {
  async function selfCheckIn(node: string): Promise<SelfCheck> {
    const main = path.join(folder, 'main.js');
    await writeFile(
      main,
      `import { verifyTelnyxWebhook } from 'telnyx-webhook-verify';
       import { selfCheck } from './self-check.js';
       process.stdout.write(JSON.stringify(await selfCheck(verifyTelnyxWebhook)));`,
    );
    return JSON.parse((await run(node, [main])).stdout);
  }

  test(`gives the right answers in Node ${process.version}`, async () => {
    expectRightAnswers(`Node ${process.version}`, await selfCheckIn(process.execPath));
  });

  if (otherNode) {
    test(`gives the right answers in Node ${otherNode.version}, this machine's own`, async () => {
      expectRightAnswers(`Node ${otherNode.version}`, await selfCheckIn(otherNode.file));
    });
  } else {
    test(`was run in one Node only: this machine has no other than ${process.version}`, () => {
      expect(otherNode).toBeUndefined();
    });
  }

  // Without Node compatibility, so that only what is Web Crypto is there.
  test('gives the right answers in workerd', async () => {
    const modules = ['self-check.js', 'cases.js'].map((name) => [name, path.join(folder, name)]);
    for (const file of await readdir(path.join(installed, 'dist'))) {
      if (file.endsWith('.js')) modules.push([`package/${file}`, path.join(installed, 'dist', file)]);
    }
    const worker = path.join(folder, 'workerd');
    await mkdir(worker);
    await writeFile(
      path.join(worker, 'main.js'),
      `import { verifyTelnyxWebhook } from './package/index.js';
       import { selfCheck } from './self-check.js';
       export default { fetch: async () => Response.json(await selfCheck(verifyTelnyxWebhook)) };`,
    );
    const list = [['main.js', path.join(worker, 'main.js')], ...modules]
      .map(([name, file]) => `(name = "${name}", esModule = embed "${path.relative(worker, file!)}")`)
      .join(', ');
    await writeFile(
      path.join(worker, 'config.capnp'),
      `using Workerd = import "/workerd/workerd.capnp";
       const config :Workerd.Config = (
         services = [(name = "main", worker = (compatibilityDate = "2026-11-01", modules = [${list}]))],
         sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
       );`,
    );
    // workerd says on descriptor 3 which port it was given.
    const workerd = spawn(path.join(BIN, 'workerd'), ['serve', '--control-fd=3', 'config.capnp'], {
      cwd: worker,
      env,
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    });
    try {
      const [line] = await once(workerd.stdio[3] as Readable, 'data');
      const { port } = JSON.parse(String(line));
      const response = await fetch(`http://127.0.0.1:${port}/`);
      expectRightAnswers('workerd', (await response.json()) as SelfCheck);
    } finally {
      workerd.kill();
    }
  });

  test('gives the right answers in Chromium', async () => {
    const files: Record<string, string> = { '/': '', '/self-check.js': 'self-check.js', '/cases.js': 'cases.js' };
    for (const file of await readdir(path.join(installed, 'dist'))) {
      files[`/package/${file}`] = path.join('node_modules/telnyx-webhook-verify/dist', file);
    }
    // Loopback counts as a secure context, without which there is no crypto.subtle.
    const server = createServer(async (request, response) => {
      const file = files[request.url ?? ''];
      if (file === undefined) return response.writeHead(404).end();
      response.setHeader('content-type', file ? 'text/javascript' : 'text/html');
      return response.end(file ? await readFile(path.join(folder, file)) : '<!doctype html>');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      // As text: the test's own bundler would rewrite the imports of a function.
      const answer = await page.evaluate(`(async () => {
        const { verifyTelnyxWebhook } = await import('/package/index.js');
        const { selfCheck } = await import('/self-check.js');
        return selfCheck(verifyTelnyxWebhook);
      })()`);
      expectRightAnswers('Chromium', answer as SelfCheck);
    } finally {
      await browser.close();
      server.close();
    }
  });

  test('is stricter than the platform: some of these runtimes accept by themselves a key that anybody can sign for', () => {
    // Should this fail after an upgrade, all runtimes have become strict: then say so in the README of the package.
    expect(Object.entries(laxPlatforms).filter(([, lax]) => lax)).not.toEqual([]);
    expect(Object.keys(laxPlatforms).length).toBeGreaterThanOrEqual(3);
  });
});
