/** Taking a copy of everything, for a purpose that is said; and to whom the data went. */
import { DISCLOSED_THINGS, DISCLOSURE_PURPOSES, type Disclosure, type HandedOn } from '../../store/disclosures.ts';
import type { ExportFormat, ExportPurpose } from '../export-patient.ts';
import { Moment } from './clinic-clock.tsx';
import { DISCLOSED_LABELS, DISCLOSURE_LABELS } from './rights-labels.ts';
import { type RightsView, typedInto } from './rights-view.ts';
import { Choice, Line } from './sheet-fields.tsx';

const PURPOSES = {
  access: 'For the patient',
  treatment: 'For treatment',
  legal: 'For a court or a lawyer',
  other: 'Another purpose',
} as const satisfies Readonly<Record<ExportPurpose, string>>;
const FORMATS = {
  html: 'A document to read, print or save',
  json: 'Data for another program (JSON)',
  zip: 'Both in one archive, with FHIR and the recordings (ZIP)',
} as const satisfies Readonly<Record<ExportFormat, string>>;

export const Copies = ({ view }: { view: RightsView }) => {
  const typed = typedInto(view, 'export');
  return (
    <section id="copies" aria-labelledby="copies-title">
      <h2 id="copies-title">A copy of everything</h2>
      <p class="quiet">
        It says who took it, when and for what, and leaves a line in the audit. The document names the recordings; the
        archive has them.
      </p>
      <form class="sheet" method="post" action={`/dashboard/patients/${view.patient.id}/rights/export`}>
        <Choice label="What for" name="purpose" typed={typed} of={Object.entries(PURPOSES)} />
        <Line
          label="To whom it goes"
          name="recipient"
          typed={typed}
          max={200}
          hint="For a court, a lawyer or another purpose: it is noted down as a disclosure."
        />
        <Choice label="As" name="format" typed={typed} of={Object.entries(FORMATS)} />
        <button type="submit">Make the copy</button>
      </form>
    </section>
  );
};

interface DisclosuresView {
  readonly view: RightsView;
  readonly items: readonly Disclosure[];
  readonly handedOn: readonly HandedOn[];
}
export const Disclosures = ({ view, items, handedOn }: DisclosuresView) => {
  const { patient, clock } = view;
  const typed = typedInto(view, 'disclosure');
  return (
    <section id="disclosures" aria-labelledby="disclosures-title">
      <h2 id="disclosures-title">To whom it went</h2>
      {items.length === 0 ? <p class="empty">To nobody, but for care and the running of the clinic.</p> : null}
      <ul class="steps">
        {items.map((each) => (
          <li class="step">
            <p class="consent-line">
              <strong>{DISCLOSURE_LABELS[each.purpose]}</strong>
              {`: ${DISCLOSED_LABELS[each.what].toLowerCase()}, to ${each.recipient ?? 'somebody no longer known'}`}
            </p>
            {each.description === null ? null : <p class="consent-line evidence">{each.description}</p>}
            <p class="consent-line task-text">
              <Moment at={each.at} clock={clock} />
              {`, by ${each.createdName}`}
            </p>
          </li>
        ))}
      </ul>
      {handedOn.length === 0 ? null : (
        <details>
          <summary>{`Notes handed to the clinic’s own systems: ${handedOn.length}`}</summary>
          <ul class="steps">
            {handedOn.map((each) => (
              <li class="step task-text">
                <Moment at={each.at} clock={clock} />
                {`, version ${each.noteVersion}, to ${each.sink}`}
              </li>
            ))}
          </ul>
        </details>
      )}
      <details id="add-disclosure" open={typed !== null}>
        <summary>Note down one that went another way</summary>
        <form class="sheet" method="post" action={`/dashboard/patients/${patient.id}/rights/disclosures`}>
          <Choice
            label="Purpose"
            name="purpose"
            typed={typed}
            of={DISCLOSURE_PURPOSES.map((purpose) => [purpose, DISCLOSURE_LABELS[purpose]])}
          />
          <Choice
            label="What"
            name="what"
            typed={typed}
            of={DISCLOSED_THINGS.map((what) => [what, DISCLOSED_LABELS[what]])}
          />
          <Line label="To whom" name="to" typed={typed} max={200} required />
          <Line label="More about it" name="description" typed={typed} max={2000} />
          <button type="submit">Note it down</button>
        </form>
      </details>
    </section>
  );
};
