/**
 * One call: how it stands, its note, what was said and what happened. It fetches itself again every 2 s while the call runs, and every
 * 5 s until its recording is there: never while somebody may be listening.
 */
import type { CallLog } from '../../domain/intake/call-log.ts';
import type { Questionnaire } from '../../domain/intake/questionnaire.ts';
import type { Note } from '../../domain/note/note.ts';
import type { Call } from '../../store/calls.ts';
import type { PatientRequest } from '../../store/patient-requests.ts';
import type { Patient } from '../../store/patients.ts';
import type { RecordingTranscript } from '../../store/recording-transcripts.ts';
import type { Recording } from '../../store/recordings.ts';
import type { Reviews } from '../../store/reviews.ts';
import type { Task } from '../../store/tasks.ts';
import { CallFacts } from './call-facts.tsx';
import { CallHead } from './call-head.tsx';
import { Timeline, Transcript } from './call-log-view.tsx';
import type { ClinicClock } from './clinic-clock.tsx';
import { ConsentEvidence } from './consent-evidence.tsx';
import { TASK_LABELS } from './labels.ts';
import { Alerts, Outcome } from './layout.tsx';
import { NoteAmendments } from './note-amendments.tsx';
import { NoteView } from './note-view.tsx';
import { RecordingPanel } from './recording-panel.tsx';
import { RecordingTranscriptPart } from './recording-transcript.tsx';
import { RedFlagPanel } from './red-flag-panel.tsx';
import { ReviewNotice } from './review-notice.tsx';
import { ReviewPanel, type ReviewView, reviewState, SHOWN_REVIEW } from './review-panel.tsx';
import { shownFlags } from './shown-flags.ts';
import { TaskButtons, TaskDue, TaskOwner } from './task-controls.tsx';

export interface CallView {
  readonly call: Call;
  readonly settled: boolean;
  readonly patient: Patient | null;
  readonly note: Note | null;
  /** What was asked; null while nothing can be corrected. */
  readonly questions: Questionnaire | null;
  readonly reviews: Reviews;
  /** What the patient asked to have put right in it. */
  readonly amendments: readonly PatientRequest[];
  /** A red flag that the note names, and nobody has claimed. */
  readonly flagOpen: boolean;
  /** What the review of whoever asks shows, and what they wrote there that was not taken. */
  readonly shownReview: string | null;
  readonly typedAddendum: string;
  readonly recording: Recording | null;
  /** What was written down from it. */
  readonly spoken: RecordingTranscript | null;
  readonly isHeard: boolean;
  readonly log: CallLog;
  readonly tasks: readonly Task[];
  /** Red flags nobody has claimed, of any call. */
  readonly alerts: number;
  readonly actorName: string;
  readonly clinicName: string;
  readonly clock: ClinicClock;
  readonly now: number;
}

/** The answer to a request of the page itself: with the count in its frame, and what came of what was asked. */
export const CallAnswer = ({ view, outcome }: { view: CallView; outcome?: string | undefined }) => (
  <>
    <CallFragment {...view} />
    <Alerts count={view.alerts} elsewhere />
    {outcome === undefined ? null : <Outcome text={outcome} />}
  </>
);

export const CallFragment = (view: CallView) => {
  const { call, settled, clock, log, note, recording } = view;
  const review: ReviewView | null = note === null ? null : { ...view, note };
  const isAwaited = !settled || call.recordingStatus === 'pending';
  const playable = call.recordingStatus === 'ready';
  const polling = !isAwaited
    ? {}
    : {
        'hx-get': `/dashboard/fragments/calls/${call.id}`,
        'hx-trigger': settled ? 'every 5s' : 'every 2s',
        'hx-swap': 'outerHTML',
        // No poll while the button's request runs: it would put a fresh button in its place.
        'hx-sync': 'this:drop',
      };
  return (
    <div id="call" {...polling} {...(review === null ? {} : shownIn(review))}>
      <CallHead {...view} />
      <RedFlags view={view} />
      {settled && note === null ? null : <ReviewNotice view={review} />}
      <Tasks view={view} />
      <CallFacts {...view} />
      <RecordingPanel call={call} recording={recording} />
      <div class="columns">
        <div>
          {review === null ? (
            <NoNote settled={settled} />
          ) : (
            <>
              <NoteView note={review.note} questions={view.questions} clock={clock} playable={playable} />
              <NoteAmendments amendments={view.amendments} clock={clock} now={view.now} />
              <ConsentEvidence note={review.note} log={log} clock={clock} />
              <ReviewPanel {...review} shown={view.shownReview} typed={view.typedAddendum} />
            </>
          )}
          <Transcript
            lines={log.transcript}
            clock={clock}
            language={call.language}
            running={!settled}
            recording={recording}
            playable={playable}
          />
          <RecordingTranscriptPart call={call} spoken={view.spoken} isHeard={view.isHeard} />
        </div>
        <Timeline events={log.events} clock={clock} />
      </div>
    </div>
  );
};

/** Every request of the page says which review it shows. */
const shownIn = (review: ReviewView) => ({ 'hx-headers': JSON.stringify({ [SHOWN_REVIEW]: reviewState(review) }) });

const RedFlags = ({ view }: { view: CallView }) => {
  const { call, note, log, tasks, clock } = view;
  const task = tasks.find(({ kind }) => kind === 'red_flag');
  const flags = shownFlags(note, log);
  if (call.redFlags === 0 && flags.length === 0 && task === undefined) return null;
  return (
    <RedFlagPanel flags={flags} count={call.redFlags} clock={clock} language={call.language}>
      {task === undefined ? null : <TaskLine task={task} view={view} />}
    </RedFlagPanel>
  );
};

const Tasks = ({ view }: { view: CallView }) => {
  const others = view.tasks.filter(({ kind }) => kind !== 'red_flag');
  if (others.length === 0) return null;
  return (
    <section class="to-do" aria-labelledby="to-do">
      <h2 id="to-do">To do</h2>
      {others.map((task) => (
        <TaskLine task={task} view={view} />
      ))}
    </section>
  );
};

const TaskLine = ({ task, view: { call, actorName, clock, now } }: { task: Task; view: CallView }) => (
  <div id={`task-${task.id}`} class="task" tabindex={-1}>
    <p>
      <strong>{TASK_LABELS[task.kind].toDo}</strong>
    </p>
    <p class="task-state">
      <TaskOwner task={task} actorName={actorName} />{' '}
      <span>
        <TaskDue task={task} clock={clock} now={now} />
      </span>
    </p>
    <TaskButtons
      task={task}
      action={(verb) => `/dashboard/calls/${call.id}/tasks/${task.id}/${verb}`}
      target="#call"
      about="this call"
    />
  </div>
);

const NoNote = ({ settled }: { settled: boolean }) => (
  <section>
    <h2>Note</h2>
    <p class="empty">{settled ? 'This call left no note.' : 'The note is written when the call is over.'}</p>
  </section>
);
