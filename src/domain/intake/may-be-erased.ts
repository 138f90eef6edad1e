/** Whether what a session holds may go, because a patient is erased. Pure. */
import { type CallPlan, planFor } from './call-plan.ts';
import type { PendingCommand } from './pick-command.ts';
import type { CallState } from './state.ts';

export interface HeldCall {
  readonly plan: CallPlan;
  readonly record: {
    readonly state: CallState;
    readonly pending: readonly PendingCommand[];
    readonly savedAt: number | null;
  };
}

/** Whether anything of this patient is held: as whose the call was begun, or as one who may be ringing back. */
export const isHeldOf = ({ plan }: HeldCall, patientId: string): boolean =>
  [plan, ...plan.candidates].some(({ patient }) => patient.patientId === patientId);

/** Whether it is this patient's call, as far as it has told. */
export const isCallOf = ({ plan, record }: HeldCall, patientId: string): boolean =>
  planFor(record.state, plan).patient.patientId === patientId;

/**
 * Not while anybody talks; not before an opt-out that was asked for is stored: that outlives the patient (TC-12); and not before
 * the call is written down, because until then this is the only place where it is, and what is written later would stand where
 * everything was deleted. Who proved to be somebody else than the call was begun for, and is erased, has no key any more: such a
 * call can never be written down.
 */
export function mayBeErased(held: HeldCall, patientId: string): boolean {
  const { plan, record } = held;
  const waits = (name: PendingCommand['command']['name']) =>
    record.pending.some(({ command }) => command.name === name);
  if (record.state.phase !== 'ended' || waits('suppress_number')) return false;
  const isWritten = record.savedAt !== null && !waits('save_note');
  return isWritten || (isCallOf(held, patientId) && plan.patient.patientId !== patientId);
}
