/** What was said, line by line, and what happened, event by event. */
import type { LoggedEvent, TranscriptLine } from '../../domain/intake/call-log.ts';
import { type RecordedSpan, recordingOffsetMs } from '../../domain/note/recording-offset.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { commandLabel, eventLabel, isUnsure, itemTitle, sureness } from './labels.ts';
import { Chip } from './layout.tsx';
import { Seek } from './seek.tsx';

interface LineView {
  readonly line: TranscriptLine;
}
interface TranscriptView {
  readonly lines: readonly TranscriptLine[];
  readonly clock: ClinicClock;
  readonly language: string;
  readonly running: boolean;
  readonly recording: RecordedSpan | null;
  /** Whether there is a recording to hear. */
  readonly playable: boolean;
}

export const Transcript = ({ lines, clock, language, running, recording, playable }: TranscriptView) => (
  // While the call runs it is what one came for; afterwards the note is. By its id static/app.js keeps it as the reader has it.
  <details id="said" class="said" open={running}>
    <summary id="said-title">What was said</summary>
    {lines.length === 0 ? <p class="empty">{running ? 'Nothing yet.' : 'Nothing was said.'}</p> : null}
    {/* Scrolls by itself while the recording plays, so it can be scrolled by key as well. */}
    <ol class={playable ? 'transcript transcript-follows' : 'transcript'} tabindex={playable ? 0 : undefined}>
      {lines.map((line) => (
        <li class={`line line-${line.speaker}`} data-offset={recordingOffsetMs(recording, line.at) ?? undefined}>
          <p class="line-head">
            <strong>{line.speaker === 'agent' ? 'Clinic' : 'Patient'}</strong>
            {line.item === null ? null : <span>{itemTitle(line.item)}</span>}
            {line.speaker === 'patient' ? <Heard line={line} /> : null}
            <Moment at={line.at} clock={clock} exact />
            <InRecording line={line} recording={recording} playable={playable} />
          </p>
          <p lang={line.input === 'voice' ? language : undefined}>{line.text}</p>
        </li>
      ))}
    </ol>
  </details>
);

const InRecording = ({ line, recording, playable }: Pick<TranscriptView, 'recording' | 'playable'> & LineView) => {
  const offsetMs = recordingOffsetMs(recording, line.at);
  if (offsetMs === null || !playable) return null;
  const isSpoken = line.speaker === 'patient' && line.input === 'voice';
  const about = line.speaker === 'agent' ? 'the clinic' : 'the patient';
  return <Seek heard={{ offsetMs, words: isSpoken ? line.text : null }} about={about} playable />;
};

const Heard = ({ line: { input, confidence } }: LineView) => (
  <>
    <span>{input === 'keys' ? 'by key' : 'spoken'}</span>
    {typeof confidence === 'number' ? <span>{sureness(confidence)}</span> : null}
    {isUnsure(confidence) ? <Chip tone="warn">Hard to understand</Chip> : null}
  </>
);

export const Timeline = ({ events, clock }: { events: readonly LoggedEvent[]; clock: ClinicClock }) => (
  <section aria-labelledby="timeline">
    <h2 id="timeline">What happened</h2>
    {events.length === 0 ? <p class="empty">Nothing yet.</p> : null}
    <ol class="timeline">
      {runs(events).map(({ event, count }) => (
        <li class={event.effect === 'applied' ? undefined : 'no-effect'}>
          <Moment at={event.at} clock={clock} exact />{' '}
          <span>
            {eventLabel(event.type)}
            {count > 1 ? `, ${count} times` : ''}
          </span>
          {event.effect === 'duplicate' || event.effect === 'late' ? <em>{` ${event.effect}`}</em> : null}
          {event.commands.length === 0 ? null : <small>{`then ${event.commands.map(commandLabel).join(', ')}`}</small>}
        </li>
      ))}
    </ol>
  </section>
);

/** Events of one kind in a row that led to no command are one line: a birth date is nine keys. */
function runs(events: readonly LoggedEvent[]): { event: LoggedEvent; count: number }[] {
  const lines: { event: LoggedEvent; count: number }[] = [];
  for (const event of events) {
    const last = lines.at(-1);
    const same = last?.event.type === event.type && last.event.effect === event.effect;
    const ledNowhere = last?.event.commands.length === 0 && event.commands.length === 0;
    if (last && same && ledNowhere) last.count += 1;
    else lines.push({ event, count: 1 });
  }
  return lines;
}
