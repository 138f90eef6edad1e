/** The small restore drill: real worker, real D1, R2 and Durable Objects; the database is lost and comes back from a backup. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { applyMigrations } from '../tools/apply-migrations.ts';
import { MANIFEST, type Manifest } from '../tools/backup-format.ts';
import { type ClinicStorage, openStorage } from '../tools/clinic-storage.ts';
import { BackupRefused, makeBackup } from '../tools/make-backup.ts';
import { RestoreRefused, restoreBackup } from '../tools/restore-backup.ts';
import { PORTS } from './ports.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'intake-restore-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('brings back a lost database: opt-outs of after the backup still block, nobody is rung twice, who was erased stays erased, notes and recordings open, and dialing is closed until then (HS-12, T19, T23, X13, C80, FG-3, S1-K8, S1-M17)', () => {
  const drill = spawnSync(
    process.execPath,
    [
      ...['test/tools/restore-drill.ts', '--small', '--first-port', String(PORTS.restore)],
      ...['--state-folder', path.join(folder, 'drill')],
    ],
    { cwd: root, encoding: 'utf8' },
  );
  expect(drill.status, `${drill.stdout}${drill.stderr}`.slice(-4000)).toBe(0);
  expect(drill.stdout).not.toContain('FAIL');
  expect(drill.stdout.match(/^ok {3}/gm)?.length).toBeGreaterThanOrEqual(11);
  expect(drill.stdout).toMatch(/from the loss to dialing again/);
}, 240_000);

it('writes a backup that only its owner reads, never into the repository, and restores none that was changed (HS-12, S1-R6, C80, S1-K8, S1-M17)', async () => {
  const [state, out] = [path.join(folder, 'state'), path.join(folder, 'backup')];
  applyMigrations(state);
  await withStorage(state, async ({ bucket }) => {
    await bucket.put('recordings/call_1/rec_1', 'sealed', { customMetadata: { patient: 'pat_1' } });
    // The keys of patients are not part of it.
    await bucket.put('vault/keys.ndjson', '{}');
  });
  await makeBackup(out, state);
  expect(statSync(out).mode & 0o777).toBe(0o700);
  for (const file of ['database.sql', MANIFEST]) expect(statSync(path.join(out, file)).mode & 0o777).toBe(0o600);
  await expect(makeBackup(path.join(root, '.state/backup'), state)).rejects.toBeInstanceOf(BackupRefused);
  await expect(makeBackup(out, state)).rejects.toBeInstanceOf(BackupRefused);

  const manifest = JSON.parse(readFileSync(path.join(out, MANIFEST), 'utf8')) as Manifest;
  const sql = path.join(out, 'database.sql');
  const whole = readFileSync(sql, 'utf8');
  writeFileSync(sql, whole.replace('CREATE TABLE', 'create table'));
  const into = path.join(folder, 'restored');
  expect(manifest.objects.map(({ key }) => key)).toEqual(['recordings/call_1/rec_1']);
  await expect(restoreBackup(out, into, 'everything')).rejects.toBeInstanceOf(RestoreRefused);
  writeFileSync(sql, whole);
  // A manifest that leads out of its folder names a file of somebody else.
  const elsewhere = { ...manifest.database, file: '../elsewhere' };
  writeFileSync(path.join(out, MANIFEST), JSON.stringify({ ...manifest, database: elsewhere }));
  await expect(restoreBackup(out, into, 'everything')).rejects.toBeInstanceOf(RestoreRefused);

  writeFileSync(path.join(out, MANIFEST), JSON.stringify(manifest));
  const keys = path.join(folder, 'keys.ndjson');
  writeFileSync(keys, '{"patientId":"pat_1"}');
  await restoreBackup(out, into, 'everything', keys);
  await withStorage(into, async ({ bucket, database }) => {
    const audio = await bucket.get('recordings/call_1/rec_1');
    expect([await audio?.text(), audio?.customMetadata]).toEqual(['sealed', { patient: 'pat_1' }]);
    expect(await (await bucket.get('vault/keys.ndjson'))?.text()).toContain('pat_1');
    // By this nobody is dialled before an administrator goes on.
    expect(await database.prepare(`select at from signs where name = 'restored'`).first('at')).toBe(
      Date.parse(manifest.takenAt),
    );
  });
  await expect(restoreBackup(out, into, 'everything')).rejects.toBeInstanceOf(RestoreRefused);
}, 180_000);

it('puts the keys beside other files in place of older ones, and a backup that fails leaves nothing in the way of the next (HS-12, C80)', async () => {
  const [state, out, beside] = [
    path.join(folder, 'keyed'),
    path.join(folder, 'keyed-backup'),
    path.join(folder, 'apart'),
  ];
  mkdirSync(beside);
  writeFileSync(path.join(beside, 'letter'), 'Dear all');
  const keys = path.join(beside, 'keys.ndjson');
  writeFileSync(keys, '{"patientId":"pat_old","wrapped":"k1.a"}\n', { mode: 0o644 });
  const backup = () =>
    spawnSync(process.execPath, ['test/tools/backup.ts', '--out', out, '--keys', keys, '--state-folder', state], {
      cwd: root,
      encoding: 'utf8',
    });
  // Without a table: the export cannot be what a clinic holds.
  mkdirSync(path.join(state, 'v3/d1'), { recursive: true });
  const failed = backup();
  expect(failed.status, failed.stdout).toBe(1);
  expect(failed.stderr).toMatch(/^The backup failed: /m);
  expect(failed.stderr).not.toMatch(/^ +at /m);
  expect(existsSync(out)).toBe(false);
  expect(readFileSync(keys, 'utf8')).toContain('pat_old');

  applyMigrations(state);
  const newest = '{"patientId":"pat_new","wrapped":"k1.b"}\n';
  await withStorage(state, async ({ bucket }) => void (await bucket.put('vault/keys.ndjson', newest)));
  const made = backup();
  expect(made.status, made.stderr).toBe(0);
  expect(readFileSync(keys, 'utf8')).toBe(newest);
  expect(statSync(keys).mode & 0o777).toBe(0o600);
  expect(readdirSync(beside).sort()).toEqual(['keys.ndjson', 'letter']);
}, 180_000);

async function withStorage(stateFolder: string, work: (storage: ClinicStorage) => Promise<void>): Promise<void> {
  const storage = await openStorage(stateFolder);
  try {
    await work(storage);
  } finally {
    await storage.close();
  }
}
