/** What else there is of a year: the audit's lines, patients' requests, holds, and what was asked about reassigned numbers. */
import type { Person } from './clinic-people.ts';
import { DAY_MS, digestOf, idAt, random, SIZE } from './clinic-size.ts';
import type { Filler } from './fill-tables.ts';

const FIRST_LINE = 1000;
const ACTIONS = ['page.today', 'page.calls', 'call.read', 'patient.reveal', 'page.patient', 'note.sign', 'call.list'];

export function addRecords(filler: Filler, people: readonly Person[], now: number): void {
  const chance = random(3);
  const someone = () => people[Math.floor(chance() * people.length)] as Person;
  // Behind what the first start wrote.
  for (let n = 1; n <= SIZE.auditLines; n += 1) {
    const seq = FIRST_LINE + n;
    const at = Math.floor(now - (1 - n / SIZE.auditLines) * SIZE.days * DAY_MS);
    const [action, patient] = [ACTIONS[seq % ACTIONS.length] as string, someone()];
    const status = chance() < 0.01 ? 403 : 200;
    filler.add('audit_events', {
      ...{
        seq,
        at,
        actor: `user_${seq % 12}`,
        actor_name: `colleague-${seq % 12}@clinic.example`,
        roles: '["clinician"]',
      },
      ...{ action, phi: seq % 5 === 0 ? 0 : 1, method: 'GET', route: '/api/patients/:patient_id', status },
      ...{ code: status === 200 ? null : 'forbidden', patient_id: patient.id, call_id: null, object_id: null },
      ...{ address: '192.0.2.1', request_id: idAt('req', at, seq).slice(4), shown: `["${patient.id}"]` },
      ...{ prev_hash: digestOf(`${seq - 1}`), hash: digestOf(`${seq}`) },
    });
    filler.add('audit_subjects', { patient_id: patient.id, seq });
  }
  for (let n = 0; n < SIZE.requests; n += 1) {
    const at = Math.floor(now - (1 - n / SIZE.requests) * SIZE.days * DAY_MS);
    const isOpen = n > SIZE.requests - 40;
    filler.add('patient_requests', {
      ...{ id: idAt('req', at, n), patient_id: someone().id, kind: n % 2 === 0 ? 'access' : 'amendment' },
      ...{ status: isOpen ? 'open' : 'done', received_at: at, due_at: at + 30 * DAY_MS, extended_at: null },
      ...{ call_id: null, note_version: null, sealed: null, outcome_sealed: null, created_by: 'staff_1' },
      ...{ created_name: 'intake@clinic.example', created_at: at, ended_by: null, ended_name: null },
      ended_at: isOpen ? null : at + 5 * DAY_MS,
    });
  }
  for (let n = 0; n < 20; n += 1)
    filler.add('holds', {
      ...{ id: idAt('hold', now, n), patient_id: someone().id, reason: 'litigation', sealed: null },
      ...{ created_by: 'staff_1', created_name: 'admin@clinic.example', created_at: now - DAY_MS },
    });
  for (let n = 0; n < SIZE.reassigned; n += 1)
    filler.add('reassigned_numbers', {
      ...{ phone_hash: `k1.reassigned-${n}`, answer: n % 30 === 0 ? 'yes' : 'no', asked_for: now - 90 * DAY_MS },
      answered_at: now - n * 60_000,
    });
}
