/**
 * Who sees what (HS-11, HS-18): each group of fields by role. API and pages ask here before they show anything, and routes whose whole
 * answer is one group take their roles from here; so a right that is taken away in this table is gone everywhere.
 */
import { ROLES, type Role } from '../store/staff.ts';

/** `masked`: initials of a name, the last four digits of a number. */
export type Access = 'full' | 'masked' | 'none';

const everybody = { admin: 'full', clinician: 'full', intake: 'full', operator: 'full', auditor: 'full' } as const;
/** Whoever looks after patients; clinical content is not among it. */
const frontDesk = { admin: 'full', clinician: 'full', intake: 'full', operator: 'none', auditor: 'none' } as const;
const clinical = { admin: 'full', clinician: 'full', intake: 'none', operator: 'none', auditor: 'none' } as const;
const dialer = { ...frontDesk, operator: 'masked' } as const;
const watchers = { admin: 'full', clinician: 'none', intake: 'none', operator: 'none', auditor: 'full' } as const;

/** In the order in which people read it. */
export const FIELD_ACCESS = {
  patient_name: frontDesk,
  phone_number: frontDesk,
  birth_date: frontDesk,
  /** Whoever runs campaigns brings it with a list, and joins results to their own records by it. */
  external_id: { ...frontDesk, operator: 'full' },
  patient_details: frontDesk,
  consent_evidence: frontDesk,
  call_status: frontDesk,
  red_flags: frontDesk,
  tasks: frontDesk,
  answers: clinical,
  transcript: clinical,
  recording: clinical,
  call_events: clinical,
  patient_export: clinical,
  /** What they asked for about their own data; the front desk takes it down. */
  patient_requests: frontDesk,
  disclosures: clinical,
  /** Name, number and birth date of a patient who is marked as sensitive (HS-24). */
  sensitive_patients: clinical,
  campaign_counts: everybody,
  contact_rows: dialer,
  refused_contacts: { ...clinical, clinician: 'none', operator: 'full' },
  refused_patients: frontDesk,
  suppressed_numbers: dialer,
  suppression_words: frontDesk,
  background_work: watchers,
  configuration: watchers,
  audit_lines: watchers,
  staff: { ...watchers, auditor: 'none' },
  emergency_reasons: { ...watchers, auditor: 'none' },
} as const satisfies Readonly<Record<string, Readonly<Record<Role, Access>>>>;

export type Field = keyof typeof FIELD_ACCESS;
export const FIELDS = Object.keys(FIELD_ACCESS) as readonly Field[];

interface Holder {
  readonly roles: readonly Role[];
}

const RANK: Readonly<Record<Access, number>> = { none: 0, masked: 1, full: 2 };

/** The most that any of their roles gives. */
export function accessTo({ roles }: Holder, field: Field): Access {
  const given = roles.map((role): Access => FIELD_ACCESS[field][role]);
  return given.reduce((most, each) => (RANK[each] > RANK[most] ? each : most), 'none');
}

export const sees = (holder: Holder, field: Field): boolean => accessTo(holder, field) === 'full';

/** For a route whose answer is this group and nothing else that matters. */
export function rolesSeeing(field: Field): readonly [Role, ...Role[]] {
  const [first, ...others] = ROLES.filter((role) => sees({ roles: [role] }, field));
  if (first === undefined) throw new Error(`nobody sees ${field}`);
  return [first, ...others];
}

/** Null for whoever may not see it whole. */
export const ifSeen = <T>(holder: Holder, field: Field, value: T): T | null => (sees(holder, field) ? value : null);
