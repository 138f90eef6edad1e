/** Two lanes: unit in Node (pure code, the simulator), workers in workerd with real bindings (Durable Objects, D1, queues). */
import path from 'node:path';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { FAKE_AI } from './support/fake-ai.ts';
import { keepInMemory } from './support/memory-folder.ts';
import { TEST_VARIABLES } from './support/test-variables.ts';
import { treeStamp } from './tools/tree-stamp.ts';

const root = path.resolve(import.meta.dirname, '..');
const alias = { 'telnyx-webhook-verify': path.join(root, 'src/telnyx-webhook-verify/index.ts') };

/** A module with a fault put into it must not be remembered as the module it was. */
const isMutated = process.env['MUTANT'] !== undefined;

keepInMemory();

export default defineConfig(
  async (): Promise<ViteUserConfig> => ({
    root,
    resolve: { alias },
    plugins: isMutated ? [(await import('./tools/mutant-plugin.ts')).mutantPlugin()] : [],
    test: {
      fsModuleCache: !isMutated,
      reporters: [
        'default',
        ['json', { outputFile: path.join(root, 'test/reports/vitest.json') }],
        treeStamp(root, 'vitest'),
      ],
      // Long enough for a machine that does much else at the same time: what hangs is found as well a minute later.
      testTimeout: 60_000,
      hookTimeout: 60_000,
      // Left out, it would be 1 on two cores.
      maxWorkers: 2,
      // Millions of tries instead of hundreds: `npm run verify:deep`.
      provide: { fuzzFactor: Number(process.env['FUZZ_FACTOR'] ?? 1) },
      projects: [
        {
          extends: true,
          test: {
            name: 'unit',
            environment: 'node',
            // Isolated as processes are, and started sooner.
            pool: 'threads',
            include: [
              'test/{bench,cli,domain,flight,telnyx,telnyx-webhook-verify,simulator,tools}/**/*.test.ts',
              'test/fuzz/*.test.ts',
            ],
          },
        },
        {
          extends: true,
          plugins: [
            cloudflareTest({
              wrangler: { configPath: path.join(root, 'wrangler.toml') },
              remoteBindings: false,
              verbose: false,
              miniflare: {
                bindings: { ...TEST_VARIABLES, TEST_MIGRATIONS: await readD1Migrations(path.join(root, 'migrations')) },
                serviceBindings: { FAKE_AI: 'fake-ai' },
                workers: [{ name: 'fake-ai', modules: true, script: FAKE_AI, compatibilityDate: '2026-11-01' }],
              },
            }),
          ],
          test: {
            name: 'workers',
            include: [
              'test/{audit,session,dialer,outbox,vault,store,web,fuzz/edge}/**/*.test.ts',
              'test/telnyx-webhook-verify/*.portable.test.ts',
            ],
            setupFiles: [path.join(root, 'test/support/start-of-file.ts')],
            // A runtime of its own for each file cost most of the lane's time; start-of-file.ts makes a shared one as good as new.
            isolate: false,
          },
        },
      ],
    },
  }),
);
