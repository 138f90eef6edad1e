/**
 * The recording of a call, from Telnyx into our own storage: by the address of the webhook while it is fresh, else by the recording's
 * id, else by the leg that was recorded. Sealed as it streams; Telnyx' copy goes when ours is there. What Telnyx knows of the
 * recording and the call does not is told to the call's session, which makes the note's next version of it.
 */
import { isBeforeConsent } from '../domain/intake/before-consent.ts';
import type { CallId } from '../domain/intake/ids.ts';
import { hearsRecordings } from '../domain/transcription/transcription-setting.ts';
import { log } from '../log.ts';
import { getCall } from '../store/calls.ts';
import { sendJobHints } from '../store/job-hints.ts';
import { findJob } from '../store/jobs.ts';
import { dataKeyOf } from '../store/patient-keys.ts';
import { deleteRecordings, examineRecording, putRecording } from '../store/recording-bucket.ts';
import {
  type FetchedAudio,
  getRecording,
  markDeletedAtTelnyx,
  markFailed,
  markPending,
  markReady,
  quarantine,
  type Recording,
  recordingLink,
  rememberTelnyxId,
} from '../store/recordings.ts';
import { createTelnyxClient, type TelnyxClient, type TelnyxRecording } from '../telnyx/client.ts';
import { judgeRecordingLink } from '../telnyx/recording-link.ts';
import { type DownloadError, downloadAudio } from './download-audio.ts';
import { DONE, failed, type JobContext, type JobHandler, type JobOutcome } from './job-handler.ts';

/** A link opens for ten minutes; one that is nearly over is not begun with. */
const LINK_FRESH_MS = 9 * 60_000;
/** What comes from there is not what we want, however often it comes. */
const FINAL: ReadonlySet<string> = new Set(['too_large']);

export const fetchRecording: JobHandler = {
  run: async (context) => {
    const { db, job } = context;
    const recording = await getRecording(db, job.subject);
    // Erased meanwhile, or of no consent.
    if (recording === null || recording.status === 'quarantined') return DONE;
    const failure = recording.status === 'ready' ? null : await fetchInto(context, recording);
    return failure ?? deleteAtTelnyx(context);
  },
  onGivenUp: async ({ db, job, now }, code) => {
    const recording = await getRecording(db, job.subject);
    if (recording === null || recording.status === 'ready') return 'given_up';
    // A webhook that came while this last try was under way told where it is.
    if (recording.linkAt !== null && recording.linkAt > now) return 'news';
    await markFailed(db, job.subject, code);
    return 'given_up';
  },
};

export const telnyxOf = ({ config }: Pick<JobContext, 'config'>): TelnyxClient =>
  createTelnyxClient({ ...config.telnyx, publicUrl: config.publicUrl });

/** Where the audio can be had at this moment, and what Telnyx says of it beside. */
interface Source {
  readonly url: URL;
  readonly told: TelnyxRecording | null;
}

/** Null: there is nothing left to fetch. */
async function fetchInto(context: JobContext, recording: Recording): Promise<JobOutcome | null> {
  if (await isStoredAlready(context, recording)) return null;
  const fresh = await freshLink(context, recording);
  if (fresh !== null && (await fetchFrom(context, recording, { url: fresh, told: null })) === null) return null;
  const source = await askTelnyx(context, recording);
  if ('kind' in source) return source;
  if (isBeforeConsent(source.told?.startedAt ?? null, recording.proof?.at ?? null)) {
    await quarantine(context.db, recording.callId, 'before_consent', context.now);
    return null;
  }
  // Before the audio is stored: a try that dies in between tells it again.
  await tellSession(context, recording, source.told);
  const code = await fetchFrom(context, recording, source);
  return code === null ? null : failed(code, FINAL.has(code));
}

/** Stored by a try that died before it could say so, or taken for damaged when only the reading of it was. */
async function isStoredAlready(context: JobContext, recording: Recording): Promise<boolean> {
  const { env, config } = context;
  const dataKey = await dataKeyOf(config.keyRing, recording.patientId);
  const stored = await examineRecording(env.BUCKET, recording, dataKey);
  if (stored === null || recording.proof === null) return false;
  const { telnyxId, startedAt } = recording;
  return isReady(context, recording, { ...stored, telnyxId, startedAt });
}

/** From here it can be heard, and written down if anybody is to do that. */
async function isReady(
  { env, db, config }: JobContext,
  { callId, patientId }: Recording,
  audio: FetchedAudio,
): Promise<boolean> {
  const isTranscribed = hearsRecordings(config.transcription.engine);
  if (!(await markReady(db, callId, audio, Date.now(), isTranscribed ? patientId : null))) return false;
  const job = isTranscribed ? await findJob(db, 'transcribe_recording', callId) : null;
  // A hint that is lost is sent again by the cron.
  if (job?.status === 'waiting') await sendJobHints(env, [job.id]);
  return true;
}

