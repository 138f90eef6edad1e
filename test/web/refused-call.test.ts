/** A call that is refused because the patient was called often enough says when it is possible again: by API and on both pages. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { attempts } from '../../src/store/schema.ts';
import { GATE_DETAILS } from '../../src/web/call-refusals.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, type GivenCall, givenCall } from './given-call.ts';
import { openPage } from './given-page.ts';

const HOUR_MS = 3_600_000;
/** 11 in the morning in New York, on the day the clocks were set back a week before. */
const NOW = Date.UTC(2026, 10, 28, 16);
let given: GivenApp;
let made: GivenCall;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  given = givenApp();
  made = await givenCall(given);
  await endCall(given, made);
  // Answered half a minute past two hours ago: one answered call a day.
  const answeredAt = NOW - 2 * HOUR_MS + 30_000;
  await given.db
    .update(attempts)
    .set({ dialedAt: answeredAt - 9000, answeredAt })
    .where(eq(attempts.id, made.attemptId));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});
const WHEN = 'It is possible again from Nov 29, 2026, 9:01 AM EST.';
const form = (fields: Record<string, string>) => ({
  ...{ method: 'POST', body: new URLSearchParams(fields).toString() },
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
});

describe('a call too many', () => {
  it('says in the API from when on it is possible again, not a moment too early', async () => {
    const order = { phone_number: made.call.phoneNumber, patient_id: made.patient.id };
    const refused = await given.send('POST', '/api/calls', order);
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { code: 'frequency', detail: `${GATE_DETAILS.frequency} ${WHEN}` },
    ]);
    vi.setSystemTime(Date.UTC(2026, 10, 29, 14, 0, 29));
    expect((await given.send('POST', '/api/calls', order)).status).toBe(409);
    vi.setSystemTime(Date.UTC(2026, 10, 29, 14, 1));
    expect((await given.send('POST', '/api/calls', order)).status).toBe(201);
  });

  it('says it on the page of the patient', async () => {
    const { status, html } = await openPage(given, `/dashboard/patients/${made.patient.id}/call`, form({}));
    expect(status).toBe(409);
    expect(html).toContain(`${GATE_DETAILS.frequency} ${WHEN}`);
  });

  it('says it in the form behind “Call a patient”, sent without a script', async () => {
    const order = { phone_number: made.call.phoneNumber, patient_id: made.patient.id };
    const { status, html } = await openPage(given, '/dashboard/new-call', form(order));
    expect(status).toBe(409);
    expect(html).toContain(`${GATE_DETAILS.frequency} ${WHEN}`);
    expect(html).toContain(`value="${made.call.phoneNumber}"`);
  });

  it('says nothing of a time where waiting does not help', async () => {
    await given.send('PUT', `/api/patients/${made.patient.id}/flags`, { flags: ['staff_only'] });
    const order = { phone_number: made.call.phoneNumber, patient_id: made.patient.id };
    const refused = await (await given.send('POST', '/api/calls', order)).json<Record<string, unknown>>();
    expect(refused).toMatchObject({ code: 'patient_flag', detail: GATE_DETAILS.patient_flag });
  });
});
