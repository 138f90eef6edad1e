/**
 * The small campaign of `npm start`: four people who may be called, one who has opted out minutes before, and one who stands on the
 * list twice. Prints the pre-flight, how it goes and what came of it, and judges each by what the person really did.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { compareWithNote } from '../../src/simulator/compare-with-note.ts';
import { crowd } from '../../src/simulator/crowd.ts';
import { fullUnrecorded, noBirthDate } from '../../src/simulator/interview-personas.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { declines, optsOut, voicemail } from '../../src/simulator/refusing-personas.ts';
import * as desk from './campaign-desk.ts';
import { bold, dim, green, red } from './conversation-print.ts';
import { insist } from './front-desk.ts';
import { noteOf } from './judge-call.ts';
import type { LocalStack } from './local-stack.ts';

const PHONES = ['+12515550171', '+14025550172', '+16085550173', '+13075550174'];
export const campaignPatients = crowd(1, PHONES, [fullUnrecorded, noBirthDate, voicemail, declines]);
const POLL_MS = 500;

/**
 * Reads the list, and lets a member of staff hear what patients will. Gives the id; null when it is from the last start and over:
 * nobody is reached twice a day.
 */
export async function prepareCampaign(running: LocalStack): Promise<string | null> {
  const { items } = (await insist(running, 'GET', '/api/campaigns')) as { items: unknown[] };
  if (items.length > 0) return null;
  const campaignId = await desk.createCampaign(running, {
    name: 'Before the visit',
    people: [...campaignPatients, { ...optsOut, id: 'campaign-opts-out' }, campaignPatients[0] as Persona],
    ...{ pacePerSecond: 2, maxLiveCalls: 4, retry: { budget: 1, rules: {} } },
  });
  await desk.testCampaign(running, campaignId);
  return campaignId;
}

/** How many of its rows did not come to what they should. */
export async function ringCampaign(
  running: LocalStack,
  campaignId: string,
  say: (line?: string) => void,
): Promise<number> {
  say();
  say(`${bold('☎  A campaign')}  six rows: one twice, one who has opted out`);
  const { preflight_id: receipt, counts } = await desk.preflight(running, campaignId);
  const left = Object.entries(counts.skipped).map(([code, count]) => `${count} ${code}`);
  say(`   pre-flight: ${counts.will_call} will be called, left out: ${left.join(', ')}`);
  await desk.startCampaign(running, campaignId, receipt);
  await untilOver(running, campaignId, say);
  const contacts = await desk.listContacts(running, campaignId);
  const problems = [
    ...expected('will be called', counts.will_call, campaignPatients.length),
    ...expected('suppressed', counts.skipped['suppressed'], 1),
    ...expected('duplicate', counts.skipped['duplicate'], 1),
    ...expected('contacts', contacts.length, campaignPatients.length + 1),
  ];
  for (const person of campaignPatients) {
    const contact = contacts.find(({ external_id: id }) => id === person.id);
    const wrong = contact === undefined ? ['is missing'] : await judge(running, person, contact);
    const mark = wrong.length === 0 ? green('✓') : red('✗');
    say(`   ${mark}   ${person.firstName} ${person.lastName}: ${contact?.status}, ${contact?.outcome}`);
    problems.push(...wrong.map((what) => `${person.id}: ${what}`));
  }
  const optedOut = contacts.find(({ external_id: id }) => id === 'campaign-opts-out');
  problems.push(...expected('opted out', optedOut?.code, 'suppressed'), ...rungInSpite(running));
  const isOut = optedOut?.code === 'suppressed';
  say(
    `   ${isOut ? green('✓') : red('✗')}   ${optsOut.firstName} ${optsOut.lastName}: ${optedOut?.status}, ${optedOut?.code}`,
  );
  for (const problem of problems) say(red(`     ${problem}`));
  return problems.length;
}

async function untilOver(running: LocalStack, campaignId: string, say: (line?: string) => void): Promise<void> {
  let shown = '';
  for (;;) {
    const { status, status_reason: reason, counts } = await desk.readCampaign(running, campaignId);
    const { ready, active, done, skipped } = counts;
    const line = `${status}: ${ready} waiting, ${active} on the phone, ${done} done, ${skipped} left out`;
    if (line !== shown) say(dim(`   ${line}`));
    shown = line;
    if (status === 'completed') return;
    if (status === 'paused') throw new Error(`the campaign has paused itself: ${reason}`);
    await pause(POLL_MS);
  }
}

async function judge(running: LocalStack, person: Persona, contact: desk.ShownContact): Promise<string[]> {
  const made = running.telnyx.engine.calls().filter(({ phone }) => phone === person.phone);
  if (contact.last_call_id === null) return ['was not called'];
  const call = await insist(running, 'GET', `/api/calls/${contact.last_call_id}`);
  const note = await noteOf(running, contact.last_call_id);
  return [
    ...expected('lines', made.length, 1),
    ...expected('outcome', contact.outcome, person.expected.status),
    ...compareWithNote(
      person,
      call,
      note,
      made.map(({ record }) => record),
    ),
  ];
}

/** One line to whoever opted out: the one in which they did. */
function rungInSpite({ telnyx }: LocalStack): string[] {
  const lines = telnyx.engine.calls().filter(({ phone }) => phone === optsOut.phone);
  return lines.length <= 1 ? [] : ['rung although they had opted out'];
}

const expected = (what: string, found: unknown, wanted: unknown): string[] =>
  found === wanted ? [] : [`${what}: ${String(found)} instead of ${String(wanted)}`];
