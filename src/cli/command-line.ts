/** The command line as a function: arguments and a terminal in, an exit code out. `main.ts` gives it the real ones. */
import { Command, CommanderError } from 'commander';
import { addAlertCommands } from './alert-commands.ts';
import { addAnalyticsCommand } from './analytics-command.ts';
import { addAuditCommands } from './audit-commands.ts';
import { addCallCommands } from './call-commands.ts';
import { addCampaignCommands } from './campaign-commands.ts';
import { type Ending, type GlobalOptions, printerOf, type Setup } from './context.ts';
import { addDeliveryCommands } from './delivery-commands.ts';
import { addEmergencyCommands } from './emergency-commands.ts';
import { CliError, EXIT, EXIT_HELP } from './exit-codes.ts';
import { addExportCommands } from './export-command.ts';
import type { Io } from './io.ts';
import { addJobsCommands } from './jobs-commands.ts';
import { addMediaCommands } from './media-commands.ts';
import { addPatientCommands } from './patient-commands.ts';
import { printFailure } from './print-failure.ts';
import { addQuestionnaireCommands } from './questionnaire-commands.ts';
import { addReassignedCommands } from './reassigned-commands.ts';
import { addRequestCommands } from './request-commands.ts';
import { addRetentionCommand } from './retention-command.ts';
import { addServiceCommands } from './service-commands.ts';
import { addSimulateCommand } from './simulate-command.ts';
import { addStaffCommands } from './staff-commands.ts';
import { addStatsCommand } from './stats-command.ts';
import { addSuppressCommands } from './suppress-commands.ts';
import { addTaskCommands } from './task-commands.ts';
import { addTranscribeCommand } from './transcribe-command.ts';
import { addTranscriptionCommands } from './transcription-commands.ts';

const ENVIRONMENT_HELP = `Environment:
  TELNYX_EDGE_INTAKE_URL    the service, http://localhost:8787 when not set
  CF_ACCESS_CLIENT_ID       a service token of Cloudflare Access, with the secret;
  CF_ACCESS_CLIENT_SECRET   at a service of this machine ("npm start") none is needed
  CF_ACCESS_TOKEN           instead, yourself: what "cloudflared access token" prints;
                            a signature or an approval needs it
  NO_COLOR                  no colours`;

const EXAMPLES = `Examples:
  telnyx-edge-intake doctor
  telnyx-edge-intake patient create --from patient.json
  telnyx-edge-intake call start --patient pat_… --watch
  telnyx-edge-intake campaign create list.csv --name "Autumn" --consent-basis written \\
    --consent-by "front desk" --consent-at 2026-11-01 --evidence "registration forms"
  telnyx-edge-intake campaign start cmp_… --watch`;

/** Never throws. */
export async function commandLine(given: readonly string[], io: Io): Promise<number> {
  const ending: Ending = { exitCode: EXIT.ok };
  const program = createProgram({ io, ending });
  try {
    await program.parseAsync(given, { from: 'user' });
    return ending.exitCode;
  } catch (error) {
    // It has said already what it did not understand; help that was asked for is no failure.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    printFailure(printerOf(io, program.opts<GlobalOptions>()), error);
    return error instanceof CliError ? error.exitCode : EXIT.unavailable;
  }
}

function createProgram(setup: Setup): Command {
  const { io } = setup;
  const program = new Command('telnyx-edge-intake')
    .description('Automated patient-intake calls over Telnyx: everything the API can do, from a terminal.')
    .option('--url <origin>', 'the service')
    .option('--json', 'one JSON document instead of tables; a line for each piece of news when watching')
    .option('--reveal', 'whole telephone numbers, where your role may see them')
    .option('--utc', 'times in UTC instead of your own zone')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError('(add --help for what is possible)')
    .exitOverride()
    .addHelpText(
      'after',
      `\n${EXAMPLES}\n\n${ENVIRONMENT_HELP}\n\n${EXIT_HELP}\n\n"telnyx-edge-intake <command> --help" says more, with examples.`,
    );
  addPatientCommands(program, setup);
  addRequestCommands(program, setup);
  addCallCommands(program, setup);
  addCampaignCommands(program, setup);
  addMediaCommands(program, setup);
  addTranscribeCommand(program, setup);
  addTranscriptionCommands(program, setup);
  addQuestionnaireCommands(program, setup);
  addSuppressCommands(program, setup);
  addReassignedCommands(program, setup);
  addTaskCommands(program, setup);
  addDeliveryCommands(program, setup);
  addJobsCommands(program, setup);
  addAuditCommands(program, setup);
  addEmergencyCommands(program, setup);
  addStaffCommands(program, setup);
  addRetentionCommand(program, setup);
  addAlertCommands(program, setup);
  addStatsCommand(program, setup);
  addAnalyticsCommand(program, setup);
  addExportCommands(program, setup);
  addServiceCommands(program, setup);
  addSimulateCommand(program, setup);
  return program;
}
