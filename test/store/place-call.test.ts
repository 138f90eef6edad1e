/** Asking for a call: who is meant, what the gate says, and all of it or nothing stored. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GATE_POLICIES } from '../../src/domain/campaign/gate-policy.ts';
import type { Config } from '../../src/env.ts';
import { blockAttempt, cancelUnstarted } from '../../src/store/attempts.ts';
import { getCall } from '../../src/store/calls.ts';
import { activeConsent } from '../../src/store/consents.ts';
import { getPatient, patientsByNumber } from '../../src/store/patients.ts';
import { type CallRequest, type PlacedCall, placeCall } from '../../src/store/place-call.ts';
import { insertSuppression } from '../../src/store/suppressions.ts';
import { countsOf, dumpDatabase } from '../support/dump-database.ts';
import { CONSENT, givenPatient, nextNumber, requestFor } from '../support/place-call.ts';
import { config, db, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(async () => {
  stopClock();
  for (const table of Object.keys(await dumpDatabase())) await testEnv.DB.exec(`delete from "${table}"`);
});
afterEach(restore);

const place = (changes: Partial<CallRequest> & Pick<CallRequest, 'phoneNumber'>, under: Config = config) =>
  placeCall(db, under, requestFor(changes), Date.now());
const placed = (result: PlacedCall) => {
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result;
};

describe('a call that may be placed', () => {
  it('stores call, attempt and decision together, and reserves the number', async () => {
    const patient = await givenPatient({ language: 'es', externalId: 'MRN-7' });
    const { callId, attemptId } = placed(await place({ phoneNumber: patient.phoneNumber, patientId: patient.id }));
    expect(await getCall(db, ring, callId)).toMatchObject({
      id: callId,
      patientId: patient.id,
      status: 'queued',
      direction: 'outbound',
      phoneNumber: patient.phoneNumber,
      fromNumber: '+12025550101',
      language: 'es',
      externalId: 'MRN-7',
      questionnaireId: 'adult-intake',
      questionnaireVersion: 1,
      attempt: 1,
    });
    const { attempts, dial_decisions } = await dumpDatabase();
    expect(attempts).toMatchObject([{ id: attemptId, call_id: callId, status: 'queued' }]);
    expect(attempts?.[0]?.['reserved_number']).toMatch(/^k1\./);
    expect(dial_decisions).toMatchObject([
      {
        call_id: callId,
        attempt_id: attemptId,
        moment: 'preview',
        allowed: 1,
        code: null,
        policy_version: GATE_POLICIES[0]?.version,
      },
    ]);
  });

  it('is for the only patient with that number when none is named', async () => {
    const patient = await givenPatient();
    const { callId } = placed(await place({ phoneNumber: patient.phoneNumber }));
    expect((await getCall(db, ring, callId))?.patientId).toBe(patient.id);
  });

  it('is for a new unnamed patient when nobody has that number', async () => {
    const phoneNumber = nextNumber();
    const { callId } = placed(await place({ phoneNumber, consent: CONSENT, language: 'es' }));
    const patientId = (await getCall(db, ring, callId))?.patientId ?? '';
    expect(await getPatient(db, ring, patientId)).toMatchObject({
      phoneNumber,
      firstName: null,
      lastName: null,
      language: 'es',
    });
    expect(await activeConsent(db, ring, patientId, phoneNumber)).toMatch(/^con_/);
  });

  it('is for a new unnamed patient when a family shares the number and nobody is named', async () => {
    const phoneNumber = nextNumber();
    const family = [await givenPatient({ phoneNumber }), await givenPatient({ phoneNumber })].map(({ id }) => id);
    expect(await place({ phoneNumber })).toMatchObject({ ok: false, code: 'no_consent' });
    const { callId } = placed(await place({ phoneNumber, consent: CONSENT }));
    expect(family).not.toContain((await getCall(db, ring, callId))?.patientId);
    expect(await patientsByNumber(db, ring, phoneNumber, 10)).toHaveLength(3);
  });

  it('may be placed again once the first is over, blocked or canceled', async () => {
    const patient = await givenPatient();
    const request = { phoneNumber: patient.phoneNumber, patientId: patient.id };
    const first = placed(await place(request));
    expect(await place(request)).toMatchObject({ code: 'already_reserved' });
    await blockAttempt(db, first.attemptId, first.callId, 'suppressed', Date.now());
    const second = placed(await place(request));
    expect(await cancelUnstarted(db, second.callId, Date.now())).toBe(second.attemptId);
    expect(await cancelUnstarted(db, second.callId, Date.now())).toBeNull();
    expect((await getCall(db, ring, second.callId))?.status).toBe('canceled');
    expect((await place(request)).ok).toBe(true);
  });
});

describe('a call that may not', () => {
  it('for an unknown patient or questionnaire stores nothing at all', async () => {
    const phoneNumber = nextNumber();
    expect(await place({ phoneNumber, questionnaireId: 'none' })).toEqual({
      ok: false,
      kind: 'unknown',
      field: 'questionnaire',
    });
    expect(countsOf(await dumpDatabase())).toEqual({});
    expect(await place({ phoneNumber, patientId: 'pat_none' })).toEqual({
      ok: false,
      kind: 'unknown',
      field: 'patient_id',
    });
    expect(countsOf(await dumpDatabase())).toEqual({ questionnaire_versions: 1 });
  });

  const policy: Config = { ...config, dialing: { ...config.dialing, callingHours: 'policy' } };
  it.each<
    [
      string,
      Partial<CallRequest>,
      { consent?: null; suppressed?: boolean; under?: Config; reserved?: boolean; hour?: number },
    ]
  >([
    ['suppressed', {}, { suppressed: true }],
    ['suppressed', { consent: CONSENT }, { suppressed: true, consent: null }],
    ['no_consent', {}, { consent: null }],
    ['outside_hours', {}, { under: policy, hour: 3 }],
    ['already_reserved', {}, { reserved: true }],
  ])('because of %s stores its decision and nothing else', async (code, request, given) => {
    const patient = await givenPatient(given.consent === null ? { consent: null } : {});
    const { phoneNumber, id: patientId } = patient;
    if (given.suppressed) await insertSuppression(db, ring, { phoneNumber, reason: 'asked', callId: null }, Date.now());
    if (given.reserved) placed(await place({ phoneNumber, patientId }));
    else await place({ phoneNumber, questionnaireId: 'adult-intake', patientId: 'pat_none' });
    const before = await dumpDatabase();
    if (given.hour !== undefined) vi.setSystemTime(new Date().setUTCHours(given.hour));
    const result = await place({ phoneNumber, patientId, ...request }, given.under);
    expect(result).toMatchObject({ ok: false, kind: 'refused', code });
    const { dial_decisions: decisions, ...rest } = await dumpDatabase();
    const { dial_decisions: earlier, ...restBefore } = before;
    expect(rest).toEqual(restBefore);
    expect(decisions).toHaveLength((earlier?.length ?? 0) + 1);
    expect(decisions?.find(({ allowed }) => allowed === 0)).toMatchObject({
      id: result.ok ? '' : 'decisionId' in result && result.decisionId,
      call_id: null,
      attempt_id: null,
      patient_id: patientId,
      moment: 'preview',
      code,
    });
    expect(JSON.stringify(decisions)).not.toContain(phoneNumber.slice(2));
  });

  it('for somebody not on file leaves no patient behind', async () => {
    expect(await place({ phoneNumber: nextNumber() })).toMatchObject({ ok: false, code: 'no_consent' });
    expect(countsOf(await dumpDatabase())).toEqual({ dial_decisions: 1, questionnaire_versions: 1 });
  });

  it.each([2, 5])(
    'because %i were asked for at once: one is placed, the others are already_reserved (S1-M16, T20, TC-05)',
    async (times) => {
      const patient = await givenPatient();
      const request = { phoneNumber: patient.phoneNumber, patientId: patient.id };
      const results = await Promise.all(Array.from({ length: times }, () => place(request)));
      expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      expect(
        results.filter((result) => !result.ok && 'code' in result && result.code === 'already_reserved'),
      ).toHaveLength(times - 1);
      expect(countsOf(await dumpDatabase())).toMatchObject({ attempts: 1, calls: 1, dial_decisions: times });
    },
  );

  it('because strangers were asked for at once leaves one patient, not two', async () => {
    const phoneNumber = nextNumber();
    const request = { phoneNumber, consent: CONSENT };
    const results = await Promise.all([place(request), place(request)]);
    expect(results.map(({ ok }) => ok).toSorted()).toEqual([false, true]);
    expect(await patientsByNumber(db, ring, phoneNumber, 10)).toHaveLength(1);
    expect(countsOf(await dumpDatabase())).toMatchObject({ consents: 1 });
  });
});
