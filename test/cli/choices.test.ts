/** What an option offers is what the service takes: the command line imports nothing of it, so the lists could drift apart. */
import { expect, it } from 'vitest';
import { PATIENT_FLAGS, PURPOSES } from '../../src/domain/campaign/gate-policy.ts';
import { REQUEST_KINDS } from '../../src/domain/retention/request-rules.ts';
import { DISCLOSED_THINGS, DISCLOSURE_PURPOSES } from '../../src/store/disclosures.ts';
import { EMERGENCY_VERDICTS } from '../../src/store/emergency-accesses.ts';
import { HOLD_REASONS } from '../../src/store/holds.ts';
import { JOB_STATUSES } from '../../src/store/jobs.ts';
import { REQUEST_STATUSES } from '../../src/store/patient-requests.ts';
import { ROLES } from '../../src/store/staff.ts';
import { TRANSCRIPTION_STATUSES } from '../../src/store/transcriptions.ts';
import { runCli } from './given-service.ts';

it.each([
  ['patient hold', '--reason', HOLD_REASONS],
  ['patient flag', '--set', PATIENT_FLAGS],
  ['patient flag', '--unset', PATIENT_FLAGS],
  ['patient consent', '--for', PURPOSES],
  ['patient disclose', '--purpose', DISCLOSURE_PURPOSES],
  ['patient disclose', '--what', DISCLOSED_THINGS],
  ['patient requests', '--kind', REQUEST_KINDS],
  ['request list', '--kind', REQUEST_KINDS],
  ['request list', '--status', REQUEST_STATUSES],
  ['request new', '--kind', REQUEST_KINDS.filter((kind) => kind !== 'erasure')],
  ['emergency review', '--verdict', EMERGENCY_VERDICTS],
  ['staff add', '--role', ROLES],
  ['staff change', '--role', ROLES],
  ['jobs list', '--status', JOB_STATUSES],
  ['transcription list', '--status', TRANSCRIPTION_STATUSES],
])('%s %s offers what the service takes', async (command, option, choices) => {
  const { out } = await runCli(null, [...command.split(' '), '--help']);
  const said = out.replace(/\s+/g, ' ').split(` ${option} `)[1] ?? '';
  const offered = /\(choices: ([^)]*?)(?:, default: [^)]*)?\)/.exec(said)?.[1] ?? '';
  expect([...offered.matchAll(/"([^"]+)"/g)].map(([, choice]) => choice)).toEqual([...choices]);
});
