/** The facts of a call in one box: who was reached, whether they agreed, when, how it ended. */
import { durationSeconds } from '../../domain/intake/call-record.ts';
import { amountText } from '../../domain/intake/cost.ts';
import type { Note } from '../../domain/note/note.ts';
import type { Call } from '../../store/calls.ts';
import { type ClinicClock, Moment, spokenLength } from './clinic-clock.tsx';
import { Fact } from './fact.tsx';
import {
  ANSWERED_BY_LABELS,
  consentLabel,
  directionLabel,
  hangupParty,
  IDENTITY_LABELS,
  RECORDING_LABELS,
  readable,
} from './labels.ts';

interface FactsView {
  readonly call: Call;
  readonly note: Note | null;
  readonly clock: ClinicClock;
  readonly now: number;
}

export const CallFacts = ({ call, note, clock, now }: FactsView) => (
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
