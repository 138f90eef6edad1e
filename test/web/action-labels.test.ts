/** The audit speaks in words: every action that is ever written has some. */
import { describe, expect, it } from 'vitest';
import { ACTION_LABELS, actionWords } from '../../src/web/dashboard/action-labels.ts';
import { routes } from '../../src/web/routes.ts';

/** What is written down beside the routes: at the door, and by the writer itself. */
const sources = (import.meta as unknown as { glob: (paths: string[], options: object) => Record<string, string> }).glob(
  ['../../src/web/*.ts', '../../src/audit/*.ts'],
  { query: '?raw', import: 'default', eager: true },
);
const elsewhere = Object.values(sources).flatMap((text) =>
  [...text.matchAll(/(?:recordAccess\(c, |action: |const EXPORT_[A-Z_]+ = )'([a-z_]+\.[a-z_]+)'/g)].map(
    ([, action]) => action ?? '',
  ),
);
const written = new Set([...routes.map(({ audit }) => audit), ...elsewhere]);

describe('the words of the audit', () => {
  it('are there for every route, for the door and for the writer of the audit (HS-05)', () => {
    expect(elsewhere).toEqual(expect.arrayContaining(['access.denied', 'session.begin', 'audit.refilled']));
    expect([...written].filter((action) => !Object.hasOwn(ACTION_LABELS, action))).toEqual([]);
  });

  it('are for nothing that is never written, and no two actions that people do have the same', () => {
    expect(Object.keys(ACTION_LABELS).filter((action) => !written.has(action))).toEqual([]);
    const words = Object.values(ACTION_LABELS);
    expect(words.filter((each, i) => words.indexOf(each) !== i)).toEqual([]);
    for (const each of words) expect(each).toMatch(/^[A-Z][^_.]*$/);
  });

  it('of a line from an older version are its code, readable', () => {
    expect(actionWords('patient.read_old')).toBe('Patient read old');
    expect(actionWords('toString')).toBe('ToString');
  });
});
