/** What is committed, bundled and served holds no secret and nobody real; and each kind that must be found is found where it was planted. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { findPeople } from './find-people.ts';
import { findSecrets, isSecretFile } from './find-secrets.ts';
import { type Bundle, buildBundle, judgeBundle, judgeStaticFiles } from './judge-bundle.ts';
import { scanTree } from './scan-tree.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Made at each run, so that none of them stands in this file. */
const base64 = (bytes: number) => randomBytes(bytes).toString('base64');
const letters = (count: number) =>
  [...randomBytes(count)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('');
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const PLANTED: readonly (readonly [string, () => string])[] = [
  ['a Telnyx key', () => `KEY${randomBytes(16).toString('hex').toUpperCase()}_${letters(22)}`],
  [
    'a private key',
    () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  ],
  [
    'an RSA key',
    () =>
      generateKeyPairSync('rsa', { modulusLength: 2048 })
        .privateKey.export({ type: 'pkcs1', format: 'pem' })
        .toString(),
  ],
  ['a private key as JWK', () => JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }))],
  ['an AWS key id', () => `const id = "AKIA${letters(16)}";`],
  ['an AWS secret', () => `aws_secret_access_key = "${base64(30)}"`],
  ['an AWS secret that ends in a sign', () => `aws_secret_access_key = "${base64(30).slice(0, -1)}/"`],
  ['a GitHub token', () => `ghp_${randomBytes(18).toString('hex')}`],
  [
    'a signed token',
    () =>
      `${part({ alg: 'RS256', kid: 'k1' })}.${part({ sub: 'ada', aud: ['x'] })}.${randomBytes(64).toString('base64url')}`,
  ],
  ['the secret of a webhook', () => `whsec_${base64(32)}`],
  ['a key of ours', () => `k1:${base64(32)}`],
  ['something called a secret', () => `client_secret: '${randomBytes(24).toString('hex')}'`],
  ['a password in an address', () => `postgres://admin:${letters(16)}@db.internal/clinic`],
];

describe('secrets (SE-28, S1-M1)', () => {
  it.each(PLANTED)('finds %s, and says where without saying what', async (_, make) => {
    const secret = make();
    const found = await findSecrets('src/planted.ts', `// one\n// two\n${secret}\n`);
    expect(found.map(({ line }) => line)).toContain(3);
    for (const piece of secret.split(/\W+/).filter(({ length }) => length > 12))
      expect(JSON.stringify(found)).not.toContain(piece);
  });

  it('knows files that are secrets by their name, and lets the example be', () => {
    const names = [
      '.dev.vars',
      '.dev.vars.production',
      '.env',
      '.env.local',
      'src/.npmrc',
      'test/tls.pem',
      'id_ed25519',
    ];
    expect(names.filter((name) => !isSecretFile(name))).toEqual([]);
    expect(isSecretFile('.dev.vars.example')).toBe(false);
    expect(isSecretFile('src/env.ts')).toBe(false);
  });

  it('git ignores what holds secrets, so that they are not committed by accident (S1-M1)', () => {
    const ignored = (name: string) => {
      try {
        execFileSync('git', ['check-ignore', '-q', '--no-index', name], { cwd: root });
        return true;
      } catch {
        return false;
      }
    };
    expect(['.dev.vars', '.dev.vars.production', '.state/start/secrets.json'].filter((name) => !ignored(name))).toEqual(
      [],
    );
  });
});

describe('people (HS-26)', () => {
  it.each([
    ['a number in one word', `+1212${'6641234'}`],
    ['a number as people write it', `(212) ${'664'}-1234`],
    ['a number without its country', `212${'6641234'}`],
    ['a number in a test of an area code', `+1202${'5550243'}`],
    ['a British number', `+4420${'71838750'}`],
    ['an address at a mail provider', `jo.smith@${'gmail'}.com`],
    ['an address of a real clinic', `desk@clinic.${'org'}`],
  ])('finds %s', (_, written) => {
    expect(findPeople('test/planted.ts', `const who = '${written}';`)).toMatchObject([{ line: 1 }]);
  });

  it.each([
    ['made-up numbers', '+12025550143, (202) 555-0143, 2125550100'],
    ['made-up addresses', 'ada@clinic.example, x@example.com, y@mail.test'],
    ['emergency and crisis lines', 'call 911 or 988; 9-1-1'],
    ['times and ids', '1732812345678, 01932c5e-7000-7000-8000-2026550143aa, 2026-11-28'],
    ['no number at all', '+120255501434, +1202555014, +15550100'],
  ])('lets %s be', (_, written) => {
    expect(findPeople('test/planted.ts', written)).toEqual([]);
  });
});

