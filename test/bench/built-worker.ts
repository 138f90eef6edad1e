/**
 * The worker as it is deployed, bundled and minified by wrangler, in workerd behind a socket of its own: the proxy of
 * `wrangler dev` would hide everything that is to be measured. Its D1, R2 and queues are the local stand-ins in the same process.
 */
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';
import type { LocalWorker, LocalWorkerOptions } from '../tools/local-worker.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** wrangler's own, so that there is one workerd in the house. */
const fromWrangler = createRequire(createRequire(import.meta.url).resolve('wrangler'));
interface Miniflare {
  readonly ready: Promise<URL>;
  dispose(): Promise<void>;
}
const { Miniflare, convertV4MiniflareOptions } = fromWrangler('miniflare') as {
  readonly Miniflare: new (options: object) => Miniflare;
  readonly convertV4MiniflareOptions: (options: object) => object;
};

/** Bundles as `npm run deploy` does. Gives the folder, which holds `index.js`, and what wrangler said of the size. */
export function buildWorker(
  folder: string,
  { config = path.join(root, 'wrangler.toml'), entry }: { readonly config?: string; readonly entry?: string } = {},
): { readonly folder: string; readonly told: string } {
  rmSync(folder, { recursive: true, force: true });
  const wrangler = path.join(root, 'node_modules/wrangler/bin/wrangler.js');
  const told = execFileSync(
    process.execPath,
    [
      ...[wrangler, 'deploy', ...(entry === undefined ? [] : [path.join(root, entry)]), '--config', config],
      ...['--env', '', '--dry-run', '--minify', '--outdir', folder],
    ],
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  return { folder, told };
}

export interface RuntimeOptions {
  readonly config: string;
  readonly script: string;
  readonly port: number;
  readonly stateFolder: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly onLog?: (line: string) => void;
}

/** Nobody is to be turned away by the minute while the worker is measured. */
const unlimited = (limits: Record<string, { simple: { limit: number; period: number } }> = {}) =>
  Object.fromEntries(
    Object.entries(limits).map(([name, given]) => [name, { ...given, simple: { ...given.simple, limit: 1_000_000 } }]),
  );

export async function startRuntime(options: RuntimeOptions): Promise<Miniflare> {
  const { config, script, port, stateFolder, variables = {}, onLog } = options;
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config) as unknown as {
    readonly workerOptions: Record<string, unknown> & { readonly ratelimits?: Parameters<typeof unlimited>[0] };
  };
  const { cronTriggers: _, ratelimits, modulesRules: __, ...rest } = workerOptions;
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      ...rest,
      ratelimits: unlimited(ratelimits),
      modules: [{ type: 'ESModule', path: script, contents: readFileSync(script, 'utf8') }],
      modulesRoot: path.dirname(script),
      bindings: variables,
      unsafeDirectSockets: [{ host: '127.0.0.1', port }],
      port: 0,
      cf: false,
      resourcePersistencePath: path.join(stateFolder, 'v3'),
      handleStructuredLogs: ({ message }: { message: string }) => onLog?.(message),
    }),
  );
  await runtime.ready;
  return runtime;
}

/** In place of `startLocalWorker`, for the local stack. */
export const startBuiltWorker =
  (script: string) =>
  ({ port, stateFolder, variables }: LocalWorkerOptions): LocalWorker => {
    mkdirSync(stateFolder, { recursive: true });
    const file = path.join(stateFolder, 'worker.log');
    const output = createWriteStream(file);
    const started = startRuntime({
      ...{ config: path.join(root, 'wrangler.toml'), script, port, stateFolder, variables },
      onLog: (line) => output.write(`${line}\n`),
    });
    return {
      url: `http://127.0.0.1:${port}`,
      pid: () => null,
      ready: async () => void (await started),
      log: () => readFileSync(file, 'utf8'),
      stop: async () => (await started).dispose(),
    };
  };
