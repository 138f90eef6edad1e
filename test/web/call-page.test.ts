/** What one call's page shows of red flags, spoken answers and who rang whom. The rest of the page is in dashboard.test.ts. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallLog } from '../../src/domain/intake/call-log.ts';
import type { Note } from '../../src/domain/note/note.ts';
import { tasks } from '../../src/store/schema.ts';
import { claimTask, tasksOfCall } from '../../src/store/tasks.ts';
import { type GivenApp, givenApp, ORIGIN } from './given-app.ts';
import {
  ANSWERED_AT,
  endCall,
  type GivenCall,
  givenCall,
  inbound,
  logOf,
  noteFor,
  openedTask,
  recordOf,
  redFlagOf,
} from './given-call.ts';
import { expectNoInlineCode, openPage } from './given-page.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await given.db.delete(tasks);
});
afterEach(() => vi.restoreAllMocks());
const pageOf = ({ call }: GivenCall) => openPage(given, `/dashboard/calls/${call.id}`);
const post = (path: string) =>
  openPage(given, path, { method: 'POST', headers: { Origin: ORIGIN, 'HX-Request': 'true' } });

const SAID = 'I have crushing chest pain';
/** The call as its session has it while it runs. */
function running(log: CallLog, redFlags: number): void {
  const record = recordOf({ status: 'in_progress', endedAt: null, hangupCause: null, redFlags });
  given.session.liveView = async () => ({ record, log });
}
const flagged = async () => {
  const made = await givenCall(given);
  const taskId = await openedTask(given, made);
  const note = { ...noteFor(made, SAID), red_flags: [redFlagOf(made)] };
  await endCall(given, made, {
    note,
    record: { redFlags: 1 },
    log: logOf(SAID, { flagged: true }),
    tasks: ['red_flag'],
  });
  return { made, taskId };
};

describe('red flags', () => {
  it('stand above everything else, with rule, item, time and how they were recognised', async () => {
    const { made } = await flagged();
    const { html } = await pageOf(made);
    for (const part of [
      'Chest pain or heart attack',
      `<q lang="en">${SAID}</q>`,
      'Chief complaint, ',
      'recognised in free speech, unverified',
      'Read the answer and call the patient now',
    ]) {
      expect(html).toContain(part);
    }
    expect(html.indexOf('class="red-flags"')).toBeLessThan(html.indexOf('not reviewed'));
    expectNoInlineCode(html);
  });

  it('show at once while the call runs, with the very words, before there is a note', async () => {
    const made = await givenCall(given);
    running(logOf(SAID), 0);
    expect((await pageOf(made)).html).not.toContain('red-flags');
    const id = await openedTask(given, made);
    running(logOf(SAID, { flagged: true }), 1);
    const { html } = await openPage(given, `/dashboard/fragments/calls/${made.call.id}`);
    expect(html).toContain('<h2 id="red-flags">Red flag</h2>');
    expect(html).toContain(`<q lang="en">${SAID}</q>`);
    expect(html).toContain('recognised in free speech, unverified');
    expect(html).toContain(`hx-post="/dashboard/calls/${made.call.id}/tasks/${id}/claim"`);
    // For a reader who does not see it come.
    expect(html).toContain('data-news="Red flag in this call."');
  });

  it('by key say so, and count what one answer raised twice', async () => {
    const made = await givenCall(given);
    await openedTask(given, made);
    const at = ANSWERED_AT + 60_000;
    const log: CallLog = {
      events: [
        { event_id: 'e', type: 'gather.ended', at, received_at: at, effect: 'applied', commands: ['open_task'] },
      ],
      transcript: [{ speaker: 'patient', text: '10', at, item: 'hpi.pain_level', input: 'keys', confidence: null }],
    };
    running(log, 2);
    const { html } = await pageOf(made);
    expect(html).toContain('<h2 id="red-flags">2 red flags</h2>');
    expect(html).toContain('keyed 10');
    expect(html).toMatch(/Pain, 0 to 10, <time[^>]*>[^<]*<\/time>, by key/);
  });

  it('are known by the task alone, should log and note say nothing yet', async () => {
    const made = await givenCall(given);
    await openedTask(given, made);
    running({ events: [], transcript: [] }, 0);
    expect((await pageOf(made)).html).toContain('What it was stands in the note, once the call is over.');
  });

  it('of an earlier call lead there', async () => {
    const [earlier, made] = [await givenCall(given), await givenCall(given)];
    const note = { ...noteFor(made), red_flags: [redFlagOf(earlier)] };
    await endCall(given, made, { note, record: { redFlags: 1 }, log: { events: [], transcript: [] } });
    expect((await pageOf(made)).html).toContain(
      `<a href="/dashboard/calls/${earlier.call.id}">from an earlier call</a>`,
    );
  });

  it('that were not recognised are not mentioned: no page ever says that a patient is safe (CL-04)', async () => {
    const made = await givenCall(given);
    await endCall(given, made);
    for (const path of [`/dashboard/calls/${made.call.id}`, '/dashboard/calls?status=completed']) {
      const { html } = await openPage(given, path);
      expect(html).not.toMatch(/\bsafe\b|no red flag|no urgent|not urgent|no emergency|all clear/i);
      expect(html).not.toContain('class="red-flags"');
    }
  });
});

