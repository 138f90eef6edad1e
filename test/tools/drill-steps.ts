/** The steps of the restore drill, and what has to be so after each. */
import { createHash } from 'node:crypto';
import { globSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { type AuditRow, hashedText } from '../../src/domain/audit/audit-row.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { personas } from '../../src/simulator/personas.ts';
import { type DatabaseFigures, figuresOf, type Manifest } from './backup-format.ts';
import { fillClinic } from './filled-clinic.ts';
import { insist, type Json, placeCall, registerPatient } from './front-desk.ts';
import { type LocalStack, startLocalStack } from './local-stack.ts';
import { makeBackup } from './make-backup.ts';
import { RestoreRefused, restoreBackup } from './restore-backup.ts';

export interface Drill {
  readonly ports: { readonly access: number; readonly worker: number; readonly telnyx: number };
  readonly stateFolder: string;
  readonly backupFolder: string;
  readonly small: boolean;
  readonly onStep: (step: string, seconds: number) => void;
  readonly onCheck: (check: string, problem: string | null) => void;
}
/** Of a call, so that it can be compared afterwards. */
interface Kept {
  readonly callId: string;
  readonly note: string;
  readonly audio: string | null;
}

const OVER = /^(completed|partial|declined|voicemail|no_answer|busy|failed|canceled|opted_out|wrong_person|blocked)$/;
const POLL_MS = 200;
const LIMIT_MS = 90_000;
const one = (id: string): Persona => {
  const found = personas.find((persona) => persona.id === id);
  if (found === undefined) throw new Error(`nobody is called ${id}`);
  return found;
};
/** Rung after the backup; rung after the backup and opts out in the call; put on the list by staff; erased. */
const [RUNG, OPTS_OUT, LISTED, ERASED] = [one('busy'), one('opts-out'), one('full-unrecorded'), one('spanish')];
const BEFORE = one('full-recorded');

export async function drill(given: Drill): Promise<void> {
  const { stateFolder, backupFolder, onCheck, ports } = given;
  let stack = await startLocalStack({ keep: false, ports, stateFolder, speed: 40 });
  try {
    const before = await timed(given, 'fill the clinic', () => fill(stack, given.small));
    const manifest = await timed(given, 'back up', () => makeBackup(backupFolder, stateFolder));
    await timed(given, 'opt out, ring and erase after the backup', () => goOn(stack, before.ids));
    await stack.stop();
    await timed(given, 'lose the database', async () => loseDatabase(stateFolder));
    await timed(given, 'restore the database', () => restoreBackup(backupFolder, stateFolder, 'database'));
    checkRows(onCheck, manifest, readRestored(stateFolder));
    onCheck('their row is in the backup', (manifest.rows['patients'] ?? 0) >= before.ids.size ? null : 'it is not');
    const again = await restoreBackup(backupFolder, stateFolder, 'database').catch((error: unknown) => error);
    onCheck('a second restore is refused', again instanceof RestoreRefused ? null : 'it was not');

    const from = Date.now();
    stack = await startLocalStack({ keep: true, ports, stateFolder, speed: 40 });
    await stack.worker.ready();
    given.onStep('restore: start the worker', (Date.now() - from) / 1000);
    await checkAfter(given, stack, before);
  } finally {
    await stack.stop();
  }
}

async function timed<T>({ onStep }: Drill, step: string, work: () => Promise<T>): Promise<T> {
  const from = Date.now();
  const done = await work();
  onStep(step, (Date.now() - from) / 1000);
  return done;
}

type Filled = { readonly ids: ReadonlyMap<string, string>; readonly kept: readonly Kept[] };

async function fill(stack: LocalStack, small: boolean): Promise<Filled> {
  await stack.worker.ready();
  if (!small) await fillClinic(stack);
  const people = [...(small ? [BEFORE] : []), RUNG, OPTS_OUT, LISTED, ERASED];
  const ids = new Map<string, string>();
  for (const person of people) ids.set(person.id, await registerPatient(stack, person));
  if (small) await ring(stack, BEFORE, idOf(ids, BEFORE));
  await ring(stack, ERASED, idOf(ids, ERASED));
  return { ids, kept: await readAll(stack, idOf(ids, ERASED)) };
}

const idOf = (ids: ReadonlyMap<string, string>, { id }: Persona): string => ids.get(id) ?? '';

async function ring(stack: LocalStack, person: Persona, patientId: string): Promise<string> {
  const callId = await placeCall(stack, person, patientId);
  await until(async () => {
    const { status, recording } = await insist(stack, 'GET', `/api/calls/${callId}`);
    return OVER.test(String(status)) && (recording as Json)['status'] !== 'pending';
  }, `the call to ${person.id} is over`);
  return callId;
}

/** Notes and recordings of every call, but of whoever will be erased. */
async function readAll(stack: LocalStack, butOf: string): Promise<Kept[]> {
  const { items } = (await insist(stack, 'GET', '/api/calls?limit=200')) as { items: Json[] };
  const kept: Kept[] = [];
  for (const { call_id, patient_id } of items) {
    if (patient_id === butOf) continue;
    const callId = String(call_id);
    const call = await insist(stack, 'GET', `/api/calls/${callId}`);
    const note = await stack.api('GET', `/api/calls/${callId}/intake-data`);
    const isKept = (call['recording'] as Json)['status'] === 'ready';
    const audio = isKept ? await stack.bytes(`/api/calls/${callId}/recording`) : null;
    if (audio !== null && audio.status !== 200) throw new Error(`the recording of ${callId}: ${audio.status}`);
    // Nobody picked up: there is none.
    const text = note.status === 200 ? JSON.stringify(note.body) : `${note.status}`;
    kept.push({
      callId,
      note: text,
      audio: audio === null ? null : createHash('sha256').update(audio.body).digest('hex'),
    });
  }
  return kept;
}

/** What the backup does not have. */
async function goOn(stack: LocalStack, ids: ReadonlyMap<string, string>): Promise<void> {
  await ring(stack, RUNG, idOf(ids, RUNG));
  await ring(stack, OPTS_OUT, idOf(ids, OPTS_OUT));
  await insist(stack, 'POST', '/api/suppressions', { phone_number: LISTED.phone, reason: 'asked' });
  await erase(stack, idOf(ids, ERASED));
}

async function erase(stack: LocalStack, patientId: string): Promise<void> {
  await insist(stack, 'DELETE', `/api/patients/${patientId}`);
  await untilErased(stack, patientId);
}

const untilErased = (stack: LocalStack, patientId: string) =>
  until(async () => (await stack.api('GET', `/api/patients/${patientId}`)).status === 404, 'the patient is erased');

const databaseFiles = (stateFolder: string): string[] => globSync('v3/d1/**/*.sqlite*', { cwd: stateFolder });

function loseDatabase(stateFolder: string): void {
  for (const file of databaseFiles(stateFolder)) rmSync(path.join(stateFolder, file));
}

function openDatabase(stateFolder: string): DatabaseSync {
  const [file] = databaseFiles(stateFolder).filter(
    (name) => name.endsWith('.sqlite') && !name.endsWith('metadata.sqlite'),
  );
  return new DatabaseSync(path.join(stateFolder, file ?? ''), { readOnly: true, timeout: 1000 });
}

function readRestored(stateFolder: string): DatabaseFigures {
  const database = openDatabase(stateFolder);
  try {
    return figuresOf(database);
  } finally {
    database.close();
  }
}

function checkRows(onCheck: Drill['onCheck'], manifest: Manifest, restored: DatabaseFigures): void {
  // The mark that it came from a backup is the one row that was not in it.
  const expected = { ...manifest.rows, signs: (manifest.rows['signs'] ?? 0) + 1 };
  const differs = Object.entries(expected).filter(([table, rows]) => restored.rows[table] !== rows);
  const told = differs.map(([table, rows]) => `${table} ${restored.rows[table]} instead of ${rows}`).join(', ');
  onCheck('every table has the rows it had', told === '' ? null : told);
}

async function checkAfter(given: Drill, stack: LocalStack, { ids, kept }: Filled): Promise<void> {
  const { onCheck } = given;
  // Asked for before anybody has noticed anything: it may be taken, and must not be dialled.
  const early = await stack.api('POST', '/api/calls', { phone_number: RUNG.phone, patient_id: idOf(ids, RUNG) });
  const earlyId = (early.body as Json)['call_id'];
  await timed(given, 'restore: write again what is missing', () =>
    until(async () => {
      const { held_since, replayed_at } = await insist(stack, 'GET', '/api/dialing');
      return held_since === null && replayed_at !== null;
    }, 'dialing is open again'),
  );
  const noticed = stack.worker.log().indexOf('dialer.held');
  const opened = stack.worker.log().indexOf('dialer.released');
  const dialled = stack.worker.log().slice(noticed, opened).includes('"command":"dial"');
  onCheck(
    'dialing was closed until everything was written again',
    noticed >= 0 && opened > noticed && !dialled ? null : `held ${noticed}, released ${opened}, dialled ${dialled}`,
  );
  const { stopped } = await insist(stack, 'GET', '/api/dialing');
  onCheck('it opened by itself', stopped === false ? null : 'it did not');

  const refusal = async (person: Persona) => {
    const answer = await stack.api('POST', '/api/calls', { phone_number: person.phone, patient_id: idOf(ids, person) });
    return `${answer.status} ${(answer.body as Json)['code'] ?? ''}`;
  };
  const expectRefused = async (check: string, person: Persona, code: string) => {
    const was = await refusal(person);
    onCheck(check, was.endsWith(` ${code}`) ? null : was);
  };
  await expectRefused('a number that staff put on the list after the backup is blocked', LISTED, 'suppressed');
  await expectRefused('who opted out in a call after the backup is blocked', OPTS_OUT, 'suppressed');
  if (typeof earlyId === 'string') {
    await until(
      async () => OVER.test(String((await insist(stack, 'GET', `/api/calls/${earlyId}`))['status'])),
      'it is judged',
    );
    const { status, error } = await insist(stack, 'GET', `/api/calls/${earlyId}`);
    onCheck('who was rung after the backup is not rung again', status === 'blocked' ? null : `${status} ${error}`);
  } else await expectRefused('who was rung after the backup is not rung again', RUNG, 'frequency');

  await checkErased(given, idOf(ids, ERASED));
  const now = await readAll(stack, idOf(ids, ERASED));
  const after = new Map(now.map((call) => [call.callId, call]));
  const lost = kept.filter(
    ({ callId, note, audio }) => after.get(callId)?.note !== note || after.get(callId)?.audio !== audio,
  );
  const audio = kept.filter((call) => call.audio !== null).length;
  onCheck(
    `${kept.length} notes and ${audio} recordings open as they were`,
    lost.length === 0 && audio > 0 ? null : `${lost.length} do not: ${lost.map(({ callId }) => callId).join(', ')}`,
  );
  onCheck('the audit holds, with the lines from after the backup', auditProblem(given.stateFolder));
}

/** Their rows came back with the backup, sealed under a key that is no more; and they go again. */
async function checkErased(given: Drill, patientId: string): Promise<void> {
  const rowsOf = () => {
    const database = openDatabase(given.stateFolder);
    try {
      const sql =
        'select (select count(*) from patients where id = ?) + (select count(*) from calls where patient_id = ?) as n';
      return Number(database.prepare(sql).get(patientId, patientId)?.['n']);
    } finally {
      database.close();
    }
  };
  await timed(given, 'erase again who was erased', () => until(async () => rowsOf() === 0, 'they are erased again'));
  given.onCheck('who was erased is erased again', null);
}

/** The chain itself, by its own rule: from line to line without a gap, each with the hash of the one before (X12). */
function auditProblem(stateFolder: string): string | null {
  const database = openDatabase(stateFolder);
  try {
    const rows = database
      .prepare(
        `select seq, at, actor, actor_name as actorName, roles, action, phi, method, route, status, code, patient_id as patientId,
         call_id as callId, object_id as objectId, address, request_id as requestId, shown, prev_hash as prevHash, hash
         from audit_events order by seq`,
      )
      .all() as unknown as AuditRow[];
    for (const [i, row] of rows.entries()) {
      const before = rows[i - 1];
      const isNext = before === undefined || (row.seq === before.seq + 1 && row.prevHash === before.hash);
      const text = hashedText({ ...row, phi: Boolean(row.phi) });
      if (!isNext || createHash('sha256').update(text).digest('hex') !== row.hash) return `breaks at line ${row.seq}`;
    }
    const missing = ['suppression.add', 'patient.erase'].filter((action) => !rows.some((row) => row.action === action));
    return missing.length === 0 ? null : `lacks ${missing.join(', ')}`;
  } finally {
    database.close();
  }
}

async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await pause(POLL_MS);
  }
}
