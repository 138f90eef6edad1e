/** The words of the campaign pages for the codes of campaigns, contacts, the gate and imports. */
import type { CampaignStatus } from '../../domain/campaign/campaign-status.ts';
import type { Purpose } from '../../domain/campaign/gate-policy.ts';
import type { ContactStatus } from '../../store/contacts.ts';
import { readable, type Tone } from './labels.ts';

interface Word {
  readonly words: string;
  readonly tone: Tone;
}

export const CAMPAIGN_STATUS_LABELS: Readonly<Record<CampaignStatus, Word>> = {
  importing: { words: 'Reading the list', tone: 'live' },
  failed: { words: 'List not usable', tone: 'bad' },
  draft: { words: 'Draft', tone: 'calm' },
  running: { words: 'Running', tone: 'live' },
  paused: { words: 'Paused', tone: 'warn' },
  completed: { words: 'Completed', tone: 'good' },
  canceled: { words: 'Canceled', tone: 'calm' },
};

export const CONTACT_STATUS_LABELS: Readonly<Record<ContactStatus, Word>> = {
  ready: { words: 'Waiting', tone: 'calm' },
  active: { words: 'Being called', tone: 'live' },
  done: { words: 'Done', tone: 'good' },
  skipped: { words: 'Not called', tone: 'warn' },
  canceled: { words: 'Canceled', tone: 'calm' },
};

export const PURPOSE_LABELS: Readonly<Record<Purpose, string>> = {
  intake: 'Intake before a visit',
  follow_up: 'Follow-up after a visit',
  reminder: 'Appointment reminder',
  care: 'Care of a condition',
};

/** Why a campaign is paused, and what to do about it. */
const REASONS: Readonly<Record<string, string>> = {
  by_staff: 'Somebody paused it. Go on whenever you like.',
  failure_rate:
    'It paused by itself: at least half of the calls of the last two minutes failed. Look at a few of them below, then go on or tell whoever runs this service.',
  abandonment:
    'It paused by itself: too many people answered and heard nothing for two seconds. Lower the load before you go on; the law allows at most 3 in 100.',
  spend_cap:
    'It paused by itself: the money set aside is spent, for this campaign or for today. Go on tomorrow, or ask an administrator.',
  dialing_stopped: 'It paused because all dialing was stopped. Once dialing goes on, this campaign can go on too.',
  database_set_back:
    'It paused because the database was set back to an earlier time. Whoever was rung since is left out; look at the list before you go on.',
  not_production: 'It paused because this installation may not ring real patients yet. Ask an administrator.',
  not_approved: 'It paused because its questions are not approved any more. Ask an administrator.',
};
export function campaignReason(status: CampaignStatus, code: string | null): string | null {
  if (code === null || status !== 'paused') return null;
  return REASONS[code] ?? `It paused by itself (${readable(code).toLowerCase()}). Tell whoever runs this service.`;
}

/** Why a whole list could not be used, and what to do. */
const LIST_REASONS: Readonly<Record<string, string>> = {
  nothing_usable: 'No row of the list could be used. See why below, put it right, and make a new campaign with it.',
  import_failed: 'The list could not be kept. Make the campaign again; if it stays, tell whoever runs this service.',
};
export const listReason = (code: string): string =>
  LIST_REASONS[code] ??
  `The list could not be read to its end (${readable(code).toLowerCase()}). Nobody is called. Make the campaign again; if it stays, tell whoever runs this service.`;

