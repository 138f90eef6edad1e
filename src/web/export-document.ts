/**
 * All that is kept about a patient as a document for people (HS-19): plain words, no script, to be printed or saved. Everything that was
 * said by anybody is escaped by `html` itself.
 */
import { html, raw } from 'hono/html';
import { answerText } from '../domain/note/answer-text.ts';
import { noteAnswers } from '../domain/note/note.ts';
import type { Config } from '../env.ts';
import { codeLabel } from './dashboard/campaign-labels.ts';
import { type ClinicClock, clinicClock } from './dashboard/clinic-clock.tsx';
import { spokenNumber } from './dashboard/spoken-number.ts';
import type { ExportedCall, ExportHead, ExportWriter } from './export-patient.ts';

const PURPOSE_WORDS: Readonly<Record<ExportHead['purpose'], string>> = {
  access: 'for the patient',
  treatment: 'for treatment',
  legal: 'for a legal purpose',
  other: 'for another purpose',
};

const words = (code: string): string => {
  const text = code.replaceAll(/[_.-]+/g, ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
};
/** `Nov 28, 2026, 10:04 AM EST`: a document is read anywhere, in any year. */
type When = (at: string | null) => string;
const whenAt = (clock: ClinicClock): When => {
  const said = (at: number) => `${clock.dated(at)} ${clock.zone(at)}`;
  return (at) => (at === null ? '—' : said(Date.parse(at)));
};
/** `April 12, 1980`. */
const longDay = (day: string): string =>
  new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', dateStyle: 'long' }).format(Date.parse(day));
const said = (value: string | null): string => (value === null || value === '' ? 'not on file' : value);
const pair = (name: string, value: string) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`;
const none = html`<p>None.</p>`;
const listed = <T>(items: readonly T[], show: (item: T) => ReturnType<typeof html>) =>
  items.length === 0 ? none : html`<ul>${items.map((item) => html`<li>${show(item)}</li>`)}</ul>`;

/** Times are the clinic's, as on its pages. */
export function documentExport({ name, timeZone }: Config['clinic'], now: number): ExportWriter {
  const clock = clinicClock(timeZone, now);
  const when = whenAt(clock);
  return {
    type: 'text/html; charset=UTF-8',
    begin: (head) => String(opening(head, name, clock.zoneName, when)),
    calls: (calls) => calls.map((call) => String(callSection(call, when))).join(''),
    end: () => '</main></body></html>\n',
  };
}

const opening = (head: ExportHead, clinic: string, zone: string, when: When) => {
  const { patient } = head;
  const name = [patient.first_name, patient.last_name].filter((part) => part !== null).join(' ');
  return html`${raw('<!DOCTYPE html>')}
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Record of a patient</title><link rel="stylesheet" href="/static/record.css"></head>
${raw('<body>')}<header><p class="clinic">${clinic}</p><p class="mark">Taken by ${head.exported_by}, ${when(head.exported_at)}, ${PURPOSE_WORDS[head.purpose]}.
${head.notice} Times are ${zone}.</p></header>${raw('<main>')}
<h1>${name === '' ? 'A patient without a name on file' : name}</h1>
<section><h2>Who</h2><table>
${pair('Number', said(patient.phone_number === null ? null : spokenNumber(patient.phone_number)))}${pair('Birth date', said(patient.date_of_birth === null ? null : longDay(patient.date_of_birth)))}
${pair('Language', patient.language === 'es' ? 'Spanish' : 'English')}${pair('Record number', said(patient.external_id))}
${pair('State', said(patient.state))}${pair('Time zone', said(patient.time_zone))}
${pair('Marks', (patient.flags ?? []).map(words).join(', ') || 'none')}
${pair('On the do-not-call list', head.number_suppressed ? 'yes' : 'no')}${pair('On file since', when(patient.created_at))}
</table></section>
<section><h2>Consent to be called</h2>${listed(
    head.consents,
    (
      each,
    ) => html`${words(each.basis)}, obtained ${when(each.obtained_at)} by ${said(each.obtained_by)}: ${said(each.evidence)}
      ${each.revoked_at === null ? '' : html` Ended ${when(each.revoked_at)}.`}`,
  )}</section>
<section><h2>What the patient asked for</h2>${listed(
    head.requests,
    (each) => html`${words(each.kind)}, received ${when(each.received_at)}: ${words(each.status)}.
      ${each.details ?? ''} ${each.outcome ?? ''}`,
  )}</section>
<section><h2>To whom this record was disclosed</h2>${listed(
    head.disclosures,
    (each) =>
      html`${when(each.at)}, ${words(each.purpose)}, to ${said(each.to)}: ${words(each.what)}. ${each.description ?? ''}`,
  )}</section>
<section><h2>Campaigns</h2>${listed(
    head.campaigns,
    (each) => html`Since ${when(each.created_at)}: ${words(each.outcome ?? each.code ?? each.status)}.
      ${Object.values(each.variables).join(', ')}`,
  )}</section>
<section><h2>Why no call was placed</h2>${listed(
    head.decisions,
    (each) => html`${when(each.decided_at)}: ${each.allowed ? 'allowed' : codeLabel(each.code ?? 'refused')}`,
  )}</section>
<h2>Calls</h2>`;
};

const callSection = (call: ExportedCall, when: When) => html`<section class="call">
<h3>${when(call.created_at)}, ${words(call.status ?? 'unknown')}</h3>
<table>${pair('Direction', words(call.direction))}${pair('Answered', when(call.answered_at))}${pair('Ended', when(call.ended_at))}
${pair('Audio', call.recorded?.audio == null ? 'none' : 'kept; ask the clinic for it')}</table>
${call.notes.map(
  (note) => html`<h4>Note, version ${String(note.version)}, ${when(note.created_at)}</h4>
<p>Reported by the patient in an automated call.
${signedText(call, note.version, when)}</p>
<table>${Object.entries(noteAnswers(note)).map(([item, answer]) =>
    pair(words(item.replace(/^[a-z_]+\./, '')), answerText(answer) || words(answer.state)),
  )}</table>`,
)}
${call.addenda.length === 0 ? '' : html`<h4>Added by staff</h4>${listed(call.addenda, (each) => html`${when(each.at)}, ${each.by}: ${each.text}`)}`}
${call.transcript.length === 0 ? '' : html`<h4>What was said</h4><table class="said">${call.transcript.map((each) => pair(`${each.speaker === 'patient' ? 'Patient' : 'Clinic'}${each.source === 'recording' ? ' (from the recording)' : ''}`, each.text))}</table>`}
${call.tasks.length === 0 ? '' : html`<h4>Tasks</h4>${listed(call.tasks, (each) => html`${words(each.kind)}: ${words(each.status)}`)}`}
${call.handed_on.length === 0 ? '' : html`<h4>Handed on</h4>${listed(call.handed_on, (each) => html`To ${each.system}, ${words(each.status)} ${when(each.at)}`)}`}
</section>`;

function signedText(call: ExportedCall, version: number, when: When): string {
  const signed = call.signatures.find(({ note_version }) => note_version === version);
  return signed === undefined ? 'Nobody has signed this version.' : `Signed by ${signed.by}, ${when(signed.at)}.`;
}
