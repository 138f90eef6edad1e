/** Files served to browsers that are not ours are what the pinned packages make of them. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { prunedStyles } from './generate-styles.ts';

const root = path.resolve(import.meta.dirname, '../..');
const served = (name: string) => readFileSync(path.join(root, 'src/web/static', name), 'utf8');

it('serves htmx as it is in its package (SE-29, T10)', () => {
  expect(served('htmx.min.js')).toBe(readFileSync(path.join(root, 'node_modules/htmx.org/dist/htmx.min.js'), 'utf8'));
});

it('serves of Pico what `npm run styles` leaves of it', () => {
  expect(served('pico.min.css')).toBe(prunedStyles());
});

it('defines every property that our own style sheets read', () => {
  const own = readdirSync(path.join(root, 'src/web/static')).filter(
    (name) => name.endsWith('.css') && name !== 'pico.min.css',
  );
  const ours = own.map(served).join('\n');
  const defined = new Set(`${ours}${served('pico.min.css')}`.match(/--[\w-]+(?=\s*:)/g));
  // Those without a value of their own to fall back on.
  const read = new Set(ours.match(/(?<=var\()--[\w-]+(?=\))/g));
  expect([...read].filter((name) => !defined.has(name))).toEqual([]);
  expect(read.size).toBeGreaterThan(10);
});
