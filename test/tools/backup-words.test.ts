/** What `npm run backup` and `npm run restore` say of words they cannot do: one line and what to do, and nothing is written. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const whole = mkdtempSync(path.join(tmpdir(), 'intake-words-'));
afterAll(() => rmSync(whole, { recursive: true, force: true }));

// Each run starts a process.
vi.setConfig({ testTimeout: 60_000 });
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(whole, 'each-'));
});

const at = (name: string): string => path.join(folder, name);

function run(tool: 'backup' | 'restore' | 'restore-drill', ...words: string[]) {
  const ran = spawnSync(process.execPath, [`test/tools/${tool}.ts`, ...words], { cwd: root, encoding: 'utf8' });
  expect(ran.stderr).not.toMatch(/^ +at /m);
  return ran;
}

describe('backup', () => {
  /** Looks like a state that was started, as far as a refusal looks. */
  const startedState = (): string => {
    mkdirSync(at('state/v3/d1'), { recursive: true });
    return at('state');
  };

  it.each([
    ['into the repository', () => path.join(root, '.state/keys'), /do not belong into the repository/],
    ['into the backup', () => at('out/keys'), /do not belong into the backup/],
    ['where a folder is', () => at('.'), /is no file/],
    ['where something else is', () => at('letter'), /holds something else than keys/],
  ])('refuses keys %s before it writes anything', (_, keys, why) => {
    writeFileSync(at('letter'), 'Dear all');
    const { status, stderr } = run('backup', '--out', at('out'), '--keys', keys(), '--state-folder', startedState());
    expect(stderr).toMatch(why);
    expect(stderr).toMatch(/^--keys: .+\n$/);
    expect(status).toBe(2);
    expect(existsSync(at('out'))).toBe(false);
    expect(readFileSync(at('letter'), 'utf8')).toBe('Dear all');
  });

  it('says that there is no state, and writes nothing', () => {
    const { status, stderr } = run('backup', '--out', at('out'), '--state-folder', at('nowhere'));
    expect(stderr).toBe(
      `There is no state in ${at('nowhere')}: run npm start first, or name another --state-folder.\n`,
    );
    expect(status).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses a file, and a folder that holds something', () => {
    writeFileSync(at('letter'), 'Dear all');
    expect(run('backup', '--out', at('letter'), '--state-folder', startedState()).stderr).toMatch(/is no folder/);
    expect(run('backup', '--out', folder, '--state-folder', startedState()).stderr).toMatch(/is not empty/);
  });
});

describe('restore', () => {
  it.each([
    ['a folder without a manifest', null],
    ['a manifest that is cut off', '{"format"'],
    ['a manifest of something else', '{"format":"other"}'],
    ['a manifest that names no files', '{"format":"telnyx-edge-intake-backup-1"}'],
  ])('says of %s that it is no backup', (_, manifest) => {
    mkdirSync(at('from'));
    if (manifest !== null) writeFileSync(at('from/manifest.json'), manifest);
    const { status, stderr } = run('restore', '--from', at('from'), '--into', at('into'));
    expect(stderr).toMatch(/^\S+ is no backup.+\n$/);
    expect(status).toBe(2);
    expect(existsSync(at('into'))).toBe(false);
  });

  it('misses the file of keys before it touches anything', () => {
    const words = ['--from', at('from'), '--into', at('into'), '--keys', at('keys')];
    const { status, stderr } = run('restore', ...words);
    expect(stderr).toMatch(/^--keys: there is no file .+\n$/);
    expect(status).toBe(2);
    expect(existsSync(at('into'))).toBe(false);
  });
});

it.each([
  ['backup', ['--out', '--keys', '--remote', '--state-folder', '--help']],
  ['restore', ['--from', '--into', '--keys', '--only', '--help']],
  ['restore-drill', ['--first-port', '--state-folder', '--small', '--help']],
] as const)('%s says with --help every word it takes, and with a word it does not know too', (tool, names) => {
  const help = run(tool, '--help');
  expect([help.status, help.stderr]).toEqual([0, '']);
  for (const name of names) expect(help.stdout).toMatch(new RegExp(`^ +${name}\\b`, 'm'));
  for (const words of [['--unheard-of'], ['more'], [names[0]]]) {
    const { status, stdout, stderr } = run(tool, ...words);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(help.stdout);
  }
});
