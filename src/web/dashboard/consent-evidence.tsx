/** What the patient agreed to, and how one can tell (RC-08): the words as they were said, the key, the event and the hash. */
import type { CallLog } from '../../domain/intake/call-log.ts';
import type { Note } from '../../domain/note/note.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { Fact } from './fact.tsx';

interface ConsentView {
  readonly note: Note;
  readonly log: CallLog;
  readonly clock: ClinicClock;
}

export const ConsentEvidence = ({ note: { consent, questionnaire }, log, clock }: ConsentView) => {
  if (consent.timestamp === null) return null;
  const at = Date.parse(consent.timestamp);
  const said = log.transcript.findLast((line) => line.speaker === 'agent' && line.item === 'consent' && line.at <= at);
  return (
    <section aria-labelledby="consent-title" class="consent">
      <h2 id="consent-title">Consent</h2>
      {said === undefined ? null : (
        <blockquote lang={questionnaire.language} class="consent-words">
          {said.text}
        </blockquote>
      )}
      <dl class="facts">
        <Fact name="Answer">{answerOf(consent)}</Fact>
        <Fact name="Key pressed">{consent.key ?? '—'}</Fact>
        <Fact name="When">
          <Moment at={at} clock={clock} dated zoned />
        </Fact>
        <Fact name="Wording">
          {consent.wording ?? '—'}
          {consent.wording_hash === null ? null : <Code title="Hash of the words" value={consent.wording_hash} />}
        </Fact>
        <Fact name="Event">{consent.event_id === null ? '—' : <Code title="Event id" value={consent.event_id} />}</Fact>
      </dl>
    </section>
  );
};

function answerOf({ given, recording_consent }: Note['consent']): string {
  if (!given) return 'Did not agree';
  return recording_consent ? 'Agreed, and to being recorded' : 'Agreed, but not to being recorded';
}

const Code = ({ title, value }: { title: string; value: string }) => (
  <small>
    <span class="visually-hidden">{`${title} `}</span>
    <code>{value}</code>
  </small>
);
