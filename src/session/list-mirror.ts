/** Lists read D1: they are told when a call's status or its red flags move, without anything waiting for it. */
import { callRecord } from '../domain/intake/call-record.ts';
import type { CallState } from '../domain/intake/state.ts';
import type { Env } from '../env.ts';
import { log } from '../log.ts';
import { mirrorRecord } from '../store/calls.ts';
import { database } from '../store/database.ts';

export class ListMirror {
  /** A write under way; the final record waits for it, so that it is not overwritten. */
  running: Promise<void> | null = null;
  #shown: string | null = null;

  /** Null when there is nothing to tell, or somebody is told already. */
  tell(env: Env, callId: string, state: CallState): Promise<void> | null {
    if (this.running !== null || state.phase === 'ended') return null;
    const record = callRecord(state);
    const shown = `${record.status} ${record.redFlags}`;
    if (shown === this.#shown) return null;
    this.running = mirrorRecord(database(env), callId, record)
      .then(
        () => {
          this.#shown = shown;
        },
        () => log.warn('call.mirror_failed', { call_id: callId, status: record.status }),
      )
      .finally(() => {
        this.running = null;
      });
    return this.running;
  }
}
