/** What the doctor found: faults first, then warnings, what is well folded away. Each with what to do about it. */
import type { Check, Finding, Report } from '../../domain/doctor/finding.ts';
import type { ClinicClock } from './clinic-clock.tsx';
import type { Tone } from './labels.ts';
import { Chip } from './layout.tsx';

const CHECK_LABELS: Readonly<Record<Check, string>> = {
  bindings: 'Parts of the deployment',
  database: 'Database',
  storage: 'Storage for recordings',
  objects: 'Durable Objects',
  assets: 'Files of the dashboard',
  cron: 'Cron',
  dial_queue: 'Queue for dialing',
  job_queue: 'Queue for background work',
  jobs: 'Background work',
  keys: 'Keys of patient data',
  restore: 'Database set back',
  access: 'Signing in',
  admins: 'Administrators',
  agreements: 'Agreements',
  clinic: 'Clinic',
  transcriber: 'Transcriber',
  sinks: 'Systems that get the notes',
  alerts: 'Alerts',
  api_key: 'Telnyx API key',
  connection: 'Call Control application',
  outbound_profile: 'Outbound voice profile',
  numbers: 'Telephone number',
  balance: 'Money at Telnyx',
  clock: 'Clock',
  dials: 'Dials of the last day',
  public_key: 'Telnyx public key',
  webhook_address: 'Webhook address',
  webhook_signatures: 'Signed webhooks',
  webhook_deliveries: 'Deliveries as Telnyx sees them',
};
const LEVELS: Readonly<Record<Finding['level'], { readonly label: string; readonly tone: Tone }>> = {
  fault: { label: 'Fault', tone: 'bad' },
  warning: { label: 'Warning', tone: 'warn' },
  ok: { label: 'Fine', tone: 'good' },
};

/** In place of a report until the first look is done. */
export const DoctorAtWork = () => (
  <div id="doctor" hx-get="/dashboard/fragments/doctor" hx-trigger="load" hx-swap="outerHTML">
    <p>Looking at everything this installation needs. This takes up to ten seconds.</p>
    <progress aria-label="Looking" />
  </div>
);

export const DoctorReport = ({ report, clock }: { report: Report; clock: ClinicClock }) => {
  const { findings, checkedAt } = report;
  const open = findings.filter(({ level }) => level !== 'ok');
  const fine = findings.filter(({ level }) => level === 'ok');
  return (
    <div id="doctor">
      <p class={`notice ${summaryClass(report)}`} role="status">
        <strong>{summaryOf(report)}</strong> {`Looked at ${clock.time(checkedAt)}, ${clock.zoneName}.`}
      </p>
      {open.map((finding) => (
        <article class={`finding finding-${finding.level}`}>
          <h2>
            <Chip tone={LEVELS[finding.level].tone}>{LEVELS[finding.level].label}</Chip> {CHECK_LABELS[finding.check]}
          </h2>
          <p class="finding-text">{finding.detail}</p>
          <p class="finding-text">
            <strong>What to do:</strong> {finding.remedy}
          </p>
          <p class="finding-text quiet">
            <code>{finding.code}</code>
            {finding.exitCode === 0 ? null : `, exit code ${finding.exitCode}`}
          </p>
        </article>
      ))}
      {fine.length === 0 ? null : (
        <details id="doctor-fine" open={open.length === 0}>
          <summary>{fine.length === 1 ? '1 check is fine' : `${fine.length} checks are fine`}</summary>
          <dl class="settings">
            {fine.map(({ check, detail }) => (
              <div class="setting">
                <dt>{CHECK_LABELS[check]}</dt>
                <dd>{detail}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </div>
  );
};

const counted = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;

function summaryOf({ findings }: Report): string {
  const unknown = findings.filter(({ code }) => code === 'not_checked').length;
  const faults = findings.filter(({ level }) => level === 'fault').length;
  const warnings = findings.filter(({ level }) => level === 'warning').length - unknown;
  const parts = [
    ...(faults > 0 ? [counted(faults, 'fault', 'faults')] : []),
    ...(unknown > 0 ? [counted(unknown, 'check that could not be made', 'checks that could not be made')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning', 'warnings')] : []),
  ];
  return parts.length === 0 ? 'All is well.' : `${parts.join(', ')}.`;
}

function summaryClass({ ok, findings }: Report): string {
  if (findings.some(({ level }) => level === 'fault')) return 'notice-bad';
  return ok && findings.every(({ level }) => level === 'ok') ? 'notice-good' : 'notice-warn';
}
