/** One patient: who, calling them, what became of it, and what stands in the way. */
import type { Consent } from '../../store/consents.ts';
import type { Task } from '../../store/tasks.ts';
import type { ShownPatient } from '../shown-patient.ts';
import type { ClinicClock } from './clinic-clock.tsx';
import { Moment } from './clinic-clock.tsx';
import { FormNotice, type FormState, SelectField } from './form-field.tsx';
import { TASK_LABELS } from './labels.ts';
import { type CallHistory, PatientCalls } from './patient-calls.tsx';
import { PatientConsents } from './patient-consents.tsx';
import { ConsentFields } from './patient-fields.tsx';
import { FlagsForm } from './patient-flags.tsx';
import { briefly, PatientWho } from './patient-who.tsx';
import { Said } from './said.tsx';
import { TaskDue, TaskOwner } from './task-controls.tsx';
import type { Viewer } from './viewer.ts';

/** A form on the page as it was sent, and why it was refused. */
export interface SentForm {
  readonly form: FormState;
  readonly notice: string | null;
}

export interface PatientView {
  readonly patient: ShownPatient;
  readonly revealed: boolean;
  /** Null, as the next ones: not theirs to see. */
  readonly consents: readonly Consent[] | null;
  readonly history: CallHistory | null;
  readonly tasks: readonly Task[] | null;
  /** Of the number on the do-not-call list; `since` null: part of the list does not open. */
  readonly standing: { readonly suppressed: boolean; readonly since: number | null } | null;
  readonly rights: { readonly isHeld: boolean; readonly erasureWaits: boolean };
  readonly call: SentForm;
  readonly consent: SentForm;
  /** What was done, and led here. */
  readonly outcome: string | null;
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
  readonly now: number;
}

export const PatientPage = (view: PatientView) => {
  const { patient, viewer, clock, now, history, outcome } = view;
  return (
    <>
      <p class="back">
        <a href="/dashboard/patients">All patients</a>
      </p>
      <div class="page-head">
        <h1>{briefly(patient)}</h1>
        <p class="page-tools">
          <a href={`/dashboard/patients/${patient.id}/edit`}>Edit</a>
          {viewer.exportsPatients ? (
            <a href={`/api/patients/${patient.id}/export`} download>
              Export
            </a>
          ) : null}
          {viewer.seesRequests ? <a href={`/dashboard/patients/${patient.id}/rights`}>Their data</a> : null}
          {viewer.seesAudit ? <a href={`/dashboard/audit/patients/${patient.id}`}>Who saw this</a> : null}
          {viewer.erasesPatients ? <a href={`/dashboard/patients/${patient.id}/erase`}>Erase…</a> : null}
        </p>
      </div>
      <Said outcome={outcome} />
      <Rights view={view} />
      <div class="columns patient">
        <div>
          <PatientWho patient={patient} revealed={view.revealed} clock={clock} />
          <section id="calls" aria-labelledby="calls-title">
            <h2 id="calls-title">Calls</h2>
            <CallForm view={view} />
            {history === null ? null : <PatientCalls {...history} />}
          </section>
          {view.tasks === null ? null : <Tasks view={view} tasks={view.tasks} />}
        </div>
        <div>
          {view.standing === null ? null : <Standing view={view} {...view.standing} />}
          {view.consents === null ? null : (
            <PatientConsents
              {...{ patientId: patient.id, consents: view.consents, clock, now }}
              {...{ form: view.consent.form, notice: view.consent.notice }}
            />
          )}
          {patient.flags === null ? null : (
            <section aria-labelledby="marks-title">
              <h2 id="marks-title">Marks</h2>
              <FlagsForm id={patient.id} flags={patient.flags} />
            </section>
          )}
        </div>
      </div>
    </>
  );
};

/** What keeps their data, or waits for somebody to decide on it. */
const Rights = ({ view: { rights, patient, viewer } }: { view: PatientView }) => {
  const more = viewer.seesRequests ? <a href={`/dashboard/patients/${patient.id}/rights`}>See “Their data”</a> : null;
  return (
    <>
      {rights.isHeld ? (
        <p class="notice notice-warn">
          <strong>Under a legal hold.</strong> Nothing of this patient is removed or erased while it stands. {more}
        </p>
      ) : null}
      {rights.erasureWaits ? (
        <p class="notice notice-warn">
          <strong>An erasure waits for a second administrator.</strong> {more}
        </p>
      ) : null}
    </>
  );
};

const CallForm = ({ view: { patient, call, clock } }: { view: PatientView }) => (
  <details id="call-panel" open={call.notice !== null}>
    <summary>{`Call ${briefly(patient)}`}</summary>
    <form class="sheet" method="post" action={`/dashboard/patients/${patient.id}/call`}>
      <FormNotice text={call.notice} />
      <SelectField
        form={call.form}
        name="call_language"
        label="Language to begin with"
        options={[
          ['', 'As on file'],
          ['en', 'English'],
          ['es', 'Spanish'],
        ]}
      />
      <fieldset>
        <legend>Consent to be called</legend>
        <ConsentFields form={call.form} today={clock.today} none="As on file" prefix="call_" />
      </fieldset>
      <button type="submit">Place the call</button>
    </form>
  </details>
);

type StandingView = NonNullable<PatientView['standing']> & { view: PatientView };
const Standing = ({ view: { viewer, clock }, suppressed, since }: StandingView) => (
  <section aria-labelledby="list-title">
    <h2 id="list-title">Do-not-call list</h2>
    {suppressed ? (
      <p class="notice notice-bad">
        <strong>This number is not called.</strong>{' '}
        {since === null ? (
          'Part of the list does not open with the keys of this installation. Tell whoever runs it.'
        ) : (
          <>
            On the list since <Moment at={since} clock={clock} />.
          </>
        )}{' '}
        {viewer.seesSuppressions ? <a href="/dashboard/suppressions">Open the list</a> : null}
      </p>
    ) : (
      <p class="quiet">The number is not on it.</p>
    )}
  </section>
);

const Tasks = ({ view: { viewer, clock, now }, tasks }: { view: PatientView; tasks: readonly Task[] }) => (
  <section aria-labelledby="tasks-title">
    <h2 id="tasks-title">Tasks</h2>
    {tasks.length === 0 ? (
      <p class="quiet">No call of theirs left a task.</p>
    ) : (
      <ul class="steps">
        {tasks.map((task) => (
          <li class="step">
            <strong>{TASK_LABELS[task.kind].name}</strong>{' '}
            <span class="task-state">
              <TaskOwner task={task} actorName={viewer.name} /> <TaskDue task={task} clock={clock} now={now} />
            </span>
          </li>
        ))}
      </ul>
    )}
    {tasks.some(({ status }) => status !== 'done') ? <a href="/dashboard/tasks">See to them under Tasks</a> : null}
  </section>
);
