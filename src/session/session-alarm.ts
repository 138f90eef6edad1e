/**
 * One alarm for everything a session awaits. Each move is a row written, so it only moves when that matters, and a call that is talked
 * to is looked at now and then instead of after each question.
 */
import type { PendingCommand } from '../domain/intake/pick-command.ts';
import { nextTimer } from '../domain/intake/state.ts';
import type { Session } from './call-storage.ts';

/** The data of a saved call stays this long for late webhooks; then a tombstone is left. */
export const KEEP_AFTER_SAVE_MS = 24 * 3_600_000;
/** Commands still pending after this are taken up by the alarm: the runner died with the process. */
export const RUNNER_WATCH_MS = 10_000;
/** Of a call under way, in human time: a question comes every few seconds, and the alarm would move with each. Before a command is too old. */
const LIVE_WATCH_MS = 30_000;
/** An alarm that comes this little too late is not worth a row written. */
const ALARM_SLACK_MS = 10_000;

export class SessionAlarm {
  readonly #ctx: DurableObjectState;
  #at: number | null = null;
  #isRinging = false;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
  }

  /**
   * It rings: nothing is set before all is done, because the platform rings again for a process that dies meanwhile. It gives up after
   * some failures; so that a failing alarm is never the last one, another is set.
   */
  async rings(work: () => Promise<Session | null>): Promise<void> {
    this.#at = null;
    this.#isRinging = true;
    try {
      const session = await work();
      this.#isRinging = false;
      this.arm(session, { mayMoveLater: true });
    } catch (error) {
      this.setAt(Date.now() + RUNNER_WATCH_MS);
      throw error;
    } finally {
      this.#isRinging = false;
    }
  }

  arm(session: Session | null, { mayMoveLater }: { mayMoveLater: boolean }): void {
    if (session === null || this.#isRinging) return;
    const { state, pending, savedAt } = session.record;
    const next = nextTimer(state);
    const timer = next?.dueAt ?? Number.POSITIVE_INFINITY;
    const isLive = state.phase !== 'ended';
    // Looked at again before the next question could ask for it.
    const isTalking = mayMoveLater && state.phase === 'asking';
    const watchMs = isLive ? LIVE_WATCH_MS * session.plan.timerScale : RUNNER_WATCH_MS;
    const watch = pending.length > 0 || isTalking ? watchAt(pending, watchMs) : Number.POSITIVE_INFINITY;
    const burial = savedAt === null ? Number.POSITIVE_INFINITY : savedAt + KEEP_AFTER_SAVE_MS;
    const due = Math.min(timer, watch, burial);
    if (due === Number.POSITIVE_INFINITY) return;
    // After the end people wait for the note, and nothing moves the alarm often any more. After the last words of a spoken
    // answer the patient waits: the other timers are safety nets, this one is the pace of the talk.
    const isAwaited = !isLive || next?.timer === 'utterance';
    const slack = isAwaited ? 0 : ALARM_SLACK_MS * session.plan.timerScale;
    const at = this.#at ?? Number.POSITIVE_INFINITY;
    const isTooLate = watch < at || Math.min(timer, burial) < at - slack;
    if (isTooLate || (mayMoveLater && due !== at)) this.setAt(due);
  }

  setAt(at: number): void {
    // A time already past would fire at once, but one set from inside alarm() was seen stuck: always a little ahead.
    this.#at = Math.max(at, Date.now() + 1);
    this.#ctx.waitUntil(this.#ctx.storage.setAlarm(this.#at));
  }
}

/** What waits after a failure is not looked for before it may go again. */
const watchAt = (pending: readonly PendingCommand[], ms: number): number =>
  Math.max(Date.now() + ms, pending.length === 0 ? 0 : Math.min(...pending.map(({ notBefore }) => notBefore)));
