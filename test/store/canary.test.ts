/** One call with marked data, and then a search of every column of every table: nothing of the patient shows in clear. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getNote } from '../../src/store/notes.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { givenSession } from '../support/given-session.ts';
import { catchLog, db, restore, ring, stopClock } from '../support/worker-env.ts';

beforeEach(stopClock);
afterEach(restore);

describe('after a whole call', () => {
  it('no name, number, birth date, evidence or answer stands in D1 or in the log (HS-04, T13, LG-01, S1-R4, S1-K3)', async () => {
    const lines = catchLog();
    const evidence = 'Canaryevidence on page 2';
    const call = await givenSession({
      firstName: 'Canaryfirst',
      lastName: 'Canarylast',
      dateOfBirth: '1980-04-12',
      consent: { basis: 'verbal', obtainedAt: 1, obtainedBy: 'Canaryclerk', evidence },
    });
    await call.consented('1');
    await call.speaks('Canarycomplaint in my knee');
    await call.keys('2', '7', '1');
    await call.hears('Canaryallergen, and chest pain');
    await call.keys('2', '1', '*', '9');
    await call.webhook('call.speak.ended');
    await call.hangup();
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({
      patient_info: { first_name: 'Canaryfirst' },
      hpi: { chief_complaint: { value: 'Canarycomplaint in my knee' } },
      ample: { allergies_detail: { value: 'Canaryallergen, and chest pain', confirmed: true } },
      red_flags: [{ rule: 'chest-pain' }],
    });
    expect(JSON.stringify(call.telnyx.alerts.map(({ body }) => body))).not.toMatch(/canary|chest/i);

    const { questionnaire_versions: _, ...tables } = await dumpDatabase();
    expect(Object.entries(tables).flatMap(([name, rows]) => (rows.length > 0 ? [name] : []))).toEqual(
      expect.arrayContaining([
        'attempts',
        'call_logs',
        'calls',
        'consents',
        'notes',
        'patients',
        'suppressions',
        'tasks',
      ]),
    );
    const shown = `${JSON.stringify(tables)}\n${JSON.stringify(lines)}`;
    const { phoneNumber } = call.placed.patient;
    for (const secret of [
      'Canary',
      'canary',
      'in my knee',
      'chest pain',
      phoneNumber,
      phoneNumber.slice(2),
      '1980-04-12',
      '04121980',
      '1_to_3_days',
      'Quimby',
    ]) {
      expect(shown).not.toContain(secret);
    }
  });
});
