/** Files served to browsers that are not ours are exactly those of the pinned packages. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
it.each([
  ['htmx.min.js', 'htmx.org/dist/htmx.min.js'],
  ['pico.min.css', '@picocss/pico/css/pico.min.css'],
])('serves %s as it is in its package', (served, packaged) => {
  const own = readFileSync(path.join(root, 'src/web/static', served));
  expect(own.equals(readFileSync(path.join(root, 'node_modules', packaged)))).toBe(true);
});
