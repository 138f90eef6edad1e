/** Who sees what and who may do what, as the program itself decides it: nothing here is kept twice. */
import { ROLES, type Role } from '../../store/staff.ts';
import { type Access, FIELD_ACCESS, FIELDS, type Field } from '../field-access.ts';
import type { RouteSpec } from '../route.ts';
import { readable } from './labels.ts';
import { ROLE_LABELS, roleWords } from './role-labels.ts';

const FIELD_LABELS: Readonly<Record<Field, string>> = {
  patient_name: 'Names of patients',
  phone_number: 'Telephone numbers of patients',
  birth_date: 'Birth dates',
  external_id: 'Record numbers',
  patient_details: 'Language, state, time zone and marks',
  consent_evidence: 'Consents, with their evidence',
  call_status: 'Calls: when, how they ended',
  red_flags: 'That a call raised a red flag',
  tasks: 'Tasks',
  answers: 'Answers: the note of a call',
  transcript: 'Transcripts',
  recording: 'Recordings',
  call_events: 'What happened in a call, step by step',
  patient_export: 'Everything about a patient as a file',
  patient_requests: 'What patients ask for about their own data',
  disclosures: 'To whom a patient’s data went',
  sensitive_patients: 'Name, number and birth date of patients marked as sensitive',
  campaign_counts: 'Campaigns: settings, counts, progress',
  contact_rows: 'People in a campaign',
  refused_contacts: 'Refused rows of a campaign’s list',
  refused_patients: 'Refused rows of a list of patients',
  suppressed_numbers: 'Numbers on the do-not-call list',
  suppression_words: 'What was said about such a number',
  background_work: 'Background work',
  configuration: 'Settings and health of the installation',
  audit_lines: 'Who did what, and when',
  staff: 'Who works here',
  emergency_reasons: 'Why somebody took emergency access',
};
const ACCESS_LABELS: Readonly<Record<Access, string>> = { full: 'Sees', masked: 'Masked', none: '—' };

export const RolesPage = ({ routes, mine }: { routes: readonly RouteSpec[]; mine: readonly Role[] }) => (
  <>
    <p class="quiet">
      {`You are signed in as ${roleWords(mine)}. An administrator gives roles; a change counts from the next page.`}
    </p>
    <dl class="facts">
      {ROLES.map((role) => (
        <div>
          <dt>{ROLE_LABELS[role][0]}</dt>
          <dd>{ROLE_LABELS[role][1]}</dd>
        </div>
      ))}
    </dl>
    <h2 id="sees">Who sees what</h2>
    <p class="quiet">
      Masked: initials and the last four digits. Lists mask numbers for everybody, and a page of a patient until “Show”
      is pressed, which is written down.
    </p>
    <Table label="sees" rule="What">
      {FIELDS.map((field) => (
        <tr>
          <th scope="row" class="cell-rule">
            {FIELD_LABELS[field]}
          </th>
          {ROLES.map((role) => (
            <td>{ACCESS_LABELS[FIELD_ACCESS[field][role]]}</td>
          ))}
        </tr>
      ))}
    </Table>
    <h2 id="does">Who may do what</h2>
    <Table label="does" rule="What">
      {deedsOf(routes).map(([deed, roles]) => (
        <tr>
          <th scope="row" class="cell-rule">
            {deed}
          </th>
          {ROLES.map((role) => (
            <td>{roles.has(role) ? 'May' : '—'}</td>
          ))}
        </tr>
      ))}
    </Table>
  </>
);

const Table = ({ label, rule, children }: { label: string; rule: string; children: unknown }) => (
  <section class="rights" aria-labelledby={label} tabindex={0}>
    <table class="worklist-plain">
      <thead>
        <tr>
          <th scope="col">{rule}</th>
          {ROLES.map((role) => (
            <th scope="col">{ROLE_LABELS[role][0]}</th>
          ))}
        </tr>
      </thead>
      <tbody>{children as never}</tbody>
    </table>
  </section>
);

/** Of the routes that change something, by what their audit line says of them: `Patient: erase`. */
function deedsOf(routes: readonly RouteSpec[]): (readonly [string, ReadonlySet<Role>])[] {
  const deeds = new Map<string, Set<Role>>();
  for (const { method, path, audit, roles } of routes) {
    if (method === 'GET' || !path.startsWith('/api/')) continue;
    const [thing = '', verb = ''] = audit.split('.');
    const deed = `${readable(thing)}: ${readable(verb).toLowerCase()}`;
    deeds.set(deed, new Set([...(deeds.get(deed) ?? []), ...roles]));
  }
  return [...deeds].sort(([a], [b]) => (a < b ? -1 : 1));
}
