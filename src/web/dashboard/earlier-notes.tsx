/** Notes from before a system was set up: asking for those of a span of days, and how that stands. What is typed outlives the list that asks again. */
import { explainCode } from '../../domain/delivery/judge-answer.ts';
import type { SinkView } from '../hand-on.ts';
import type { EarlierState } from '../send-earlier.ts';
import type { ClinicClock } from './clinic-clock.tsx';
import { SINK_LABELS } from './delivery-labels.ts';
import { DELIVERIES_PATH, posts } from './delivery-sinks.tsx';
import type { Viewer } from './viewer.ts';

/** What was sent and refused, where no script keeps it. */
export interface EarlierTyped {
  readonly sink: string;
  readonly from: string;
  readonly to: string;
  /** What is wrong with which day. */
  readonly wrong?: { readonly from?: string; readonly to?: string };
}

interface EarlierView {
  readonly sinks: readonly SinkView[];
  readonly earlier: readonly EarlierState[];
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
  /** `YYYY-MM-DD` where the clinic is. */
  readonly today: string;
  readonly query: string;
  readonly typed?: EarlierTyped;
}

export const Earlier = ({ sinks, earlier, viewer, clock, today, query, typed }: EarlierView) => (
  <>
    {sinks.length > 0 && viewer.runsWork ? (
      <details id="earlier" class="earlier" hx-preserve="true" open={typed !== undefined}>
        <summary class="upload-summary">Send earlier notes</summary>
        <form {...posts(`${DELIVERIES_PATH}/earlier${query}`)}>
          <p class="upload-warning">
            A system gets the notes of calls that end after it was set up. Here it gets those of earlier days that it
            never got, each with its newest version, a hundred every ten seconds. Asked for twice, none is sent twice.
          </p>
          <div class="filters">
            <label class="wide">
              System
              <select name="sink">
                {sinks.map(({ name }) => (
                  <option value={name} selected={name === typed?.sink}>
                    {SINK_LABELS[name]}
                  </option>
                ))}
              </select>
            </label>
            <Day name="from" words="First day" today={today} typed={typed} />
            <Day name="to" words="Last day" today={today} typed={typed} />
            <button type="submit">Send them</button>
          </div>
        </form>
      </details>
    ) : null}
    {earlier.length === 0 ? null : (
      <ul class="sinks earlier-list" aria-label="Earlier notes that were asked for">
        {earlier.map((state) => (
          <li>{`${SINK_LABELS[state.sink]}, ${clock.dated(state.from)} to ${clock.dated(state.to - 1)}: ${standing(state)}`}</li>
        ))}
      </ul>
    )}
  </>
);

interface DayView {
  readonly name: 'from' | 'to';
  readonly words: string;
  readonly today: string;
  readonly typed: EarlierTyped | undefined;
}
const Day = ({ name, words, today, typed }: DayView) => {
  const wrong = typed?.wrong?.[name];
  const described = wrong === undefined ? {} : { 'aria-invalid': 'true' as const, 'aria-describedby': `wrong-${name}` };
  return (
    <label>
      {words}
      <input name={name} type="date" required max={today} value={typed?.[name] ?? ''} {...described} />
      {wrong === undefined ? null : (
        <small id={`wrong-${name}`} class="wrong-filter">
          {wrong}
        </small>
      )}
    </label>
  );
};

function standing({ status, sent, code }: EarlierState): string {
  const notes = sent === 1 ? '1 note' : `${sent} notes`;
  if (status === 'done') return sent === 0 ? 'nothing was missing.' : `${notes} put on the way.`;
  if (status === 'dead') return `stopped after ${notes}. ${explainCode(code ?? '')}`;
  return `${notes} put on the way so far.`;
}
