import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { Random } from '../../src/simulator/random.ts';
import { disturb, lockDatabase } from './disturbances.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'disturbances-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('while D1 is locked every statement of the worker fails at once, and nothing is lost by it', async () => {
  mkdirSync(path.join(folder, 'v3/d1/objects'), { recursive: true });
  const file = path.join(folder, 'v3/d1/objects/0a1b.sqlite');
  const worker = new DatabaseSync(file);
  new DatabaseSync(path.join(folder, 'v3/d1/objects/metadata.sqlite')).close();
  worker.exec('PRAGMA journal_mode = wal; CREATE TABLE calls (id)');
  const outage = lockDatabase(folder, 200);
  expect(() => worker.exec('INSERT INTO calls VALUES (1)')).toThrow('database is locked');
  await outage;
  worker.exec('INSERT INTO calls VALUES (2)');
  expect(worker.prepare('SELECT id FROM calls').all()).toEqual([{ id: 2 }]);
  worker.close();
});

test('what befalls comes as often as asked, spread over the run, and only while someone is on the line', async () => {
  let finished = 0;
  const places: number[] = [];
  const run = { calls: 40, finished: () => finished, isLive: () => finished % 10 !== 0 };
  const progress = setInterval(() => {
    finished += 1;
  }, 60);
  const done = await disturb(
    run,
    2,
    new Random(1),
    () => {
      places.push(finished);
      return Promise.resolve();
    },
    10,
  );
  clearInterval(progress);
  expect(done).toBe(2);
  expect(places[0]).toBeLessThan(20);
  expect(places[1]).toBeGreaterThanOrEqual(17);
  expect(places.filter((place) => place % 10 === 0)).toEqual([]);
});

test('what no longer finds anyone on the line does not befall', async () => {
  const run = { calls: 3, finished: () => 3, isLive: () => false };
  expect(await disturb(run, 2, new Random(1), () => Promise.reject(new Error('too late')), 10)).toBe(0);
});
