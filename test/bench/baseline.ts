/** The bare workers of baseline-worker.ts, built and started as the product is. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildWorker, startRuntime } from './built-worker.ts';

const root = path.resolve(import.meta.dirname, '../..');

export interface SmallWorker {
  readonly script: string;
  start(port: number): Promise<{ dispose(): Promise<void> }>;
}

/** A worker of the benchmarks alone, with one Durable Object at most. */
export function buildSmallWorker(folder: string, name: string, objectClass?: string): SmallWorker {
  mkdirSync(folder, { recursive: true });
  const config = path.join(folder, `${name}.json`);
  const object = { bindings: [{ name: 'OBJECT', class_name: objectClass }] };
  writeFileSync(
    config,
    JSON.stringify({
      name,
      main: path.join(root, `test/bench/${name}.ts`),
      ...{ compatibility_date: '2026-11-01', compatibility_flags: ['nodejs_compat'] },
      ...(objectClass === undefined
        ? {}
        : { durable_objects: object, migrations: [{ tag: 'v1', new_sqlite_classes: [objectClass] }] }),
    }),
  );
  const built = buildWorker(path.join(folder, `${name}-built`), { config });
  const script = path.join(built.folder, `${name}.js`);
  const stateFolder = path.join(folder, `${name}-state`);
  return {
    script,
    start: (port) => {
      rmSync(stateFolder, { recursive: true, force: true });
      return startRuntime({ config, script, port, stateFolder });
    },
  };
}