/** Why somebody is or was not called, as a short line; of the gate, of retries, and of the list. */
const CODES: Readonly<Record<string, string>> = {
  kill_switch: 'Dialing is stopped',
  not_production: 'This installation may not ring real patients yet',
  not_approved: 'The questions are not approved',
  bad_number: 'Not a US number that can be called',
  suppressed: 'On the do-not-call list',
  patient_flag: 'Marked as not to be called',
  no_consent: 'No consent to this kind of call',
  reassigned: 'The number may belong to somebody else now',
  state_policy: 'The rules of the state do not allow it',
  outside_hours: 'Outside calling hours where they are',
  frequency: 'Called often enough for now',
  capacity: 'The money set aside is spent',
  already_reserved: 'Being called already',
  complete: 'Interview complete',
  outcome_final: 'Reached; not called again',
  budget_used: 'Rang as often as allowed',
  most_retries: 'Tried as often as allowed',
  no_window: 'No time left at which they may be called',
  campaign_ended: 'The campaign ends before they may be called',
  patient_erased: 'Erased',
  canceled: 'The campaign was canceled',
  too_many_rows: 'Beyond the 20,000 rows a campaign takes',
  bad_row: 'The row cannot be read',
  bad_encoding: 'Letters cannot be read; save the list as CSV UTF-8',
  bad_text: 'A field holds what cannot be read',
  too_long: 'A field is too long',
  bad_name: 'The name holds no letter',
  bad_birth_date: 'The date of birth cannot be read',
  bad_language: 'The language is neither en nor es',
  bad_external_id: 'The record number cannot be read',
  bad_state: 'The state cannot be read',
  bad_time_zone: 'The time zone cannot be read',
  bad_consent: 'The consent of the row cannot be read',
  missing_variable: 'A word the questions need is missing',
  duplicate: 'In the list twice',
  other_place: 'Lives elsewhere, by what is on file',
};
/** Of somebody who waits without a code after a call. */
export const TRIED_AGAIN = 'Tried again later';
export const codeLabel = (code: string): string => CODES[code] ?? readable(code);

/** Why a start, a test call or a verb was refused, and what to do next. */
const REFUSALS: Readonly<Record<string, string>> = {
  preflight_stale: 'The pre-flight is older than a day or was made again. Make a new one, read it, then start.',
  not_tested: 'Make a test call to a member of staff first. It counts once it was answered.',
  second_approver: 'A second administrator has to start it.',
  role_too_new:
    'Your roles are less than a day old: so long you have no say in a start that takes two people. Come back tomorrow.',
  administrator_left:
    'An administrator was taken off the list less than a day ago, so nobody starts so large a campaign alone yet. Start it tomorrow.',
  still_importing: 'Wait until the list has been read.',
  import_failed: 'Its list could not be used. Make a new campaign with it.',
  not_started: 'It has not been started yet.',
  already_started: 'It is started already; go on with it instead.',
  not_running: 'It does not run.',
  still_running: 'It still runs, and tries the unreached again by itself. Pause it first.',
  already: 'It is so already.',
  over: 'It is over.',
  status_changed: 'Somebody else was faster. Look at it again.',
  nobody_failed: 'Everybody was reached, or may not be called again.',
  not_ready: 'Wait until the list has been read.',
  wrong_name: 'Type the name of the campaign exactly as it is written above.',
  bad_number: 'This is not a US number that can be called. Write ten digits.',
  suppressed: 'This number asked not to be called. Use another one.',
  outside_hours: 'It is outside calling hours for this number. Test again within them.',
  state_policy: 'The rules of the state do not allow a call to this number. Use another one.',
  already_reserved: 'This number is being called already. Wait until that call is over.',
  kill_switch: 'All dialing is stopped. Test again once it goes on.',
  capacity: 'Today’s money for calls is spent. Test again tomorrow, or ask an administrator.',
  not_production: 'This installation may not ring real patients yet. Ask an administrator.',
  not_approved: 'The questions are not approved. Ask an administrator.',
};
export const refusalLabel = (code: string): string =>
  REFUSALS[code] ?? `It was refused (${readable(code).toLowerCase()}). Tell whoever runs this service.`;

const WHOLE = new Intl.NumberFormat('en-US');
/** `12,400`. */
export const counted = (count: number): string => WHOLE.format(count);

const MONEY = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
/** Of billionths of a dollar: `$12.40`. */
export const dollars = (nanos: number): string => MONEY.format(nanos / 1_000_000_000);

export const people = (count: number): string => (count === 1 ? '1 person' : `${counted(count)} people`);
export const callCount = (count: number): string => (count === 1 ? '1 call' : `${counted(count)} calls`);