/** The address of the webhook, if it is young enough and leads where audio of Telnyx' lies. */
async function freshLink({ db, config, now }: JobContext, { callId, linkAt }: Recording): Promise<URL | null> {
  if (linkAt === null || now - linkAt > LINK_FRESH_MS) return null;
  const link = await recordingLink(db, config.keyRing, callId);
  const judged = link === null ? null : judgeRecordingLink(link, config.recordings.origins);
  if (judged === null || judged.ok) return judged === null ? null : judged.url;
  log.warn('recording.link_refused', { call_id: callId, host: judged.host });
  return null;
}

async function askTelnyx(context: JobContext, recording: Recording): Promise<Source | JobOutcome> {
  const { db, config } = context;
  const telnyx = telnyxOf(context);
  const byId = recording.telnyxId === null ? null : await telnyx.getRecording(recording.telnyxId);
  if (byId !== null && !byId.ok) return failed(`telnyx_${byId.failure.code}`);
  let told = byId?.value ?? null;
  if (told === null) {
    const call = await getCall(db, config.keyRing, recording.callId);
    if (call === null || call.callLegId === null) return failed('not_found', call === null);
    const byLeg = await telnyx.listRecordings(call.callLegId);
    if (!byLeg.ok) return failed(`telnyx_${byLeg.failure.code}`);
    told = byLeg.value[0] ?? null;
  }
  if (told === null) return failed('not_found');
  const judged = told.link === null ? null : judgeRecordingLink(told.link, config.recordings.origins);
  if (judged?.ok) return { url: judged.url, told };
  log.warn('recording.link_refused', { call_id: recording.callId, host: judged?.host ?? null });
  // The operator can allow the place (RECORDING_ORIGINS) and try again.
  return failed(judged === null ? 'no_link' : 'link_refused');
}

/** Why not; null: there is nothing left to fetch. Our own storage's failures are thrown. */
async function fetchFrom(context: JobContext, recording: Recording, { url, told }: Source): Promise<string | null> {
  const { env, config } = context;
  const { proof, callId } = recording;
  if (proof === null) return 'no_consent_proof';
  const dataKey = await dataKeyOf(config.keyRing, recording.patientId);
  try {
    const download = await downloadAudio(url);
    const stored = await putRecording(env.BUCKET, recording, dataKey, proof, download.audio);
    const { format, durationMs } = download.facts();
    const telnyxId = recording.telnyxId ?? told?.id ?? null;
    const startedAt = recording.startedAt ?? told?.startedAt ?? null;
    if (await isReady(context, recording, { ...stored, telnyxId, format, durationMs, startedAt }))
      log.info('recording.stored', { call_id: callId, bytes: stored.bytes, duration_ms: durationMs });
    else await deleteRecordings(env.BUCKET, [recording]);
    return null;
  } catch (error) {
    if ((error as Error).name !== 'DownloadError') throw error;
    return (error as DownloadError).code;
  }
}

/** Of a webhook that never came: the offsets of the note count from when the recording began. */
async function tellSession(
  { env, now }: JobContext,
  recording: Recording,
  told: TelnyxRecording | null,
): Promise<void> {
  if (told === null || recording.startedAt !== null || told.startedAt === null) return;
  const callId = recording.callId as CallId;
  await env.INTAKE_SESSION.getByName(callId).receive({
    ...{ type: 'recording.saved', id: `${callId}:recording:${told.id}`, at: now, receivedAt: now },
    ...{
      recordingId: told.id,
      startedAt: told.startedAt,
      durationMs: told.durationMs,
      format: told.format,
      link: null,
    },
  });
}

async function deleteAtTelnyx(context: JobContext): Promise<JobOutcome> {
  const { db, job, config } = context;
  const recording = await getRecording(db, job.subject);
  if (!config.recordings.deleteAtTelnyx || recording?.status !== 'ready') return DONE;
  if (recording.deletedAtTelnyxAt !== null) return DONE;
  // Not before our own copy has been read whole: afterwards there is no other.
  const dataKey = await dataKeyOf(config.keyRing, recording.patientId);
  const stored = await examineRecording(context.env.BUCKET, recording, dataKey);
  if (stored?.sha256 !== recording.sha256) {
    await markPending(db, recording.callId);
    return failed('copy_damaged');
  }
  return deleteCopy(context, recording);
}

/** The copy at Telnyx, by its id or by the leg that was recorded: the webhook that told of it need not name it. */
export async function deleteCopy(context: JobContext, recording: Recording): Promise<JobOutcome> {
  const { db, config, job } = context;
  const telnyx = telnyxOf(context);
  let id = recording.telnyxId;
  if (id === null) {
    const legId = (await getCall(db, config.keyRing, job.subject))?.callLegId ?? null;
    const found = legId === null ? null : await telnyx.listRecordings(legId);
    if (found !== null && !found.ok) return failed(`telnyx_${found.failure.code}`);
    id = found?.value[0]?.id ?? null;
    if (id === null) return failed('not_found');
    // Before it is gone, so that whoever comes again knows what is gone.
    await rememberTelnyxId(db, job.subject, id);
  }
  const gone = await telnyx.deleteRecording(id);
  if (!gone.ok) return failed('not_deleted_at_telnyx');
  await markDeletedAtTelnyx(db, job.subject, Date.now());
  return DONE;
}
