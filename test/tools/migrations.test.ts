/** A migration that makes tables anew keeps what they hold: rows, triggers and what may be there only once. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';

const FOLDER = path.resolve(import.meta.dirname, '../../migrations');
const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.sql'))
  .toSorted();
const MAKES_ANEW = files.filter((name) => readFileSync(path.join(FOLDER, name), 'utf8').includes('`__new_'));

const apply = (db: DatabaseSync, name: string) => db.exec(readFileSync(path.join(FOLDER, name), 'utf8'));

interface Column {
  readonly name: string;
  readonly type: string;
}
const tablesOf = (db: DatabaseSync) =>
  db
    .prepare(`select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name`)
    .all()
    .map(({ name }) => String(name));
const triggersOf = (db: DatabaseSync) =>
  db.prepare(`select name, tbl_name, sql from sqlite_master where type = 'trigger' order by name`).all();
const rowsOf = (db: DatabaseSync) =>
  Object.fromEntries(
    tablesOf(db).map((table) => [
      table,
      db
        .prepare(`select * from "${table}" order by 1`)
        .all()
        .map((row) => ({ ...row })),
    ]),
  );

/** Two rows in each table, no value twice. */
function fill(db: DatabaseSync): void {
  let made = 0;
  for (const table of tablesOf(db)) {
    const columns = db.prepare(`pragma table_info("${table}")`).all() as unknown as Column[];
    const insert = db.prepare(`insert or ignore into "${table}" values (${columns.map(() => '?').join(', ')})`);
    for (let row = 0; row < 2; row += 1)
      insert.run(
        ...columns.map(({ name, type }) => {
          made += 1;
          return type.toLowerCase() === 'text' ? `${name}-${made}` : made;
        }),
      );
  }
}

it.each(MAKES_ANEW)('%s keeps every row and every trigger of a filled database', (migration) => {
  const db = new DatabaseSync(':memory:');
  for (const name of files.slice(0, files.indexOf(migration))) apply(db, name);
  fill(db);
  const [rows, triggers] = [rowsOf(db), triggersOf(db)];
  for (const table of ['attempts', 'audit_subjects', 'deliveries', 'jobs', 'recordings'])
    expect([table, rows[table]?.length]).toEqual([table, 2]);
  apply(db, migration);
  expect(rowsOf(db)).toEqual(rows);
  expect(triggersOf(db)).toEqual(triggers);
  expect(db.prepare('pragma integrity_check').all()).toEqual([expect.objectContaining({ integrity_check: 'ok' })]);
  db.close();
});

it('after all of them a number and a patient are reserved by one attempt only (X10)', () => {
  const db = new DatabaseSync(':memory:');
  for (const name of files) apply(db, name);
  const add = (id: string, number: string | null, patient: string | null) =>
    db
      .prepare(
        `insert into attempts (id, call_id, status, reserved_number, reserved_patient, created_at) values (?, ?, 'queued', ?, ?, 1)`,
      )
      .run(id, `call_${id}`, number, patient);
  add('a', 'n', 'p');
  add('b', null, null);
  add('c', null, null);
  expect(() => add('d', 'n', 'q')).toThrow(/UNIQUE constraint failed: attempts\.reserved_number/);
  expect(() => add('e', 'm', 'p')).toThrow(/UNIQUE constraint failed: attempts\.reserved_patient/);
  db.close();
});