describe('tasks of the call', () => {
  it('are claimed and done from the page, which then shows the owner; the alert ends', async () => {
    const { made, taskId } = await flagged();
    const base = `/dashboard/calls/${made.call.id}/tasks/${taskId}`;
    const claimed = await post(`${base}/claim`);
    expect([claimed.status, claimed.html.startsWith('<div id="call"')]).toEqual([200, true]);
    expect(claimed.html).toContain('“Red flag” is yours now.');
    expect(claimed.html).toContain('by you');
    expect(claimed.html).not.toContain(`${base}/claim`);
    expect(claimed.html).toContain('<span id="alerts" hx-swap-oob="true"></span>');
    const done = await post(`${base}/done`);
    expect(done.html).toContain('“Red flag” is done.');
    expect(done.html).not.toContain(`${base}/done`);
    expect(done.html).toMatch(/Done <time/);
  });

  it('that somebody else has claimed meanwhile name them', async () => {
    const { made, taskId } = await flagged();
    await claimTask(given.db, taskId, 'chris@clinic.example', Date.now());
    const late = await post(`/dashboard/calls/${made.call.id}/tasks/${taskId}/claim`);
    expect(late.status).toBe(409);
    expect(late.html).toContain('Not claimed: chris@clinic.example had already claimed “Red flag”.');
    expect(late.html).toContain('by chris@clinic.example');
  });

  it('of another call are 404 here, and stay as they are', async () => {
    const { taskId } = await flagged();
    const other = await givenCall(given);
    expect((await post(`/dashboard/calls/${other.call.id}/tasks/${taskId}/done`)).status).toBe(404);
    const { html } = await openPage(given, '/dashboard/tasks');
    expect(html).toContain(taskId);
  });

  it('other than the red flag stand apart, with the same buttons', async () => {
    const made = await givenCall(given);
    await endCall(given, made, { tasks: ['callback', 'voice_items'] });
    const { html } = await pageOf(made);
    for (const { id } of await tasksOfCall(given.db, made.call.id)) {
      expect(html).toContain(`id="claim-${id}"`);
      expect(html).toContain(`id="done-${id}"`);
    }
    expect(html).toContain('Ask the questions that need the patient’s own words');
  });
});

