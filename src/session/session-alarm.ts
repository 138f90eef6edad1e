/** One alarm for everything a session awaits. Each move is a row written, so it only moves when that matters. */
import { nextTimer } from '../domain/intake/state.ts';
import type { Session } from './call-storage.ts';

/** The data of a saved call stays this long for late webhooks; then a tombstone is left. */
export const KEEP_AFTER_SAVE_MS = 24 * 3_600_000;
/** Commands still pending after this are taken up by the alarm: the runner died with the process. */
export const RUNNER_WATCH_MS = 10_000;
/** An alarm that comes this little too late is not worth a row written. */
const ALARM_SLACK_MS = 10_000;

export class SessionAlarm {
  readonly #ctx: DurableObjectState;
  #at: number | null = null;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
  }

  /** It rings at this moment: set anew before anything can throw, so that a failing alarm is never the last one. */
  rings(): void {
    this.#at = null;
    this.setAt(Date.now() + RUNNER_WATCH_MS);
  }

  arm(session: Session | null, { mayMoveLater }: { mayMoveLater: boolean }): void {
    if (session === null) return;
    const { state, pending, savedAt } = session.record;
    const next = nextTimer(state);
    const timer = next?.dueAt ?? Number.POSITIVE_INFINITY;
    const runner = pending.length > 0 ? Date.now() + RUNNER_WATCH_MS : Number.POSITIVE_INFINITY;
    const burial = savedAt === null ? Number.POSITIVE_INFINITY : savedAt + KEEP_AFTER_SAVE_MS;
    const due = Math.min(timer, runner, burial);
    if (due === Number.POSITIVE_INFINITY) {
      // Only the watch of `rings` may be left, and it would come for ever.
      if (mayMoveLater && this.#at !== null) this.#ctx.waitUntil(this.#ctx.storage.deleteAlarm());
      return;
    }
    // After the end people wait for the note, and nothing moves the alarm often any more. After the last words of a spoken
    // answer the patient waits: the other timers are safety nets, this one is the pace of the talk.
    const isAwaited = state.phase === 'ended' || next?.timer === 'utterance';
    const slack = isAwaited ? 0 : ALARM_SLACK_MS * session.plan.timerScale;
    if (this.#at === null || due < this.#at - slack || (mayMoveLater && due !== this.#at)) this.setAt(due);
  }

  setAt(at: number): void {
    // A time already past would fire at once, but one set from inside alarm() was seen stuck: always a little ahead.
    this.#at = Math.max(at, Date.now() + 1);
    this.#ctx.waitUntil(this.#ctx.storage.setAlarm(this.#at));
  }
}
