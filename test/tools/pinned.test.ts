/** What we depend on does not change under us: exact versions, and a lockfile that says what each archive holds. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const json = (file: string): unknown => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

it.each(['package.json', 'src/telnyx-webhook-verify/package.json'])(
  '%s names every version exactly (SE-29, T10, S1-X1, S2-L9)',
  (file) => {
    const { dependencies, devDependencies } = json(file) as Manifest;
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    expect(loose).toEqual([]);
  },
);

it('the lockfile holds the hash of every archive but optional builds for one platform (SE-29, T10)', () => {
  const { packages } = json('package-lock.json') as {
    packages: Record<string, { link?: boolean; os?: string[]; optional?: boolean; integrity?: string }>;
  };
  const locked = Object.entries(packages).filter(([at, { link }]) => /(^|\/)node_modules\//.test(at) && link !== true);
  expect(locked.length).toBeGreaterThan(100);
  const unknown = locked.filter(([, { integrity }]) => !/^sha(256|384|512)-/.test(integrity ?? ''));
  // The registry here does not offer them, so nobody knows theirs (complete-lockfile.ts).
  expect(unknown.filter(([, { os, optional }]) => os === undefined || optional !== true).map(([at]) => at)).toEqual([]);
});

it('no image is built here, so that none has to be hardened: what is deployed is one bundle (S1-G1, S1-G2, S1-K15, S1-M18)', () => {
  const images = globSync('**/{Dockerfile,Containerfile,*compose*.y?(a)ml}', {
    cwd: root,
    exclude: (name) => name === 'node_modules',
  });
  expect(images).toEqual([]);
  expect(readFileSync(path.join(root, 'wrangler.toml'), 'utf8')).not.toMatch(/^\[\[?containers/m);
});
