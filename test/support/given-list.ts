/** Lists as somebody uploads them, into a campaign that waits for them or into the do-not-call list; the work is left to runDueJobs. */
import { DEFAULT_RETRY_POLICY } from '../../src/domain/campaign/retry.ts';
import { type Campaign, createCampaign, getCampaign } from '../../src/store/campaigns.ts';
import type { ConsentInput } from '../../src/store/consents.ts';
import { type Contact, listContacts, openContacts } from '../../src/store/contacts.ts';
import { listRejected, openRejected } from '../../src/store/import-rows.ts';
import { getImport, type ListImport } from '../../src/store/imports.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { beginImport } from '../../src/web/begin-import.ts';
import { readListFile } from '../../src/web/read-list-file.ts';
import { runDueJobs } from './due-jobs.ts';
import { CONSENT } from './place-call.ts';
import { config, db, ring, testEnv } from './worker-env.ts';

const actor = { id: 'staff_1', name: 'admin@clinic.example', roles: ['admin'] } as const;

export function givenCampaign(changes: Partial<Campaign> = {}): Promise<Campaign> {
  const given = {
    ...{
      name: 'Autumn',
      purpose: 'intake' as const,
      questionnaireId: 'adult-intake',
      questionnaireVersion: 1,
      language: null,
    },
    ...{ pacePerSecond: 1, maxLiveCalls: 2, spendCapNanos: null, retry: DEFAULT_RETRY_POLICY, script: {} },
    ...{ mediaId: null, owner: 'staff_1', ownerName: 'admin@clinic.example', endsAt: null },
    ...changes,
  } as const;
  return createCampaign(db, given, Date.now());
}

export interface ListGiven {
  readonly name?: string;
  readonly consent?: ConsentInput | null;
  readonly mapping?: Record<string, string | null>;
  readonly requiredVariables?: readonly string[];
  readonly campaign?: Campaign;
}

export const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content;

const fileOf = (content: string | Uint8Array, name = 'list.csv') => {
  const bytes = bytesOf(content);
  return { name, type: '', pieces: [bytes], bytes: bytes.length };
};

const ask = () => ({ env: testEnv, config, db, actor, now: Date.now() });

/** Begun, and not yet read. */
export async function givenImport(content: string | Uint8Array, given: ListGiven = {}): Promise<ListImport> {
  const { name, consent = CONSENT, mapping = null, requiredVariables = [] } = given;
  const file = readListFile(fileOf(content, name), { kind: 'campaign', mapping, requiredVariables });
  const campaign = given.campaign ?? (await givenCampaign());
  return importOf(await beginImport(ask(), { kind: 'campaign', file, campaignId: campaign.id, consent }));
}

export async function givenSuppressionImport(content: string | Uint8Array, name = 'list.txt'): Promise<ListImport> {
  const file = readListFile(fileOf(content, name), { kind: 'suppressions', mapping: null, requiredVariables: [] });
  return importOf(await beginImport(ask(), { kind: 'suppressions', file, campaignId: null, consent: null }));
}

export async function importOf(id: string): Promise<ListImport> {
  const item = await getImport(db, id);
  if (item === null) throw new Error(`no import ${id}`);
  return item;
}

export interface ReadResult {
  readonly item: ListImport;
  readonly campaign: Campaign;
  readonly contacts: Contact[];
  /** Row, code, column. */
  readonly refused: (readonly [number, string, string | null])[];
}

/** Begun and read to its end. */
export async function readListOf(content: string | Uint8Array, given: ListGiven = {}): Promise<ReadResult> {
  const { id } = await givenImport(content, given);
  await runDueJobs();
  return resultOf(id);
}

export async function resultOf(id: string): Promise<ReadResult> {
  const item = await importOf(id);
  const campaignId = item.campaignId ?? '';
  const [campaign, listed, refused] = await Promise.all([
    getCampaign(db, campaignId),
    listContacts(db, campaignId, { limit: 30_000, after: 0 }),
    listRejected(db, id, { limit: 50_000, after: 0 }),
  ]);
  const contacts: Contact[] = [];
  for (let i = 0; i < listed.rows.length; i += 500)
    contacts.push(...(await openContacts(ring, listed.rows.slice(i, i + 500))));
  return {
    ...{ item, campaign: campaign as Campaign, contacts },
    refused: refused.rows.map(({ row, code, field }) => [row, code, field] as const),
  };
}

/** The cells of the refused rows as they are kept. */
export async function refusedCells(id: string): Promise<string[][]> {
  const { rows } = await listRejected(db, id, { limit: 1000, after: 0 });
  const dataKey = await dataKeyOf(ring, id);
  return rows.map((row) => openRejected(dataKey, row));
}

/** So many different numbers that may be listed. */
export const numbersFrom = (count: number, first = 0): string[] =>
  Array.from(
    { length: count },
    (_, i) =>
      `+1${202 + Math.floor((first + i) / 1_000_000)}${200 + Math.floor(((first + i) % 800_000) / 10_000)}${String((first + i) % 10_000).padStart(4, '0')}`,
  );
