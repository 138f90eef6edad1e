/** Two lanes: unit in Node (pure code, the simulator), workers in workerd with real bindings (Durable Objects, D1, queues). */
import path from 'node:path';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { TEST_VARIABLES } from './support/test-variables.ts';

const root = path.resolve(import.meta.dirname, '..');
const alias = { 'telnyx-webhook-verify': path.join(root, 'src/telnyx-webhook-verify/index.ts') };

export default defineConfig(
  async (): Promise<ViteUserConfig> => ({
    root,
    resolve: { alias },
    test: {
      reporters: ['default', ['json', { outputFile: path.join(root, 'test/reports/vitest.json') }]],
      projects: [
        {
          extends: true,
          test: {
            name: 'unit',
            environment: 'node',
            include: ['test/{domain,flight,telnyx,telnyx-webhook-verify,simulator,tools}/**/*.test.ts'],
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
              },
            }),
          ],
          test: {
            name: 'workers',
            include: [
              'test/{session,dialer,outbox,vault,store,web}/**/*.test.ts',
              'test/telnyx-webhook-verify/*.portable.test.ts',
            ],
            setupFiles: [path.join(root, 'test/support/apply-migrations.ts')],
            testTimeout: 15_000,
          },
        },
      ],
    },
  }),
);
