/** The campaigns of the benchmarks' clinic, those that are over, a big one and one that waits for its pre-flight, with their people. */
import { seal } from '../../../src/store/seal.ts';
import type { Dialled } from './clinic-calls.ts';
import type { Person } from './clinic-people.ts';
import { DAY_MS, idAt, SIZE } from './clinic-size.ts';
import type { Filler } from './fill-tables.ts';

export interface Campaigns {
  readonly over: readonly Dialled[];
  readonly big: Dialled;
  readonly waiting: Dialled;
}

export function planCampaigns(people: readonly Person[], now: number): Campaigns {
  const start = now - SIZE.days * DAY_MS;
  const plan = (n: number, at: number, contacts: number, first: number): Dialled => ({
    ...{ id: idAt('cmp', at, n), contacts, last: [], next: 0 },
    personOf: (row) => (first + row) % people.length,
    contactOf: (row) => idAt('cnt', at, n * 131_072 + row),
  });
  const step = (SIZE.days * DAY_MS) / SIZE.campaigns;
  return {
    over: Array.from({ length: SIZE.campaigns }, (_, n) =>
      plan(n, Math.floor(start + n * step), SIZE.contacts, n * 2400),
    ),
    big: plan(SIZE.campaigns, now - 60 * DAY_MS, SIZE.bigContacts, 0),
    waiting: plan(SIZE.campaigns + 1, now - DAY_MS, SIZE.readyContacts, 0),
  };
}

/** Six of ten calls are of campaigns, and in the last two months every second of those is of the big one. */
export const campaignAt =
  ({ over, big }: Campaigns) =>
  (part: number, chance: number): Dialled | null => {
    if (chance >= 0.6) return null;
    if (part > 1 - 60 / SIZE.days && chance < 0.55) return big;
    return over[Math.floor(part * over.length)] ?? null;
  };

/** After the calls: who was rung stands where their last call left them. */
export function addCampaigns(
  filler: Filler,
  { over, big, waiting }: Campaigns,
  people: readonly Person[],
  now: number,
): void {
  for (const campaign of [...over, big, waiting]) {
    const isReady = campaign === waiting;
    const at = Number.parseInt(campaign.id.slice(4, 12) + campaign.id.slice(13, 17), 16);
    const since = isReady ? null : at;
    filler.add('campaigns', {
      ...{ id: campaign.id, name: isReady ? 'Waits' : 'Autumn intake', purpose: 'intake' },
      ...{ questionnaire_id: 'adult-intake', questionnaire_version: 1, language: 'en' },
      ...{ status: isReady ? 'draft' : 'completed', status_reason: null, pace_per_second: 1, max_live_calls: 20 },
      ...{ spend_cap_nanos: null, retry: '{"budget":3,"rules":{"no_answer":{"delayMinutes":240,"most":2}}}' },
      ...{ script: '{}', media_id: null, owner: 'staff_1', owner_name: 'operator@clinic.example', approved_by: null },
      ...{ start_requested_by: null, preflight_id: null, created_at: at, started_at: since, resumed_at: since },
      ...{ ends_at: null, ended_at: isReady ? null : Math.min(now, at + 60 * DAY_MS) },
    });
    addImport(filler, campaign, at);
    for (let row = 0; row < campaign.contacts; row += 1) addContact(filler, campaign, people, row, at);
  }
}

function addContact(filler: Filler, campaign: Dialled, people: readonly Person[], row: number, at: number): void {
  const person = people[campaign.personOf(row)] as Person;
  const [id, last] = [campaign.contactOf(row), campaign.last[row]];
  const details = { phoneNumber: person.phone, firstName: person.firstName, lastName: person.lastName, variables: {} };
  filler.add('contacts', {
    ...{ id, campaign_id: campaign.id, row: row + 1, patient_id: person.id, phone_hash: person.phoneHash },
    ...{ external_id: person.externalId, consent_id: null },
    sealed: seal(person.key, { table: 'contacts', column: 'sealed', row: id }, JSON.stringify(details)),
    ...{ status: last === undefined ? 'ready' : 'done', code: last === undefined ? null : codeOf(last.status) },
    ...{ outcome: last?.status ?? null, rings: last?.rings ?? 0, next_at: last?.at ?? at },
    ...{ last_call_id: last?.callId ?? null, created_at: at, updated_at: last?.at ?? at },
  });
}

const codeOf = (status: string): string => (status === 'completed' ? 'reached' : 'budget_used');

/** The list it came with, of which one row in forty was no number. */
function addImport(filler: Filler, { id, contacts }: Dialled, at: number): void {
  const importId = id.replace('cmp', 'imp');
  const rejected = Math.floor(contacts / 40);
  filler.add('imports', {
    ...{ id: importId, kind: 'contacts', campaign_id: id, status: 'done', code: null, format: 'csv' },
    ...{
      mapping: '{}',
      sealed: null,
      bytes: contacts * 60,
      rows_read: contacts + rejected,
      accepted: contacts,
      rejected,
    },
    ...{ created_by: 'staff_1', created_at: at, ended_at: at + 20_000 },
  });
  for (let n = 0; n < rejected; n += 1)
    filler.add('import_rows', {
      ...{ import_id: importId, row: n * 40 + 7, code: n % 3 === 0 ? 'duplicate' : 'invalid_number', field: 'phone' },
      ...{ sealed: 'A'.repeat(160), created_at: at },
    });
}
