/**
 * Starts Chromium for tests, on a Linux x64 machine where no browser and no browser library is installed.
 *
 * The npm package `@sparticuz/chromium` carries the headless binary, fonts, and the NSS and expat libraries it needs besides
 * glibc. They are unpacked once per version into node_modules/.cache. That package's own start-up arguments are not
 * used: they put everything into one process and switch web security off, which would test a browser nobody has.
 * Elsewhere, set CHROMIUM_PATH to a Chromium or Chrome binary.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const ROOT = path.resolve(import.meta.dirname, '../..');

// No request leaves the machine: no updates, no sync, no reports.
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-first-run',
  '--no-pings',
];

/** A headless Chromium. The caller closes it; contexts and pages are the caller's too. */
export async function launchBrowser(): Promise<Browser> {
  const installed = process.env['CHROMIUM_PATH'];
  if (installed) return chromium.launch({ executablePath: installed, chromiumSandbox: false, args: QUIET });
  unpacking ??= unpack();
  const home = await unpacking;
  return chromium.launch({
    executablePath: path.join(home, 'chromium'),
    headless: true,
    chromiumSandbox: false, // root in a container has no user namespaces for it
    args: ['--disable-gpu', ...QUIET],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      // Before the machine's own libraries, so that every machine runs the same ones.
      LD_LIBRARY_PATH: path.join(home, 'al2023/lib'),
      FONTCONFIG_FILE: path.join(home, 'fonts.conf'),
    },
  });
}

// One at a time within a process; across processes the rename below decides.
let unpacking: Promise<string> | undefined;

/** Where the unpacked browser is. Unpacks beside that place and renames, so that a crash leaves no half browser there. */
async function unpack(): Promise<string> {
  const packed = path.resolve(fileURLToPath(import.meta.resolve('@sparticuz/chromium')), '../..');
  const { version } = JSON.parse(await readFile(path.join(packed, 'package.json'), 'utf8'));
  const home = path.join(ROOT, `node_modules/.cache/chromium-${version}`);
  if (existsSync(home)) return home;

  await mkdir(path.dirname(home), { recursive: true });
  const partial = await mkdtemp(`${home}.`);
  try {
    // The package writes to the temporary folder and nowhere else. A process of its own keeps ours where it is.
    const files = ['chromium.br', 'fonts.tar.br', 'al2023.tar.br'].map((file) => path.join(packed, 'bin', file));
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', INFLATE, ...files], {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: partial },
    });
    const fonts = `<dir>${home}/fonts/fonts</dir><cachedir>${home}/fonts-cache</cachedir>`;
    await writeFile(path.join(partial, 'fonts.conf'), `<fontconfig>${fonts}</fontconfig>\n`);
    await rename(partial, home);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(home)) throw error; // otherwise another process was first
  }
  return home;
}

const INFLATE = `
  import { inflate } from '@sparticuz/chromium';
  for (const file of process.argv.slice(1)) await inflate(file);
`;
