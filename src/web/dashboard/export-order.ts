/** What a form of the page asks for, as the API would take it: blank fields are not asked for, days become moments of the clinic. */
import * as z from 'zod';
import { isUsNumber } from '../../us-number.ts';
import { EXPORT_KINDS, EXPORTED, type Exported } from '../export-kinds.ts';
import { LIST_FORMATS, type ListOrder } from '../export-list.ts';
import { dayIn } from './clinic-day.ts';
import { typedNumber } from './typed-number.ts';

/** The fields of the form of each list. `number`: of a patient, whole or its last four digits. */
export const EXPORT_FIELDS = {
  calls: ['status', 'reviewed', 'flagged', 'from', 'to', 'patient_id', 'campaign_id', 'version'],
  answers: ['status', 'reviewed', 'flagged', 'from', 'to', 'patient_id', 'version'],
  patients: ['family_name', 'date_of_birth', 'number', 'external_id', 'from', 'to'],
  campaigns: ['status'],
  suppressions: ['active'],
} as const satisfies Readonly<Record<Exported, readonly string[]>>;

type Fields = Readonly<Record<string, string>>;
const head = z.object({ what: z.enum(EXPORTED), format: z.enum(LIST_FORMATS) });

/** Null: nothing that our form sends. */
export function orderedIn(fields: Fields, timeZone: string): ListOrder | 'unknown' | 'bad_filters' {
  const order = head.safeParse(fields);
  if (!order.success) return 'unknown';
  const { what, format } = order.data;
  const entries = EXPORT_FIELDS[what].flatMap((name) => {
    const text = (fields[name] ?? '').trim();
    return text === '' ? [] : [filterOf(name, text, timeZone)];
  });
  const filters = EXPORT_KINDS[what].filters.safeParse(Object.fromEntries(entries));
  return filters.success ? { what, format, filters: filters.data, columns: null } : 'bad_filters';
}

function filterOf(name: string, text: string, timeZone: string): readonly [string, unknown] {
  switch (name) {
    case 'from':
    case 'to':
      return [name, z.iso.date().safeParse(text).success ? new Date(dayIn(timeZone, text)[name]).toISOString() : text];
    case 'number': {
      if (/^\d{4}$/.test(text)) return ['last_four', text];
      const number = typedNumber(text);
      return ['phone_number', isUsNumber(number) ? number : text];
    }
    case 'flagged':
    case 'reviewed':
    case 'active':
      return [name, text === 'true' || text === 'false' ? text === 'true' : text];
    default:
      return [name, text];
  }
}