describe('spoken answers', () => {
  const withAnswer = (made: GivenCall, changes: Partial<Note['hpi'][string]>): Note => {
    const note = noteFor(made);
    return { ...note, hpi: { ...note.hpi, chief_complaint: { ...note.hpi['chief_complaint']!, ...changes } } };
  };
  const shown = async (changes: Partial<Note['hpi'][string]>) => {
    const made = await givenCall(given);
    await endCall(given, made, { note: withAnswer(made, changes) });
    const { html } = await pageOf(made);
    return /<div class="answer[^>]*data-item="hpi.chief_complaint">.*?<\/details>/s.exec(html)?.[0] ?? html;
  };

  it('show the words, that they were confirmed, how sure they are, and where they came from', async () => {
    const html = await shown({});
    expect(html).toContain('<span class="value" lang="en">tight chest since yesterday</span>');
    expect(html).toContain('spoken, confirmed, 93 % sure');
    expect(html).not.toContain('chip-warn');
    expect(html).toContain('<details id="origin-hpi-chief_complaint" class="origin">');
    expect(html).toContain('<dd>0:21</dd>');
    expect(html).toContain('<code>a1b2c3</code>');
    expect(html).toContain('adult-intake, version 1');
    // The words as heard are the answer itself; what was keyed is not.
    expect(html).not.toContain('<dt>Entry</dt>');
    expect(await shown({ input: 'keys', value: 'a', entry: '3' })).toContain('<dt>Entry</dt><dd>3</dd>');
  });

  it('mark what the patient never confirmed, and what was hard to understand (CL-23)', async () => {
    const html = await shown({ confirmed: false, confidence: 0.41 });
    expect(html).toContain('>Not confirmed by the patient</span>');
    expect(html).toContain('>Hard to understand</span>');
    expect(html).toContain('41 % sure');
    expect(await shown({ confidence: null })).not.toContain('% sure');
  });

  it('of an earlier call say so and lead there', async () => {
    const html = await shown({ call_id: 'call_0199f3c2-7f4e-7000-8000-000000000009' });
    expect(html).toContain(
      '<a href="/dashboard/calls/call_0199f3c2-7f4e-7000-8000-000000000009">from an earlier call</a>',
    );
    expect(await shown({})).not.toContain('earlier call');
  });

  it('of a message and its reply have their own part; parts without questions are left out', async () => {
    const made = await givenCall(given);
    const message = {
      reply: noteFor(made).hpi['chief_complaint']!,
      call_back: { state: 'none', value: false } as const,
    };
    await endCall(given, made, { note: { ...noteFor(made), hpi: {}, ample: {}, family_history: {}, message } });
    const { html } = await pageOf(made);
    expect(html).toContain('<h3>Reply to our message</h3>');
    expect(html).toContain('Wants a call back');
    expect(html).not.toMatch(/AMPLE|Present illness|Family history/);
  });

  it.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    '</details><script>alert(1)</script>',
    '<!--<script>',
  ])('show %j as text everywhere: words, entry, wording, red flag, task and transcript (SE-14)', async (text) => {
    const made = await givenCall(given);
    await openedTask(given, made);
    const note = withAnswer(made, { value: text, display: text, entry: text, wording: text });
    const red_flags = [{ ...redFlagOf(made), rule: text, item: text }];
    await endCall(given, made, { note: { ...note, red_flags }, log: logOf(text, { flagged: true }) });
    const { html } = await pageOf(made);
    expect(html).not.toContain(text);
    expect(html.replaceAll(/<(script src="\/static\/[a-z.]+" defer=""|\/script)>/g, '')).not.toMatch(
      /<(script|img|svg)|<!--/,
    );
  });
});

