/**
 * `npm run sdk`: the part of Telnyx' SDK that the worker asks with, into `src/telnyx/telnyx-sdk.min.js`. The SDK's client is one class that
 * makes each of nearly two hundred resources at its start, so a bundler can leave none out; here those we never ask are taken out of it.
 * Whatever is left is the package's own code, its types the package's own.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Telnyx } from '../../src/telnyx/telnyx-sdk.min.js';

const require = createRequire(import.meta.url);
const file = path.resolve(import.meta.dirname, '../../src/telnyx/telnyx-sdk.min.js');
/** wrangler's own, which bundles the worker too. */
const { build } = createRequire(require.resolve('wrangler'))('esbuild') as {
  readonly build: (options: object) => Promise<{ readonly outputFiles: readonly { readonly text: string }[] }>;
};

/** All that the types have. */
const ASKED: Readonly<Record<keyof Telnyx, true>> = {
  ...({ calls: true, callEvents: true, connections: true, recordings: true } as const),
  // For the doctor.
  ...({ balance: true, callControlApplications: true, outboundVoiceProfiles: true } as const),
  ...({ phoneNumbers: true, webhookDeliveries: true } as const),
};

const withoutTheRest = (client: string): string =>
  client
    .replaceAll(/^ *this\.(\w+) = new API\.\w+\(this\);$/gm, (line, name: string) => (name in ASKED ? line : ''))
    // The same classes again, as members of the client's.
    .replaceAll(/^Telnyx\.(\w+) = \1;$/gm, '');

interface Loading {
  onLoad(which: object, load: (file: { readonly path: string }) => object): void;
  onResolve(which: object, find: (from: { readonly path: string; readonly resolveDir: string }) => object): void;
}
const pruned = {
  name: 'pruned',
  setup({ onLoad, onResolve }: Loading) {
    onLoad({ filter: /\/telnyx\/client\.mjs$/ }, ({ path: client }) => ({
      contents: withoutTheRest(readFileSync(client, 'utf8')),
    }));
    onResolve({ filter: /^\./ }, ({ resolveDir, path: wanted }) => ({
      path: path.resolve(resolveDir, wanted),
      sideEffects: false,
    }));
  },
};

const license = (): string => readFileSync(path.join(path.dirname(require.resolve('telnyx')), 'LICENSE'), 'utf8');

export async function prunedSdk(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: "export { APIError, Telnyx } from 'telnyx';", resolveDir: import.meta.dirname },
    ...{ bundle: true, write: false, format: 'esm', platform: 'neutral', target: 'es2024', minify: true },
    ...{ conditions: ['import'], external: ['crypto'], plugins: [pruned], legalComments: 'none' },
    banner: { js: `/* Part of the npm package telnyx, made by \`npm run sdk\`.\n\n${license()} */` },
  });
  return outputFiles[0]?.text ?? '';
}

if (process.argv[1] === import.meta.filename) {
  const sdk = await prunedSdk();
  writeFileSync(file, sdk);
  process.stdout.write(`${path.basename(file)}: ${Buffer.byteLength(sdk)} bytes\n`);
}
