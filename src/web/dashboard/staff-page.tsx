/** The page around the list of staff: adding somebody, and choosing whom to see. */
import { ROLES } from '../../store/staff.ts';
import { Said } from './said.tsx';
import { ROLE_LABELS, RoleBoxes, StaffFragment, type StaffList } from './staff-fragment.tsx';

interface StaffPageProps {
  readonly list: StaffList;
  /** What came of what was asked, for whoever works without a script. */
  readonly outcome?: string;
}

export const StaffPage = ({ list, outcome }: StaffPageProps) => (
  <>
    <Said outcome={outcome ?? null} />
    <p class="quiet settings-lead">
      Whoever signs in needs a role here. {fixedText(list.fixed)} What each role sees:{' '}
      <a href="/dashboard/settings/roles">Roles</a>.
    </p>
    <div class="number-tools">
      <form class="filter" method="get" action="/dashboard/settings/staff">
        <label for="role-filter">Role</label>
        <select id="role-filter" name="role">
          <option value="">All</option>
          {ROLES.map((role) => (
            <option value={role} selected={role === list.role}>
              {ROLE_LABELS[role].name}
            </option>
          ))}
        </select>
        <button type="submit" class="secondary">
          Show
        </button>
      </form>
      <details id="add-panel">
        <summary>Add somebody</summary>
        <form
          class="sheet"
          method="post"
          action="/dashboard/settings/staff"
          hx-post="/dashboard/settings/staff"
          hx-target="#staff"
          hx-swap="outerHTML"
          hx-disabled-elt="find button"
        >
          <label>
            E-mail address they sign in with
            <input name="email" required maxlength={254} autocomplete="off" aria-describedby="add-hint" />
            <small id="add-hint">
              Of a service token: its client id. It can never sign, approve or use these pages.
            </small>
          </label>
          <RoleBoxes of="new" given={[]} />
          <button type="submit">Add to the list</button>
        </form>
      </details>
    </div>
    <StaffFragment {...list} />
  </>
);

function fixedText(fixed: readonly string[]): string {
  if (fixed.length === 0) return 'ADMIN_EMAILS names no person.';
  const who = fixed.length === 1 ? 'is an administrator' : 'are administrators';
  return `${fixed.join(', ')} ${who} by ADMIN_EMAILS, whatever this list says.`;
}
