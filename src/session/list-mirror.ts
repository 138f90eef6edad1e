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
  /** What moved while a write was under way: the last of it is told behind that one. */
  #next: CallState | null = null;

  /** Null when there is nothing to tell, or a write under way tells it too. */
  tell(env: Env, callId: string, state: CallState): Promise<void> | null {
    this.#next = this.running === null ? null : state;
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
      .then(async () => {
        this.running = null;
        if (this.#next !== null) await this.tell(env, callId, this.#next);
      });
    return this.running;
  }
}
