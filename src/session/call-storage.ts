/**
 * What a session keeps: the plan (once) and the running record (one row, rewritten with every event that matters), both sealed
 * under the patient's key. Of a long call the older events and words are put away, each once, so that the row stays small.
 * Synchronous, so that state, event ids and pending commands change in one write.
 * Keys: `plan`, `call`, `log:0` and on, for a moment `arrival`, and after 24 h only `tombstone`.
 */
import type { LoggedEvent, TranscriptLine } from '../domain/intake/call-log.ts';
import type { CallPlan } from '../domain/intake/call-plan.ts';
import type { CallStatus } from '../domain/intake/call-record.ts';
import type { CallEvent } from '../domain/intake/event.ts';
import type { PendingCommand } from '../domain/intake/pick-command.ts';
import type { CallState } from '../domain/intake/state.ts';
import {
  type DataKey,
  type KeyRing,
  openBytes,
  SealError,
  seal,
  sealBytes,
  sealUnderRing,
  unseal,
  unsealUnderRing,
  unwrapDataKey,
  wrapDataKey,
} from '../store/seal.ts';
import type { Arrival } from '../telnyx/parse-event.ts';
import { type StoredCall, upgradeCall } from './upgrade-call.ts';

export interface SessionRecord {
  readonly state: CallState;
  readonly pending: readonly PendingCommand[];
  readonly events: readonly LoggedEvent[];
  readonly transcript: readonly TranscriptLine[];
  /** Epoch milliseconds of the last time the note was safely in D1, or null. */
  readonly savedAt: number | null;
}
export interface Session {
  readonly plan: CallPlan;
  readonly dataKey: DataKey;
  readonly record: SessionRecord;
  readonly putAway: PutAway;
}
/** How much of the log does not lie in the record's own row any more. */
export interface PutAway {
  readonly parts: number;
  readonly events: number;
  readonly transcript: number;
}
/** What has been heard of an inbound call before its plan is made. */
export interface WaitingArrival {
  readonly arrival: Arrival;
  readonly events: readonly CallEvent[];
}
export interface Tombstone {
  /** False: the attempt was stopped before it ever came here, and must not start. */
  readonly started?: false;
  readonly callId: string;
  readonly status: CallStatus;
}

type Kv = DurableObjectStorage['kv'];
type Log = Pick<SessionRecord, 'events' | 'transcript'>;

export const NOTHING_PUT_AWAY: PutAway = { parts: 0, events: 0, transcript: 0 };
/** What is written with each event must be small; each part is a row more. */
const EVENTS_IN_RECORD = 24;
interface StoredPlan {
  readonly patientId: string;
  readonly wrappedKey: string;
  readonly sealed: string;
}

const place = (callId: string, column: string) => ({ table: 'intake_session', column, row: callId });

export function writePlan(kv: Kv, ring: KeyRing, plan: CallPlan, wrappedKey: string): DataKey {
  const { patientId } = plan.patient;
  const dataKey = unwrapDataKey(ring, wrappedKey, patientId);
  const stored: StoredPlan = {
    patientId,
    wrappedKey,
    sealed: seal(dataKey, place(plan.callId, 'plan'), JSON.stringify(plan)),
  };
  kv.put('plan', stored);
  return dataKey;
}

/** `sealed`: PHI_KEYS does not open what is kept here. */
export function unlessSealed<T>(read: () => T): T | 'sealed' {
  try {
    return read();
  } catch (error) {
    if (error instanceof SealError) return 'sealed';
    throw error;
  }
}

/** The patient's key wrapped by the current key of the ring; what it seals stays as it is. */
export function rewrapPlan(kv: Kv, ring: KeyRing): void {
  const stored = kv.get<StoredPlan>('plan');
  if (stored === undefined || stored.wrappedKey.startsWith(`${ring.currentId}.`)) return;
  const { patientId, wrappedKey } = stored;
  kv.put('plan', { ...stored, wrappedKey: wrapDataKey(ring, unwrapDataKey(ring, wrappedKey, patientId), patientId) });
}