describe('what was said and what happened', () => {
  it('marks lines that were hard to understand, and says how sure the others are', async () => {
    const made = await givenCall(given);
    const log = logOf();
    const [question, words] = log.transcript;
    const lines = [question!, words!, { ...words!, text: 'mumble', confidence: 0.2 }, { ...words!, confidence: null }];
    await endCall(given, made, { log: { ...log, transcript: lines } });
    const { html } = await pageOf(made);
    const said = html.slice(html.indexOf('id="said"'));
    expect(said.match(/% sure/g)).toHaveLength(2);
    expect(said.match(/Hard to understand/g)).toHaveLength(1);
    expect(said).toContain('<span>spoken</span><span>93 % sure</span>');
  });

  it('names read-backs, staff and machine in words', async () => {
    const made = await givenCall(given);
    const event = (type: string, commands: string[]) => ({
      ...{ event_id: type, type, at: ANSWERED_AT, received_at: ANSWERED_AT, effect: 'applied' as const, commands },
    });
    const line = { speaker: 'agent', text: 'We heard.', at: ANSWERED_AT, input: 'voice', confidence: null } as const;
    await endCall(given, made, {
      log: {
        events: [
          event('machine.detected', ['gather_stop', 'playback_stop']),
          event('transcription.received', ['transfer']),
          event('staff.answered', ['record_stop', 'transcription_stop']),
        ],
        transcript: [
          { ...line, item: 'hpi.chief_complaint.confirm' },
          { ...line, item: 'red_flag' },
        ],
      },
    });
    const { html } = await pageOf(made);
    for (const part of [
      'Chief complaint, read back',
      'Emergency advice',
      'Checked for an answering machine',
      'then stop the question, stop the announcement',
      'Staff picked up',
      'ring staff',
      'stop writing down what is said',
    ]) {
      expect(html).toContain(part);
    }
  });
});

describe('who rang whom', () => {
  it('is said of every call, and marked in the list where the patient rang us', async () => {
    const [ours, theirs] = [await givenCall(given), await givenCall(given)];
    for (const made of [ours, theirs]) await endCall(given, made);
    await inbound(given, theirs);
    expect((await pageOf(ours)).html).toContain('We rang');
    const { html } = await pageOf(theirs);
    expect(html).toContain('Rang us');
    // Telnyx' caller is then the patient.
    expect(html).toContain('by the patient');
    expect((await openPage(given, '/dashboard/calls')).html.match(/class="inbound"/g)).toHaveLength(1);
  });

  it('an answering machine that answered is named', async () => {
    const made = await givenCall(given);
    await endCall(given, made, { record: { status: 'voicemail', answeredBy: 'machine' }, note: null });
    const { html } = await pageOf(made);
    expect(html).toContain('>Voicemail</span>');
    expect(html).toContain('An answering machine');
    expect(html).toContain('This call left no note.');
  });
});

describe('flagged calls in the list', () => {
  const listOf = (query = '') => openPage(given, `/dashboard/calls${query}`);

  it('carry a chip from the moment of the flag, which says when somebody has seen to it', async () => {
    const made = await givenCall(given);
    const taskId = await openedTask(given, made);
    const rowOf = async () => new RegExp(`id="row-${made.call.id}".*?</tr>`, 's').exec((await listOf()).html)?.[0];
    expect(await rowOf()).toContain('<span class="chip chip-bad">Red flag</span>');
    await claimTask(given.db, taskId, 'chris@clinic.example', Date.now());
    expect(await rowOf()).toContain('<span class="chip chip-warn">Red flag, claimed</span>');
  });

  it('whose flag came with an unfinished intake say so: the task is another call’s', async () => {
    const made = await givenCall(given);
    await endCall(given, made, { record: { redFlags: 1 } });
    expect((await listOf(`?status=completed`)).html).toContain('<span class="chip chip-warn">Earlier red flag</span>');
  });

  it('are found by the filter, which stays while polling and paging', async () => {
    const [plain, marked] = [await givenCall(given), await givenCall(given)];
    await openedTask(given, marked);
    const { html } = await listOf('?status=&flagged=true');
    expect(html).toContain(marked.call.id);
    expect(html).not.toContain(plain.call.id);
    expect(html).toContain('hx-get="/dashboard/fragments/calls?flagged=true"');
    expect(html).toMatch(/<input type="checkbox" name="flagged" value="true" checked/);
    expect((await listOf('?status=voicemail&flagged=true')).html).toContain('No call here has raised a red flag.');
    expect((await listOf('?flagged=yes')).status).toBe(422);
  });
});
