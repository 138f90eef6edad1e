/** The page around the worklist: which calls to show. */
import { CALL_STATUSES } from '../../domain/intake/call-record.ts';
import type { Campaign } from '../../store/campaigns.ts';
import { initials, maskNumber } from '../mask.ts';
import { type CallList, callsQuery, chosenIn } from './calls-filter.ts';
import { CallsFragment } from './calls-fragment.tsx';
import { ExportThese } from './export-these.tsx';
import { STATUS_LABELS } from './labels.ts';
import { VersionField } from './version-field.tsx';

interface CallsPageView {
  readonly list: CallList;
  /** To choose from. */
  readonly campaigns: readonly Pick<Campaign, 'id' | 'name'>[];
  readonly versions: readonly { readonly id: string; readonly version: number }[];
}

export const CallsPage = ({ list, campaigns, versions }: CallsPageView) => (
  <>
    <div class="page-head">
      <h1>Calls</h1>
      <div class="page-tools">
        <ExportThese what="calls" filters={exported(list)} />
        <a href="/dashboard/new-call" class="button">
          Call a patient
        </a>
      </div>
    </div>
    <Filter list={list} campaigns={campaigns} versions={versions} />
    <CallsFragment {...list} />
  </>
);

const exported = ({ filter: { status, flagged, reviewed, from, to, patientId, campaignId, version } }: CallList) => ({
  ...{ status, flagged: flagged ? 'true' : null, reviewed, from, to },
  ...{ patient_id: patientId, campaign_id: campaignId, version },
});

const REVIEWS = [
  ['', 'All'],
  ['false', 'Not reviewed'],
  ['true', 'Signed'],
] as const;

const Filter = ({ list: { filter, patients, clock }, campaigns, versions }: CallsPageView) => {
  const patient = filter.patientId === null ? null : (patients.get(filter.patientId) ?? null);
  return (
    <form method="get" action="/dashboard/calls" class="filter filter-many">
      {filter.patientId === null ? null : (
        <p class="chosen">
          <input type="hidden" name="patient_id" value={filter.patientId} />
          {'Calls of one patient: '}
          <strong>
            {patient === null ? 'not known' : `${initials(patient) ?? 'No name'} ${maskNumber(patient.phoneNumber)}`}
          </strong>{' '}
          <a href={`/dashboard/calls${callsQuery({ ...filter, patientId: null }, null)}`}>Show everybody’s</a>
        </p>
      )}
      <span class="filter-field">
        <label for="status">Status</label>
        <select id="status" name="status">
          <option value="">All</option>
          {CALL_STATUSES.map((status) => (
            <option value={status} selected={status === filter.status}>
              {STATUS_LABELS[status]}
            </option>
          ))}
        </select>
      </span>
      <span class="filter-field">
        <label for="reviewed">Review</label>
        <select id="reviewed" name="reviewed">
          {REVIEWS.map(([value, words]) => (
            <option value={value} selected={value === (filter.reviewed ?? '')}>
              {words}
            </option>
          ))}
        </select>
      </span>
      <span class="filter-field">
        <label for="from">From</label>
        <input id="from" name="from" type="date" value={filter.from ?? ''} max={clock.today} />
      </span>
      <span class="filter-field">
        <label for="to">To</label>
        <input id="to" name="to" type="date" value={filter.to ?? ''} max={clock.today} />
      </span>
      {campaigns.length === 0 && filter.campaignId === null ? null : (
        <span class="filter-field">
          <label for="campaign">Campaign</label>
          <select id="campaign" name="campaign_id">
            <option value="">All calls</option>
            {offered(campaigns, filter.campaignId).map(({ id, name }) => (
              <option value={id} selected={id === filter.campaignId}>
                {name}
              </option>
            ))}
          </select>
        </span>
      )}
      <VersionField versions={versions} chosen={filter.version} />
      <label>
        <input type="checkbox" name="flagged" value="true" checked={filter.flagged} /> Red flags
      </label>
      <button type="submit" class="secondary">
        Show
      </button>
      {chosenIn(filter) === 0 ? null : <a href="/dashboard/calls">Clear</a>}
    </form>
  );
};

/** An older campaign than those is the one that was come from. */
const offered = (campaigns: CallsPageView['campaigns'], chosen: string | null) =>
  chosen === null || campaigns.some(({ id }) => id === chosen)
    ? campaigns
    : [{ id: chosen, name: 'An earlier campaign' }, ...campaigns];