describe('the tree', () => {
  it('holds no secret and nobody real, in any tracked file (SE-28, HS-26, S1-M1)', async () => {
    const { files, found } = await scanTree(root);
    expect(files).toBeGreaterThan(500);
    expect(found).toEqual([]);
  });

  it('would not pass with one: planted in a repository, each is found (SE-28, HS-26)', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'planted-'));
    try {
      const git = (...given: string[]) => execFileSync('git', given, { cwd: folder, stdio: 'ignore' });
      mkdirSync(path.join(folder, 'src'));
      const plant = (file: string, text: string) => writeFileSync(path.join(folder, file), text);
      git('init');
      plant('.dev.vars', 'CLINIC_NAME=Example\n');
      plant('src/key.ts', `export const key = 'KEY${randomBytes(16).toString('hex').toUpperCase()}_${letters(22)}';\n`);
      plant('src/people.csv', `phone\n+1212${'6641234'}\n`);
      plant('untracked.ts', `k1:${base64(32)}`);
      git('add', '-f', '.dev.vars', 'src');
      const { found } = await scanTree(folder);
      expect(found.map(({ file, rule }) => `${file} ${rule}`).toSorted()).toEqual([
        '.dev.vars a file of secrets',
        'src/key.ts telnyx-key',
        'src/people.csv telephone-number',
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** As it is uploaded. What is in it, and why it is not less, stands in the README: whoever needs more looks there first. */
const MOST_BYTES = 575_000;

describe('the bundle', () => {
  let bundle: Bundle;
  beforeAll(async () => {
    bundle = await buildBundle();
  }, 60_000);

  it('holds no secret, no stand-in, no way round and no map, as it is deployed (SE-28, SE-29, S1-M14, S2-R1)', async () => {
    expect(bundle.script.length).toBeGreaterThan(500_000);
    expect(bundle.sources).toEqual(expect.arrayContaining(['src/index.ts', 'src/web/app.ts']));
    expect(await judgeBundle(bundle)).toEqual([]);
  });

  it('is no larger than it has to be', () => {
    expect(gzipSync(bundle.script).length).toBeLessThan(MOST_BYTES);
  });

  it('would not pass with any of them (SE-28, SE-29)', async () => {
    const rulesOf = async (changed: Partial<Bundle>) =>
      (await judgeBundle({ ...bundle, ...changed })).map(({ rule }) => rule);
    const added = (text: string) => rulesOf({ script: `${bundle.script}\n${text}` });
    expect(await added(`const ring = "k1:${base64(32)}";`)).toEqual(['key-ring']);
    expect(await added('//# sourceMappingURL=data:application/json;base64,e30=')).toEqual(['source-map-in-script']);
    expect(await added('debugger;')).toEqual(['debugger']);
    expect(await added('if (process.env.NODE_ENV !== "production") open();')).toEqual(['development-mode']);
    expect(await added('const people = ["Ada Admin"];')).toEqual(['simulator']);
    expect(await added('if (host === "localhost" || host === "127.0.0.1" || ip === "127.0.0.1") return true;')).toEqual(
      [expect.stringContaining('mentions of this machine')],
    );
    expect(await rulesOf({ sources: [...bundle.sources, 'src/simulator/telnyx-engine.ts'] })).toEqual([
      'must not be deployed',
    ]);
  });

  it('what browsers are handed holds neither secret nor map (SE-28, SE-29)', async () => {
    expect(await judgeStaticFiles()).toEqual([]);
  });
});
