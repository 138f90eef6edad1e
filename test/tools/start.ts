/**
 * `npm start`: the whole product on this machine. Starts the stand-ins and the worker, rings a handful of simulated patients and
 * a small campaign, prints the conversations and the notes, and judges each call by what its patient really pressed.
 * `-- --once` ends with 0 when everything ended as scripted, else 1; `-- --keep` goes on with the state of the last start.
 */
import { parseArgs } from 'node:util';
import { compareWithNote } from '../../src/simulator/compare-with-note.ts';
import { asRingingBack, type Persona } from '../../src/simulator/persona.ts';
import { morePersonas, personas } from '../../src/simulator/personas.ts';
import { optsOut } from '../../src/simulator/refusing-personas.ts';
import { askDoctor } from './ask-doctor.ts';
import { bold, conversationPrint, dim, green, noteLines, red } from './conversation-print.ts';
import { giveRoles, type LocalStack, startLocalStack } from './local-stack.ts';
import { campaignPatients, prepareCampaign, ringCampaign } from './start-campaign.ts';

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    'access-port': { type: 'string', default: '8787' },
    'worker-port': { type: 'string', default: '8788' },
    'telnyx-port': { type: 'string', default: '8789' },
    'state-folder': { type: 'string' },
  },
});
/** A start, its calls and their notes must fit into 90 s. */
const ONCE_LIMIT_MS = 85_000;
/** Notes are handed on seconds after their calls, while others still run. */
const DELIVERY_PATIENCE_MS = 5000;
const FINAL = new Set([
  'completed',
  'partial',
  'declined',
  'voicemail',
  'no_answer',
  'busy',
  'failed',
  'blocked',
  'canceled',
  'opted_out',
  'wrong_person',
]);

/** Why a patient of the last start is rightly not rung again, besides having been reached within a day. */
const REFUSED_AGAIN: Readonly<Record<string, string>> = { opted_out: 'suppressed', wrong_person: 'no_consent' };
const REACHED_TODAY = 'frequency';
/** The first call is printed as it runs; the others wait, so that it can be read. */
const { promise: firstIsOver, resolve: endFirst } = Promise.withResolvers<void>();
/** Who opts out stands on the campaign's list as well. */
const { promise: optOutIsOver, resolve: endOptOut } = Promise.withResolvers<void>();

const say = (line = ''): void => void process.stdout.write(`${line}\n`);
const print = conversationPrint(say);
const startedAt = Date.now();

say(bold('Starting the clinic on this machine …'));
const stack = await startLocalStack({
  keep: values.keep,
  withFhir: true,
  ports: {
    access: Number(values['access-port']),
    worker: Number(values['worker-port']),
    telnyx: Number(values['telnyx-port']),
  },
  ...(values['state-folder'] === undefined ? {} : { stateFolder: values['state-folder'] }),
  engine: { personas: [...personas, ...morePersonas, ...campaignPatients] },
  onObservation: (observation) => print.hear(observation),
  onRestart: () => say(dim('   (the worker died and is being started again)')),
});
const stop = async (code: number): Promise<never> => {
  await stack.stop();
  process.exit(code);
};
process.once('SIGINT', () => void stop(130));
process.once('SIGTERM', () => void stop(143));

let failed = false;
try {
  failed = await withLimit(values.once ? ONCE_LIMIT_MS - (Date.now() - startedAt) : null, ringAll(stack));
} catch (error) {
  say(red(`   ${(error as Error).message}`));
  failed = true;
}
if (values.once) await stop(failed ? 1 : 0);
say(
  `Open ${bold(`${stack.access.url}/dashboard`)} and sign in as Ada Admin, or as a colleague with another role. Ctrl-C stops everything.`,
);
say(dim('The same from another terminal, in this folder: npx telnyx-edge-intake --help'));

/** True when something did not end as scripted. */
async function ringAll(running: LocalStack): Promise<boolean> {
  await running.worker.ready();
  await giveRoles(running);
  // While the others are on the phone; read when they have been.
  const lines: string[] = [];
  let write = (line: string): void => void lines.push(line);
  const campaign = firstIsOver.then(async () => {
    const campaignId = await prepareCampaign(running);
    await optOutIsOver;
    if (campaignId !== null) return ringCampaign(running, campaignId, (line = '') => write(line));
    write('The campaign of the last start is over, and not run again.');
    return 0;
  });
  // It fails the run below, where it is waited for.
  campaign.catch(() => undefined);
  const calls = await ringEveryone(running);
  for (const line of lines) say(line);
  write = say;
  const rows = await campaign;
  const lost = await undelivered(running);
  say();
  for (const line of running.fhir?.refused ?? []) say(red(`   ✗   FHIR: ${line.slice(0, 200)}`));
  verdict(
    calls,
    `All ${personas.length} calls ended as scripted.`,
    `of ${personas.length} calls did not end as scripted.`,
  );
  verdict(
    rows,
    'The campaign rang whom it should, and nobody else.',
    'things about the campaign are not as they should be.',
  );
  verdict(
    lost,
    `All ${running.notes.received.length} notes were handed to the clinic's own system, signed, and its FHIR server has ${running.fhir?.resources.size ?? 0} resources.`,
    'notes were not handed to the clinic’s own systems.',
  );
  const { received, refused } = running.alerts;
  for (const line of refused) say(red(`   ✗   ${line}`));
  // Once there is one: with `--keep` nobody may be rung who has a red flag.
  const unsigned = refused.length + (received.length === 0 && !values.keep ? 1 : 0);
  verdict(
    unsigned,
    `All ${received.length} alerts were signed.`,
    'alerts were not signed as they should be, or never came.',
  );
  return calls + rows + lost + unsigned + (await examine(running)) > 0;
}

