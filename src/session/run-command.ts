/**
 * Carries out one command and says what came of it: nothing to add, an event for the core, or again later. Every outside
 * call has its timeout; none is repeated here.
 */
import { callRecord, leavesNote } from '../domain/intake/call-record.ts';
import { type Command, isStopping } from '../domain/intake/command.ts';
import type { CallEvent } from '../domain/intake/event.ts';
import { type PendingCommand, retryLater } from '../domain/intake/pick-command.ts';
import type { CallState } from '../domain/intake/state.ts';
import { noteOf } from '../domain/note/note.ts';
import { type Config, configOf, type Env } from '../env.ts';
import { log } from '../log.ts';
import { database } from '../store/database.ts';
import { finishCall } from '../store/finish-call.ts';
import { insertSuppression } from '../store/suppressions.ts';
import {
  createTelnyxClient,
  type LineCommand,
  SEND_TIMEOUT_MS,
  type Sent,
  type TelnyxClient,
} from '../telnyx/client.ts';
import { isDefiniteNo, type TelnyxFailure } from '../telnyx/errors.ts';
import type { Session } from './call-storage.ts';

type Learned<T> = T extends {
  type: 'dial.accepted' | 'dial.refused' | 'dial.unknown' | 'dial.checked' | 'call.checked' | 'command.failed';
}
  ? Omit<T, 'id' | 'at' | 'receivedAt'>
  : never;
export type LearnedEvent = Learned<CallEvent>;

export type Done =
  | { readonly kind: 'done' | 'saved'; readonly event: LearnedEvent | null }
  | {
      readonly kind: 'retry';
      readonly again: (state: CallState, entry: PendingCommand) => readonly [CallState, PendingCommand];
    };

const DONE: Done = { kind: 'done', event: null };
const learned = (event: LearnedEvent): Done => ({ kind: 'done', event });
const retry = (): Done => ({ kind: 'retry', again: (state, entry) => retryLater(state, entry, Date.now()) });

export async function runCommand(
  env: Env,
  session: Session,
  { command, attempts }: PendingCommand,
  mirroring: () => Promise<void> | null,
): Promise<Done> {
  const config = configOf(env);
  const { plan } = session;
  const { state } = session.record;
  const noteFailure = (failure: TelnyxFailure) => {
    const { kind, code, status } = failure;
    log.warn('command.failed', {
      call_id: plan.callId,
      command: command.name,
      command_id: `${plan.callId}:${command.seq}`,
      kind,
      code,
      status,
      attempt: attempts + 1,
    });
  };
  switch (command.name) {
    case 'dial': {
      const sent = await telnyx(config).dial(plan, command);
      if (sent.ok)
        return learned(sent.value === null ? { type: 'dial.unknown' } : { type: 'dial.accepted', ids: sent.value });
      noteFailure(sent.failure);
      if (!isDefiniteNo(sent.failure)) return learned({ type: 'dial.unknown' });
      return learned({ type: 'dial.refused', code: `telnyx_${sent.failure.code}` });
    }
    case 'find_dial': {
      const sent = await telnyx(config).findDial(plan);
      if (sent.ok) return learned({ type: 'dial.checked', ids: sent.value });
      noteFailure(sent.failure);
      return sent.failure.kind === 'retryable' ? retry() : learned({ type: 'dial.checked', ids: null });
    }
    case 'retrieve_call': {
      const sent: Sent<boolean | null> =
        state.ids === null ? { ok: true, value: null } : await telnyx(config).isAlive(state.ids.callControlId);
      if (sent.ok) return learned({ type: 'call.checked', seq: command.seq, alive: sent.value });
      noteFailure(sent.failure);
      return sent.failure.kind === 'retryable'
        ? retry()
        : learned({ type: 'call.checked', seq: command.seq, alive: null });
    }
    case 'gather_using_speak':
    case 'gather_stop':
    case 'speak':
    case 'record_start':
    case 'record_stop':
    case 'hangup':
      return sendToLine(telnyx(config), session, command, noteFailure);
    case 'suppress_number':
    case 'release_line':
    case 'save_note':
      return own(env, config, session, command, mirroring);
  }
}

async function sendToLine(
  client: TelnyxClient,
  { plan, record: { state } }: Session,
  command: LineCommand,
  noteFailure: (failure: TelnyxFailure) => void,
): Promise<Done> {
  if (state.ids === null) return DONE;
  const sent = await client.send(plan, state.ids.callControlId, command);
  if (sent.ok) return DONE;
  const { failure } = sent;
  noteFailure(failure);
  const { seq, name } = command;
  // What stops something is sent until it works or the call is over, whatever Telnyx has against it.
  if (failure.kind === 'retryable' || (failure.kind === 'permanent' && isStopping(name))) return retry();
  const reason = failure.kind === 'call_ended' ? 'call_ended' : 'refused';
  return learned({ type: 'command.failed', seq, name, reason, code: `telnyx_${failure.code}` });
}

/** Our own storage: D1 and the dialer. A failure passes or is repaired; it is tried until it works. */
async function own(
  env: Env,
  config: Config,
  session: Session,
  command: Command,
  mirroring: () => Promise<void> | null,
): Promise<Done> {
  const { plan } = session;
  const db = database(env);
  try {
    switch (command.name) {
      case 'suppress_number': {
        const row = { phoneNumber: plan.to, reason: 'opted_out', callId: plan.callId };
        await within(insertSuppression(db, config.keyRing, row, Date.now()));
        return DONE;
      }
      case 'release_line':
        await within(env.DIALER.getByName('dialer').release(plan.attemptId));
        return DONE;
      default: {
        // The last mirrored status must not land after the final record.
        await within(mirroring() ?? Promise.resolve());
        await within(save(config, session, db));
        return { kind: 'saved', event: null };
      }
    }
  } catch (error) {
    log.warn('command.failed', {
      call_id: plan.callId,
      command: command.name,
      kind: 'retryable',
      reason: (error as Error).name,
    });
    return retry();
  }
}

async function save(
  config: Config,
  { plan, dataKey, record }: Session,
  db: ReturnType<typeof database>,
): Promise<void> {
  const now = Date.now();
  const outcome = callRecord(record.state);
  const iso = (at: number) => new Date(at).toISOString();
  // A note's id comes from its call's, so that writing a version twice is writing it once.
  const { noteVersion } = record.state;
  const noteId = `${plan.callId.replace(/^call_/, 'note_')}${noteVersion === 1 ? '' : `.${noteVersion}`}`;
  const note = leavesNote(outcome.status) ? noteOf(record.state, plan, noteId, noteVersion, now, iso) : null;
  const { callId, attemptId, patient, to } = plan;
  const log = { events: record.events, transcript: record.transcript };
  const call = {
    callId,
    attemptId,
    patientId: patient.patientId,
    phoneNumber: to,
    record: outcome,
    note,
    log,
    tasks: record.state.tasks,
  };
  await finishCall(db, config.keyRing, dataKey, call, now);
}

/** D1 can stall for a minute; nothing here waits longer than a Telnyx command would. */
async function within<T>(work: PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException('storage did not answer', 'TimeoutError')), SEND_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

const telnyx = (config: Config): TelnyxClient => createTelnyxClient({ ...config.telnyx, publicUrl: config.publicUrl });
