/** How dialing stands, as the dialer says it now, and what is wrong with the installation. */
import { openKinds } from '../../store/alerts.ts';
import { Problem } from '../errors.ts';
import { noticeSilence } from '../notice-silence.ts';
import type { Ask } from '../route.ts';
import { dialingStatus } from '../stop-dialing.ts';
import { clinicClock } from './clinic-clock.tsx';
import type { DialingView } from './stop-dialing.tsx';
import { viewerOf } from './viewer.ts';

export async function dialingView(ask: Ask): Promise<DialingView> {
  await noticeSilence(ask);
  const [status, alertKinds] = await Promise.all([knownStatus(ask), openKinds(ask.db)]);
  const clock = clinicClock(ask.config.clinic.timeZone, ask.now);
  const { stoppedAt, stoppedBy, held, live } = status ?? { stoppedAt: null, stoppedBy: null, held: null, live: null };
  const heldAt = held?.at ?? null;
  return {
    isKnown: status !== null,
    stoppedAt,
    stoppedBy,
    heldAt,
    live,
    alertKinds,
    viewer: viewerOf(ask.actor),
    clock,
  };
}

/** Null: the dialer cannot be asked. */
async function knownStatus(ask: Ask): Promise<Awaited<ReturnType<typeof dialingStatus>> | null> {
  try {
    return await dialingStatus(ask);
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}
