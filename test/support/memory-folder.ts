/**
 * Where tests keep what they write for the time of a run: in memory, if the machine has enough of it for that. Every request writes to a
 * database, and on a disk each write waits until it lies there safely, which is longer than all the rest of the request.
 */
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import path from 'node:path';

const MEMORY = '/dev/shm';
/** Many times what both lanes were seen to hold at once. A container has 64 MB there unless it was asked for more. */
const ENOUGH_BYTES = 2 * 1024 ** 3;

/** For this process and those it starts, unless whoever runs the tests has named a folder. It goes with this process. */
export function keepInMemory(): void {
  if (process.env['TMPDIR'] !== undefined) return;
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize < ENOUGH_BYTES) return;
    const folder = mkdtempSync(path.join(MEMORY, 'intake-tests-'));
    process.env['TMPDIR'] = folder;
    process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  } catch {
    // This machine has no such folder, or not for us: on a disk it is slower, and as good.
  }
}
