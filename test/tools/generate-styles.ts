/**
 * `npm run styles`: the part of Pico that pages use, into `src/web/static/pico.min.css`. Rules for what no page has (dialogs, tooltips,
 * grids, a theme somebody chooses) are left out, and the properties nobody reads: two fifths of the weight of a page's style sheets.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import postcss from 'postcss';

const folder = path.resolve(import.meta.dirname, '../../src/web/static');
const PICO = 'pico.min.css';

const UNUSED =
  /\.(container|grid|overflow-auto|dropdown|contrast|striped)\b|type=(color|range|search)|data-tooltip|dialog|modal|role=(group|search|switch)|aria-busy|\[data-theme=dark\]/;
/** What a selector is not for says nothing about what it is for. */
const isUnused = (selector: string): boolean => UNUSED.test(selector.replaceAll(/:not\([^()]*\)/g, ''));

const ownSheets = (): string =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.css') && name !== PICO)
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n');

export function prunedStyles(): string {
  const packaged = createRequire(import.meta.url).resolve('@picocss/pico/css/pico.min.css');
  const sheet = postcss.parse(readFileSync(packaged, 'utf8'));
  sheet.walkRules((rule) => {
    const kept = rule.selectors.filter((selector) => !isUnused(selector));
    if (kept.length === 0) rule.remove();
    else rule.selectors = kept;
  });
  const read = new Set(`${sheet}${ownSheets()}`.match(/(?<=var\()--[\w-]+/g));
  sheet.walkDecls(/^--/, (declaration) => {
    if (!read.has(declaration.prop)) declaration.remove();
  });
  sheet.walk((node) => {
    if ('nodes' in node && node.nodes?.length === 0) node.remove();
  });
  return sheet.toString();
}

if (process.argv[1] === import.meta.filename) {
  const styles = prunedStyles();
  writeFileSync(path.join(folder, PICO), styles);
  process.stdout.write(`${PICO}: ${Buffer.byteLength(styles)} bytes\n`);
}
