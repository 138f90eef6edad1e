/** Putting answers of a note right from the page of its call (C28). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { getNote } from '../../src/store/notes.ts';
import { tasks } from '../../src/store/schema.ts';
import { type GivenApp, givenApp, ORIGIN } from './given-app.ts';
import { endCall, type GivenCall, givenCall } from './given-call.ts';
import { expectNoInlineCode, openPage } from './given-page.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await given.db.delete(tasks);
});
afterEach(() => vi.restoreAllMocks());

const READY = { recordingStatus: 'none', recordingId: null, recordingDurationMs: null } as const;
async function ended(record = {}): Promise<GivenCall> {
  const made = await givenCall(given);
  await endCall(given, made, { tasks: [], record: { ...READY, ...record } });
  return made;
}
const pageOf = ({ call }: GivenCall) => openPage(given, `/dashboard/calls/${call.id}`);
const noteOf = ({ call }: GivenCall) => getNote(given.db, given.config.keyRing, call.id);
/** Up to the next answer. */
const rowOf = (html: string, item: string): string =>
  html.split('<div class="answer ').find((row) => row.includes(`data-item="${item}"`)) ?? '';
const post = ({ call }: GivenCall, fields: Record<string, string>, scripted = true, token?: string) =>
  openPage(given, `/dashboard/calls/${call.id}/corrections`, {
    method: 'POST',
    body: new URLSearchParams({ note_version: '1', item: 'hpi.chief_complaint', state: 'answered', ...fields }),
    headers: { Origin: ORIGIN, ...(scripted ? { 'HX-Request': 'true' } : {}) },
    redirect: 'manual',
    ...(token === undefined ? {} : { token }),
  });

describe('correcting an answer', () => {
  it('is offered beside each, with what fits its question', async () => {
    const made = await ended();
    const { html } = await pageOf(made);
    const words = rowOf(html, 'hpi.chief_complaint');
    expect(words).toContain('Correct<span class="visually-hidden"> Chief complaint</span>');
    expect(words).toMatch(/<input id="value-hpi-chief_complaint" name="value" value="tight chest since yesterday"/);
    expect(rowOf(html, 'hpi.pain_level')).toMatch(/type="number" min="0" max="10"/);
    expect(rowOf(html, 'hpi.symptom_duration')).toMatch(/<option value="1_to_3_days" selected/);
    const allergies = rowOf(html, 'ample.allergies');
    expect(allergies).toMatch(/<option value="none" selected[^>]*>No<\/option>/);
    expect(allergies).not.toContain('name="value"');
    expect(rowOf(html, 'ample.allergies_detail')).toContain('Correct');
    expectNoInlineCode(html);
  });

  it('waits until the recording is there: the page still fetches itself again', async () => {
    expect((await pageOf(await ended({ recordingStatus: 'pending' }))).html).not.toContain('Correct<');
  });

  it('shows who entered it and what the patient said, and that the note is to be reviewed again', async () => {
    const made = await ended();
    const { status, html } = await post(made, { value: 'tight chest since Monday', addendum: 'Half a sentence' });
    expect([status, html.startsWith('<div id="call"')]).toEqual([200, true]);
    expect(html).toContain('Corrected. This is version 2 of the note, and nobody has reviewed it yet.');
    const row = rowOf(html, 'hpi.chief_complaint');
    expect(row).toContain('tight chest since Monday');
    expect(row).toContain('entered by admin@clinic.example');
    expect(row).toContain('The patient said: <q lang="en">tight chest since yesterday</q> (spoken)');
    // What was being written under the note is still there.
    expect(html).toMatch(/<textarea id="addendum"[^>]*>Half a sentence<\/textarea>/);
    expect(html).toContain('name="note_version" value="2"');
  });

  it('of a version that has changed, or to what does not fit, changes nothing and says why', async () => {
    const made = await ended();
    await post(made, { value: 'first' });
    const late = await post(made, { value: 'second' });
    expect([late.status, late.html.includes('the note has changed meanwhile')]).toEqual([409, true]);
    const wrong = await post(made, { item: 'hpi.pain_level', value: '11', note_version: '2' });
    expect(wrong.status).toBe(409);
    expect(wrong.html).toContain('Nothing was corrected. What fits here: A whole number from 0 to 10.');
    expect((await post(made, { value: 'a\u202eb', note_version: '2' })).html).toContain('Write plain text');
    expect((await post(made, { state: 'not_asked' })).status).toBe(422);
    expect(await noteOf(made)).toMatchObject({ version: 2, hpi: { chief_complaint: { value: 'first' } } });
  });

  it('takes "declined" without the words that still stand in the field, and works without script', async () => {
    const made = await ended();
    const { response } = await post(made, { state: 'declined', value: 'tight chest since yesterday' }, false);
    expect([response.status, response.headers.get('Location')]).toEqual([303, `/dashboard/calls/${made.call.id}#note`]);
    expect((await noteOf(made))?.hpi['chief_complaint']).toMatchObject({ state: 'declined', input: 'staff' });
    expect((await post(made, { value: 'late' }, false)).status).toBe(409);
  });

  it('is for those who may read the note, and shows words as text (SE-14)', async () => {
    const made = await ended();
    for (const role of ['intake', 'operator', 'auditor'] as const)
      expect((await post(made, { value: 'x' }, true, await tokenOf(given, role))).status).toBe(403);
    const text = '"><img src=x onerror=alert(1)>';
    const { html } = await post(made, { value: text });
    expect(html).toContain('version 2');
    expect(html).not.toContain('<img');
  });
});
