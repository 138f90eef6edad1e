/** One questionnaire: its versions, what one of them asks or how two differ, and who puts a version into use or takes it out. */
import type { Comparison } from '../../domain/intake/compare-questionnaires.ts';
import type { JudgedProblem } from '../../domain/intake/judge-questionnaire.ts';
import type { Questionnaire } from '../../domain/intake/questionnaire.ts';
import type { QuestionnaireVersion } from '../../store/questionnaire-versions.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { Chip } from './layout.tsx';
import { Differences } from './questionnaire-differences.tsx';
import { personLabel, versionLabel } from './questionnaire-labels.ts';
import { Problems } from './questionnaire-problems.tsx';
import { QuestionnaireView } from './questionnaire-view.tsx';
import type { Viewer } from './viewer.ts';

export interface OneQuestionnaire {
  readonly id: string;
  readonly title: string;
  /** Newest first. */
  readonly versions: readonly QuestionnaireVersion[];
  /** The version new calls ask. */
  readonly inUse: number | null;
  readonly shown: QuestionnaireVersion;
  /** Null: written for an older program, it does not read any more. */
  readonly questionnaire: Questionnaire | null;
  readonly problems: readonly JudgedProblem[];
  readonly against: { readonly version: number; readonly comparison: Comparison } | null;
  /** Whoever looks wrote it, and somebody else could approve it. */
  readonly needsAnother: boolean;
  /** Why what was asked for was not done. */
  readonly refused: string | null;
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
}

const pathOf = ({ id }: Pick<OneQuestionnaire, 'id'>): string => `/dashboard/questionnaires/${id}`;

export const QuestionnairePage = (one: OneQuestionnaire) => (
  <div id="questionnaire">
    <p class="back">
      <a href="/dashboard/questionnaires">All questionnaires</a>
    </p>
    <div class="page-head">
      <div>
        <h1>{one.title}</h1>
        <p class="under-title">
          <code>{one.id}</code>
          {one.inUse === null ? (
            <Chip tone="warn">No version is in use</Chip>
          ) : (
            <Chip tone="good">{`New calls ask version ${one.inUse}`}</Chip>
          )}
        </p>
      </div>
      <p class="page-tools">
        <a href={`${pathOf(one)}/try?version=${one.shown.version}`} class="button">
          Try it
        </a>
        {one.viewer.writesQuestionnaires ? (
          <a href={`${pathOf(one)}/edit?from=${one.shown.version}`} class="button">
            Write a new version
          </a>
        ) : null}
      </p>
    </div>
    {one.refused === null ? null : (
      <p class="notice notice-bad" role="alert">
        {one.refused}
      </p>
    )}
    <Versions one={one} />
    {one.versions.length < 2 ? null : <CompareForm one={one} />}
    <Actions one={one} />
    {one.against === null ? (
      <section aria-labelledby="shown">
        <h2 id="shown">{`Version ${one.shown.version}`}</h2>
        {one.questionnaire === null || one.shown.approvedAt === null ? null : <AsFhir one={one} />}
        <Problems problems={one.problems} />
        {one.questionnaire === null ? (
          <p class="empty">This version was written for an older program and cannot be shown.</p>
        ) : (
          <QuestionnaireView questionnaire={one.questionnaire} />
        )}
      </section>
    ) : (
      <Differences comparison={one.against.comparison} before={one.against.version} after={one.shown.version} />
    )}
  </div>
);

/** What is, or was, approved: a draft is not published. */
const AsFhir = ({ one: { id, shown } }: { one: OneQuestionnaire }) => (
  <p class="files no-print">
    Download{' '}
    <a
      href={`/api/questionnaires/${id}/versions/${shown.version}/fhir`}
      download={`questionnaire-${id}-${shown.version}.fhir.json`}
    >
      version {shown.version} <small>(FHIR)</small>
    </a>
  </p>
);

const Versions = ({ one }: { one: OneQuestionnaire }) => (
  <table class="worklist versionlist">
    <caption class="visually-hidden">{`Versions, newest first. Times are ${one.clock.zoneName}.`}</caption>
    <thead>
      <tr>
        <th scope="col">Version</th>
        <th scope="col">Status</th>
        <th scope="col">{`Written (${one.clock.zoneName})`}</th>
        <th scope="col">Approved</th>
        <th scope="col">Withdrawn</th>
      </tr>
    </thead>
    <tbody>
      {one.versions.map((row) => (
        <tr aria-current={row.version === one.shown.version ? 'true' : undefined}>
          <th scope="row" class="cell-campaign">
            <a href={`${pathOf(one)}?version=${row.version}`} class="row-link">
              {`Version ${row.version}`}
            </a>
          </th>
          <td class="cell-status">
            <Chip tone={versionLabel(row, one.inUse).tone}>{versionLabel(row, one.inUse).words}</Chip>
          </td>
          <Told at={row.createdAt} by={row.createdBy} clock={one.clock} what="Written" />
          <Told at={row.approvedAt} by={row.approvedBy} clock={one.clock} what="Approved" />
          <Told at={row.withdrawnAt} by={row.withdrawnBy} clock={one.clock} what="Withdrawn" />
        </tr>
      ))}
    </tbody>
  </table>
);

