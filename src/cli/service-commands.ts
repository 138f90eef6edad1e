/** `stats`, `config`, `doctor` and `dialing`: how the installation does, what it is set to, what is wrong with it, and stopping it. */
import { type Command, Option } from 'commander';
import type { Json } from './api-client.ts';
import { type Context, run, type Setup } from './context.ts';
import { EXIT } from './exit-codes.ts';
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
    .command('stats')
    .description('How many calls, how they ended, what they cost')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake stats --json')
    .action(run(setup, (context) => show(context, '/api/stats')));

  program
    .command('config')
    .description('What the installation is set to; secrets are masked')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake config')
    .action(run(setup, (context) => show(context, '/api/config')));

  program
    .command('doctor')
    .description('What is wrong with the installation, and what to do about it')
    .addHelpText(
      'after',
      '\nEnds with 0 when nothing is; with a fault, by the code of its first fault, else 8.\n\nExample:\n  telnyx-edge-intake doctor || echo "look at it"',
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

function printRecord({ print }: Pick<Context, 'print'>, value: Json): void {
  if (print.isJson) {
    print.json(value);
    return;
  }
  print.record(Object.fromEntries(Object.entries(value).filter(([, part]) => !isTable(part))));
  for (const [name, part] of Object.entries(value)) {
    if (!isTable(part)) continue;
    print.line();
    print.line(print.bold(name.replaceAll('_', ' ')));
    const names = [...new Set(part.flatMap((row) => Object.keys(row)))];
    print.table(
      names.map((column) => [column.toUpperCase().replaceAll('_', ' '), column] as const),
      part,
    );
  }
}

const isTable = (value: unknown): value is object[] =>
  Array.isArray(value) && value.length > 0 && value.every((row) => typeof row === 'object' && row !== null);

const MARKS: Readonly<Record<string, string>> = { ok: 'ok', warning: 'WARN', fault: 'FAULT' };

async function doctor({ client, print }: Context): Promise<number> {
  const found = await client.get<{ ok: boolean; findings: readonly Finding[] }>('/api/doctor');
  if (print.isJson) print.json(found);
  else {
    for (const { check, level, code, detail, remedy } of found.findings) {
      print.line(
        `${(MARKS[level] ?? level).padEnd(5)}  ${print.bold(harmless(check))}  ${harmless(detail)}${level === 'ok' ? '' : ` (${harmless(code)})`}`,
      );
      if (remedy !== null) print.line(`       → ${harmless(remedy)}`);
    }
    print.line();
    print.line(found.ok ? 'Nothing is wrong.' : 'Something is wrong: see the faults.');
  }
  if (found.ok) return EXIT.ok;
  const first = found.findings.find(({ level }) => level === 'fault');
  return typeof first?.exit_code === 'number' && first.exit_code > 0 ? first.exit_code : EXIT.fault;
}
