/**
 * Chaos over one campaign: a list with everything a list has wrong is read, pre-flown and rung to its end, on faulty lines and
 * queues, while the worker is killed. Then everybody's fate is held against what the simulator knows.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { CallRecord } from '../../src/simulator/call-record.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import type { TelnyxEngine } from '../../src/simulator/telnyx-engine.ts';
import * as desk from './campaign-desk.ts';
import { type Figures, lineFigures, printFigures } from './chaos-figures.ts';
import type { ChaosSettings } from './chaos-settings.ts';
import { disturbWorker } from './disturbances.ts';
import { inParallel } from './in-parallel.ts';
import { compareCall } from './judge-call.ts';
import { type Dial, judgeDials, type Rung } from './judge-dials.ts';
import type { LocalStack } from './local-stack.ts';
import { countQueueFaults } from './queue-faults.ts';
import { type Stalls, watchStalls } from './stalls.ts';
import { judgeRecordings } from './stored-recordings.ts';

/** Dials a second over everything: the most that Telnyx lets an account. */
export const ACCOUNT_RATE = 30;
/** In five seconds. */
const ACCOUNT_MOST = 150;
/** One try more for whoever was not there, soon: a run has no days. Nobody is rung a third time, as the caps want it. */
const RETRY = { budget: 2, rules: { no_answer: { delay_minutes: 1, most: 1 }, busy: { delay_minutes: 1, most: 1 } } };
const SUPPRESSED_SHARE = 0.02;
const REPEATED_SHARE = 0.01;
const MISSPELT = ['+15550100', '+442079460958', '+12025550', '+14165550123'];
/** Telnyx' longest wait between two attempts of a webhook, and a little. */
const RETRY_MS = 31_000;
const POLL_MS = 1_000;
const LIMIT_MS = 3_600_000;

interface List {
  readonly people: readonly Persona[];
  readonly suppressed: ReadonlySet<string>;
  readonly rows: readonly desk.ListRow[];
  readonly repeated: number;
}

/** True when one of the zeros is none. */
export async function chaosOfCampaign(running: LocalStack, settings: ChaosSettings): Promise<boolean> {
  const startedAt = Date.now();
  const stalls = watchStalls();
  const list = listOf(settings.patients);
  for (const phone of list.suppressed) await desk.suppress(running, phone);
  const campaignId = await desk.createCampaign(running, {
    ...{ name: `Chaos ${settings.seed}`, people: list.rows, retry: RETRY },
    ...{ pacePerSecond: settings.pace, maxLiveCalls: settings.live },
  });
  const tests = await desk.testCampaign(running, campaignId);
  const receipt = await desk.preflight(running, campaignId);
  process.stdout.write(`pre-flight: ${JSON.stringify(receipt.counts)}\n`);
  await desk.startCampaign(running, campaignId, receipt.preflight_id);

  const run = { calls: list.people.length - list.suppressed.size, over: 0 };
  const disturbed = disturbWorker(running, { calls: run.calls, finished: () => run.over }, settings);
  // It fails the run below, where it is waited for.
  disturbed.catch(() => undefined);
  const pauses = await untilOver(running, campaignId, (over) => {
    run.over = over;
  });
  const befell = await disturbed;
  await untilTold(running.telnyx.engine);

  const contacts = await desk.listContacts(running, campaignId);
  const calls = await desk.listCampaignCalls(running, campaignId);
  const answers = await judgeAnswers(running, calls);
  const stored = settings.recordings ? await judgeRecordings(running) : null;
  const { dialProblems, rows } = judgedDials(running.telnyx.engine, list, settings, timesOf(calls, stalls));
  const zeros: Record<string, readonly string[]> = {
    'contacts not terminal': contacts.filter(({ status }) => !TERMINAL.has(status)).map(({ external_id: id }) => id),
    'contacts that are missing or wrong': wrongContacts(list, contacts),
    'pre-flight counts that are wrong': wrongReceipt(list, receipt),
    ...dialProblems,
    'calls left open': [
      ...calls.filter(({ status }) => OPEN.has(status)).map(({ call_id: id }) => id),
      ...running.telnyx.engine.calls().flatMap(({ phase, persona }) => (phase === 'ended' ? [] : [persona])),
    ],
    'answers lost or wrong': answers,
    ...(stored === null ? {} : { 'recordings not as they should be': stored.problems }),
  };
  for (const [name, problems] of Object.entries(zeros))
    for (const problem of problems.slice(0, 20)) process.stdout.write(`${name}: ${problem}\n`);
  const line = lineFigures(running.telnyx.engine);
  return printFigures(
    {
      ...{ contacts: contacts.length, 'test calls': tests.length, calls: calls.length },
      ...by(contacts, ({ status, code }) => `contacts ${status}${code === null ? '' : `, ${code}`}`),
      ...by(calls, ({ status }) => `ended ${status}`),
      ...rows,
      'longest stall of the simulator, ms': stalls.longestMs(),
      ...line.rows,
      ...countQueueFaults(running.stateFolder),
      ...befell,
      'paused by itself and gone on': pauses,
      ...(stored === null ? {} : { 'recordings stored': stored.stored }),
      seconds: Math.round((Date.now() - startedAt) / 1000),
    },
    { ...Object.fromEntries(Object.entries(zeros).map(([name, problems]) => [name, problems.length])), ...line.zeros },
  );
}

