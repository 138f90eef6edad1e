/** One run of `npm run chaos` with a killed worker, on ports and in a state folder of its own. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

export function runChaos(firstPort: number, ...more: string[]): SpawnSyncReturns<string> {
  const stateFolder = mkdtempSync(path.join(tmpdir(), 'intake-chaos-'));
  try {
    const options = ['--first-port', String(firstPort), '--live', '20', '--kills', '1', '--state-folder', stateFolder];
    return spawnSync(process.execPath, ['test/tools/chaos.ts', ...options, ...more], { cwd: root, encoding: 'utf8' });
  } finally {
    rmSync(stateFolder, { recursive: true, force: true });
  }
}
