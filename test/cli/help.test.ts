/** Help is how most people learn a command: none may be without words or an example. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { runCli } from './given-service.ts';

const root = path.resolve(import.meta.dirname, '../..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

const namesIn = (help: string): string[] =>
  [...(help.split('\nCommands:\n')[1] ?? '').split('\n\n')[0]!.matchAll(/^ {2}([a-z-]+)/gm)]
    .map(([, name]) => name ?? '')
    .filter((name) => name !== 'help');

async function everyCommand(): Promise<string[][]> {
  const groups = namesIn((await runCli(null, ['--help'])).out);
  const commands = await Promise.all(
    groups.map(async (group) => {
      const within = namesIn((await runCli(null, [group, '--help'])).out);
      return within.length === 0 ? [[group]] : within.map((name) => [group, name]);
    }),
  );
  return commands.flat();
}

it('every command says what it does and gives an example of itself', async () => {
  const commands = await everyCommand();
  expect(commands.length).toBeGreaterThan(100);
  for (const command of commands) {
    const { out, code } = await runCli(null, [...command, '--help']);
    expect(code).toBe(0);
    expect(out.split('\n\n')[1]?.length, command.join(' ')).toBeGreaterThan(5);
    expect(out, command.join(' ')).toMatch(new RegExp(`Examples?:\\n.*telnyx-edge-intake ${command[0]}`));
  }
});

it('a group of commands names each of its own', async () => {
  for (const [group, name] of await everyCommand()) {
    if (name === undefined) continue;
    const { out } = await runCli(null, [group ?? '', '--help']);
    const words = (out.split('\n\n')[1] ?? '').replace(/\s+/g, ' ');
    expect(words.split(': ')[1]?.split(', '), group).toContain(name);
  }
});

it('no command shows an option without words', async () => {
  for (const command of await everyCommand()) {
    const { out } = await runCli(null, [...command, '--help']);
    const bare = [...out.matchAll(/^ {2}(--[a-z-]+(?: <[^>]+>)?)$/gm)].map(([, option]) => option ?? '');
    // Names that say it all.
    const clear = ['--first-name <name>', '--last-name <name>'];
    expect(
      bare.filter((option) => !clear.includes(option)),
      command.join(' '),
    ).toEqual([]);
  }
});

it('README and --help name every exit code, and README every command of every group', async () => {
  const { out } = await runCli(null, ['--help']);
  const section = readme.split('\n## The command line\n')[1]?.split('\n## ')[0] ?? '';
  for (const code of Object.values(EXIT)) {
    expect(out).toMatch(new RegExp(`^  ${code}  `, 'm'));
    expect(section).toMatch(new RegExp(`^\\| ${code} +\\|`, 'm'));
  }
  const rows = section.split('\n');
  for (const [group, name] of await everyCommand()) {
    const ofGroup = rows.filter((row) => row.startsWith(`| \`${group}`) || row.includes(`, \`${group}\``)).join('\n');
    expect(ofGroup, group).not.toBe('');
    if (name !== undefined) expect(ofGroup, `${group} ${name}`).toMatch(new RegExp(`\`(${group} )?${name}\``));
  }
});

it('npx finds it: the bin of the package is a file that can be run', () => {
  const { bin } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { bin: Record<string, string> };
  const file = path.join(root, bin['telnyx-edge-intake'] ?? '');
  expect(readFileSync(file, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect(statSync(file).mode & 0o111).not.toBe(0);
});
