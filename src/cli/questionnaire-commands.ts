/** `questionnaire …`: what patients are asked, as data: judged, stored, tried without a phone, approved. */
import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Json } from './api-client.ts';
import { type Context, run, type Setup } from './context.ts';
import { CliError, EXIT, usageError } from './exit-codes.ts';
import { type ListOptions, listPages, printPage, wholeNumber, withListOptions } from './list-pages.ts';
import { type SaveOptions, saveAnswer, withOutputOptions } from './save-file.ts';
import { harmless } from './shown.ts';
import { readJson } from './terminal.ts';
import { type TryOptions, tryQuestionnaire } from './try-questionnaire.ts';

interface FhirOptions extends SaveOptions {
  readonly language?: string;
}
interface Finding {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
  readonly level?: string;
}
const COLUMNS = [
  ['QUESTIONNAIRE', 'questionnaire_id'],
  ['TITLE', 'title'],
  ['NEWEST', 'newest_version'],
  ['APPROVED', 'approved_version'],
  ['CHANGED', 'updated_at'],
] as const;
const VERSION_COLUMNS = [
  ['VERSION', 'version'],
  ['STATUS', 'status'],
  ['BY', 'created_by'],
  ['CREATED', 'created_at'],
  ['APPROVED BY', 'approved_by'],
  ['APPROVED', 'approved_at'],
  ['WITHDRAWN BY', 'withdrawn_by'],
] as const;
const pathOf = (id: string): string => `/api/questionnaires/${encodeURIComponent(id)}`;

export function addQuestionnaireCommands(program: Command, setup: Setup): void {
  const questionnaire = program
    .command('questionnaire')
    .description('What patients are asked: lint, list, versions, show, push, try, approve, withdraw, fhir');

  questionnaire
    .command('lint <file>')
    .description('What is wrong with a questionnaire; stores nothing. Ends with 6 if anything is')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake questionnaire lint intake.json')
    .action(run(setup, lint));

  withListOptions(questionnaire.command('list').description('All of them, with the version that is asked now'))
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake questionnaire list')
    .action(
      run(setup, async (context, options: ListOptions) => {
        const page = await listPages(context.client, '/api/questionnaires', {}, options);
        printPage(context, page, COLUMNS, 'No questionnaires.');
        return undefined;
      }),
    );

  withListOptions(
    questionnaire
      .command('versions <questionnaire>')
      .description('Its versions: who wrote, approved and withdrew them'),
  )
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake questionnaire versions adult-intake')
    .action(
      run(setup, async (context, id: string, options: ListOptions) => {
        const page = await listPages(context.client, `${pathOf(id)}/versions`, {}, options);
        printPage(context, page, VERSION_COLUMNS, 'No versions.');
        return undefined;
      }),
    );

  questionnaire
    .command('push <file>')
    .description('Stores it as a new version. It is asked once it is approved')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake questionnaire push intake.json')
    .action(run(setup, push));

  questionnaire
    .command('try <questionnaire>')
    .description('Runs one in text, as the phone would: an id, or a file that is not stored')
    .option('--version <n>', 'which version, the newest when left out', wholeNumber)
    .addOption(new Option('--language <language>').choices(['en', 'es']))
    .addHelpText(
      'after',
      "\nType keys (1, 42#, **), words where words are asked for, nothing for silence, Ctrl-D to end.\nOther than at a terminal, each line of standard input is one answer.\n\nExamples:\n  telnyx-edge-intake questionnaire try adult-intake\n  printf '1\\n1\\n' | telnyx-edge-intake questionnaire try intake.json --language es",
    )
    .action(
      run(setup, async (context, target: string, options: TryOptions) =>
        tryQuestionnaire(context, await definitionOf(context, target), options),
      ),
    );

  questionnaire
    .command('show <questionnaire> [version]')
    .description('One version as it is stored, the newest when left out, as a file for push')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake questionnaire show adult-intake > intake.json')
    .action(
      run(setup, async ({ client, print }, id: string, given: string | undefined) => {
        const version = given ?? (await newestVersion(client, id));
        const found = await client.get(`${pathOf(id)}/versions/${encodeURIComponent(version)}`);
        print.json(print.isJson ? found : (found['definition'] ?? found));
        return undefined;
      }),
    );

  withOutputOptions(
    questionnaire
      .command('fhir <questionnaire> [version]')
      .description('An approved version as a FHIR R4 Questionnaire'),
  )
    .addOption(new Option('--language <language>', 'of its texts').choices(['en', 'es']))
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake questionnaire fhir adult-intake -o questionnaire.json')
    .action(
      run(setup, async (context, id: string, given: string | undefined, options: FhirOptions) => {
        const version = given ?? (await newestVersion(context.client, id));
        const path = `${pathOf(id)}/versions/${encodeURIComponent(version)}/fhir`;
        return saveAnswer(context, { path, query: { language: options.language } }, options);
      }),
    );

  questionnaire
    .command('approve <questionnaire> [version]')
    .description('From now on calls ask this version, the newest when left out')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake questionnaire approve adult-intake 3')
    .action(run(setup, approve));

  questionnaire
    .command('withdraw <questionnaire> <version>')
    .description('Calls to come ask the newest approved version that is left')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake questionnaire withdraw adult-intake 3')
    .action(
      run(setup, async ({ client, print }, id: string, version: string) => {
        const { body } = await client.send('POST', `${pathOf(id)}/versions/${encodeURIComponent(version)}/withdraw`);
        if (print.isJson) print.json(body);
        else print.line(`${id} version ${version} is withdrawn.`);
        return undefined;
      }),
    );
}

