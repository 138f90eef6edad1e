/** Who may sign in, and as what: the list, with what can be done about each. */
import { ROLES, type Role, type StaffMember } from '../../store/staff.ts';
import { isClientId } from '../change-staff.ts';
import { Outcome } from './layout.tsx';

export const ROLE_LABELS: Readonly<Record<Role, { readonly name: string; readonly may: string }>> = {
  admin: { name: 'Administrator', may: 'everything, and settings' },
  clinician: { name: 'Clinician', may: 'calls, notes and tasks' },
  intake: { name: 'Intake', may: 'patients, tasks and the do-not-call list' },
  operator: { name: 'Operator', may: 'campaigns, without answers' },
  auditor: { name: 'Auditor', may: 'how it is set up and who did what, without patient data' },
};

export interface StaffList {
  readonly members: readonly StaffMember[];
  readonly role: Role | null;
  readonly cursor: string | null;
  readonly nextCursor: string | null;
  /** Who looks at it, in lower case. */
  readonly me: string;
  /** People who are administrators whatever the list says. */
  readonly fixed: readonly string[];
}

function staffQuery(role: Role | null, cursor: string | null): string {
  const parameters = new URLSearchParams();
  if (role !== null) parameters.set('role', role);
  if (cursor !== null) parameters.set('cursor', cursor);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

export const StaffFragment = (list: StaffList) => (
  <div id="staff">
    {list.members.length === 0 ? <p class="empty">{emptyText(list)}</p> : <Table list={list} />}
    <Paging {...list} />
  </div>
);

export const StaffAnswer = ({ list, outcome }: { list: StaffList; outcome: string }) => (
  <>
    <StaffFragment {...list} />
    <Outcome text={outcome} />
  </>
);

function emptyText({ cursor, role }: StaffList): string {
  if (cursor !== null) return 'There is nobody else.';
  if (role !== null) return `Nobody has the role “${ROLE_LABELS[role].name}”.`;
  return 'Nobody is on the list yet. Add the people who work with this, each with what they need.';
}

const Table = ({ list }: { list: StaffList }) => (
  <table class="worklist stafflist">
    <caption class="visually-hidden">Staff, newest first</caption>
    <thead>
      <tr>
        <th scope="col">Address</th>
        <th scope="col">Roles</th>
        <th scope="col">
          <span class="visually-hidden">What to do</span>
        </th>
      </tr>
    </thead>
    <tbody>
      {list.members.map((member) => (
        <tr id={`row-${member.id}`} tabindex={-1}>
          <th scope="row" class="cell-email">
            {member.email}
            {isClientId(member.email) ? <small class="task-text">Service token</small> : null}
            {member.email === list.me ? <small class="task-text">This is you</small> : null}
            {list.fixed.includes(member.email) ? <small class="task-text">Administrator by ADMIN_EMAILS</small> : null}
          </th>
          <td class="cell-roles">
            {member.roles.length === 0 ? (
              <span class="absent">None</span>
            ) : (
              member.roles.map((role) => ROLE_LABELS[role].name).join(', ')
            )}
          </td>
          <td class="cell-actions">
            <div class="staff-actions">
              <Change member={member} query={staffQuery(list.role, list.cursor)} />
              <Remove member={member} list={list} />
            </div>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

const posts = (path: string) => ({
  ...({ method: 'post', action: path, 'hx-post': path } as const),
  ...{ 'hx-target': '#staff', 'hx-swap': 'outerHTML', 'hx-disabled-elt': 'find button' },
});

/** `of`: where it stands, so that no two boxes have one id. */
export const RoleBoxes = ({ of, given }: { of: string; given: readonly Role[] }) => (
  <fieldset class="role-boxes">
    <legend>Roles</legend>
    {ROLES.map((role) => (
      <label for={`${of}-${role}`}>
        <input id={`${of}-${role}`} name={`role_${role}`} type="checkbox" checked={given.includes(role)} />
        <span>
          {ROLE_LABELS[role].name} <small class="role-may">{ROLE_LABELS[role].may}</small>
        </span>
      </label>
    ))}
  </fieldset>
);

const Change = ({ member, query }: { member: StaffMember; query: string }) => (
  <details id={`change-${member.id}`} class="lift">
    <summary>
      Change roles<span class="visually-hidden">{` of ${member.email}`}</span>
    </summary>
    <form {...posts(`/dashboard/settings/staff/${member.id}/roles${query}`)}>
      <RoleBoxes of={member.id} given={member.roles} />
      <button type="submit">Save</button>
      <p class="quiet">It counts from their next click.</p>
    </form>
  </details>
);

const Remove = ({ member, list }: { member: StaffMember; list: StaffList }) => {
  const isTrap = member.email === list.me && member.roles.includes('admin') && !list.fixed.includes(member.email);
  return (
    <details id={`remove-${member.id}`} class="lift">
      <summary>
        Remove<span class="visually-hidden">{` ${member.email}`}</span>
      </summary>
      {isTrap ? (
        <p class="quiet">
          You cannot take your own access away: nobody might be left to give it back. Ask another administrator.
        </p>
      ) : (
        <form {...posts(`/dashboard/settings/staff/${member.id}/remove${staffQuery(list.role, list.cursor)}`)}>
          <p class="quiet">
            {`${member.email} can do nothing here from their next click. What they did stays on record under their name.`}
          </p>
          <button type="submit" class="danger">
            Remove from the list
          </button>
        </form>
      )}
    </details>
  );
};

const Paging = ({ role, cursor, nextCursor }: StaffList) => {
  if (cursor === null && nextCursor === null) return null;
  return (
    <nav class="paging" aria-label="Pages">
      {cursor === null ? <span /> : <a href={`/dashboard/settings/staff${staffQuery(role, null)}`}>First page</a>}
      {nextCursor === null ? null : (
        <a id="more" href={`/dashboard/settings/staff${staffQuery(role, nextCursor)}`} rel="next">
          More
        </a>
      )}
    </nav>
  );
};