interface ToldView {
  readonly at: number | null;
  readonly by: string | null;
  readonly clock: ClinicClock;
  readonly what: string;
}
const Told = ({ at, by, clock, what }: ToldView) => (
  <td class={at === null ? 'cell-told cell-none' : 'cell-told'}>
    {at === null ? (
      <span class="absent">—</span>
    ) : (
      <>
        <span class="on-phone">{`${what} `}</span>
        <Moment at={at} clock={clock} />
        <small class="task-text">{personLabel(by)}</small>
      </>
    )}
  </td>
);

const CompareForm = ({ one }: { one: OneQuestionnaire }) => {
  const before = one.against?.version ?? one.versions.find(({ version }) => version < one.shown.version)?.version;
  return (
    <form class="filter compare" method="get" action={pathOf(one)}>
      <VersionChoice id="against" label="Differences from" one={one} chosen={before ?? one.shown.version} />
      <VersionChoice id="version" label="to" one={one} chosen={one.shown.version} />
      <button type="submit" class="secondary">
        Show differences
      </button>
    </form>
  );
};

interface ChoiceView {
  readonly id: 'against' | 'version';
  readonly label: string;
  readonly one: OneQuestionnaire;
  readonly chosen: number;
}
const VersionChoice = ({ id, label, one, chosen }: ChoiceView) => (
  <span class="filter-field">
    <label for={id}>{label}</label>
    <select id={id} name={id}>
      {one.versions.map(({ version }) => (
        <option value={String(version)} selected={version === chosen}>
          {`Version ${version}`}
        </option>
      ))}
    </select>
  </span>
);

const posts = { 'hx-target': '#questionnaire', 'hx-swap': 'outerHTML', 'hx-disabled-elt': 'find button' } as const;

/** What each does to calls is said before it is done: calls and campaigns keep the version they were made with. */
const Actions = ({ one }: { one: OneQuestionnaire }) => {
  const { shown, inUse, viewer, needsAnother, problems, versions } = one;
  if (!viewer.writesQuestionnaires) return null;
  const inForce = shown.approvedAt !== null && shown.withdrawnAt === null;
  const address = `${pathOf(one)}/versions/${shown.version}`;
  if (inForce) {
    const rest = versions.find(
      ({ version, approvedAt, withdrawnAt }) =>
        version !== shown.version && approvedAt !== null && withdrawnAt === null,
    );
    return (
      <details id="withdraw-panel" class="version-action">
        <summary class="origin-title">{`Withdraw version ${shown.version}`}</summary>
        <form class="sheet" method="post" action={`${address}/withdraw`} hx-post={`${address}/withdraw`} {...posts}>
          <p>
            {shown.version !== inUse
              ? 'New calls do not ask it anyway: a newer one is approved.'
              : rest === undefined
                ? 'No other version is approved, so from now on no new call can ask this questionnaire.'
                : `From now on new calls ask version ${rest.version}.`}{' '}
            Calls that are under way or waiting, and campaigns that were made with it, keep this version. It can be
            approved again.
          </p>
          <button type="submit" class="danger">
            {`Withdraw version ${shown.version}`}
          </button>
        </form>
      </details>
    );
  }
  if (problems.some(({ level }) => level === 'error'))
    return <p class="notice notice-warn">It cannot be approved yet: correct what is listed below in a new version.</p>;
  if (needsAnother)
    return (
      <p class="notice notice-warn">
        You wrote this version, so somebody else has to read and approve it: an administrator or a clinician.
      </p>
    );
  return (
    <details id="approve-panel" class="version-action">
      <summary class="origin-title">{`Approve version ${shown.version}`}</summary>
      <form class="sheet" method="post" action={`${address}/approve`} hx-post={`${address}/approve`} {...posts}>
        <p>
          {inUse !== null && inUse > shown.version
            ? `Version ${inUse} is newer and stays in use; this one takes its place only if that is withdrawn.`
            : 'From now on every new call asks this version.'}{' '}
          Calls that are under way or waiting, and campaigns that were made, keep the version they have. You confirm
          that you have read every question in both languages.
        </p>
        <button type="submit">{`Approve version ${shown.version}`}</button>
      </form>
    </details>
  );
};
