/** The weekly look through the audit (HS-10): which weeks wait, what stands in one of them, and signing it. */
import type { WeekRuleId, WeekStatus } from '../../domain/audit/week-rules.ts';
import type { ListedWeek, ReviewedWeek } from '../review-audit.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import type { Tone } from './labels.ts';
import { Chip } from './layout.tsx';

const STATUSES: Readonly<Record<WeekStatus, readonly [text: string, tone: Tone]>> = {
  running: ['Not over yet', 'calm'],
  due: ['To be looked through', 'warn'],
  overdue: ['Overdue', 'bad'],
  signed: ['Signed', 'good'],
};

/** What was found, and what to ask then. */
const RULES: Readonly<Record<WeekRuleId, readonly [name: string, ask: string]>> = {
  refused_entry: [
    'Refused at the door',
    'Somebody without a role here, or a request from another site. Do you know them?',
  ],
  refused_burst: ['Many refusals in one hour', 'Ten or more. What did they try to reach?'],
  mass_view: ['Very many patients in one hour', 'Two hundred or more were shown. Was there work that needed it?'],
  many_reveals: [
    'Very many whole records in one day',
    'Forty or more were opened whole. Was there work that needed it?',
  ],
  off_hours_view: ['Patient data at night or on a Sunday', 'Were they on duty?'],
  off_hours_export: ['Downloads at night or on a Sunday', 'Were they on duty, and where is the file?'],
  export: ['Downloads of patient data', 'Where is the file, and who asked for it?'],
  roles_changed: ['Changes of staff and roles', 'Is each of them as it was decided?'],
  emergency_access: ['Emergency access', 'Was it an emergency? It has a review of its own.'],
  trail_mended: ['Lines of the audit written again', 'The database had lost lines. Was it set back on purpose?'],
};

const Status = ({ status }: { status: WeekStatus }) => {
  const [text, tone] = STATUSES[status];
  return <Chip tone={tone}>{text}</Chip>;
};

interface ListView {
  readonly weeks: readonly ListedWeek[];
  readonly clock: ClinicClock;
}

const span = ({ from, to }: ListedWeek, clock: ClinicClock) => `${clock.day(from)} to ${clock.day(to)}`;

export const AuditReviewsPage = ({ weeks, clock }: ListView) => (
  <>
    <p class="back">
      <a href="/dashboard/audit">Audit</a>
    </p>
    <header class="page-head">
      <div>
        <h1>Weekly reviews</h1>
        <p class="under-title">Somebody looks through each week of the audit and signs it, within a week of its end.</p>
      </div>
    </header>
    {weeks.length === 0 ? (
      <p class="empty">There is nothing to look through yet.</p>
    ) : (
      <table class="worklist">
        <caption class="visually-hidden">{`Newest first. Weeks begin on Monday, ${clock.zoneName}.`}</caption>
        <thead>
          <tr>
            <th scope="col">Week</th>
            <th scope="col">Status</th>
            <th scope="col">Signed by</th>
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr>
              <th scope="row">
                <a href={`/dashboard/audit/reviews/${week.week}`}>{span(week, clock)}</a>
              </th>
              <td>
                <Status status={week.status} />
              </td>
              <td>
                {week.signatures.length === 0 ? (
                  <span class="absent">—</span>
                ) : (
                  week.signatures.map(({ signedByName }) => signedByName).join(', ')
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    )}
  </>
);

interface WeekView {
  readonly week: ReviewedWeek;
  readonly clock: ClinicClock;
  /** What was typed and not taken, and why. */
  readonly typed: string;
  readonly notice: string | null;
}

export const AuditReviewPage = (view: WeekView) => {
  const { week, clock, notice } = view;
  return (
    <>
      <p class="back">
        <a href="/dashboard/audit/reviews">Weekly reviews</a>
      </p>
      <header class="page-head">
        <div>
          <h1>{`Week of ${span(week, clock)}`}</h1>
          <p class="under-title">
            <Status status={week.status} />
          </p>
        </div>
      </header>
      {notice === null ? null : (
        <p class="notice notice-bad" role="alert">
          {notice}
        </p>
      )}
      <Figures {...view} />
      <Findings {...view} />
      <Signatures {...view} />
    </>
  );
};

const Figures = ({ week: { figures } }: WeekView) => (
  <dl class="figures-row">
    <Figure name="Lines" value={figures.lines} />
    <Figure name="People" value={figures.people} />
    <Figure name="Patient data" value={figures.patient_data} />
    <Figure name="Whole records" value={figures.reveals} />
    <Figure name="Downloads" value={figures.exports} />
    <Figure name="Refused" value={figures.refused} />
  </dl>
);

const Figure = ({ name, value }: { name: string; value: number }) => (
  <div class="figure-box">
    <dt>{name}</dt>
    <dd>{value.toLocaleString('en-US')}</dd>
  </div>
);

const Findings = ({ week, clock }: WeekView) => (
  <section aria-labelledby="findings-title">
    <h2 id="findings-title">Look at these</h2>
    {week.findings.length === 0 ? (
      <p class="empty">Nothing out of the ordinary.</p>
    ) : (
      <table class="worklist auditfindings">
        <caption class="visually-hidden">{`Times are ${clock.zoneName}.`}</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Who</th>
            <th scope="col" class="number">
              How many
            </th>
            <th scope="col">{`From (${clock.zoneName})`}</th>
          </tr>
        </thead>
        <tbody>
          {week.findings.map(({ rule, actorName, count, from }) => (
            <tr>
              <th scope="row">
                {RULES[rule][0]}
                <small class="quiet">{RULES[rule][1]}</small>
              </th>
              <td class="cell-who">
                <a href={`/dashboard/audit?${new URLSearchParams({ who: actorName, day: clock.isoDay(from) })}`}>
                  {actorName}
                </a>
              </td>
              <td class="number">{rule === 'mass_view' ? `${count} patients` : count}</td>
              <td>
                <Moment at={from} clock={clock} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    )}
  </section>
);

const Signatures = ({ week, clock, typed }: WeekView) => (
  <section aria-labelledby="signatures-title">
    <h2 id="signatures-title">Signed</h2>
    {week.signatures.length === 0 ? <p class="empty">Nobody has signed this week.</p> : null}
    {week.signatures.map(({ signedByName, signedAt, note }) => (
      <article class="week-signature">
        <p>
          {signedByName}, <Moment at={signedAt} clock={clock} dated />
        </p>
        {note === null ? null : <p class="week-remark">{note}</p>}
      </article>
    ))}
    {week.status === 'running' ? (
      <p class="quiet">It can be signed from its next Monday on.</p>
    ) : (
      <form method="post" action={`/dashboard/audit/reviews/${week.week}`} class="sign-week">
        <div class="field">
          <label for="note">Remark, if there is one</label>
          <textarea id="note" name="note" rows={3} maxlength={2000} aria-describedby="hint-note">
            {typed}
          </textarea>
          <small id="hint-note">
            What was asked and what came of it. No names of patients. It stays and cannot be changed.
          </small>
        </div>
        <button type="submit">I have looked through this week</button>
      </form>
    )}
  </section>
);
