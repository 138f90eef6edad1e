/** A benchmark of this folder by itself: `node test/bench/data/<name>.bench.ts`. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Benchmark } from '../row.ts';
import { writeTable } from '../table.ts';

export async function runAlone(module: ImportMeta, benchmark: Benchmark): Promise<void> {
  if (process.argv[1] !== module.filename) return;
  const folder = path.resolve(import.meta.dirname, '../../../.state/bench', benchmark.name);
  mkdirSync(folder, { recursive: true });
  const rows = await benchmark.run({ folder, progress: (text) => process.stderr.write(`${text}\n`) });
  process.stdout.write(`${writeTable([{ benchmark: benchmark.name, rows }])}\n`);
  process.exit(0);
}
