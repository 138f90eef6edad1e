/** The head of a call's page: whom it is about, how it stands, what can be done with it, and the way to each part of the page. */
import type { Note } from '../../domain/note/note.ts';
import type { Call } from '../../store/calls.ts';
import type { Patient } from '../../store/patients.ts';
import type { RecordingTranscript } from '../../store/recording-transcripts.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { directionLabel, numberLabel, STATUS_LABELS, statusTone } from './labels.ts';
import { Chip } from './layout.tsx';
import { Press } from './press.tsx';

interface HeadView {
  readonly call: Call;
  readonly patient: Patient | null;
  readonly note: Note | null;
  readonly settled: boolean;
  readonly spoken: RecordingTranscript | null;
  readonly clinicName: string;
  readonly clock: ClinicClock;
  readonly now: number;
}

export const CallHead = (view: HeadView) => {
  const { call, patient, settled, clinicName, clock, now } = view;
  const name = [patient?.firstName, patient?.lastName].filter(Boolean).join(' ');
  const isOver = settled || call.endedAt !== null;
  return (
    <>
      <p class="print-only print-head">
        <strong>{clinicName}</strong>
        <span>
          Intake note of an automated call. Printed <Moment at={now} clock={clock} dated zoned />
        </span>
      </p>
      <div class="page-head call-head">
        <div>
          <h1>{name === '' ? 'Patient without a name' : name}</h1>
          <p class="under-title">
            <Chip tone={statusTone(call.status)}>{STATUS_LABELS[call.status]}</Chip>{' '}
            <span>{directionLabel(call.direction)}</span> <span>{numberLabel(call.phoneNumber)}</span>
            {patient?.dateOfBirth ? <span>{`Born ${patient.dateOfBirth}`}</span> : null}
            {call.externalId === null ? null : <span>{`Record ${call.externalId}`}</span>}
            {patient === null ? null : (
              <a href={`/dashboard/patients/${patient.id}`} class="no-print">
                Patient’s page
              </a>
            )}
          </p>
        </div>
        <div class="page-tools no-print">{isOver ? <AfterCall view={view} /> : <HangUp call={call} />}</div>
      </div>
      <Parts view={view} />
    </>
  );
};

const AfterCall = ({ view: { patient, note } }: { view: HeadView }) => (
  <>
    {note === null ? null : (
      <button type="button" class="secondary outline" data-print>
        Print the note
      </button>
    )}
    {patient === null ? null : (
      // The patient's id alone: an address is kept in many places.
      <a href={`/dashboard/new-call?patient_id=${patient.id}`} class="button">
        Call again
      </a>
    )}
  </>
);

export const HANG_UP = 'Hang up this call now? The patient hears nothing more.';

const HangUp = ({ call }: { call: Call }) => (
  <Press
    id="hang-up"
    action={`/dashboard/calls/${call.id}/hangup`}
    target="#call"
    tone="danger"
    confirm={HANG_UP}
    busy="Hanging up…"
  >
    Hang up
  </Press>
);

/** A long page: straight to each part of it, and each part as a file. */
const Parts = ({ view: { call, note, settled, spoken } }: { view: HeadView }) => (
  <div class="parts no-print">
    <nav aria-label="On this page">
      {note === null ? null : (
        <>
          <a href="#note">Note</a> <a href="#review">Review</a>
        </>
      )}{' '}
      <a href="#said">What was said</a> {spoken === null ? null : <a href="#spoken">What the recording says</a>}{' '}
      <a href="#timeline">What happened</a>
    </nav>
    {settled && call.answeredAt !== null ? (
      <p class="files">
        Download{' '}
        {note === null ? null : (
          <>
            <a href={`/api/calls/${call.id}/intake-data`} download={`note-${call.id}.json`}>
              note <small>(JSON)</small>
            </a>
            {', '}
          </>
        )}
        <a href={`/api/calls/${call.id}/fhir`} download={`call-${call.id}.fhir.json`}>
          call <small>(FHIR)</small>
        </a>
        {', '}
        transcript as{' '}
        <a href={`/api/calls/${call.id}/transcripts?format=txt`} download={`transcript-${call.id}.txt`}>
          text
        </a>{' '}
        or{' '}
        <a href={`/api/calls/${call.id}/transcripts?format=tsv`} download={`transcript-${call.id}.tsv`}>
          table <small>(TSV)</small>
        </a>
      </p>
    ) : null}
  </div>
);