/** Events and words are only ever added. Gives what is put away after it. */
export function writeRecord(kv: Kv, { plan, dataKey, record, putAway }: Session): PutAway {
  const sealed = (column: string, value: unknown) =>
    sealBytes(dataKey, place(plan.callId, column), new TextEncoder().encode(JSON.stringify(value)));
  const [events, transcript] = [record.events.slice(putAway.events), record.transcript.slice(putAway.transcript)];
  if (events.length <= EVENTS_IN_RECORD) {
    kv.put('call', sealed('call', { ...record, events, transcript, parts: putAway.parts }));
    return putAway;
  }
  const part = partName(putAway.parts);
  kv.put(part, sealed(part, { events, transcript }));
  const parts = putAway.parts + 1;
  kv.put('call', sealed('call', { ...record, events: [], transcript: [], parts }));
  return { parts, events: record.events.length, transcript: record.transcript.length };
}

const partName = (n: number): string => `log:${n}`;

/** Null for a call this object never held, or holds only the tombstone of. */
export function readSession(kv: Kv, ring: KeyRing, callId: string): Session | null {
  const stored = kv.get<StoredPlan>('plan');
  const sealed = kv.get<Uint8Array | string>('call');
  if (stored === undefined || sealed === undefined) return null;
  const dataKey = unwrapDataKey(ring, stored.wrappedKey, stored.patientId);
  const opened = (column: string, text: Uint8Array | string | undefined): unknown =>
    JSON.parse(openText(dataKey, place(callId, column), text ?? ''));
  const plan = opened('plan', stored.sealed) as StoredCall['plan'];
  const { parts = 0, ...newest } = opened('call', sealed) as StoredCall['record'] & { readonly parts?: number };
  const older = Array.from({ length: parts }, (_, n) => opened(partName(n), kv.get(partName(n))) as Log);
  const [events, transcript] = [older.flatMap((log) => log.events), older.flatMap((log) => log.transcript)];
  const putAway = { parts, events: events.length, transcript: transcript.length };
  const record = {
    ...newest,
    events: [...events, ...newest.events],
    transcript: [...transcript, ...newest.transcript],
  };
  return { dataKey, putAway, ...upgradeCall({ plan, record }) };
}

/** Until records were put away in parts they were text. */
function openText(dataKey: DataKey, at: ReturnType<typeof place>, sealed: Uint8Array | string): string {
  return typeof sealed === 'string'
    ? unseal(dataKey, at, sealed)
    : new TextDecoder().decode(openBytes(dataKey, at, sealed));
}

/** An inbound call that nobody has been looked up for yet. There is no patient whose key could seal it: the ring does. */
export function writeArrival(kv: Kv, ring: KeyRing, callId: string, waiting: WaitingArrival): void {
  kv.put('arrival', sealUnderRing(ring, place(callId, 'arrival'), JSON.stringify(waiting)));
}

export function readArrival(kv: Kv, ring: KeyRing, callId: string): WaitingArrival | null {
  const sealed = kv.get<string>('arrival');
  if (sealed === undefined) return null;
  return JSON.parse(unsealUnderRing(ring, place(callId, 'arrival'), sealed)) as WaitingArrival;
}

export const deleteArrival = (kv: Kv): void => void kv.delete('arrival');

export const readTombstone = (kv: Kv): Tombstone | null => kv.get<Tombstone>('tombstone') ?? null;

export const writeTombstone = (kv: Kv, tombstone: Tombstone): void => kv.put('tombstone', tombstone);

/** Of a call that is over and saved, the id and the final status stay, so that what comes late starts nothing. */
export function buryRecord(kv: Kv, tombstone: Tombstone): void {
  writeTombstone(kv, tombstone);
  const parts = [...kv.list({ prefix: 'log:' })].map(([key]) => key);
  for (const key of ['plan', 'call', 'arrival', ...parts]) kv.delete(key);
}
