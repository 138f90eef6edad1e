/**
 * One call: how it stands, its note, what was said and what happened. It fetches itself again every 2 s while the call runs, and every
 * 5 s until its recording is there: never while somebody may be listening.
 */
import type { Child } from 'hono/jsx';
import type { CallLog } from '../../domain/intake/call-log.ts';
import { durationSeconds } from '../../domain/intake/call-record.ts';
import { amountText } from '../../domain/intake/cost.ts';
import type { Note } from '../../domain/note/note.ts';
import type { Call } from '../../store/calls.ts';
import type { Patient } from '../../store/patients.ts';
import type { Recording } from '../../store/recordings.ts';
import type { Task } from '../../store/tasks.ts';
import { Timeline, Transcript } from './call-log-view.tsx';
import { type ClinicClock, Moment, spokenLength } from './clinic-clock.tsx';
import {
  ANSWERED_BY_LABELS,
  consentLabel,
  directionLabel,
  hangupParty,
  IDENTITY_LABELS,
  numberLabel,
  RECORDING_LABELS,
  readable,
  STATUS_LABELS,
  statusTone,
  TASK_LABELS,
} from './labels.ts';
import { Alerts, Chip, Outcome } from './layout.tsx';
import { NoteView } from './note-view.tsx';
import { RecordingPanel } from './recording-panel.tsx';
import { RedFlagPanel } from './red-flag-panel.tsx';
import { shownFlags } from './shown-flags.ts';
import { TaskButtons, TaskDue, TaskOwner } from './task-controls.tsx';

export interface CallView {
  readonly call: Call;
  readonly settled: boolean;
  readonly patient: Patient | null;
  readonly note: Note | null;
  readonly recording: Recording | null;
  readonly log: CallLog;
  readonly tasks: readonly Task[];
  /** Red flags nobody has claimed, of any call. */
  readonly alerts: number;
  readonly actorName: string;
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
    <div id="call" {...polling}>
      <Head view={view} />
      <RedFlags view={view} />
      <p class="notice notice-warn">
        <strong>Patient-reported by automated call, not reviewed.</strong> Check it with the patient before you rely on
        it.
      </p>
      <Tasks view={view} />
      <Facts view={view} />
      <RecordingPanel call={call} recording={recording} />
      <div class="columns">
        <div>
          {note === null ? <NoNote settled={settled} /> : <NoteView note={note} clock={clock} playable={playable} />}
          <Transcript
            lines={log.transcript}
            clock={clock}
            language={call.language}
            running={!settled}
            recording={recording}
            playable={playable}
          />
        </div>
        <Timeline events={log.events} clock={clock} />
      </div>
    </div>
  );
};

const Head = ({ view: { call, patient, settled } }: { view: CallView }) => {
  const name = [patient?.firstName, patient?.lastName].filter(Boolean).join(' ');
  return (
    <div class="page-head">
      <div>
        <h1>{name === '' ? 'Patient without a name' : name}</h1>
        <p class="under-title">
          <Chip tone={statusTone(call.status)}>{STATUS_LABELS[call.status]}</Chip>{' '}
          <span>{directionLabel(call.direction)}</span> <span>{numberLabel(call.phoneNumber)}</span>
          {patient?.dateOfBirth ? <span>{`Born ${patient.dateOfBirth}`}</span> : null}
          {call.externalId === null ? null : <span>{`Record ${call.externalId}`}</span>}
        </p>
      </div>
      {settled || call.endedAt !== null ? null : (
        <button
          id="hang-up"
          type="button"
          class="danger"
          hx-post={`/dashboard/calls/${call.id}/hangup`}
          hx-confirm="Hang up this call now? The patient hears nothing more."
          hx-target="#call"
          hx-swap="outerHTML"
          hx-sync="#call:replace"
          hx-disabled-elt="this"
        >
          <span class="while-idle">Hang up</span>
          <span class="while-busy">Hanging up…</span>
        </button>
      )}
    </div>
  );
};

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

const Facts = ({ view: { call, note, clock, now } }: { view: CallView }) => (
  <dl class="facts">
    <Fact name="Identity">{IDENTITY_LABELS[call.identity]}</Fact>
    <Fact name="Consent">
      {consentLabel(call)}
      {call.consentAt === null ? null : (
        <small>
          <Moment at={call.consentAt} clock={clock} zoned />
          {note?.consent.wording ? `, wording ${note.consent.wording}` : ''}
        </small>
      )}
    </Fact>
    <Fact name="Direction">{directionLabel(call.direction)}</Fact>
    <Fact name="Answered by">
      {call.answeredAt === null ? 'Nobody' : call.direction === 'inbound' ? 'Us' : ANSWERED_BY_LABELS[call.answeredBy]}
    </Fact>
    <Fact name="Started">
      <Moment at={call.dialedAt ?? call.createdAt} clock={clock} zoned />
    </Fact>
    <Fact name="Duration">
      {call.answeredAt === null
        ? 'Not answered'
        : spokenLength(durationSeconds({ answeredAt: call.answeredAt, endedAt: call.endedAt ?? now }))}
    </Fact>
    <Fact name="Ended by">
      {call.hangupCause === null ? '—' : readable(call.hangupCause)}
      {call.hangupSource === null ? null : <small>{hangupParty(call.hangupSource, call.direction)}</small>}
      {call.error === null ? null : <small>{readable(call.error)}</small>}
    </Fact>
    <Fact name="Recording">{RECORDING_LABELS[call.recordingStatus]}</Fact>
    {call.costNanos === null ? null : (
      <Fact name="Cost">{`${amountText(call.costNanos)} ${call.costCurrency ?? ''}`}</Fact>
    )}
    <Fact name="Language">{call.language === 'es' ? 'Spanish' : 'English'}</Fact>
    <Fact name="Questions">{`${readable(call.questionnaireId.replaceAll('-', ' '))}, version ${call.questionnaireVersion}`}</Fact>
  </dl>
);

const Fact = ({ name, children }: { name: string; children: Child }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const NoNote = ({ settled }: { settled: boolean }) => (
  <section>
    <h2>Note</h2>
    <p class="empty">{settled ? 'This call left no note.' : 'The note is written when the call is over.'}</p>
  </section>
);
