/** Lines of the audit, and its object. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { sql } from 'drizzle-orm';
import type { AuditEntry } from '../../src/domain/audit/audit-row.ts';
import type { Env } from '../../src/env.ts';
import { db, testEnv } from './worker-env.ts';

export const auditLog = () => testEnv.AUDIT_LOG.getByName('audit');

export const anEntry = (entry: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{
    at: Date.now(),
    actor: 'staff_1',
    actorName: 'dana@clinic.example',
    roles: 'clinician',
    action: 'patient.reveal',
  },
  ...{ phi: true, method: 'GET', route: '/api/patients/:patient_id', status: 200, code: null },
  ...{ patientId: 'pat_1', callId: null, objectId: null, address: '192.0.2.7', requestId: crypto.randomUUID() },
  shown: '["pat_1"]',
  ...entry,
});

/** One addition for each entry, one after the other. */
export async function addLines(...entries: readonly Partial<AuditEntry>[]): Promise<number[]> {
  const seqs: number[] = [];
  for (const entry of entries)
    seqs.push(...(await auditLog().add({ id: crypto.randomUUID(), entries: [anEntry(entry)], isPoll: false })));
  return seqs;
}

/** No line anywhere. Whoever alters lines has to take the triggers away first: here they are gone. */
export async function emptyTrail(): Promise<void> {
  for (const table of ['audit_events', 'audit_subjects']) {
    for (const verb of ['update', 'delete']) await db.run(sql.raw(`drop trigger if exists ${table}_no_${verb}`));
    await db.run(sql.raw(`delete from ${table}`));
  }
  await runInDurableObject(auditLog(), (_, { storage }) => storage.deleteAll());
  await evictDurableObject(auditLog());
  const { objects } = await testEnv.BUCKET.list({ prefix: 'audit/' });
  await testEnv.BUCKET.delete(objects.map(({ key }) => key));
}

/** Until it is evicted its object finds these bindings in place of its own. */
export const withAuditEnv = (bindings: Partial<Env>): Promise<void> =>
  runInDurableObject(auditLog(), (log) => {
    const holder = log as unknown as { env: Env };
    holder.env = { ...holder.env, ...bindings };
  });

/** What an object of that day holds, and its end; nothing: there is none. `name`: as in its key. */
export async function copiedLines(name: string): Promise<unknown[]> {
  const text = (await (await testEnv.BUCKET.get(`audit/${name}.ndjson`))?.text()) ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
