/**
 * Carries out one command and says what came of it: nothing to add, an event for the core, or again later. Every outside
 * call has its timeout; none is repeated here.
 */
import { alertStaff } from '../alert-staff.ts';
import { withDeadline } from '../deadline.ts';
import type { LimitCode } from '../domain/campaign/slow-down.ts';
import { configuredSinks } from '../domain/delivery/sinks.ts';
import { afterFailure } from '../domain/intake/after-failure.ts';
import { planFor } from '../domain/intake/call-plan.ts';
import { callRecord, leavesNote } from '../domain/intake/call-record.ts';
import type { Command } from '../domain/intake/command.ts';
import type { CallEventBody } from '../domain/intake/event.ts';
import type { PendingCommand } from '../domain/intake/pick-command.ts';
import { recordingOf } from '../domain/intake/recording.ts';
import { newestNote } from '../domain/note/newest-note.ts';
import { itemCodesOf } from '../domain/stats/item-codes.ts';
import { type Config, configOf, type Env } from '../env.ts';
import { log } from '../log.ts';
import { measure } from '../metrics.ts';
import { signRedactions } from '../sign-redactions.ts';
import { database } from '../store/database.ts';
import { finishCall } from '../store/finish-call.ts';
import { sendJobHints } from '../store/job-hints.ts';
import { jobsOfCall } from '../store/jobs.ts';
import { dataKeyOf } from '../store/patient-keys.ts';
import { journalSuppressions } from '../store/suppression-journal.ts';
import { insertSuppression } from '../store/suppressions.ts';
import { openTask } from '../store/tasks.ts';
import { createTelnyxClient, SEND_TIMEOUT_MS, type Sent, type TelnyxClient } from '../telnyx/client.ts';
import { isDefiniteNo, type TelnyxFailure } from '../telnyx/errors.ts';
import type { Session } from './call-storage.ts';

export type Done =
  /** `saved`: everything the call leaves behind is in D1. */
  { readonly kind: 'done' | 'saved'; readonly event: CallEventBody | null } | { readonly kind: 'retry' };
/** What the session has going on beside its one command. */
export interface Alongside {
  /** The record on its way to the list, if one is. */
  readonly mirroring: () => Promise<void> | null;
  /** Goes on without anything waiting for it. */
  readonly inBackground: (work: Promise<void>) => void;
}
type OwnCommand = Extract<
  Command,
  { name: 'suppress_number' | 'open_task' | 'release_line' | 'save_note' | 'run_jobs' }
>;

/** Its tries come half a second after one another, then a second, two, … up to a minute: four minutes in all. */
const LAST_FOLLOW_UP = 10;

const DONE: Done = { kind: 'done', event: null };
const learned = (event: CallEventBody): Done => ({ kind: 'done', event });

export async function runCommand(
  env: Env,
  session: Session,
  { command, attempts }: PendingCommand,
  alongside: Alongside,
): Promise<Done> {
  const config = configOf(env);
  const { plan } = session;
  const { state } = session.record;
  const began = Date.now();
  const measured = <T>(sent: Sent<T>): Sent<T> => {
    const [outcome, code] = sent.ok
      ? (['ok', null] as const)
      : [sent.failure.kind, sent.failure.limit ?? sent.failure.code];
    measure(env, 'command', { command: command.name, outcome, code }, { ms: Date.now() - began });
    return sent;
  };
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
      const sent = measured(await telnyx(config).dial(plan, command));
      if (!sent.ok) {
        const { limit } = sent.failure;
        if (limit === null) return failed(sent.failure);
        alongside.inBackground(slowDown(env, plan.callId, limit));
        // Named by what was too much: the error code of too many channels is also that of quite other refusals.
        return failed({ ...sent.failure, code: limit });
      }
      return learned(sent.value === null ? { type: 'dial.unknown' } : { type: 'dial.accepted', ids: sent.value });
    }
    case 'find_dial': {
      const sent = measured(await telnyx(config).findDial(plan));
      return sent.ok ? learned({ type: 'dial.checked', ids: sent.value }) : failed(sent.failure);
    }
    case 'retrieve_call': {
      const sent: Sent<boolean | null> =
        state.ids === null
          ? { ok: true, value: null }
          : measured(await telnyx(config).isAlive(state.ids.callControlId));
      return sent.ok ? learned({ type: 'call.checked', seq: command.seq, alive: sent.value }) : failed(sent.failure);
    }
    case 'answer':
    case 'gather_using_speak':
    case 'gather_stop':
    case 'speak':
    case 'playback_start':
    case 'playback_stop':
    case 'record_start':
    case 'record_stop':
    case 'transcription_start':
    case 'transcription_stop':
    case 'transfer':
    case 'hangup': {
      if (state.ids === null) return DONE;
      const sent = measured(await telnyx(config).send(plan, state.ids.callControlId, command));
      return sent.ok ? DONE : failed(sent.failure);
    }
    case 'suppress_number':
    case 'open_task':
    case 'release_line':
    case 'save_note':
    case 'run_jobs':
      return own(env, config, session, command, attempts, alongside);
  }
}

