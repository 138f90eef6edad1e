/** What staff need on paper when this service cannot be reached (HS-02): whom to ring back, and why. */
import type { Patient } from '../../store/patients.ts';
import type { Task } from '../../store/tasks.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { TASK_LABELS } from './labels.ts';
import { spokenNumber } from './spoken-number.ts';

interface DowntimeView {
  readonly tasks: readonly Task[];
  readonly patients: ReadonlyMap<string, Patient>;
  /** There are more than one sheet holds. */
  readonly isCut: boolean;
  readonly callbackNumber: string;
  readonly printedBy: string;
  readonly now: number;
  readonly clock: ClinicClock;
}

export const DowntimePage = ({ tasks, patients, isCut, callbackNumber, printedBy, now, clock }: DowntimeView) => (
  <>
    <p class="back">
      <a href="/dashboard/tasks">Back to the tasks</a>
    </p>
    <div class="page-head">
      <div>
        <h1>Sheet for an outage</h1>
        <p class="under-title">
          {/* One piece: pieces of such a line stand apart. */}
          <span>
            {'As of '}
            <Moment at={now} clock={clock} dated />
            {` (${clock.zoneName}), for ${printedBy}. It names patients: print it only if you need it, and shred it when the service is back.`}
          </span>
        </p>
      </div>
    </div>
    <p>{`Patients who ring ${spokenNumber(callbackNumber)} meanwhile are not answered by this service. Ring these people by hand, those who wait longest first.`}</p>
    {tasks.length === 0 ? (
      <p class="empty">Nobody waits for staff.</p>
    ) : (
      <table class="worklist">
        <caption class="visually-hidden">Whom to ring, due first.</caption>
        <thead>
          <tr>
            <th scope="col">Due</th>
            <th scope="col">Patient</th>
            <th scope="col">Number</th>
            <th scope="col">Born</th>
            <th scope="col">To do</th>
          </tr>
        </thead>
        <tbody>
          {tasks.map((task) => {
            const patient = patients.get(task.patientId);
            const name = [patient?.firstName, patient?.lastName].filter(Boolean).join(' ');
            return (
              <tr>
                <td>
                  <Moment at={task.dueAt} clock={clock} dated />
                </td>
                <th scope="row">{name === '' ? 'Name not known' : name}</th>
                <td class="whole-number">{patient?.phoneNumber == null ? '—' : spokenNumber(patient.phoneNumber)}</td>
                <td class="whole-number">{patient?.dateOfBirth ?? '—'}</td>
                <td>
                  <strong>{TASK_LABELS[task.kind].name}</strong> {TASK_LABELS[task.kind].toDo}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    )}
    {isCut ? <p>There are more than fit on this sheet. See to the first ones, then load it again.</p> : null}
  </>
);