/** A file that is there, else an id. */
async function definitionOf({ io }: Context, target: string): Promise<{ id: string; definition?: Json }> {
  if (!existsSync(target) && !/\.json$/i.test(target) && target !== '-') return { id: target };
  const definition = await readDefinition(io, target);
  if (typeof definition['id'] !== 'string') throw usageError(`${target} has no id.`);
  return { id: definition['id'], definition };
}

async function readDefinition(io: Context['io'], file: string): Promise<Json> {
  const definition = await readJson(io, file);
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition))
    throw usageError(`${file} holds no questionnaire: it is no JSON object.`);
  return definition as Json;
}

async function lint({ io, client, print }: Context, file: string): Promise<number> {
  const body = { definition: await readDefinition(io, file) };
  const { body: found } = await client.send<{ ok: boolean; problems: readonly Finding[] }>(
    'POST',
    '/api/questionnaires/lint',
    { body },
  );
  if (print.isJson) print.json(found);
  else {
    printFindings({ print }, found.problems);
    print.line(found.ok ? 'It can be used.' : 'It cannot be used: see above.');
  }
  return found.ok ? EXIT.ok : EXIT.invalid;
}

function printFindings({ print }: Pick<Context, 'print'>, problems: readonly Finding[]): void {
  for (const { pointer, code, detail, level } of problems)
    print.line(`${level ?? 'error'}  ${harmless(pointer || '/')}  ${harmless(detail)} (${harmless(code)})`);
}

/** One that is there already gets another version. */
async function push({ io, client, print }: Context, file: string): Promise<undefined> {
  const definition = await readDefinition(io, file);
  const body = { definition };
  const { body: made } = await client.send('POST', '/api/questionnaires', { body }).catch((error: unknown) => {
    const isThere = error instanceof CliError && error.status === 409 && /exist/.test(error.problem.code ?? '');
    if (!isThere) throw error;
    return client.send('POST', `${pathOf(String(definition['id']))}/versions`, { body });
  });
  if (print.isJson) return void print.json(made);
  const { questionnaire_id: id, version, status, problems } = made;
  printFindings({ print }, Array.isArray(problems) ? (problems as Finding[]) : []);
  print.line(`${id} version ${version}: ${status}`);
  print.line(print.dim(`Next: questionnaire try ${id} --version ${version}, questionnaire approve ${id} ${version}`));
}

async function approve({ client, print }: Context, id: string, given: string | undefined): Promise<undefined> {
  const version = given ?? (await newestVersion(client, id));
  const { body } = await client.send('POST', `${pathOf(id)}/versions/${encodeURIComponent(version)}/approve`);
  if (print.isJson) print.json(body);
  else print.line(`${id} version ${version} is asked from the next call on.`);
}

async function newestVersion(client: Context['client'], id: string): Promise<string> {
  const { items } = await listPages(client, '/api/questionnaires', {}, { limit: 0, all: true });
  const found = items.find(({ questionnaire_id: known }) => known === id);
  if (found === undefined)
    throw new CliError(EXIT.notFound, `There is no questionnaire “${id}”. "questionnaire list" names them.`);
  return String(found['newest_version']);
}