/** This attempt is lost; those to come are fewer. Not told is told by the next one refused. */
async function slowDown(env: Env, callId: string, code: LimitCode): Promise<void> {
  try {
    await within(env.DIALER.getByName('dialer').throttled(code));
  } catch (error) {
    log.warn('dialer.unavailable', { call_id: callId, code, reason: (error as Error).name });
  }
}

/** Our own storage: D1 and the dialer. A failure passes or is repaired; it is tried until it works. */
async function own(
  env: Env,
  config: Config,
  session: Session,
  command: OwnCommand,
  attempts: number,
  { mirroring, inBackground }: Alongside,
): Promise<Done> {
  const { plan } = session;
  const db = database(env);
  try {
    switch (command.name) {
      case 'suppress_number': {
        const row = { phoneNumber: command.number, reason: 'opted_out', callId: plan.callId };
        await within(insertSuppression(db, config.keyRing, row, Date.now()));
        inBackground(journal(env, db));
        return DONE;
      }
      case 'open_task': {
        const { patientId } = planFor(session.record.state, plan).patient;
        const task = { kind: command.kind, callId: plan.callId, patientId };
        const id = await within(openTask(db, task, Date.now()));
        // The row is what counts: what cannot be told now is told by the sweep, again and again. The patient waits for neither.
        inBackground(alertStaff(db, config, { id, ...task }, Date.now()));
        return DONE;
      }
      case 'release_line':
        if (plan.attemptId !== null) await within(env.DIALER.getByName('dialer').release(plan.attemptId));
        return DONE;
      case 'save_note': {
        // The last mirrored status must not land after the final record.
        await within(mirroring() ?? Promise.resolve());
        await within(save(config, session, db));
        if (session.record.state.outcome === 'opted_out') inBackground(journal(env, db));
        const { status, answeredAt, endedAt } = callRecord(session.record.state);
        measure(env, 'call', { status }, { ms: answeredAt === null ? 0 : (endedAt ?? answeredAt) - answeredAt });
        inBackground(signRedactions(env));
        return { kind: 'saved', event: null };
      }
      case 'run_jobs': {
        const left = await within(followUp(env, db, plan.callId, Date.now()));
        // After some minutes the cron goes on alone.
        return left && attempts < LAST_FOLLOW_UP ? { kind: 'retry' } : DONE;
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

/** At once, for a database may be set back the next minute; what fails here the cron does. */
async function journal(env: Env, db: ReturnType<typeof database>): Promise<void> {
  try {
    await journalSuppressions(db, env.BUCKET, Date.now());
  } catch (error) {
    log.warn('suppression.not_journaled', { reason: (error as Error).name });
  }
}

async function save(
  config: Config,
  { plan, dataKey, record }: Session,
  db: ReturnType<typeof database>,
): Promise<void> {
  const now = Date.now();
  const { state } = record;
  const { callId, attemptId, patientNumber, clinicNumber } = plan;
  const { questionnaire, patient } = planFor(state, plan);
  const { patientId, externalId } = patient;
  // Whoever rang back proved to be somebody else than the number said: it is sealed under their key.
  const key = patientId === plan.patient.patientId ? dataKey : await dataKeyOf(config.keyRing, patientId);
  const note = leavesNote(state, plan) ? newestNote(state, plan, now, isoTime) : null;
  const call = {
    ...{ callId, attemptId, ownerId: plan.patient.patientId, patientId, externalId },
    ...{ phoneNumber: patientNumber, clinicNumber, questionnaire },
    ...{ record: callRecord(state), refused: state.outcome === 'dial_refused' },
    recording: recordingOf(state),
    strayRecordings: state.strayRecordings,
    sinks: configuredSinks(config.sinks),
    note,
    itemCodes: note === null ? null : itemCodesOf(questionnaire.items, state, record.transcript),
    log: { events: record.events, transcript: record.transcript },
    tasks: state.tasks,
  };
  await finishCall(db, config.keyRing, key, call, now);
}

/** Whether work of this call is still to be done; what is due is hinted at. */
async function followUp(env: Env, db: ReturnType<typeof database>, callId: string, now: number): Promise<boolean> {
  const waiting = (await jobsOfCall(db, callId)).filter(({ status }) => status === 'waiting');
  await sendJobHints(
    env,
    waiting.filter(({ dueAt }) => dueAt <= now).map(({ id }) => id),
  );
  return waiting.length > 0;
}

/** The core holds no calendar. */
export const isoTime = (at: number): string => new Date(at).toISOString();

/** Nothing of ours is waited for longer than a Telnyx command would be. */
const within = <T>(work: PromiseLike<T>): Promise<T> => withDeadline(work, SEND_TIMEOUT_MS);

const telnyx = (config: Config): TelnyxClient => createTelnyxClient({ ...config.telnyx, publicUrl: config.publicUrl });
