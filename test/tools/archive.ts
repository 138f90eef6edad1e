/**
 * `npm run archive -- --out <file>`: every note of the archive (SINK_R2) in clear, as NDJSON, for a system that takes over; without the
 * database and without the worker. PHI_KEYS comes from the environment; on this machine, where there is none, from what `npm start` made up.
 */
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parseKeyRing } from '../../src/store/seal.ts';
import { withUsage } from './backup-usage.ts';
import { openStorage } from './clinic-storage.ts';
import { openArchive } from './open-archive.ts';

const USAGE = `npm run archive -- --out <file> [--remote | --state-folder <folder>]
  --out <file>             a new file outside the repository; it will hold health information in clear
  --remote                 of the account that wrangler is signed in to, instead of this machine
  --state-folder <folder>  the state on this machine; left out: .state/start, where npm start keeps it
  --help                   this text

PHI_KEYS in the environment opens it.
`;

const root = path.resolve(import.meta.dirname, '../..');
const values = withUsage(
  USAGE,
  () =>
    parseArgs({
      options: {
        out: { type: 'string' },
        remote: { type: 'boolean', default: false },
        'state-folder': { type: 'string', default: path.join(root, '.state/start') },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values,
);

function refuse(words: string): never {
  process.stderr.write(`${words}\n`);
  return process.exit(2);
}

const secrets = path.join(values['state-folder'], 'secrets.json');
const made = () => (JSON.parse(readFileSync(secrets, 'utf8')) as { phiKeys: string }).phiKeys;
const given = process.env['PHI_KEYS'] ?? (!values.remote && existsSync(secrets) ? made() : '');
const ring = parseKeyRing(given) ?? refuse('Set PHI_KEYS to the keys of the installation.');
const out = path.resolve(values.out ?? refuse('Name a file outside the repository: --out <file>.'));
if (!path.relative(root, out).startsWith('..')) refuse('--out: notes do not belong into the repository.');
if (existsSync(out)) refuse(`--out: ${out} is there already.`);

const storage = await openStorage(values.remote ? null : values['state-folder']);
const file = openSync(out, 'wx', 0o600);
let [written, closed] = [0, 0];
try {
  for await (const { text } of openArchive(storage.bucket, ring)) {
    if (text === null) closed += 1;
    else {
      writeSync(file, `${text}\n`);
      written += 1;
    }
  }
} finally {
  closeSync(file);
  await storage.close();
}
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(
  `${out}: ${written === 1 ? '1 note' : `${written} notes`}. It holds health information in clear: keep it safe, and destroy it after use.`,
);
if (closed > 0)
  say(
    `${closed} did not open: erased, newer than the day's copy of the keys in the bucket, or sealed under other keys.`,
  );
process.exitCode = written === 0 && closed > 0 ? 1 : 0;
