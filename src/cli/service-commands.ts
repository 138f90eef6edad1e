/** `config`, `doctor` and `dialing`: what the installation is set to, what is wrong with it, and stopping it. */
import { type Command, Option } from 'commander';
import type { Json } from './api-client.ts';
import { type Context, run, type Setup } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { printRecord } from './print-record.ts';
import { harmless } from './shown.ts';

interface Finding {
  readonly check: string;
  readonly level: string;
  readonly code: string;
  readonly detail: string;
  readonly remedy: string | null;
  readonly exit_code?: number | null;
}

export function addServiceCommands(program: Command, setup: Setup): void {
  program
    .command('config')
    .description('What the installation is set to; secrets are masked')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake config')
    .action(run(setup, showConfig));

  program
    .command('doctor')
    .description('What is wrong with the installation, and what to do about it')
    .addHelpText(
      'after',
      '\nEnds with 0 when nothing is; with a fault, by the code of the worst finding, or 8.\n\nExample:\n  telnyx-edge-intake doctor || echo "look at it"',
    )
    .action(run(setup, doctor));

  const dialing = program.command('dialing').description('All dialing: status, stop, resume');
  dialing
    .command('status', { isDefault: true })
    .description('How fast it goes, how many are on the phone, whether it is stopped')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake dialing')
    .action(run(setup, (context) => show(context, '/api/dialing')));
  dialing
    .command('stop')
    .description('Stops everything: nobody is dialled any more')
    .addOption(new Option('--hang-up', 'end the calls that are under way as well'))
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake dialing stop --hang-up')
    .action(
      run(setup, (context, { hangUp }: { readonly hangUp?: boolean }) =>
        tell(context, '/api/dialing/stop', { hang_up_live: hangUp === true }),
      ),
    );
  dialing
    .command('resume')
    .description('Goes on')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake dialing resume')
    .action(run(setup, (context) => tell(context, '/api/dialing/resume')));
}

async function show({ client, print }: Context, path: string): Promise<undefined> {
  printRecord({ print }, await client.get(path));
}

async function tell({ client, print }: Context, path: string, body?: Json): Promise<undefined> {
  printRecord({ print }, (await client.send('POST', path, body === undefined ? {} : { body })).body);
}

const MARKS: Readonly<Record<string, string>> = { ok: 'ok', warning: 'WARN', fault: 'FAULT' };

interface ShownReport {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  readonly exit_code?: number;
}

async function doctor({ client, print }: Context): Promise<number> {
  const found = await client.get<ShownReport>('/api/doctor');
  if (print.isJson) print.json(found);
  else printFindings({ print }, found);
  return found.ok ? EXIT.ok : exitCodeOf(found);
}

/** The small ones have a meaning here. */
function exitCodeOf({ exit_code: whole, findings }: ShownReport): number {
  const first = findings.find(({ level }) => level === 'fault');
  const own = whole ?? first?.exit_code ?? 0;
  return own > EXIT.fault && own < 126 ? own : EXIT.fault;
}

function printFindings({ print }: Pick<Context, 'print'>, { ok, findings }: ShownReport): void {
  const width = Math.max(0, ...findings.map(({ check }) => check.length));
  for (const { check, level, code, detail, remedy } of findings) {
    const mark = (MARKS[level] ?? level).padEnd(5);
    const why = level === 'ok' ? '' : ` (${harmless(code)})`;
    print.line(`${mark}  ${print.bold(harmless(check).padEnd(width))}  ${harmless(detail)}${why}`);
    if (remedy !== null) print.line(`       → ${harmless(remedy)}`);
  }
  print.line();
  const isFault = findings.some(({ level }) => level === 'fault');
  if (ok) print.line('Nothing is wrong.');
  else
    print.line(
      isFault ? 'Something is wrong: see the faults.' : 'Not everything could be looked at: see the warnings.',
    );
}

interface ShownSetting {
  readonly name: string;
  readonly value: string | null;
  readonly fingerprint?: string | null;
  readonly set?: boolean;
  readonly secret?: boolean;
}

async function showConfig({ client, print }: Context): Promise<undefined> {
  const config = await client.get<{ groups?: readonly { group: string; settings: readonly ShownSetting[] }[] }>(
    '/api/config',
  );
  if (print.isJson || config.groups === undefined) return printRecord({ print }, config);
  for (const { group, settings } of config.groups) {
    print.line(print.bold(group.replaceAll('_', ' ')));
    const rows = settings.map((setting) => ({ name: setting.name, shown: settingText(setting) }));
    print.table(
      [
        ['NAME', 'name'],
        ['VALUE', 'shown'],
      ],
      rows,
    );
    print.line();
  }
}

function settingText({ value, secret, set, fingerprint }: ShownSetting): string {
  if (secret !== true) return value ?? '';
  return set === true ? `set${fingerprint ? `, fingerprint ${fingerprint}` : ''}` : 'not set';
}
