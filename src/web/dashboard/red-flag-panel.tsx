/** What cannot wait, above everything else. It is a reason to look, never a finding; nothing is said where nothing was heard (CL-04). */
import type { Child } from 'hono/jsx';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { itemTitle, redFlagLabel } from './labels.ts';
import type { ShownFlag } from './shown-flags.ts';

interface RedFlagPanelView {
  readonly flags: readonly ShownFlag[];
  /** As the call counts them: one event may raise two. */
  readonly count: number;
  readonly clock: ClinicClock;
  readonly language: string;
  /** The task that goes with it. */
  readonly children: Child;
}

export const RedFlagPanel = ({ flags, count, clock, language, children }: RedFlagPanelView) => {
  const total = Math.max(count, flags.length, 1);
  return (
    <section class="red-flags" aria-labelledby="red-flags" data-news={`${title(total)} in this call.`}>
      <h2 id="red-flags">{title(total)}</h2>
      {flags.length === 0 ? <p>What it was stands in the note, once the call is over.</p> : null}
      <ul>
        {flags.map((flag) => (
          <Flag flag={flag} clock={clock} language={language} />
        ))}
      </ul>
      {children}
    </section>
  );
};

const title = (count: number): string => (count === 1 ? 'Red flag' : `${count} red flags`);

const Flag = ({ flag, clock, language }: { flag: ShownFlag; clock: ClinicClock; language: string }) => (
  <li>
    {flag.rule === null ? null : <strong>{redFlagLabel(flag.rule)}</strong>}{' '}
    {flag.entry === null ? null : flag.unverified ? (
      <q lang={language}>{flag.entry}</q>
    ) : (
      <span>{`keyed ${flag.entry}`}</span>
    )}{' '}
    <small class="flag-how">
      {flag.item === null ? null : `${itemTitle(flag.item)}, `}
      <Moment at={flag.at} clock={clock} exact={flag.earlierCallId === null} />
      {flag.unverified ? ', recognised in free speech, unverified' : ', by key'}
      {flag.earlierCallId === null ? null : (
        <>
          , <a href={`/dashboard/calls/${flag.earlierCallId}`}>from an earlier call</a>
        </>
      )}
    </small>
  </li>
);
