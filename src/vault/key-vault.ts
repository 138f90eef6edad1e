/**
 * The data keys of all patients, each wrapped by the ring, and the list of whoever was erased. They are not in D1: whoever
 * restores an older copy of the database finds no key in it, so an erased patient stays erased (X13). One object for the clinic;
 * its questions take whole pages, and its own table is the only thing it touches.
 */
import { DurableObject } from 'cloudflare:workers';
import { configOf, type Env } from '../env.ts';
import type { WrappedKey } from '../store/patient-keys.ts';
import { type KeyRing, SealError, sealUnderRing, unsealUnderRing, unwrapDataKey, wrapDataKey } from '../store/seal.ts';

export interface Rewrapped {
  /** Where the next page begins; null: that was the last. */
  readonly next: string | null;
  readonly rewrapped: number;
  /** Keys that PHI_KEYS does not open: they wait until the right key is put back. */
  readonly stuck: number;
}

/** Who was erased comes with the last page. */
export interface VaultPage {
  readonly keys: WrappedKey[];
  readonly erased: { readonly patientId: string; readonly erasedAt: number }[];
  readonly next: string | null;
}

export class KeyVault extends DurableObject<Env> {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(`
      create table if not exists keys (patient_id text primary key, key_id text not null, wrapped text not null);
      create index if not exists keys_key_id on keys (key_id);
      create table if not exists erased (patient_id text primary key, erased_at integer not null);
      create table if not exists checks (key_id text primary key, sealed text not null);
    `);
  }

  /**
   * Before the first row is sealed with them. A patient who has a key keeps it; one who was erased never gets another. `wrong_key`:
   * the current key of PHI_KEYS is not the one it was, and nothing may be sealed with it.
   */
  put(keys: readonly WrappedKey[]): 'stored' | 'wrong_key' {
    if (!this.#isKeyRight()) return 'wrong_key';
    this.#sql.exec(
      `insert into keys (patient_id, key_id, wrapped)
       select value ->> 'patientId', substr(value ->> 'wrapped', 1, instr(value ->> 'wrapped', '.') - 1), value ->> 'wrapped'
       from json_each(?) where value ->> 'patientId' not in (select patient_id from erased)
       on conflict do nothing`,
      JSON.stringify(keys),
    );
    return 'stored';
  }

  /** A word sealed when the key was first used has to open with it ever after. */
  #isKeyRight(): boolean {
    const { keyRing } = configOf(this.env);
    const place = { table: 'checks', column: 'sealed', row: keyRing.currentId };
    const [known] = this.#sql
      .exec<{ sealed: string }>('select sealed from checks where key_id = ?', keyRing.currentId)
      .toArray();
    if (known !== undefined) return opens(() => unsealUnderRing(keyRing, place, known.sealed));
    this.#sql.exec('insert into checks values (?, ?)', keyRing.currentId, sealUnderRing(keyRing, place, 'right'));
    return true;
  }

  /** Of those patients that have one. */
  wrappedKeys(patientIds: readonly string[]): WrappedKey[] {
    const sql = 'select patient_id, wrapped from keys where patient_id in (select value from json_each(?))';
    return keysIn(this.#sql.exec<Row>(sql, JSON.stringify(patientIds)));
  }

  /** From here nothing sealed for this patient opens again, in no copy of the database. Idempotent. */
  erase(patientId: string, now: number): void {
    this.#sql.exec('insert into erased values (?, ?) on conflict do nothing', patientId, now);
    this.#sql.exec('delete from keys where patient_id = ?', patientId);
  }

  /** Which of these were erased. */
  erasedOf(patientIds: readonly string[]): string[] {
    const rows = this.#sql.exec<{ patient_id: string }>(
      'select patient_id from erased where patient_id in (select value from json_each(?))',
      JSON.stringify(patientIds),
    );
    return [...rows].map((row) => row.patient_id);
  }

  /** Whoever was erased, by id, after `after`: a restored database is cleared of them again. */
  erasedAfter(after: string, limit: number): string[] {
    const rows = this.#sql.exec<{ patient_id: string }>(
      'select patient_id from erased where patient_id > ? order by patient_id limit ?',
      after,
      limit,
    );
    return [...rows].map((row) => row.patient_id);
  }

  /** Everything here, by the page, for the one copy in R2. Keys are wrapped, and open nothing without PHI_KEYS. */
  page(after: string, limit: number): VaultPage {
    const keys = keysIn(
      this.#sql.exec<Row>(
        'select patient_id, wrapped from keys where patient_id > ? order by patient_id limit ?',
        after,
        limit,
      ),
    );
    const next = keys.length < limit ? null : (keys.at(-1)?.patientId ?? null);
    if (next !== null) return { keys, erased: [], next };
    const rows = this.#sql.exec<{ patient_id: string; erased_at: number }>('select patient_id, erased_at from erased');
    return { keys, erased: [...rows].map((row) => ({ patientId: row.patient_id, erasedAt: row.erased_at })), next };
  }

  /** Nothing is here, or it was being filled from the copy and that was cut off: the copy may be all that is left. */
  isUnfilled(): boolean {
    if (this.ctx.storage.kv.get<boolean>('filling') === true) return true;
    const sql = 'select 1 where exists (select 1 from keys) or exists (select 1 from erased)';
    return this.#sql.exec(sql).toArray().length === 0;
  }

  /** Who was erased, from the copy; from here until it is filled nothing of this is copied. */
  beginFilling(erased: VaultPage['erased']): void {
    this.ctx.storage.kv.put('filling', true);
    this.#sql.exec(
      `insert into erased select value ->> 'patientId', value ->> 'erasedAt' from json_each(?) where true on conflict do nothing`,
      JSON.stringify(erased),
    );
    this.#sql.exec('delete from keys where patient_id in (select patient_id from erased)');
  }
  endFilling(): void {
    this.ctx.storage.kv.delete('filling');
  }

  /** Whether any key is still wrapped by another key of the ring than the current one; asked often, so answered by the index. */
  isRotationDue(): boolean {
    const { currentId } = configOf(this.env).keyRing;
    const others = this.#sql.exec(
      'select 1 where exists (select 1 from keys where key_id < ?) or exists (select 1 from keys where key_id > ?)',
      currentId,
      currentId,
    );
    return others.toArray().length > 0;
  }

  /** How many keys each key of the ring wraps, those no longer in PHI_KEYS among them. */
  census(): Record<string, number> {
    const rows = this.#sql.exec<{ key_id: string; n: number }>(
      'select key_id, count(*) as n from keys group by key_id',
    );
    return Object.fromEntries([...rows].map((row) => [row.key_id, row.n]));
  }

  /**
   * Wraps one page of keys anew with the current key, those of patients after `after`. All in one step: a crash leaves each key
   * under one of the two.
   */
  rewrap(after: string, limit: number): Rewrapped {
    const { keyRing } = configOf(this.env);
    const rows = this.#sql
      .exec<Row>(
        'select patient_id, wrapped from keys where key_id != ? and patient_id > ? order by patient_id limit ?',
        keyRing.currentId,
        after,
        limit,
      )
      .toArray();
    let rewrapped = 0;
    for (const { patient_id, wrapped } of rows) {
      const again = wrappedAnew(keyRing, patient_id, wrapped);
      if (again === null) continue;
      rewrapped += 1;
      this.#sql.exec(
        'update keys set key_id = ?, wrapped = ? where patient_id = ?',
        keyRing.currentId,
        again,
        patient_id,
      );
    }
    const next = rows.length < limit ? null : (rows.at(-1)?.patient_id ?? null);
    return { next, rewrapped, stuck: rows.length - rewrapped };
  }

  /** One key of each kind, so that a wrong key under a known id is noticed before somebody needs it. */
  samples(): WrappedKey[] {
    const oneOf = (order: 'min' | 'max') =>
      keysIn(this.#sql.exec<Row>(`select ${order}(patient_id) as patient_id, wrapped from keys group by key_id`));
    return [...oneOf('min'), ...oneOf('max')];
  }
}

type Row = { patient_id: string; wrapped: string };

const keysIn = (rows: SqlStorageCursor<Row>): WrappedKey[] =>
  [...rows].map((row) => ({ patientId: row.patient_id, wrapped: row.wrapped }));

function opens(open: () => unknown): boolean {
  try {
    open();
    return true;
  } catch (error) {
    if (error instanceof SealError) return false;
    throw error;
  }
}

/** Null: it does not open with PHI_KEYS as they are. */
function wrappedAnew(keyRing: KeyRing, patientId: string, wrapped: string): string | null {
  try {
    return wrapDataKey(keyRing, unwrapDataKey(keyRing, wrapped, patientId), patientId);
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}
