/** `staff …`: who may sign in with which roles, people and service tokens. Whoever stands in ADMIN_EMAILS is an administrator without a line here. */
import { type Command, Option } from 'commander';
import { type Context, run, type Setup } from './context.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { type ListOptions, listPages, printPage, withListOptions } from './list-pages.ts';
import { printDone } from './print-record.ts';
import { confirm } from './terminal.ts';

const COLUMNS = [
  ['STAFF', 'staff_id'],
  ['WHO', 'email'],
  ['ROLES', 'roles'],
] as const;
const ROLES = ['admin', 'clinician', 'intake', 'operator', 'auditor'];
const MOST = { limit: 1, all: true };

interface RoleOptions {
  readonly role: readonly string[];
}
interface Member {
  readonly staff_id: string;
  readonly email: string;
  readonly roles: readonly string[];
}

const roleOption = () =>
  new Option('--role <roles...>', 'one or more, after everything else').choices(ROLES).makeOptionMandatory();

export function addStaffCommands(program: Command, setup: Setup): void {
  const staff = program.command('staff').description('Who works here, with which roles: list, add, change, remove');

  withListOptions(staff.command('list', { isDefault: true }).description('Everybody with a role, the newest first'))
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake staff list --all')
    .action(
      run(setup, async (context, options: ListOptions) => {
        const page = await listPages(context.client, '/api/staff', {}, options);
        printPage(context, page, COLUMNS, 'Nobody has a role here but those of ADMIN_EMAILS.');
        return undefined;
      }),
    );

  staff
    .command('add <who>')
    .description('Gives roles to a person by their address, or to a service token by its client id')
    .addOption(roleOption())
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake staff add dana@clinic.example --role clinician intake\n  telnyx-edge-intake staff add 1f0c….access --role operator',
    )
    .action(
      run(setup, async (context, email: string, { role: roles }: RoleOptions) => {
        const { body } = await context.client.send<Member>('POST', '/api/staff', { body: { email, roles } });
        return printDone(context, body, `${body.staff_id}  ${rolesText(body)}`);
      }),
    );

  staff
    .command('change <who>')
    .description('Gives other roles than before, to an address or an id, from their next request on')
    .addOption(roleOption())
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake staff change dana@clinic.example --role auditor')
    .action(
      run(setup, async (context, who: string, { role: roles }: RoleOptions) => {
        const path = `/api/staff/${encodeURIComponent(await staffId(context, who))}`;
        const { body } = await context.client.send<Member>('PATCH', path, { body: { roles } });
        return printDone(context, body, rolesText(body));
      }),
    );

  staff
    .command('remove <who>')
    .description('Takes all roles from an address or an id, from their next request on')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake staff remove dana@clinic.example')
    .action(
      run(setup, async (context, who: string, { yes }: { readonly yes?: boolean }) => {
        await confirm(context.io, `${who} will not be let in any more. Type yes to confirm:`, 'yes', yes);
        const id = await staffId(context, who);
        await context.client.send('DELETE', `/api/staff/${encodeURIComponent(id)}`);
        return printDone(context, { staff_id: id, removed: true }, `${who} has no role any more.`);
      }),
    );
}

const rolesText = ({ email, roles }: Member): string => `${email} is ${roles.join(', ')}.`;

/** An address is what people know of each other. */
async function staffId({ client }: Context, who: string): Promise<string> {
  if (who.startsWith('staff_')) return who;
  const { items } = await listPages<Member>(client, '/api/staff', {}, MOST);
  const found = items.find(({ email }) => email.toLowerCase() === who.toLowerCase());
  if (found !== undefined) return found.staff_id;
  throw new CliError(EXIT.notFound, `${who} has no role here. "staff list" shows who has; "staff add" gives one.`);
}
