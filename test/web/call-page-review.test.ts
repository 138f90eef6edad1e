/** What a call's page shows of the review of its note, and signing it there (C28). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallLog } from '../../src/domain/intake/call-log.ts';
import { insertNote } from '../../src/store/notes.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { reviewsOfCall } from '../../src/store/reviews.ts';
import { reviews, tasks } from '../../src/store/schema.ts';
import { claimTask } from '../../src/store/tasks.ts';
import { ADMIN, type GivenApp, givenApp, ORIGIN } from './given-app.ts';
import {
  ANSWERED_AT,
  endCall,
  type GivenCall,
  givenCall,
  logOf,
  noteFor,
  openedTask,
  redFlagOf,
} from './given-call.ts';
import { expectNoInlineCode, openPage } from './given-page.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await given.db.delete(tasks);
  await given.db.delete(reviews);
});
afterEach(() => vi.restoreAllMocks());

const pageOf = ({ call }: GivenCall) => openPage(given, `/dashboard/calls/${call.id}`);
async function ended(ending: Parameters<typeof endCall>[2] = {}): Promise<GivenCall> {
  const made = await givenCall(given);
  await endCall(given, made, { tasks: [], ...ending });
  return made;
}
interface Posted {
  readonly addendum?: string;
  readonly version?: number;
  readonly scripted?: boolean;
  readonly shown?: string;
  readonly token?: string;
}
const post = ({ call }: GivenCall, { addendum = '', version = 1, scripted = true, shown, token }: Posted = {}) =>
  openPage(given, `/dashboard/calls/${call.id}/review`, {
    method: 'POST',
    body: new URLSearchParams({ note_version: String(version), addendum }),
    headers: {
      Origin: ORIGIN,
      ...(scripted ? { 'HX-Request': 'true' } : {}),
      ...(shown === undefined ? {} : { 'X-Shown-Review': shown }),
    },
    redirect: 'manual',
    ...(token === undefined ? {} : { token }),
  });
async function laterVersion(made: GivenCall): Promise<void> {
  const note = noteFor(made, 'tight chest since Monday');
  const dataKey = await dataKeyOf(given.config.keyRing, made.patient.id);
  const row = { ...note, note_id: `${note.note_id}.2`, version: 2 };
  await insertNote(given.db, dataKey, made.patient.id, row, Date.now());
}
const kept = ({ call }: GivenCall) => reviewsOfCall(given.db, given.config.keyRing, call.id);

describe('the review of a note', () => {
  it('says what a signature means and offers it; signed it names who and when, in the clinic’s time', async () => {
    const made = await ended();
    const { html } = await pageOf(made);
    expect(html).toContain('Patient-reported by automated call, not reviewed.');
    for (const part of [
      'By signing you say that you have read this note',
      'A signature cannot be taken back',
      'Sign the note',
      '<input type="hidden" name="note_version" value="1"/>',
      `action="/dashboard/calls/${made.call.id}/review"`,
      'hx-confirm="Sign version 1 of this note?',
      '<label for="addendum">',
    ]) {
      expect(html).toContain(part);
    }
    expectNoInlineCode(html);
    const signed = await post(made, { addendum: 'Spoke with her.\nNo aspirin.' });
    expect([signed.status, signed.html.startsWith('<div id="call"')]).toEqual([200, true]);
    expect(signed.html).toContain('The note is signed, and your addendum added.');
    for (const page of [signed.html, (await pageOf(made)).html]) {
      expect(page).toContain('Patient-reported by automated call, reviewed.');
      expect(page).not.toContain('not reviewed');
      expect(page).toMatch(
        /Signed by admin@clinic\.example<span class="no-print"> \(you\)<\/span>, <time datetime="[^"]+">\w+ \d+, \d{4}, [\d:]+ [AP]M E[SD]T<\/time>/,
      );
      expect(page).toContain('Spoke with her.\nNo aspirin.');
      expect(page).not.toContain('Sign the note');
      expect(page).toContain('Add an addendum');
    }
    const added = await post(made, { addendum: 'Called back.' });
    expect(added.html).toContain('Your addendum was added.');
    expect(added.html).toContain('2 addenda');
    expect((await kept(made)).addenda.map(({ text }) => text)).toEqual([
      'Spoke with her.\nNo aspirin.',
      'Called back.',
    ]);
    expect((await post(made)).html).toContain('You had signed this version already.');
  });

  it('of somebody else names them, and takes an addendum from everybody', async () => {
    const made = await ended();
    const token = await tokenOf(given, 'clinician');
    await post(made, { token });
    const { html } = await pageOf(made);
    expect(html).toContain('Signed by clinician@role.example, ');
    const again = await post(made);
    expect([again.status, again.html.includes('Somebody else had already signed this version.')]).toEqual([409, true]);
    expect((await post(made, { addendum: 'Seen too.' })).status).toBe(200);
  });

  it('waits for the red flag to be claimed, and says so', async () => {
    const made = await givenCall(given);
    const taskId = await openedTask(given, made);
    await endCall(given, made, { note: { ...noteFor(made), red_flags: [redFlagOf(made)] }, tasks: [] });
    const { html } = await pageOf(made);
    expect(html).toContain('A red flag is open: nobody has claimed it.');
    expect(html).not.toContain('Sign the note');
    const refused = await post(made, { addendum: 'Keep these words.' });
    expect(refused.status).toBe(409);
    expect(refused.html).toContain('Not signed: a red flag is open. Claim it first, then sign.');
    await claimTask(given.db, taskId, ADMIN, Date.now());
    expect((await pageOf(made)).html).toContain('Sign the note');
    expect((await post(made)).status).toBe(200);
  });

  it('is open again for a later version, which says that it has changed (CL-23)', async () => {
    const made = await ended();
    await post(made);
    await laterVersion(made);
    const { html } = await pageOf(made);
    expect(html).toContain('Patient-reported by automated call, not reviewed.');
    expect(html).toContain('It has changed since version 1 was signed: this is version 2.');
    expect(html).toContain('Version 1: Signed by');
    expect(html).toContain('<input type="hidden" name="note_version" value="2"/>');
    const late = await post(made, { version: 1, addendum: 'Keep these words.' });
    expect(late.status).toBe(409);
    expect(late.html).toContain('the note has changed meanwhile');
    // What was written is not lost.
    expect(late.html).toMatch(/<textarea[^>]*>Keep these words\.<\/textarea>/);
  });

  it('is left alone by polls while nothing has changed: somebody may be writing there', async () => {
    const made = await ended();
    const { html } = await pageOf(made);
    const shown = /hx-headers="\{&quot;X-Shown-Review&quot;:&quot;([^&]+)&quot;\}"/.exec(html)?.[1] ?? '';
    expect(shown).not.toBe('');
    const poll = async () =>
      (await openPage(given, `/dashboard/fragments/calls/${made.call.id}`, { headers: { 'X-Shown-Review': shown } }))
        .html;
    expect(await poll()).toContain('<section id="review" hx-preserve="true"></section>');
    expect(await poll()).not.toContain('<textarea');
    // A refusal of the words themselves leaves them where they are.
    const bad = await post(made, { addendum: 'a\u202eb', shown });
    expect([bad.status, bad.html.includes('hx-preserve="true"></section>')]).toEqual([409, true]);
    await post(made);
    expect(await poll()).toContain('Signed by');
  });

  it('works without script: the form leads back to the page', async () => {
    const made = await ended();
    const { response } = await post(made, { scripted: false });
    expect([response.status, response.headers.get('Location')]).toEqual([
      303,
      `/dashboard/calls/${made.call.id}#review`,
    ]);
    const refused = await post(made, { scripted: false, version: 2 });
    expect(refused.status).toBe(409);
    expect(refused.html).toContain('The note has changed');
  });

  it('is not there without a note, and for nobody who may not read one', async () => {
    const running = await givenCall(given);
    expect((await pageOf(running)).html).not.toContain('id="review"');
    const silent = await ended({ note: null, record: { status: 'voicemail' } });
    const { html } = await pageOf(silent);
    expect(html).not.toMatch(/id="review"|not reviewed|data-print/);
    const made = await ended();
    for (const role of ['intake', 'operator', 'auditor'] as const)
      expect((await post(made, { token: await tokenOf(given, role) })).status).toBe(403);
    expect((await kept(made)).signatures).toEqual([]);
  });

  it.each(['<script>alert(1)</script>', '</textarea><img src=x onerror=alert(1)>', '"><svg/onload=alert(1)>'])(
    'shows an addendum of %j as text (SE-14)',
    async (text) => {
      const made = await ended();
      for (const html of [(await post(made, { addendum: text })).html, (await pageOf(made)).html]) {
        expect(html).toContain('class="addendum-text"');
        expect(html).not.toContain(text);
      }
      expect((await post(made, { addendum: text, version: 7 })).html).not.toContain(text);
    },
  );
});

describe('the consent of a call', () => {
  it('is shown with the words that were said, the key, the time, the event and the hash of the words (RC-08)', async () => {
    const said = 'May we ask you some questions? Press 1 to go on.';
    const base = logOf();
    const line = {
      speaker: 'agent',
      at: ANSWERED_AT + 12_000,
      item: 'consent',
      input: 'keys',
      confidence: null,
    } as const;
    const log: CallLog = { ...base, transcript: [{ ...line, text: said }, ...base.transcript] };
    const { html } = await pageOf(await ended({ log }));
    const consent = /<section aria-labelledby="consent-title".*?<\/section>/s.exec(html)?.[0] ?? '';
    for (const part of [said, 'Agreed, and to being recorded', '>1<', 'consent-en-1', 'c0ffee', 'ev9', 'EST']) {
      expect(consent).toContain(part);
    }
  });

  it('that was never asked for is not shown', async () => {
    const made = await givenCall(given);
    const note = noteFor(made);
    const consent = { ...note.consent, given: false, recording_consent: false, timestamp: null, key: null };
    await endCall(given, made, { note: { ...note, consent }, tasks: [] });
    expect((await pageOf(made)).html).not.toContain('consent-title');
  });
});

describe('what leads on from a call', () => {
  it('is another call to the patient by id, their page, paper and files; no number is in an address', async () => {
    const made = await ended();
    const { html } = await pageOf(made);
    for (const part of [
      `href="/dashboard/new-call?patient_id=${made.patient.id}"`,
      `href="/dashboard/patients/${made.patient.id}"`,
      'data-print',
      'href="#note"',
      'href="#review"',
      `href="/api/calls/${made.call.id}/intake-data" download="note-${made.call.id}.json"`,
      `href="/api/calls/${made.call.id}/transcripts?format=tsv"`,
      '<title>Call · Patient intake</title>',
      '<strong>Riverside Clinic</strong>',
    ]) {
      expect(html).toContain(part);
    }
    expect(html).not.toMatch(/(href|action|hx-[a-z]+)="[^"]*(\+1|%2B1)\d{10}/);
  });

  it('opens the form with the patient filled in; an unknown one is 404', async () => {
    const { patient } = await ended();
    const { html } = await openPage(given, `/dashboard/new-call?patient_id=${patient.id}`);
    expect(html).toContain(`<input type="hidden" name="patient_id" value="${patient.id}"/>`);
    expect(html).toContain(`value="${patient.phoneNumber}"`);
    expect(html).toContain('For Ana Diaz, born 1980-04-12.');
    expect((await openPage(given, '/dashboard/new-call')).html).not.toContain('name="patient_id"');
    const unknown = '/dashboard/new-call?patient_id=pat_0199f3c2-7f4e-7000-8000-000000000001';
    expect((await openPage(given, unknown)).status).toBe(404);
    expect((await openPage(given, '/dashboard/new-call?patient_id=7')).status).toBe(422);
  });

  it('is the transcript as text or table, formulas made harmless', async () => {
    const { call } = await ended({ log: logOf('=cmd|calc\nand\tmore') });
    const file = (format: string) => given.request(`/api/calls/${call.id}/transcripts?format=${format}`);
    const tsv = await file('tsv');
    expect(tsv.headers.get('Content-Type')).toBe('text/tab-separated-values; charset=utf-8');
    expect(tsv.headers.get('Content-Disposition')).toBe(`attachment; filename="transcript-${call.id}.tsv"`);
    const lines = (await tsv.text()).split('\r\n');
    expect(lines[0]).toContain('timestamp\toffset_ms\tspeaker\titem\tinput\tconfidence\ttext');
    expect(lines[2]).toContain("hpi.chief_complaint\tvoice\t0.93\t'=cmd|calc and more");
    const txt = await file('txt');
    expect(await txt.text()).toContain('2026-11-20T15:00:41.250Z  Patient: =cmd|calc and more\n');
    expect(((await (await file('json')).json()) as { items: unknown[] }).items).toHaveLength(2);
    expect((await file('docx')).status).toBe(422);
  });
});
