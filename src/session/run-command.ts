/**
 * Carries out one command and says what came of it: nothing to add, an event for the core, or again later. Every outside
 * call has its timeout; none is repeated here.
 */
import { withDeadline } from '../deadline.ts';
import { afterFailure } from '../domain/intake/after-failure.ts';
import { callRecord, leavesNote } from '../domain/intake/call-record.ts';
import type { Command } from '../domain/intake/command.ts';
import type { CallEventBody } from '../domain/intake/event.ts';
import type { PendingCommand } from '../domain/intake/pick-command.ts';
import { noteOf } from '../domain/note/note.ts';
import { type Config, configOf, type Env } from '../env.ts';
import { log } from '../log.ts';
import { database } from '../store/database.ts';
import { finishCall } from '../store/finish-call.ts';
import { insertSuppression } from '../store/suppressions.ts';
import { createTelnyxClient, SEND_TIMEOUT_MS, type Sent, type TelnyxClient } from '../telnyx/client.ts';
import { isDefiniteNo, type TelnyxFailure } from '../telnyx/errors.ts';
import type { Session } from './call-storage.ts';

export type Done =
  /** `saved`: everything the call leaves behind is in D1. */
  { readonly kind: 'done' | 'saved'; readonly event: CallEventBody | null } | { readonly kind: 'retry' };
type OwnCommand = Extract<Command, { name: 'suppress_number' | 'release_line' | 'save_note' }>;

const DONE: Done = { kind: 'done', event: null };
const learned = (event: CallEventBody): Done => ({ kind: 'done', event });

export async function runCommand(
  env: Env,
  session: Session,
  { command, attempts }: PendingCommand,
  mirroring: () => Promise<void> | null,
): Promise<Done> {
  const config = configOf(env);
  const { plan } = session;
  const { state } = session.record;
  const failed = (failure: TelnyxFailure): Done => {
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
    const after = afterFailure(command, { kind, code: `telnyx_${code}`, definite: isDefiniteNo(failure) });
    return after === 'retry' ? { kind: 'retry' } : learned(after);
  };
  switch (command.name) {
    case 'dial': {
      const sent = await telnyx(config).dial(plan, command);
      if (!sent.ok) return failed(sent.failure);
      return learned(sent.value === null ? { type: 'dial.unknown' } : { type: 'dial.accepted', ids: sent.value });
    }
    case 'find_dial': {
      const sent = await telnyx(config).findDial(plan);
      return sent.ok ? learned({ type: 'dial.checked', ids: sent.value }) : failed(sent.failure);
    }
    case 'retrieve_call': {
      const sent: Sent<boolean | null> =
        state.ids === null ? { ok: true, value: null } : await telnyx(config).isAlive(state.ids.callControlId);
      return sent.ok ? learned({ type: 'call.checked', seq: command.seq, alive: sent.value }) : failed(sent.failure);
    }
    case 'gather_using_speak':
    case 'gather_stop':
    case 'speak':
    case 'record_start':
    case 'record_stop':
    case 'hangup': {
      if (state.ids === null) return DONE;
      const sent = await telnyx(config).send(plan, state.ids.callControlId, command);
      return sent.ok ? DONE : failed(sent.failure);
    }
    case 'suppress_number':
    case 'release_line':
    case 'save_note':
      return own(env, config, session, command, mirroring);
  }
}

/** Our own storage: D1 and the dialer. A failure passes or is repaired; it is tried until it works. */
async function own(
  env: Env,
  config: Config,
  session: Session,
  command: OwnCommand,
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
      case 'save_note': {
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
    return { kind: 'retry' };
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

/** Nothing of ours is waited for longer than a Telnyx command would be. */
const within = <T>(work: PromiseLike<T>): Promise<T> => withDeadline(work, SEND_TIMEOUT_MS);

const telnyx = (config: Config): TelnyxClient => createTelnyxClient({ ...config.telnyx, publicUrl: config.publicUrl });
