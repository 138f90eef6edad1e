import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type GivenApp, givenApp, ORIGIN } from './given-app.ts';
import { endCall, givenCall, logOf, noteFor, recordOf } from './given-call.ts';
import { expectNoInlineCode, openPage, type PageInit } from './given-page.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => vi.restoreAllMocks());
const pageOf = (path: string, init?: PageInit) => openPage(given, path, init);

const XSS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  '</title><script>alert(1)</script>',
  'javascript:alert(1)',
  '{{7*7}}',
  '<!--<script>',
  '&lt;b&gt;',
];

describe('ways in', () => {
  it('/ and /dashboard lead to today (S1-P1)', async () => {
    for (const [from, to] of [
      ['/', '/dashboard'],
      ['/dashboard', '/dashboard/today'],
      ['/dashboard/', '/dashboard/today'],
    ] as const) {
      const response = await given.request(from, { redirect: 'manual' });
      expect([response.status, response.headers.get('Location')]).toEqual([302, to]);
    }
  });

  it('every page is a whole document with language, title, skip link, main and sign-out', async () => {
    const made = await givenCall(given);
    await endCall(given, made);
    for (const path of ['/dashboard/calls', `/dashboard/calls/${made.call.id}`, '/dashboard/new-call']) {
      const { html, response } = await pageOf(path);
      expect(response.headers.get('Content-Type')).toBe('text/html; charset=UTF-8');
      expect(html).toMatch(/^<!DOCTYPE html><html lang="en">/);
      expect(html.match(/<h1/g)).toHaveLength(1);
      for (const part of [
        '<title>',
        'href="#main"',
        'id="main"',
        '/cdn-cgi/access/logout',
        'admin@clinic.example',
        'Riverside Clinic',
        'allowEval&quot;:false',
      ]) {
        expect(html).toContain(part);
      }
      expectNoInlineCode(html);
    }
  });
});

describe('the worklist', () => {
  it('shows initials, last four, status, consent and length; never a name or a whole number (S1-P5, S1-E02)', async () => {
    const made = await givenCall(given, { firstName: 'Ana', lastName: 'Diaz' });
    await endCall(given, made);
    const { html } = await pageOf('/dashboard/calls?status=completed');
    expect(html).toContain('>AD</span>');
    expect(html).toContain(`•••• ${made.call.phoneNumber.slice(-4)}`);
    expect(html).toContain('3:04');
    expect(html).toContain('Given, recording allowed');
    // 15:00 UTC less nine seconds is 9:59 in New York.
    expect(html).toContain('9:59');
    expect(html).toContain('Started (New York time)');
    expect(html).not.toMatch(/Diaz|\+1\d{10}/);
  });

  it('polls sooner while a call is live', async () => {
    const made = await givenCall(given);
    expect((await pageOf('/dashboard/fragments/calls')).html).toContain('hx-trigger="every 5s"');
    await endCall(given, made);
    expect((await pageOf('/dashboard/fragments/calls?status=completed')).html).toContain('hx-trigger="every 15s"');
  });

  it('keeps filter and page while polling', async () => {
    const cursor = '1795406596588.call_0199f3c2-7f4e-7000-8000-000000000001';
    const { html } = await pageOf(`/dashboard/calls?status=busy&cursor=${cursor}`);
    expect(html).toContain(`hx-get="/dashboard/fragments/calls?status=busy&amp;cursor=${cursor}"`);
    expect(html).toContain('There are no older calls.');
    expect(html).toMatch(/<option value="busy" selected/);
  });

  it('says what to do when there is nothing yet', async () => {
    const { html } = await pageOf('/dashboard/calls?status=voicemail');
    expect(html).toContain('No call is “Voicemail”');
    expect((await pageOf('/dashboard/calls?status=')).status).toBe(200);
  });

  it('pages through more than one screen', async () => {
    for (let i = 0; i < 26; i += 1) await givenCall(given);
    const { html } = await pageOf('/dashboard/calls');
    const older = /href="(\/dashboard\/calls\?cursor=[^"]+)" rel="next"/.exec(html)?.[1];
    expect((await pageOf(older ?? '')).html).toContain('Newest calls');
  });
});

