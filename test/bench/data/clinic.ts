/**
 * The clinic of the benchmarks as a worker's state on this machine: the database by the product's own migrations, filled in bulk, and the
 * keys in the vault. Made once a day for each state of migrations and generator, and kept under node_modules/.cache; every start works on
 * a copy. Its calls end now, so that today's pages have a day.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseKeyRing } from '../../../src/store/seal.ts';
import { giveBase64 } from './base64.ts';
import { addCalls } from './clinic-calls.ts';
import { addCampaigns, campaignAt, planCampaigns } from './clinic-campaigns.ts';
import { addPeople } from './clinic-people.ts';
import { addRecords } from './clinic-records.ts';
import { PHI_KEYS, SIZE } from './clinic-size.ts';
import { inBulk } from './fill-tables.ts';
import { startBenchWorker } from './worker.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const cache = path.join(root, 'node_modules/.cache/bench-clinic');

export interface BigClinic {
  readonly folder: string;
  readonly bigCampaign: string;
  readonly waitingCampaign: string;
  /** Somebody with a call that has a note, and that call. */
  readonly patientId: string;
  readonly callId: string;
  readonly externalId: string;
}

/** The kept one itself, to be read only. */
export async function keptClinic(): Promise<string> {
  const kept = path.join(cache, keyOfToday());
  if (!existsSync(path.join(kept, 'clinic.json'))) await make(kept);
  return kept;
}

/** A copy of its own, at `folder`. */
export async function givenBigClinic(folder: string): Promise<BigClinic> {
  const kept = await keptClinic();
  rmSync(folder, { recursive: true, force: true });
  cpSync(kept, folder, { recursive: true, mode: 2 });
  return { ...(JSON.parse(readFileSync(path.join(folder, 'clinic.json'), 'utf8')) as BigClinic), folder };
}

function keyOfToday(): string {
  const hash = createHash('sha256');
  const made = [
    ...globSync('migrations/*.sql', { cwd: root }),
    ...globSync('test/bench/data/{clinic,fill}*.ts', { cwd: root }),
  ];
  for (const file of made.sort()) hash.update(readFileSync(path.join(root, file)));
  return `${new Date().toISOString().slice(0, 10)}-${SIZE.part}-${hash.digest('hex').slice(0, 16)}`;
}

async function make(kept: string): Promise<void> {
  giveBase64();
  if (SIZE.part === 1) rmSync(cache, { recursive: true, force: true });
  const folder = `${kept}.part`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // A start and one patient make the files; what is in them is added while nobody has them open.
  const worker = await startBenchWorker(folder);
  await worker.api('POST', '/api/patients', { phone_number: '+12025550143', first_name: 'Rosa', last_name: 'Quimby' });
  await worker.stop();
  const [database, vault] = [fileWith(folder, 'calls'), fileWith(folder, 'keys')];
  const clinic = fill(database, vault, Date.now());
  for (const db of [database, vault]) {
    db.exec('pragma journal_mode = wal');
    db.close();
  }
  writeFileSync(path.join(folder, 'clinic.json'), JSON.stringify(clinic));
  renameSync(folder, kept);
}

/** Of the SQLite files of a worker's state the one that has that table. */
export function fileWith(folder: string, table: string): DatabaseSync {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.sqlite')) continue;
    const db = new DatabaseSync(path.join(folder, name));
    const found = db.prepare(`select 1 from sqlite_master where type = 'table' and name = ?`).get(table);
    if (found !== undefined) return db;
    db.close();
  }
  throw new Error(`no file under ${folder} has a table ${table}`);
}

function fill(database: DatabaseSync, vault: DatabaseSync, now: number): Omit<BigClinic, 'folder'> {
  const ring = parseKeyRing(PHI_KEYS);
  if (ring === null) throw new Error('the key of the benchmarks is none');
  inBulk(vault, (keys) => {
    const keep = {
      key: (patientId: string, wrapped: string) =>
        keys.add('keys', { patient_id: patientId, key_id: ring.currentId, wrapped }),
    };
    inBulk(database, (filler) => {
      const people = addPeople(filler, ring, keep, now);
      const campaigns = planCampaigns(people, now);
      addCalls(filler, people, campaignAt(campaigns), now);
      addCampaigns(filler, campaigns, people, now);
      addRecords(filler, people, now);
    });
  });
  const one = database
    .prepare(
      `select id, patient_id, external_id from calls where note_at is not null order by note_at desc limit 1 offset 20`,
    )
    .get() as { id: string; patient_id: string; external_id: string };
  const campaign = (where: string) =>
    String((database.prepare(`select id from campaigns where ${where} limit 1`).get() as { id: string }).id);
  return {
    bigCampaign: String(
      (
        database.prepare('select campaign_id from contacts group by 1 order by count(*) desc limit 1').get() as {
          campaign_id: string;
        }
      ).campaign_id,
    ),
    waitingCampaign: campaign(`status = 'draft'`),
    ...{ patientId: one.patient_id, callId: one.id, externalId: one.external_id },
  };
}
