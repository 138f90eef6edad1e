/**
 * Shows that the import boundaries hold: plants one import per file into an empty copy of the layout, lints it with the
 * project's own configuration, and compares what was caught with what must be. A wrong configuration is otherwise silent.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

interface Plant {
  readonly file: string;
  readonly source: string;
  readonly caught: boolean;
}
const root = path.resolve(import.meta.dirname, '../..');

/** folder → [imports that must be caught, imports that must pass] */
const IMPORTS: Readonly<Record<string, readonly [forbidden: readonly string[], allowed: readonly string[]]>> = {
  'src/telnyx-webhook-verify/x.ts': [
    ['zod', 'node:crypto', 'hono', '../domain/intake/state.ts'],
    ['./verify-result.ts'],
  ],
  'src/domain/intake/x.ts': [
    [
      'zod',
      'hono',
      'node:crypto',
      'cloudflare:workers',
      '../../store/schema.ts',
      '../../telnyx/wire.ts',
      '../../env.ts',
    ],
    ['./state.ts', '../note/note.ts'],
  ],
  'src/domain/fhir/x.ts': [
    ['zod', '@medplum/core', '../../store/notes.ts', '../../read-bundle-input.ts'],
    ['fhir/r4', './names.ts', '../note/note.ts'],
  ],
  'src/domain/campaign/x.ts': [
    ['fhir/r4', 'luxon', '../../dialer/dialer.ts'],
    ['./gate.ts', '../intake/ids.ts'],
  ],
  'src/telnyx/x.ts': [
    [
      'hono',
      'drizzle-orm',
      '../store/calls.ts',
      '../session/intake-session.ts',
      '../simulator/gather.ts',
      'node:crypto',
    ],
    ['zod', 'telnyx', '../domain/intake/ids.ts', './wire.ts'],
  ],
  'src/store/x.ts': [
    ['node:crypto', 'hono', 'zod', '../telnyx/client.ts', '../web/app.ts', '../metrics.ts'],
    [
      ...['drizzle-orm', 'drizzle-orm/d1', '../domain/note/note.ts', '../env.ts', './seal.ts'],
      '../../migrations/meta/_journal.json',
    ],
  ],
  'src/store/seal.ts': [['hono', '../domain/intake/ids.ts', 'node:fs'], ['node:crypto']],
  'src/session/x.ts': [
    ['hono', 'zod', 'node:crypto', '../web/app.ts', '../dialer/dialer.ts', '../simulator/gather.ts', 'telnyx'],
    [
      'cloudflare:workers',
      '../domain/intake/state.ts',
      '../telnyx/client.ts',
      '../store/notes.ts',
      '../env.ts',
      '../log.ts',
      '../metrics.ts',
    ],
  ],
  'src/dialer/x.ts': [
    ['hono', '../session/intake-session.ts', '../web/app.ts'],
    ['cloudflare:workers', '../us-number.ts', '../metrics.ts'],
  ],
  'src/vault/x.ts': [
    ['hono', 'node:crypto', '../domain/intake/state.ts', '../telnyx/client.ts', '../session/intake-session.ts'],
    ['cloudflare:workers', '../store/seal.ts', '../env.ts'],
  ],
  'src/outbox/x.ts': [
    [
      ...['hono', 'zod', 'node:crypto', 'telnyx', 'csv-parse/sync'],
      ...['../web/app.ts', '../session/intake-session.ts', '../dialer/dialer.ts'],
    ],
    [
      ...['cloudflare:workers', '../domain/jobs/backoff.ts', '../telnyx/client.ts', '../store/jobs.ts', '../log.ts'],
      '../read-bundle-input.ts',
      ...[
        '../csv-records.ts',
        '../us-number.ts',
        '../call-json.ts',
        '../tell-alerts.ts',
        '../metrics.ts',
        'standardwebhooks',
      ],
    ],
  ],
  'src/web/x.ts': [
    [
      '../session/intake-session.ts',
      '../dialer/dialer.ts',
      '../simulator/gather.ts',
      '../telnyx/client.ts',
      '../telnyx/account.ts',
      'drizzle-orm',
      'telnyx',
      'node:crypto',
      'standardwebhooks',
      '../outbox/run-job.ts',
    ],
    [
      'hono',
      'hono/secure-headers',
      'zod',
      'jose',
      'telnyx-webhook-verify',
      '@remix-run/multipart-parser',
      '../telnyx/parse-event.ts',
      '../store/calls.ts',
      '../csv-records.ts',
      '../call-json.ts',
      '../send-alert.ts',
      '../tell-alerts.ts',
      '../metrics.ts',
      '../outbox/sinks.ts',
    ],
  ],
  'src/web/doctor-telnyx.ts': [['telnyx'], ['../telnyx/account.ts']],
  'src/web/api/x.ts': [
    [
      '../../telnyx/client.ts',
      'telnyx',
      'telnyx-webhook-verify',
      '../../session/intake-session.ts',
      '../../dialer/dialer.ts',
      '../../outbox/sinks.ts',
      '../../metrics.ts',
    ],
    [
      'hono',
      'zod',
      '../route.ts',
      '../../call-json.ts',
      '../../store/calls.ts',
      '../../domain/note/note.ts',
      '../../env.ts',
    ],
  ],
  'src/web/dashboard/x.tsx': [
    ['../../telnyx/client.ts', 'drizzle-orm', '../../simulator/gather.ts'],
    ['hono/html', '../mask.ts', '../../store/notes.ts'],
  ],
  'src/simulator/x.ts': [
    ['node:http', 'jose', 'zod', 'telnyx', '../domain/intake/state.ts', '../telnyx/wire.ts'],
    ['./gather.ts'],
  ],
  'src/simulator/x-server.ts': [
    ['../telnyx/wire.ts', 'telnyx', 'hono'],
    ['node:http', 'jose', './gather.ts'],
  ],
  'src/cli/x.ts': [
    [
      ...['hono', 'hono/client', 'zod', 'jose', 'telnyx', 'libphonenumber-js'],
      ...['../web/api/calls.ts', '../domain/intake/state.ts', '../simulator/main.ts', '../env.ts'],
    ],
    ['commander', 'cli-table3', 'cli-progress', 'node:fs', 'node:fs/promises', './printer.ts'],
  ],
  'src/x.ts': [
    ['./simulator/gather.ts', './cli/main.ts'],
    ['./web/app.ts', 'hono'],
  ],
};
const RULES: ReadonlySet<string> = new Set([
  'style/noRestrictedImports',
  'style/noRestrictedGlobals',
  'suspicious/noConsole',
]);
/** Statements, in every form an import can take. */
const FORMS: readonly ((specifier: string) => string)[] = [
  (s) => `import * as planted from '${s}';\nexport const use = planted;\n`,
  (s) => `export const use = import('${s}');\n`,
  (s) => `export * from '${s}';\n`,
];
const GLOBALS: readonly [file: string, source: string][] = [
  ['src/domain/intake/g.ts', 'export const use = Date.now();\n'],
  ['src/domain/intake/g.ts', 'export const use = crypto.randomUUID();\n'],
  ['src/domain/intake/g.ts', "export const use = fetch('/');\n"],
  ['src/domain/campaign/g.ts', 'setTimeout(() => undefined, 1);\n'],
  ['src/session/g.ts', 'export const use = process.env;\n'],
  ['src/web/g.ts', "export const use = Buffer.from('');\n"],
];
/** Only the log writes logs (LG-01); the command line and the simulator are no part of the worker and speak to a terminal. */
const SILENT = [
  ...['session', 'dialer', 'outbox', 'store', 'vault', 'web', 'web/api', 'telnyx', 'telnyx-webhook-verify'],
  ...['domain/intake', 'domain/doctor'],
];
const CONSOLE: readonly { readonly file: string; readonly caught: boolean }[] = [
  ...[...SILENT.map((folder) => `src/${folder}/g.ts`), 'src/web/dashboard/g.tsx', 'src/g.ts'].map((file) => ({
    file,
    caught: true,
  })),
  ...['src/log.ts', 'src/cli/g.ts', 'src/simulator/main.ts'].map((file) => ({ file, caught: false })),
];
const CONSOLE_FORMS = ["console.log('x');\n", "console.error('x');\n", "globalThis.console.warn('x');\n"];