describe('one call', () => {
  it('shows the banner, the facts, the note, the words and the events (CL-23)', async () => {
    const made = await givenCall(given);
    await endCall(given, made);
    const { html } = await pageOf(`/dashboard/calls/${made.call.id}`);
    for (const part of [
      'Patient-reported by automated call, not reviewed.',
      'Birth date confirmed',
      'wording consent-en-1',
      'Normal clearing',
      'Chief complaint',
      'tight chest since yesterday',
      'spoken, confirmed, 93 % sure',
      'One to three days',
      '<span class="value">0</span>',
      'Said no',
      'Not sure',
      'Skipped',
      'Not asked',
      'Call the patient back',
      'Answered',
      'duplicate',
      'EST',
    ]) {
      expect(html).toContain(part);
    }
    // Over when the page was opened: the note comes first, the words stay folded.
    expect(html).toContain('<details id="said" class="said">');
    // Its recording is still to come.
    expect(html).toContain('every 5s');
    expect(html).not.toContain('Hang up');
  });

  it('fetches itself again and can be hung up while it runs (S1-P8)', async () => {
    const made = await givenCall(given);
    given.session.liveView = async () => ({
      record: recordOf({ status: 'in_progress', endedAt: null, hangupCause: null }),
      log: logOf(),
    });
    const { html } = await pageOf(`/dashboard/calls/${made.call.id}`);
    expect(html).toContain('hx-trigger="every 2s"');
    expect(html).toContain(`hx-post="/dashboard/calls/${made.call.id}/hangup"`);
    expect(html).toContain('hx-confirm=');
    expect(html).toContain('<details id="said" class="said" open="">');
    expect(html).toContain('The note is written when the call is over.');
    const fragment = await pageOf(`/dashboard/fragments/calls/${made.call.id}`);
    expect(fragment.html).toMatch(/^<div id="call"/);
    given.session.requestHangup = vi.fn(async () => 'accepted' as const);
    const hungUp = await pageOf(`/dashboard/calls/${made.call.id}/hangup`, {
      method: 'POST',
      headers: { Origin: ORIGIN, 'HX-Request': 'true' },
    });
    expect([hungUp.status, hungUp.html.startsWith('<div id="call"')]).toEqual([200, true]);
    expect(given.session.requestHangup).toHaveBeenCalledOnce();
  });

  it('hung up when it is already over answers 409 with the call as it is now, not with an error page', async () => {
    const made = await givenCall(given);
    await endCall(given, made);
    const { status, html } = await pageOf(`/dashboard/calls/${made.call.id}/hangup`, {
      method: 'POST',
      headers: { Origin: ORIGIN, 'HX-Request': 'true' },
    });
    expect([status, html.startsWith('<div id="call"')]).toEqual([409, true]);
    expect(html).toContain('This call was already over.');
    expect(html).toContain('Chief complaint');
    const config = (await pageOf('/dashboard/calls')).html;
    expect(config).toContain('{&quot;code&quot;:&quot;409&quot;,&quot;swap&quot;:true}');
  });

  it('in July is shown with the zone of July, whenever it is looked at', async () => {
    const made = await givenCall(given);
    const answeredAt = Date.parse('2026-07-20T15:00:00Z');
    await endCall(given, made, { record: { dialedAt: answeredAt, answeredAt, endedAt: answeredAt + 60_000 } });
    expect((await pageOf(`/dashboard/calls/${made.call.id}`)).html).toContain('Jul 20, 11:00 AM EDT');
  });

  it('stops fetching and shows the note when it has settled', async () => {
    const made = await givenCall(given);
    given.session.liveView = async () => ({ record: recordOf(), log: logOf() });
    expect((await pageOf(`/dashboard/fragments/calls/${made.call.id}`)).html).toContain('every 2s');
    given.session.liveView = async () => null;
    await endCall(given, made, { record: { recordingStatus: 'none', recordingId: null, recordingDurationMs: null } });
    const { html } = await pageOf(`/dashboard/fragments/calls/${made.call.id}`);
    expect(html).not.toContain('hx-get');
    expect(html).toContain('Chief complaint');
  });

  it.each(XSS)('shows %j as text, in a name, an answer and what was said (SE-14)', async (text) => {
    const made = await givenCall(given, { firstName: text, lastName: text });
    await endCall(given, made, { note: noteFor(made, text), log: logOf(text) });
    for (const path of [`/dashboard/calls/${made.call.id}`, '/dashboard/calls']) {
      const { html, status } = await pageOf(path);
      expect(status).toBe(200);
      if (/[<>"']/.test(text)) expect(html).not.toContain(text);
      expect(html.replaceAll(/<(script src="\/static\/[a-z.]+" defer=""|\/script)>/g, '')).not.toMatch(
        /<(script|img|svg)|<!--/,
      );
    }
  });
});

describe('the form', () => {
  afterEach(() => void vi.useRealTimers());

  it('offers the day it is at the clinic, not in Greenwich, and none later (S1-P3)', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-24T01:30:00Z') });
    const { html } = await pageOf('/dashboard/new-call');
    const input = /<input [^>]*name="consent.obtained_at"[^>]*>/.exec(html)?.[0];
    expect(input).toContain(' max="2026-11-23"');
    expect(input).toContain(' value="2026-11-23"');
  });
});
