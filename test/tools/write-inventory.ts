/** `npm run inventory`: writes .github/INVENTORY.md anew. Ends with an error where something is bound or asked that nobody has described. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { sourcesOf, writeInventory } from './inventory.ts';

const root = path.resolve(import.meta.dirname, '../..');
const file = path.join(root, '.github/INVENTORY.md');
writeFileSync(file, `${writeInventory(sourcesOf(root))}\n`);
console.log(`written: ${path.relative(root, file)}`);
