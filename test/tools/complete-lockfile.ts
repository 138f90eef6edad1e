/**
 * Run after `npm install`: names in package-lock.json the builds for other platforms that this machine's package registry did not
 * offer. npm leaves them out without a word, and `npm ci` then refuses the lockfile everywhere. They carry no checksum, and no
 * machine installs a build that is not its own.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

interface LockedPackage {
  version?: string;
  dev?: boolean;
  cpu?: string[];
  libc?: string[];
  optional?: boolean;
  os?: string[];
  optionalDependencies?: Record<string, string>;
}
const file = path.resolve(import.meta.dirname, '../../package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockedPackage> };

const OS: readonly [RegExp, string][] = [
  [/android/, 'android'],
  [/darwin/, 'darwin'],
  [/freebsd/, 'freebsd'],
  [/openharmony/, 'openharmony'],
  [/win32|windows/, 'win32'],
  [/linux/, 'linux'],
];
const CPU: readonly [RegExp, string][] = [
  [/arm64/, 'arm64'],
  [/-arm(-|$)/, 'arm'],
  [/ppc64/, 'ppc64'],
  [/riscv64/, 'riscv64'],
  [/s390x/, 's390x'],
  [/ia32/, 'ia32'],
  [/x64|-64$/, 'x64'],
];
const match = (table: readonly [RegExp, string][], name: string): string => {
  const found = table.find(([pattern]) => pattern.test(name))?.[1];
  if (found === undefined) throw new Error(`for which platform is ${name}?`);
  return found;
};

let added = 0;
for (const [parent, { dev, optionalDependencies = {} }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const nested = `${parent}/node_modules/${name}`;
    if (lock.packages[nested] !== undefined || lock.packages[`node_modules/${name}`] !== undefined) continue;
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [match(CPU, name)],
      ...(dev === true ? { dev } : {}),
      ...(/musl/.test(name) ? { libc: ['musl'] } : {}),
      optional: true,
      os: [match(OS, name)],
    };
    added += 1;
  }
}
const sorted = Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
process.stdout.write(`${added} builds for other platforms named\n`);