/** How many things the doctor finds that are not well. */
async function examine(running: LocalStack): Promise<number> {
  const findings = await askDoctor(running);
  for (const { check, code, detail } of findings ?? []) say(red(`   ✗   ${check}: ${code}. ${detail}`));
  if (findings === null) say(red('   ✗   the doctor did not answer'));
  const wrong = findings?.length ?? 1;
  verdict(wrong, 'The doctor finds nothing wrong.', 'things the doctor finds are not well.');
  return wrong;
}

/** How many notes are not where they belong, once nothing is on its way any more or the patience is over. */
async function undelivered(running: LocalStack): Promise<number> {
  const until = Date.now() + DELIVERY_PATIENCE_MS;
  for (;;) {
    const sinks = await tolerant(running, '/api/sinks');
    const systems = (sinks?.body.items ?? []) as { waiting: number; dead: number }[];
    const waiting = systems.reduce((sum, system) => sum + system.waiting, 0);
    if ((waiting === 0 || Date.now() > until) && systems.length > 0) {
      const dead = systems.reduce((sum, system) => sum + system.dead, 0);
      const refused = running.notes.refused() + (running.fhir?.refused.length ?? 0);
      const nothingCame = running.notes.received.length === 0 && !values.keep;
      return waiting + dead + refused + (nothingCame ? 1 : 0);
    }
    if (Date.now() > until) return 1;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function verdict(wrong: number, good: string, bad: string): void {
  say(wrong === 0 ? green(bold(good)) : red(bold(`${wrong} ${bad}`)));
}

async function ringEveryone(running: LocalStack): Promise<number> {
  const [first, ...others] = personas;
  if (first === undefined) return 0;
  say(dim(`Ready after ${((Date.now() - startedAt) / 1000).toFixed(1)} s; human time runs 20 times faster.`));
  say();
  print.follow(first);
  const results = await Promise.all([
    ring(running, first, false),
    ...others.map(async (persona) => {
      await firstIsOver;
      return ring(running, persona, true);
    }),
  ]);
  return results.filter((asScripted) => !asScripted).length;
}

/** Whether the call ended as its persona says. What goes wrong with one call says nothing about the others. */
async function ring(running: LocalStack, persona: Persona, asBlock: boolean): Promise<boolean> {
  try {
    return await ringOne(running, persona, asBlock);
  } catch (error) {
    say(red(`   ✗   ${persona.firstName} ${persona.lastName}: ${(error as Error).message}`));
    return false;
  } finally {
    if (!asBlock) endFirst();
    if (persona.id === optsOut.id) endOptOut();
  }
}

async function ringOne(running: LocalStack, persona: Persona, asBlock: boolean): Promise<boolean> {
  const patientId = await patientOf(running, persona);
  const placed = await ask(running, 'POST', '/api/calls', { phone_number: persona.phone, patient_id: patientId });
  const refusals = [REFUSED_AGAIN[persona.expected.status], REACHED_TODAY];
  if (values.keep && placed.status === 409 && refusals.includes(String(placed.body.code))) {
    if (asBlock) say();
    say(`${green('   ✓')}   ${persona.firstName} ${persona.lastName} is not rung again: ${placed.body.code}`);
    return true;
  }
  if (placed.status !== 201) throw new Error(`the call was refused: ${placed.status} ${String(placed.body.code)}`);
  const callId = String(placed.body.call_id);
  const first = await finished(running, callId);
  const back = asRingingBack(persona);
  const second = back === null ? null : await finished(running, await callFrom(running, persona));
  if (asBlock) print.block(persona);
  const asScripted = [judge(running, persona, first), ...(back && second ? [judge(running, back, second, first)] : [])];
  return asScripted.every((yes) => yes);
}

interface Finished {
  readonly callId: string;
  readonly call: Json;
  readonly note: Json | null;
}

/** Prints the note and what differs from what the patient really pressed and said, in this call and the one it goes on with. */
function judge(running: LocalStack, persona: Persona, { callId, call, note }: Finished, earlier?: Finished): boolean {
  if (note !== null) for (const line of noteLines(note)) say(line);
  const ids = [earlier?.callId, callId];
  const records = running.telnyx.engine
    .calls()
    .flatMap((made) => (ids.includes(made.callId ?? '') ? [made.record] : []));
  const differences = compareWithNote(persona, call, note, records);
  const alerted = running.alerts.received.some((alert) => alert.callId === callId);
  if (alerted) say(bold(red('   ! staff were alerted, by id and link alone')));
  if ((persona.expected.redFlags ?? []).length > 0 && !alerted) differences.push('no alert for a red flag');
  const { status, duration_seconds: seconds } = call.recording as { status: string; duration_seconds: number | null };
  if (status !== (isRecorded(running, callId) ? 'ready' : 'none')) differences.push(`the recording is ${status}`);
  const recorded = status === 'ready' ? `, recording of ${seconds} s stored` : '';
  const verdict = `   ${String(call.status)}, ${String(call.duration_seconds)} s${recorded}`;
  say(differences.length === 0 ? `${green('   ✓')}${verdict}` : `${red('   ✗')}${verdict}`);
  for (const difference of differences) say(red(`     ${difference}`));
  return differences.length === 0;
}

/** Whether Telnyx recorded any of it. */
function isRecorded(running: LocalStack, callId: string): boolean {
  const { engine } = running.telnyx;
  const legs = engine.calls().filter((made) => made.callId === callId);
  const recorders = engine.callEvents.filter(({ type, name }) => type === 'command' && name === 'record_start');
  return recorders.some((recorder) => legs.some((leg) => leg.callControlId === recorder.callControlId));
}

/** The call in which this patient rings back, once it has been answered. */
async function callFrom(running: LocalStack, { id }: Persona): Promise<string> {
  for (;;) {
    const made = running.telnyx.engine.calls().find((call) => call.persona === id && call.direction === 'incoming');
    if (made?.callId) return made.callId;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** With `--keep` the patients of the last start are still on file, and their consents with them. */
async function patientOf(running: LocalStack, persona: Persona): Promise<string> {
  const known = await ask(running, 'GET', `/api/patients?external_id=${persona.id}&limit=1`);
  const [patient] = (known.body.items ?? []) as { patient_id: string }[];
  if (patient !== undefined) return patient.patient_id;
  const created = await ask(running, 'POST', '/api/patients', {
    phone_number: persona.phone,
    first_name: persona.firstName,
    last_name: persona.lastName,
    ...(persona.dateOfBirth === null ? {} : { date_of_birth: persona.dateOfBirth }),
    external_id: persona.id,
    consent: {
      basis: 'number_given_by_patient',
      obtained_at: new Date().toISOString(),
      obtained_by: 'front desk',
      evidence: 'registration form',
    },
  });
  if (created.status !== 201)
    throw new Error(`the patient was refused: ${created.status} ${String(created.body.code)}`);
  return String(created.body.patient_id);
}

type Json = Record<string, unknown>;

/** The call when it is over, with its note and its recording once they are stored; a call that leaves none says so. */
async function finished(running: LocalStack, callId: string): Promise<Finished> {
  for (;;) {
    const call = await tolerant(running, `/api/calls/${callId}`);
    if (call !== null && FINAL.has(String(call.body.status)) && !isPending(call.body)) {
      const note = await tolerant(running, `/api/calls/${callId}/intake-data`);
      if (note?.status === 200) return { callId, call: call.body, note: note.body };
      if (note?.body.code === 'no_note') return { callId, call: call.body, note: null };
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function isPending({ recording }: Json): boolean {
  return (recording as { status: string }).status === 'pending';
}

/** While the worker is down, or being restarted, there is no answer; null then. */
async function tolerant(running: LocalStack, path: string): Promise<{ status: number; body: Json } | null> {
  const answer = await running.api('GET', path).catch(() => null);
  return answer !== null && typeof answer.body === 'object' && answer.body !== null
    ? { status: answer.status, body: answer.body as Json }
    : null;
}

/** The request as often as it takes to be answered: while the worker is being restarted nobody answers. */
async function ask(
  running: LocalStack,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Json }> {
  for (;;) {
    const answer = await running.api(method, path, body).catch(() => null);
    if (answer !== null && answer.status < 500) return { status: answer.status, body: answer.body as Json };
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function withLimit<T>(ms: number | null, work: Promise<T>): Promise<T> {
  if (ms === null) return work;
  const limit = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('not finished in time')), ms).unref();
  });
  return Promise.race([work, limit]);
}
