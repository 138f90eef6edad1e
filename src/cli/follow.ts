/** Looks again and again, for what takes its time. A service that is away for a moment ends nothing. */
import type { Context } from './context.ts';
import { CliError, EXIT } from './exit-codes.ts';

export interface FollowOptions {
  readonly everyMs?: number;
  /** Gives up after that; not at all when left out. */
  readonly mostMs?: number;
  /** What to say then. */
  readonly tooLong?: string;
}

const EVERY_MS = 1000;
/** Each look has asked three times more already. */
const MOST_FAILED = 5;

/** Until `look` gives something. */
export async function follow<T>(
  { io, print }: Pick<Context, 'io' | 'print'>,
  look: () => Promise<T | null>,
  { everyMs = EVERY_MS, mostMs, tooLong = 'It took too long.' }: FollowOptions = {},
): Promise<T> {
  const end = mostMs === undefined ? null : Date.now() + mostMs;
  let failed = 0;
  for (;;) {
    try {
      const found = await look();
      if (found !== null) return found;
      failed = 0;
    } catch (error) {
      failed += 1;
      if (!(error instanceof CliError) || error.exitCode !== EXIT.unavailable || failed === MOST_FAILED) throw error;
      print.note(print.dim(error.message));
    }
    if (end !== null && Date.now() >= end) throw new CliError(EXIT.notFound, tooLong);
    await io.pause(everyMs);
  }
}

/** What is not ready yet, asked for until it is. */
export async function whenReady<T>(
  context: Context,
  isWaiting: boolean | undefined,
  ask: () => Promise<T>,
): Promise<T> {
  if (isWaiting !== true) return ask();
  const look = async () => {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof CliError && error.problem.code === 'not_ready') return null;
      throw error;
    }
  };
  return follow(context, look, {
    mostMs: 180_000,
    tooLong: 'It is still not ready. Look at the call, or try again later.',
  });
}
