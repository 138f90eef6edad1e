/** How dialing stands, as a page: what a script puts into the frame of the others. The banner is in the frame; here is what can be done. */
import { callCount } from './campaign-labels.ts';
import { Moment } from './clinic-clock.tsx';
import { DIALING_PATH, type DialingView } from './stop-dialing.tsx';

export const DialingPage = ({ view, now }: { view: DialingView; now: number }) => (
  <>
    <header class="page-head">
      <div>
        <h1>Dialing</h1>
        <p class="under-title">
          <span>
            Asked <Moment at={now} clock={view.clock} zoned />
          </span>
          <a href={DIALING_PATH}>Ask again</a>
        </p>
      </div>
    </header>
    <p>{standing(view)}</p>
    <Ways {...view} />
  </>
);

function standing({ isKnown, stoppedAt, heldAt, live }: DialingView): string {
  if (!isKnown) return 'Whether anybody is called was not to be learned.';
  const line = live === null || live === 0 ? 'Nobody is on the line.' : `${callCount(live)} under way.`;
  if (stoppedAt !== null) return `All dialing is stopped. ${line}`;
  return `${typeof heldAt === 'number' ? 'Dialing is closed.' : 'Dialing goes on: calls are placed as they are due.'} ${line}`;
}

/** Plain forms: what they answer is a page, which asks first where something cannot be undone. */
const Ways = ({ viewer, stoppedAt, live }: DialingView) => (
  <div class="actions">
    {stoppedAt !== null && viewer.resumesDialing ? (
      <form method="post" action={`${DIALING_PATH}/resume`}>
        <button type="submit">Go on dialing</button>
      </form>
    ) : null}
    {stoppedAt === null && viewer.stopsDialing ? (
      <form method="post" action={`${DIALING_PATH}/stop`}>
        <button type="submit" class="danger">
          Stop all dialing
        </button>
      </form>
    ) : null}
    {viewer.stopsDialing && live !== 0 ? (
      <form method="post" action={`${DIALING_PATH}/stop?end_calls=true`}>
        <button type="submit" class="danger">
          {stoppedAt === null ? 'Stop and end all calls' : 'End all calls'}
        </button>
      </form>
    ) : null}
  </div>
);
