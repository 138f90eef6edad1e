/** One call: how it stands, its note, what was said and what happened. While it runs it fetches itself again every 2 s. */
import type { Child } from 'hono/jsx';
import type { CallLog } from '../../domain/intake/call-log.ts';
import { durationSeconds } from '../../domain/intake/call-record.ts';
import type { Note } from '../../domain/note/note.ts';
import type { Call } from '../../store/calls.ts';
import type { Patient } from '../../store/patients.ts';
import type { Task } from '../../store/tasks.ts';
import { Timeline, Transcript } from './call-log-view.tsx';
import { type ClinicClock, Moment, spokenLength } from './clinic-clock.tsx';
import {
  consentLabel,
  hangupParty,
  IDENTITY_LABELS,
  RECORDING_LABELS,
  readable,
  STATUS_LABELS,
  statusTone,
  TASK_LABELS,
} from './labels.ts';
import { Chip } from './layout.tsx';
import { NoteView } from './note-view.tsx';

export interface CallView {
  readonly call: Call;
  readonly settled: boolean;
  readonly patient: Patient | null;
  readonly note: Note | null;
  readonly log: CallLog;
  readonly tasks: readonly Task[];
  readonly clock: ClinicClock;
  readonly now: number;
  /** Somebody asked to hang up when there was nothing left to hang up. */
  readonly alreadyOver?: boolean;
}

export const CallFragment = (view: CallView) => {
  const { call, settled, clock, log, note } = view;
  const polling = settled
    ? {}
    : {
        'hx-get': `/dashboard/fragments/calls/${call.id}`,
        'hx-trigger': 'every 2s',
        'hx-swap': 'outerHTML',
        // No poll while the button's request runs: it would put a fresh button in its place.
        'hx-sync': 'this:drop',
      };
  return (
    <div id="call" {...polling}>
      <Head view={view} />
      {view.alreadyOver ? (
        <p class="notice notice-live" role="status">
          This call was already over.
        </p>
      ) : null}
      <p class="notice notice-warn">
        <strong>Patient-reported by automated call, not reviewed.</strong> Check it with the patient before you rely on
        it.
      </p>
      <Tasks view={view} />
      <Facts view={view} />
      <div class="columns">
        <div>
          {note === null ? <NoNote settled={settled} /> : <NoteView note={note} clock={clock} />}
          <Transcript lines={log.transcript} clock={clock} running={!settled} />
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
          <Chip tone={statusTone(call.status)}>{STATUS_LABELS[call.status]}</Chip> <span>{call.phoneNumber}</span>
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

const Tasks = ({ view: { tasks, clock } }: { view: CallView }) => {
  const open = tasks.filter(({ status }) => status === 'open');
  if (open.length === 0) return null;
  return (
    <section class="notice notice-live" aria-label="To do">
      {open.map(({ kind, dueAt }) => (
        <p>
          <strong>To do:</strong> {TASK_LABELS[kind]}, by <Moment at={dueAt} clock={clock} zoned />
        </p>
      ))}
    </section>
  );
};

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
