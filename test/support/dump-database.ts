/** Every row of every table, for tests that ask what changed or what shows. */
import { testEnv } from './worker-env.ts';

export type Dump = Record<string, Record<string, unknown>[]>;

export async function tableNames(): Promise<string[]> {
  const { results } = await testEnv.DB.prepare(
    `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '_cf_%' and name not like 'd1_%' order by name`,
  ).all<{ name: string }>();
  return results.map(({ name }) => name);
}

/** In one question: some tests ask it a hundred times, and there are forty tables. */
export async function dumpDatabase(): Promise<Dump> {
  const names = await tableNames();
  const found = await testEnv.DB.batch<Record<string, unknown>>(
    names.map((name) => testEnv.DB.prepare(`select * from "${name}" order by 1`)),
  );
  return Object.fromEntries(names.map((name, i) => [name, found[i]?.results ?? []]));
}

/** How many rows each table holds, empty ones left out. */
export const countsOf = (dump: Dump): Record<string, number> =>
  Object.fromEntries(Object.entries(dump).flatMap(([name, { length }]) => (length === 0 ? [] : [[name, length]])));
