/** The page around the worklist: which calls to show. */
import { CALL_STATUSES } from '../../domain/intake/call-record.ts';
import { type CallList, CallsFragment } from './calls-fragment.tsx';
import { STATUS_LABELS } from './labels.ts';

export const CallsPage = (list: CallList) => (
  <>
    <div class="page-head">
      <h1>Calls</h1>
      <form method="get" action="/dashboard/calls" class="filter">
        <label for="status">Status</label>
        <select id="status" name="status">
          <option value="">All</option>
          {CALL_STATUSES.map((status) => (
            <option value={status} selected={status === list.status}>
              {STATUS_LABELS[status]}
            </option>
          ))}
        </select>
        <label>
          <input type="checkbox" name="flagged" value="true" checked={list.flagged} /> Red flags
        </label>
        <button type="submit" class="secondary">
          Show
        </button>
      </form>
    </div>
    <CallsFragment {...list} />
  </>
);
