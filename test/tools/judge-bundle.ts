/**
 * What must not be in what is deployed (SE-28, SE-29): no secret, nothing of the simulator and the stand-ins, no way round for this
 * machine beyond the two that are listed, no map of the source. Built as `npm run deploy` builds it, without sending anything.
 */
import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Finding, findSecrets, lineOf } from './find-secrets.ts';

const root = path.resolve(import.meta.dirname, '../..');
const wrangler = path.join(root, 'node_modules/wrangler/bin/wrangler.js');
const OFFLINE = { WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false', CI: '1', NO_COLOR: '1' };

export interface Bundle {
  readonly script: string;
  /** The files that went into the script, relative to the repository. */
  readonly sources: readonly string[];
}

export async function buildBundle(): Promise<Bundle> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bundle-'));
  try {
    const given = [wrangler, 'deploy', '--dry-run', '--env', 'production', '--outdir', folder];
    await promisify(execFile)(process.execPath, given, { cwd: root, env: { ...process.env, ...OFFLINE } });
    const script = readFileSync(path.join(folder, 'index.js'), 'utf8');
    const map = JSON.parse(readFileSync(path.join(folder, 'index.js.map'), 'utf8')) as { sources: string[] };
    const sources = map.sources.map((source) => path.relative(root, path.resolve(folder, source)));
    return { script, sources };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const FORBIDDEN: readonly (readonly [string, RegExp])[] = [
  ['source-map-in-script', /sourceMappingURL=data:/g],
  ['source-in-script', /"sourcesContent"/g],
  ['debugger', /\bdebugger\b/g],
  ['development-mode', /\bNODE_ENV\b|\bIS_DEV\b|\bDEBUG_MODE\b|\bSKIP_AUTH\b|\bDISABLE_AUTH\b/g],
  // A name of somebody made up, or a mark of a test.
  ['made-up-patient', /\b(quimby|zyxwquartz|canaryfirst)\b/gi],
  ['simulator', /Access stand-in|Ada Admin|ringBacks|patienceMs/g],
];
/** Of this machine the script says so much: which hosts count as it (env.ts), and jose's and Hono's own address of a relative URL. */
const MOST_LOOPBACK = 5;

export async function judgeBundle({ script, sources }: Bundle): Promise<Finding[]> {
  const file = 'bundle/index.js';
  const loopback = [...script.matchAll(/localhost|127\.0\.0\.1/g)];
  return [
    ...(await findSecrets(file, script)),
    ...FORBIDDEN.flatMap(([rule, shape]) =>
      [...script.matchAll(shape)].map(({ index }) => ({ file, line: lineOf(script, index), rule })),
    ),
    ...(loopback.length > MOST_LOOPBACK
      ? [{ file, line: 1, rule: `${loopback.length} mentions of this machine` }]
      : []),
    ...sources
      .filter((source) => /^(src\/(simulator|cli)|test)\//.test(source))
      .map((source) => ({ file: source, line: 1, rule: 'must not be deployed' })),
  ];
}

/** What is handed to browsers as it lies there. */
export async function judgeStaticFiles(): Promise<Finding[]> {
  const files = globSync('src/web/static/**/*', { cwd: root }).filter((file) => path.extname(file) !== '');
  const found = files.map(async (file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    const maps = [...text.matchAll(/[#@] sourceMappingURL=/g)].map(({ index }) => ({
      ...{ file, line: lineOf(text, index), rule: 'source-map' },
    }));
    return [...(await findSecrets(file, text)), ...maps];
  });
  return (await Promise.all(found)).flat();
}