const TERMINAL = new Set(['done', 'skipped', 'canceled']);
const OPEN = new Set(['queued', 'dialing', 'ringing', 'in_progress']);

function by<T>(list: readonly T[], nameOf: (item: T) => string): Figures {
  const groups = Map.groupBy(list, nameOf);
  return Object.fromEntries([...groups].sort().map(([name, of]) => [name, of.length]));
}

/** Some are on the do-not-call list, some stand there twice, and some numbers are none. */
function listOf(people: readonly Persona[]): List {
  const suppressed = people.slice(0, Math.ceil(people.length * SUPPRESSED_SHARE)).map(({ phone }) => phone);
  const repeated = people.slice(-Math.ceil(people.length * REPEATED_SHARE));
  const bad = MISSPELT.map((phone, n) => ({ ...(people[0] as Persona), id: `misspelt-${n}`, phone }));
  return {
    ...{ people, suppressed: new Set(suppressed), repeated: repeated.length },
    rows: [...people, ...repeated, ...bad],
  };
}

/** Gives how often it had to be told to go on: on bad lines the campaign does what a bad campaign should. */
async function untilOver(running: LocalStack, campaignId: string, tell: (over: number) => void): Promise<number> {
  const deadline = Date.now() + LIMIT_MS;
  let pauses = 0;
  let shown = 0;
  while (Date.now() < deadline) {
    const { status, status_reason: reason, counts } = await desk.readCampaign(running, campaignId);
    tell(counts.done);
    if (counts.done - shown >= 50) {
      shown = counts.done;
      process.stdout.write(`${counts.done} of ${counts.total} contacts are over\n`);
    }
    if (status === 'completed') return pauses;
    if (status === 'paused') {
      pauses += 1;
      process.stdout.write(`paused: ${reason}\n`);
      await desk.resumeCampaign(running, campaignId);
    }
    await pause(POLL_MS);
  }
  process.stdout.write('the campaign did not end in time\n');
  return pauses;
}

/** Until Telnyx has told all that it will, of the calls of patients who ring back as well. */
async function untilTold(engine: TelnyxEngine): Promise<void> {
  const deadline = Date.now() + 240_000;
  while (Date.now() < deadline) {
    const isLive = engine.calls().some(({ phase }) => phase !== 'ended');
    const lost = engine.lostEvents;
    const isOnItsWay = engine.deliveries.some(({ at, eventId }) => at > Date.now() - RETRY_MS && lost.has(eventId));
    if (!isLive && !isOnItsWay) break;
    await pause(POLL_MS);
  }
  // What comes late after the hang-up makes the note's next version.
  await pause(3_000);
}

/** Every call of the campaign, and those in which its patients rang back. */
async function judgeAnswers(running: LocalStack, calls: readonly desk.ShownCall[]): Promise<string[]> {
  const problems: string[] = [];
  const made = running.telnyx.engine.calls().filter(({ persona }) => persona !== 'staff');
  const back = made.flatMap((call) => (call.direction === 'incoming' && call.callId ? [call.callId] : []));
  await inParallel([...calls.map(({ call_id: id }) => id), ...back], 10, async (callId) => {
    const own = made.find((call) => call.callId === callId);
    const earlier: CallRecord[] = [];
    if (own?.direction === 'incoming') {
      const first = made.findLast(({ phone, direction }) => phone === own.phone && direction === 'outgoing');
      if (first !== undefined) earlier.push(first.record);
    }
    const { differences } = await compareCall(running, callId, earlier);
    problems.push(...differences.map((difference) => `${own?.persona} ${callId}: ${difference}`));
  });
  return problems;
}

