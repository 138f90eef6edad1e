/**
 * What a session keeps: the plan (once) and the running record (one row, rewritten with every event that matters), both sealed
 * under the patient's key. Synchronous, so that state, event ids and pending commands change in one write.
 * Keys: `plan`, `call`, for a moment `arrival`, and after 24 h only `tombstone`.
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
  SealError,
  seal,
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

export function writeRecord(kv: Kv, callId: string, dataKey: DataKey, record: SessionRecord): void {
  kv.put('call', seal(dataKey, place(callId, 'call'), JSON.stringify(record)));
}

/** Null for a call this object never held, or holds only the tombstone of. */
export function readSession(kv: Kv, ring: KeyRing, callId: string): Session | null {
  const stored = kv.get<StoredPlan>('plan');
  const sealed = kv.get<string>('call');
  if (stored === undefined || sealed === undefined) return null;
  const dataKey = unwrapDataKey(ring, stored.wrappedKey, stored.patientId);
  const plan = JSON.parse(unseal(dataKey, place(callId, 'plan'), stored.sealed)) as StoredCall['plan'];
  const record = JSON.parse(unseal(dataKey, place(callId, 'call'), sealed)) as StoredCall['record'];
  return { dataKey, ...upgradeCall({ plan, record }) };
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
  for (const key of ['plan', 'call', 'arrival']) kv.delete(key);
}
