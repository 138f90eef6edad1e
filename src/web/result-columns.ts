/** What stands in the file of a campaign's results, a row for each attempt; one who was never called has a row as well. */
import { durationSeconds } from '../domain/intake/call-record.ts';
import { amountText } from '../domain/intake/cost.ts';
import { answerText } from '../domain/note/answer-text.ts';
import { type NoteAnswer, noteAnswers } from '../domain/note/note.ts';
import type { AttemptResult, ContactResult, ResultCall } from '../store/campaign-results.ts';
import { maskNumber } from './mask.ts';
import type { Column } from './tabular.ts';

/** What of it somebody may see (HS-18). */
export interface ResultsView {
  readonly answers: boolean;
  readonly numbers: boolean;
}
export interface ResultRow {
  readonly contact: ContactResult;
  readonly attempt: AttemptResult | null;
  /** By item. */
  readonly answers: Readonly<Record<string, NoteAnswer>>;
}

export const rowsOf = (contact: ContactResult): ResultRow[] =>
  contact.attempts.length === 0
    ? [{ contact, attempt: null, answers: {} }]
    : contact.attempts.map((attempt) => {
        return { contact, attempt, answers: attempt.note === null ? {} : noteAnswers(attempt.note) };
      });

export const shownNumber = ({ numbers }: ResultsView, phoneNumber: string | null): string | null =>
  phoneNumber === null || numbers ? phoneNumber : maskNumber(phoneNumber);

/** From the dial to the answer, or to the end of a call that nobody answered. */
export function ringSeconds({
  dialedAt,
  answeredAt,
  endedAt,
}: Pick<ResultCall, 'dialedAt' | 'answeredAt' | 'endedAt'>): number | null {
  const until = answeredAt ?? endedAt;
  return dialedAt === null || until === null ? null : Math.max(0, Math.round((until - dialedAt) / 1000));
}

const timeText = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

const contactColumns = (view: ResultsView): Column<ResultRow>[] => [
  { name: 'row', cell: ({ contact }) => contact.row },
  { name: 'external_id', cell: ({ contact }) => contact.externalId },
  { name: 'phone_number', cell: ({ contact }) => shownNumber(view, contact.phoneNumber) },
  { name: 'contact_status', cell: ({ contact }) => contact.status },
  { name: 'contact_code', cell: ({ contact }) => contact.code },
];

const ofCall = (name: string, cell: (call: ResultCall) => string | number | null): Column<ResultRow> => ({
  name,
  cell: ({ attempt }) => (attempt === null ? null : cell(attempt.call)),
});

const CALL_COLUMNS: readonly Column<ResultRow>[] = [
  ofCall('attempt', (call) => call.attempt),
  ofCall('call_id', (call) => call.id),
  ofCall('call_status', (call) => call.status),
  ofCall('dialed_at', (call) => timeText(call.dialedAt)),
  ofCall('answered_at', (call) => timeText(call.answeredAt)),
  ofCall('ended_at', (call) => timeText(call.endedAt)),
  ofCall('ring_seconds', ringSeconds),
  ofCall('duration_seconds', durationSeconds),
  ofCall('answered_by', (call) => call.answeredBy),
  ofCall('identity', (call) => call.identity),
  ofCall('consent', (call) => call.consentCollection),
  ofCall('recording_consent', (call) => call.consentRecording),
  ofCall('recording_status', (call) => call.recordingStatus),
  ofCall('hangup_cause', (call) => call.hangupCause),
  ofCall('hangup_source', (call) => call.hangupSource),
  ofCall('sip_hangup_cause', (call) => call.sipHangupCause),
  ofCall('error', (call) => call.error),
  ofCall('cost', (call) => (call.costNanos === null ? null : amountText(call.costNanos))),
  ofCall('currency', (call) => (call.costNanos === null ? null : (call.costCurrency ?? 'USD'))),
  ofCall('questionnaire', (call) => `${call.questionnaireId} v${call.questionnaireVersion}`),
  ofCall('language', (call) => call.language),
];

/** `items`: the ids of what the questionnaire of the campaign asks, each a column. */
export const resultColumns = (view: ResultsView, items: readonly string[]): readonly Column<ResultRow>[] => [
  ...contactColumns(view),
  ...CALL_COLUMNS,
  ...(view.answers ? [...items.map(answerColumn), TRANSCRIPT, RECORDING_TRANSCRIPT] : []),
];

const answerColumn = (item: string): Column<ResultRow> => ({
  name: item,
  cell: ({ answers }) => answerText(answers[item]),
});

type Spoken = readonly { readonly speaker: string; readonly text: string }[];
const linesOf = (said: Spoken): string => said.map(({ speaker, text }) => `${speaker}: ${text}`).join('\n');
const TRANSCRIPT: Column<ResultRow> = {
  name: 'transcript',
  cell: ({ attempt }) => (attempt?.log == null ? null : linesOf(attempt.log.transcript)),
};
/** What was written down afterwards, once it is whole. */
const RECORDING_TRANSCRIPT: Column<ResultRow> = {
  name: 'recording_transcript',
  cell: ({ attempt }) => (attempt?.spoken?.status === 'done' ? linesOf(attempt.spoken.lines) : null),
};