/** Each dial as it arrived, with when the worker says it sent it. */
function timesOf(calls: readonly desk.ShownCall[], stalls: Stalls): (dial: TelnyxEngine['dials'][number]) => Dial {
  const sentAt = new Map(calls.map(({ call_id: id, dialed_at: at }) => [id, at === null ? null : Date.parse(at)]));
  return ({ at, to, callId }) => ({
    ...{ at, to },
    notBefore: stalls.awakeBefore(at),
    sentAt: sentAt.get(callId ?? '') ?? null,
  });
}

function judgedDials(
  engine: TelnyxEngine,
  list: List,
  settings: ChaosSettings,
  timed: (dial: TelnyxEngine['dials'][number]) => Dial,
) {
  const dials = engine.dials.map(timed);
  const untold = new Set(
    engine.callEvents
      .filter(
        ({ name, metadata }) => name === 'call.answered' && engine.lostEvents.has((metadata as { id: string }).id),
      )
      .map(({ callControlId }) => callControlId),
  );
  const isOfCampaign = ({ to }: Dial): boolean => to !== desk.TESTER;
  const rung: Rung[] = [...engine.legs.values()]
    .filter((leg) => leg.direction === 'outgoing' && leg.persona.id !== 'staff' && isOfCampaign({ at: 0, to: leg.to }))
    .map(({ to, startedAt, answeredAt, endedAt, callControlId }) => ({
      ...{ to, startedAt, answeredAt, endedAt },
      answerUntold: untold.has(callControlId),
    }));
  const mayBeRung = new Set(list.people.map(({ phone }) => phone).filter((phone) => !list.suppressed.has(phone)));
  const verdict = judgeDials({
    ...{ rung, mayBeRung, dials: dials.filter(isOfCampaign), accountDials: dials },
    limits: {
      ...{ accountInFiveSeconds: ACCOUNT_MOST, campaignPerSecond: settings.pace },
      ...{ maxLiveCalls: settings.live, budget: RETRY.budget },
    },
  });
  return {
    dialProblems: verdict.problems,
    rows: {
      dials: dials.length,
      [`dials of the campaign in 5 s, of ${settings.pace * 5}`]: verdict.mostOfCampaign,
      [`dials of the account in 5 s, of ${ACCOUNT_MOST}`]: verdict.mostOfAccount,
      [`most lines at once, of ${settings.live}`]: verdict.mostLive,
      // Against a stand-in it is always open: days and hours are for test/flight/campaign-hours.test.ts.
      'dials outside the window: not applicable': 0,
    },
  };
}

function wrongContacts({ people, suppressed }: List, contacts: readonly desk.ShownContact[]): string[] {
  const shown = new Map(contacts.map((contact) => [contact.external_id, contact]));
  const listed = new Set(people.map(({ id }) => id));
  const strangers = contacts
    .filter(({ external_id: id }) => !listed.has(id))
    .map(({ external_id: id }) => `${id}: a stranger`);
  return people
    .flatMap(({ id, phone }) => {
      const contact = shown.get(id);
      if (contact === undefined) return [`${id}: missing`];
      const { status, code, rings } = contact;
      if (!suppressed.has(phone)) return status === 'skipped' && code === null ? [`${id}: skipped without a rule`] : [];
      return status === 'skipped' && code === 'suppressed' && rings === 0
        ? []
        : [`${id}: ${status}, ${code}, though suppressed`];
    })
    .concat(strangers, contacts.length === shown.size ? [] : ['somebody is there twice']);
}

function wrongReceipt({ people, suppressed, repeated }: List, { counts }: desk.ShownPreflight): string[] {
  const wanted: Record<string, number> = {
    ...{ will_call: people.length - suppressed.size, suppressed: suppressed.size, duplicate: repeated },
    bad_number: MISSPELT.length,
  };
  const found: Record<string, number> = { will_call: counts.will_call, ...counts.skipped };
  return [...new Set([...Object.keys(wanted), ...Object.keys(found)])]
    .filter((code) => (found[code] ?? 0) !== (wanted[code] ?? 0))
    .map((code) => `${code}: ${found[code] ?? 0} instead of ${wanted[code] ?? 0}`);
}
