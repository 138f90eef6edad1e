/** What the failure of a command means for the call: try again, or an event it has to live with. Pure. */
import { type Command, isStopping } from './command.ts';
import type { CallEventBody } from './event.ts';

export interface CommandFailure {
  /** `call_ended`: the other side was faster (90018). `retryable`: it may pass. `permanent`: Telnyx understood and said no. */
  readonly kind: 'call_ended' | 'retryable' | 'permanent';
  /** Ours or Telnyx', never a text of Telnyx: those can quote numbers. */
  readonly code: string;
  /** Whether it is certain that nothing was done: a 4xx other than 408. */
  readonly definite: boolean;
}

export function afterFailure(command: Command, { kind, code, definite }: CommandFailure): 'retry' | CallEventBody {
  switch (command.name) {
    case 'dial':
      // Never again: only a definite no is a no, all else may have rung.
      return definite ? { type: 'dial.refused', code } : { type: 'dial.unknown' };
    case 'find_dial':
      return kind === 'retryable' ? 'retry' : { type: 'dial.checked', ids: null };
    case 'retrieve_call':
      return kind === 'retryable' ? 'retry' : { type: 'call.checked', seq: command.seq, alive: null };
    case 'suppress_number':
    case 'open_task':
    case 'release_line':
    case 'save_note':
    case 'run_jobs':
      // Our own storage comes back.
      return 'retry';
    default: {
      if (kind === 'retryable') return 'retry';
      // What stops something is sent until it works or the call is over, whatever Telnyx has against it.
      if (kind === 'permanent' && isStopping(command.name)) return 'retry';
      const reason = kind === 'call_ended' ? 'call_ended' : 'refused';
      return { type: 'command.failed', seq: command.seq, name: command.name, reason, code };
    }
  }
}