const plants: Plant[] = [
  ...Object.entries(IMPORTS).flatMap(([file, [forbidden, allowed]]) => [
    ...forbidden.flatMap((specifier) => FORMS.map((form) => ({ file, source: form(specifier), caught: true }))),
    ...allowed.map((specifier) => ({
      file,
      source: `import * as planted from '${specifier}';\nexport const use = planted;\n`,
      caught: false,
    })),
  ]),
  ...GLOBALS.map(([file, source]) => ({ file, source, caught: true })),
  ...CONSOLE.flatMap((where) => CONSOLE_FORMS.map((source) => ({ ...where, source }))),
];

const folder = mkdtempSync(path.join(tmpdir(), 'boundaries-'));
try {
  cpSync(path.join(root, 'biome.json'), path.join(folder, 'biome.json'));
  // One run lints all plants, each in a file of its own; a rule for one name takes its plants one after the other.
  const named = plants.filter(({ file }) => /\/(seal|doctor-telnyx|log|main)\.ts$/.test(file));
  const others = plants
    .filter((plant) => !named.includes(plant))
    .map((plant, i) => ({ ...plant, file: numbered(plant.file, i) }));
  const caughtFiles = lint(others);
  const wrong = [
    ...others.filter(({ file, caught }) => caughtFiles.has(file) !== caught),
    ...named.filter((plant) => lint([plant]).has(plant.file) !== plant.caught),
  ];
  for (const { file, source, caught } of wrong) {
    process.stdout.write(`${caught ? 'NOT CAUGHT' : 'WRONGLY CAUGHT'}  ${file}  ${source.split('\n')[0]}\n`);
  }
  const planted = plants.filter(({ caught }) => caught).length;
  process.stdout.write(
    `${planted} violations planted, ${plants.length - planted} allowed imports, ${wrong.length} wrong verdicts\n`,
  );
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** `src/web/x-server.ts` → `src/web/x7-server.ts`: the ending decides which rule holds. */
function numbered(file: string, index: number): string {
  return file.replace(/\/([a-z])((?:-server)?\.tsx?)$/, `/$1${index}$2`);
}

/** The planted files a rule objected to. */
function lint(planted: readonly Plant[]): Set<string> {
  for (const { file, source } of planted) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), source);
  }
  const biome = path.join(root, 'node_modules/@biomejs/biome/bin/biome');
  const options = ['--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none'];
  const { stdout } = spawnSync(process.execPath, [biome, 'lint', ...options, '.'], { cwd: folder, encoding: 'utf8' });
  const report = JSON.parse(stdout) as {
    diagnostics: { category: string; location: { path: string | { file: string } } }[];
  };
  // Chosen here: a rule named to `biome lint --only` would hold where the configuration turns it off.
  const objections = report.diagnostics.filter(({ category }) => RULES.has(category.replace('lint/', '')));
  for (const { file } of planted) rmSync(path.join(folder, file));
  return new Set(
    objections.map(({ location: { path: at } }) => (typeof at === 'string' ? at : at.file).replace(/^\.\//, '')),
  );
}
