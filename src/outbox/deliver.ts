/**
 * Hands one version of a note to one system of the clinic. Delivered and known as such are two things, with a wire between them: whoever
 * dies there sends again under the same id. Versions of a note arrive in order: a later one waits until the earlier is delivered or given up.
 */
import { callJson, noteJson, transcriptsJson } from '../call-json.ts';
import { bundleOf } from '../domain/fhir/bundle-of.ts';
import { log } from '../log.ts';
import { measure } from '../metrics.ts';
import { readBundleInput } from '../read-bundle-input.ts';
import { getCallLog } from '../store/call-logs.ts';
import { getCall, patientOfCall } from '../store/calls.ts';
import {
  beginDelivery,
  cancelDelivery,
  type Delivery,
  getDelivery,
  isSuperseded,
  markDelivered,
  markFailedTry,
  markGivenUp,
  releaseLater,
} from '../store/deliveries.ts';
import { sendJobHints } from '../store/job-hints.ts';
import { getNoteVersion } from '../store/notes.ts';
import { getRecordingTranscript } from '../store/recording-transcripts.ts';
import { getRecording } from '../store/recordings.ts';
import { redFlagTasks } from '../store/tasks.ts';
import { DONE, failed, type JobContext, type JobHandler, type JobOutcome } from './job-handler.ts';
import type { Handover, Sink } from './sink.ts';
import { sinkOf } from './sinks.ts';

/** Whoever ends releases those behind it; this is for when that could not be written. */
const LOOK_AGAIN_MS = 30 * 60_000;

export const deliver: JobHandler = {
  run: async (context) => {
    const { db, env, config, job } = context;
    const delivery = await getDelivery(db, job.subject);
    if (delivery === null || delivery.status === 'delivered' || delivery.status === 'canceled') return DONE;
    const sink = sinkOf({ env, config }, delivery.sink);
    if (sink === null) return failed('sink_off', true);
    const attempt = await beginDelivery(db, delivery, sink.keepsNewest);
    if (attempt === null) return notBegun(context, sink);
    try {
      return await tried(context, delivery, sink, attempt);
    } catch (error) {
      await markFailedTry(db, delivery.id, attempt, 'storage_failed', Date.now());
      throw error;
    }
  },
  onGivenUp: async (context, code) => {
    const { db, job } = context;
    await markGivenUp(db, job.subject, code, Date.now());
    const delivery = await getDelivery(db, job.subject);
    if (delivery !== null) await release(context, delivery);
    return 'given_up';
  },
};

/** It waits for an earlier version, or it would undo a later one. A version that was sent counts, whatever became of it: it may be on the wire. */
async function notBegun(context: JobContext, { keepsNewest }: Sink): Promise<JobOutcome> {
  const { db, job } = context;
  const delivery = await getDelivery(db, job.subject);
  if (delivery === null || delivery.status === 'delivered' || delivery.status === 'canceled') return DONE;
  if (keepsNewest && (await isSuperseded(db, delivery))) return calledOff(context, delivery, 'superseded');
  return { kind: 'goes_on', progress: 'held', afterMs: LOOK_AGAIN_MS };
}

async function tried(context: JobContext, delivery: Delivery, sink: Sink, attempt: number): Promise<JobOutcome> {
  const { db, env } = context;
  const { id } = delivery;
  const line = { delivery_id: id, call_id: delivery.callId, version: delivery.noteVersion, sink: delivery.sink };
  const handover = await readHandover(context, delivery);
  if (handover === null) return calledOff(context, delivery, 'erased');
  const began = Date.now();
  const outcome = await sink.deliver(id, handover, began);
  const status = outcome.httpStatus;
  const code = outcome.kind === 'delivered' ? null : outcome.code;
  measure(env, 'delivery', { sink: delivery.sink, outcome: outcome.kind, code }, { ms: Date.now() - began });
  switch (outcome.kind) {
    case 'delivered':
      await markDelivered(db, id, Date.now());
      log.info('delivery.done', { ...line, attempt, status });
      await release(context, delivery);
      return DONE;
    case 'refused':
      log.warn('delivery.refused', { ...line, attempt, status });
      return failed(outcome.code, true);
    case 'try_again': {
      await markFailedTry(db, id, attempt, outcome.code, Date.now());
      log.warn('delivery.failed', { ...line, attempt, status, code: outcome.code });
      const { retryAfterMs } = outcome;
      return { ...failed(outcome.code), ...(retryAfterMs === null ? {} : { notBeforeMs: retryAfterMs }) };
    }
  }
}

async function calledOff(context: JobContext, delivery: Delivery, code: 'erased' | 'superseded'): Promise<JobOutcome> {
  const { id, callId, noteVersion: version, sink } = delivery;
  await cancelDelivery(context.db, id, Date.now(), code);
  log.info('delivery.canceled', { delivery_id: id, call_id: callId, version, sink, code });
  await release(context, delivery);
  return DONE;
}

/** Null: the patient was erased. */
async function readHandover(context: JobContext, { callId, noteVersion }: Delivery): Promise<Handover | null> {
  const { db, config } = context;
  const { keyRing } = config;
  const call = await getCall(db, keyRing, callId);
  if (call === null) {
    const patientId = await patientOfCall(db, callId);
    const isErased = patientId === null || (await keyRing.vault().erasedOf([patientId])).length > 0;
    if (isErased) return null;
    throw new Error('a call does not open');
  }
  const note = await getNoteVersion(db, keyRing, callId, noteVersion);
  if (note === null) throw new Error('a note is not there');
  const [callLog, recording, spoken, flagTasks] = await Promise.all([
    getCallLog(db, keyRing, callId),
    getRecording(db, callId),
    getRecordingTranscript(db, keyRing, callId),
    redFlagTasks(db, [...new Set(note.red_flags.map(({ call_id }) => call_id))]),
  ]);
  const given = {
    call: callJson(call),
    transcripts: transcriptsJson(callLog ?? { events: [], transcript: [] }, recording, spoken),
    intake_data: noteJson(note, call, recording, flagTasks),
  };
  const bundle = async () => {
    const input = await readBundleInput(context, call, noteVersion);
    if (input === null) throw new Error('a patient is not there');
    return bundleOf(input);
  };
  return { ...given, bundle };
}

/** Later versions of the same note for the same system need wait no longer. */
async function release({ env, db }: JobContext, delivery: Delivery): Promise<void> {
  await sendJobHints(env, await releaseLater(db, delivery, Date.now()));
}
