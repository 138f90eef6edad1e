/** `npm run secrets`: no key, no password and nobody real in what is tracked, bundled or served. Ends with 1 on any; prints where, never what. */
import path from 'node:path';
import { buildBundle, judgeBundle, judgeStaticFiles } from './judge-bundle.ts';
import { scanTree } from './scan-tree.ts';

const root = path.resolve(import.meta.dirname, '../..');
const { files, found } = await scanTree(root);
const bundle = await buildBundle();
const all = [...found, ...(await judgeBundle(bundle)), ...(await judgeStaticFiles())];
for (const { file, line, rule } of all) console.log(`${file}:${line} ${rule}`);
const kilobytes = Math.round(bundle.script.length / 1000);
console.log(
  `${files} tracked files and a bundle of ${kilobytes} kB (${bundle.sources.length} sources): ${all.length} found`,
);
process.exitCode = all.length === 0 ? 0 : 1;
