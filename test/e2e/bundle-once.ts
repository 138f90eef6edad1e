/**
 * Before the first file of this lane: one bundle of the worker for all its starts, where `wrangler dev` would make its own each time, and
 * tables of which each file takes a copy. A worker with an entry of its own, and whatever is run as a person would, is bundled as ever.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { applyMigrations } from '../tools/apply-migrations.ts';
import { offline, wrangler } from '../tools/local-wrangler.ts';

export default async function bundleOnce(): Promise<(() => void) | undefined> {
  // Another project of the same run was first.
  if (process.env['BUNDLED_WORKER'] !== undefined) return undefined;
  const folder = mkdtempSync(path.join(tmpdir(), 'bundled-worker-'));
  const bundling = promisify(execFile)(
    process.execPath,
    [wrangler, 'deploy', '--env', '', '--dry-run', '--outdir', path.join(folder, 'worker')],
    { cwd: path.resolve(import.meta.dirname, '../..'), env: { ...process.env, ...offline } },
  );
  applyMigrations(path.join(folder, 'state'));
  await bundling;
  process.env['BUNDLED_WORKER'] = path.join(folder, 'worker/index.js');
  return () => rmSync(folder, { recursive: true, force: true });
}
