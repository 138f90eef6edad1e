/** What a page shows of a task besides its words: whether it is late, who has it, and the two buttons. */
import type { Patient } from '../../store/patients.ts';
import type { Task } from '../../store/tasks.ts';
import { initials, maskNumber } from '../mask.ts';
import type { TaskVerb } from '../settle-task.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { TASK_LABELS, TASK_STATUS_LABELS, type Tone } from './labels.ts';
import { Chip } from './layout.tsx';
import { Press } from './press.tsx';
import type { Viewer } from './viewer.ts';

/** A red flag is due the moment it is raised; it is late a little after that. */
const LATE_AFTER_MS = 60_000;

const STATUS_TONES: Readonly<Record<Task['status'], Tone>> = { open: 'warn', claimed: 'live', done: 'calm' };

interface TaskView {
  readonly task: Task;
  readonly clock: ClinicClock;
  readonly now: number;
}

export const TaskDue = ({ task: { status, dueAt, doneAt }, clock, now }: TaskView) => {
  if (status === 'done') {
    return (
      <>
        Done <Moment at={doneAt} clock={clock} />
      </>
    );
  }
  return (
    <>
      {now >= dueAt ? <Chip tone="bad">{now >= dueAt + LATE_AFTER_MS ? 'Overdue' : 'Due now'}</Chip> : 'By'}{' '}
      <Moment at={dueAt} clock={clock} />
    </>
  );
};

export function lettersOf(patient: Patient | null, { seesSensitive }: Pick<Viewer, 'seesSensitive'>): string {
  if (patient?.flags.includes('sensitive') && !seesSensitive) return 'Sensitive';
  return (patient && initials(patient)) ?? 'No name';
}

/** Whom it is about, and the way there: to the call, or to the patient for whoever does not see calls. */
export const TaskPatient = ({ task, patient, viewer }: { task: Task; patient: Patient | null; viewer: Viewer }) => (
  <a
    id={`link-${task.id}`}
    href={viewer.seesCalls ? `/dashboard/calls/${task.callId}` : `/dashboard/patients/${task.patientId}`}
    class="row-link"
  >
    <span class="initials">{lettersOf(patient, viewer)}</span> {patient === null ? '' : maskNumber(patient.phoneNumber)}
  </a>
);

export const TaskOwner = ({ task: { owner, status }, actorName }: { task: Task; actorName: string }) => (
  <>
    <Chip tone={STATUS_TONES[status]}>{TASK_STATUS_LABELS[status]}</Chip>{' '}
    {owner === null ? null : owner === actorName ? (
      // On paper nobody is "you".
      <span class="owner">
        <span class="no-print">by you</span>
        <span class="print-only">{`by ${owner}`}</span>
      </span>
    ) : (
      <span class="owner">{`by ${owner}`}</span>
    )}
  </>
);

interface Buttons {
  readonly task: Task;
  /** The address of a verb, and the fragment its answer replaces. */
  readonly action: (verb: TaskVerb) => string;
  readonly target: '#call' | '#tasks' | '#today';
  readonly about: string;
}

export const TaskButtons = ({ task, action, target, about }: Buttons) => {
  const { id, kind, status } = task;
  const { name } = TASK_LABELS[kind];
  const shared = { target, thenFocus: `task-${id}` } as const;
  const whose = <span class="visually-hidden">{` ${name}, ${about}`}</span>;
  return (
    <div class="task-actions">
      {status === 'open' ? (
        <Press id={`claim-${id}`} action={action('claim')} {...shared}>
          Claim{whose}
        </Press>
      ) : null}
      {status === 'done' ? null : (
        <Press
          id={`done-${id}`}
          action={action('done')}
          tone="secondary outline"
          confirm={asksDone(task).question}
          {...shared}
        >
          Done{whose}
        </Press>
      )}
    </div>
  );
};

export const asksDone = ({ kind }: Pick<Task, 'kind'>) => ({
  question: `Mark “${TASK_LABELS[kind].name}” as done? It then leaves everybody’s list.`,
  words: 'Done',
});

/** What came of a claim or a "done", in words. */
export function taskOutcome(task: Task, verb: TaskVerb, settled: boolean, actorName: string): string {
  const { name } = TASK_LABELS[task.kind];
  const owner = task.owner === null ? 'Somebody' : task.owner === actorName ? 'You' : task.owner;
  if (settled) return verb === 'claim' ? `“${name}” is yours now.` : `“${name}” is done.`;
  // Claimed and opened again between two looks: whoever asks again gets it.
  if (task.status === 'open') return `“${name}” has just changed. Look at it, then try again.`;
  if (task.status === 'claimed') return `Not claimed: ${owner} had already claimed “${name}”.`;
  return `${owner} had already done “${name}”.`;
}
