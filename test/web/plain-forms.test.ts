/** Whatever a page can do, it can do where no script runs: behind every request of htmx that changes something stands a form that posts. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { routes } from '../../src/web/routes.ts';
import { addLines } from '../support/given-audit.ts';
import { givenWorld, type World } from './contract-world.ts';
import { unlimited } from './every-route.ts';
import { ORIGIN } from './given-app.ts';

let world: World;
beforeEach(async () => {
  world = await givenWorld();
  Object.assign(world.given.env, unlimited());
});
afterEach(() => vi.restoreAllMocks());

/** Where the form posts to another address than the script, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  // The script replaces the report alone, the form the whole page.
  '/dashboard/fragments/doctor': '/dashboard/settings/doctor',
};

interface Request {
  readonly to: string;
  /** Where the form goes that it stands in; null: a press without a script does nothing. */
  readonly plain: string | null;
}
/** Requests that change something, and the addresses of all forms that post. */
async function readForms(html: string): Promise<{ requests: Request[]; forms: string[] }> {
  const requests: Request[] = [];
  const forms: string[] = [];
  let form: { readonly method: string | null; readonly action: string | null } | null = null;
  await new HTMLRewriter()
    .on('form', {
      element(element) {
        form = { method: element.getAttribute('method'), action: element.getAttribute('action') };
        if (form.method === 'post' && form.action !== null) forms.push(form.action);
        element.onEndTag(() => {
          form = null;
        });
      },
    })
    .on('[hx-post], [hx-put], [hx-delete], [hx-patch]', {
      element(element) {
        const [to = ''] = ['post', 'put', 'delete', 'patch'].flatMap(
          (verb) => element.getAttribute(`hx-${verb}`) ?? [],
        );
        const sends = element.tagName === 'form' || element.getAttribute('type') === 'submit';
        const action = element.getAttribute('formaction') ?? form?.action ?? null;
        requests.push({ to, plain: sends && form?.method === 'post' ? action : null });
      },
    })
    .transform(new Response(html))
    .arrayBuffer();
  return { requests, forms };
}
const open = async (path: string) => {
  const response = await world.given.request(path);
  expect([path, response.status]).toEqual([path, 200]);
  return response.text();
};
const press = (path: string, fields: Readonly<Record<string, string>> = {}) =>
  world.given.request(path, {
    ...{ method: 'POST', body: new URLSearchParams(fields).toString(), redirect: 'manual' },
    headers: { Origin: ORIGIN, 'Content-Type': 'application/x-www-form-urlencoded' },
  });

/** Pages as they stand when there is something to do on each. */
async function everyPage(): Promise<string[]> {
  const callOf = async (made: Promise<Readonly<Record<string, string>>>) =>
    `/dashboard/calls/${(await made)['call_id']}`;
  const campaignOf = async (made: Promise<Readonly<Record<string, string>>>) =>
    `/dashboard/campaigns/${(await made)['campaign_id']}`;
  const ready = await world.campaign();
  await world.preflight(ready['campaign_id'] ?? '');
  const approved = `/dashboard/questionnaires/${(await world.approved())['questionnaire_id']}`;
  const questionnaire = `/dashboard/questionnaires/${(await world.questionnaire())['questionnaire_id']}`;
  const rightsOf = async (made: Promise<Readonly<Record<string, string>>>) =>
    `/dashboard/patients/${(await made)['patient_id']}/rights`;
  const patient = `/dashboard/patients/${(await world.patientOfCall())['patient_id']}`;
  await world.task();
  await world.deadJob();
  await world.delivery();
  await world.suppression();
  await world.alert();
  await world.staff();
  await world.emergency();
  await world.transcription(false);
  await addLines({ at: Date.parse('2026-11-04T12:00:00Z') });
  const paths = [
    ...['today', 'tasks', 'calls', 'jobs', 'deliveries', 'alerts', 'suppressions', 'transcriptions', 'new-call'],
    ...['patients', 'patients/new', 'patients/import', 'campaigns', 'campaigns/new', 'exports', 'new-questionnaire'],
    ...['settings/staff', 'settings/doctor', 'settings/emergency', 'audit', 'audit/reviews/2026-11-02'],
    ...['dialing', 'fragments/dialing'],
  ].map((name) => `/dashboard/${name}`);
  return [
    ...paths,
    await callOf(world.liveCall()),
    await callOf(world.call()),
    await callOf(world.calmCall()),
    await callOf(world.failedRecording()),
    await callOf(world.recordedCall()),
    await campaignOf(world.campaign()),
    `/dashboard/campaigns/${ready['campaign_id']}`,
    ...(await Promise.all(
      (['running', 'paused', 'completed'] as const).map((status) => campaignOf(world.campaign({ status }))),
    )),
    ...[approved, questionnaire, `${questionnaire}/edit`, `${questionnaire}/try`],
    ...[await rightsOf(world.hold()), await rightsOf(world.request())],
    ...[patient, `${patient}/edit`, `${patient}/rights`, `${patient}/erase`],
  ];
}

/** Forms that none of the pages above shows, and when one does. */
const SHOWN_OTHERWISE: Readonly<Record<string, string>> = {
  '/dashboard/fragments/doctor': 'only a script asks for the report alone',
  '/dashboard/patients/:patient_id/calls/:call_id/hangup': 'to whoever does not see the page of a call',
  '/dashboard/patients/:patient_id/rights/requests/:patient_request_id/approve':
    'while an erasure waits for a second person',
  '/dashboard/patients/:patient_id/rights/requests/:patient_request_id/refuse':
    'while an erasure waits for a second person',
  '/dashboard/deliveries/retry': 'once something was given up',
  '/dashboard/settings/emergency': 'to whoever may not see everything already',
  '/dashboard/settings/emergency/end': 'to whoever has such an access now',
};

describe('every press of a page', () => {
  it('is a form too, to the same address or to one named here, and every form is on a page', {
    timeout: 60_000,
  }, async () => {
    const paths = await everyPage();
    await press('/dashboard/dialing/stop');
    const requests = new Map<string, Request>();
    const forms = new Set<string>();
    for (const path of paths) {
      const read = await readForms(await open(path));
      for (const request of read.requests) requests.set(request.to, request);
      for (const form of read.forms) forms.add(form);
    }
    expect(requests.size).toBeGreaterThan(30);
    expect([...requests.values()].filter(({ to, plain }) => plain !== (ELSEWHERE[to] ?? to))).toEqual([]);
    const isShown = (path: string) => {
      const address = new RegExp(`^${path.replaceAll(/:[a-z_]+/g, '[^/]+')}(\\?|$)`);
      return [...forms].some((form) => address.test(form));
    };
    const posted = routes.flatMap(({ method, path }) =>
      method === 'POST' && path.startsWith('/dashboard/') && !isShown(path) ? [path] : [],
    );
    expect(posted.toSorted()).toEqual(Object.keys(SHOWN_OTHERWISE).toSorted());
  });
});

describe('without a script', () => {
  const said = async (response: Response) => {
    const html = await response.text();
    expect(html).toContain('<!DOCTYPE html>');
    return { status: response.status, html };
  };
  const SURE = { sure: 'yes' };

  it('what cannot be undone asks first, and does nothing until it is answered', async () => {
    const { call_id } = await world.liveCall();
    const requestHangup = vi.fn(async () => 'accepted' as const);
    Object.assign(world.given.env, {
      INTAKE_SESSION: {
        getByName: () => ({ requestHangup, liveView: async () => null, hasStarted: async () => true }),
      },
    });
    const path = `/dashboard/calls/${call_id}/hangup`;
    const asked = await said(await press(path));
    expect(asked.status).toBe(409);
    for (const part of ['Hang up this call now?', `action="${path}"`, 'name="sure" value="yes"', 'Leave it as it is'])
      expect(asked.html).toContain(part);
    expect(requestHangup).not.toHaveBeenCalled();
    const done = await said(await press(path, SURE));
    expect([done.status, done.html.includes('The call is being hung up.')]).toEqual([200, true]);
    expect(requestHangup).toHaveBeenCalledOnce();
  });

  it.each(['tasks', 'today'])('a task is claimed and done on the page of %s', async (name) => {
    const { task_id } = await world.task();
    const claimed = await said(
      await press(`/dashboard/${name}/tasks/${task_id}/claim`.replace('tasks/tasks', 'tasks')),
    );
    expect([claimed.status, claimed.html.includes('is yours now.')]).toEqual([200, true]);
    const done = `/dashboard/${name}/tasks/${task_id}/done`.replace('tasks/tasks', 'tasks');
    expect((await said(await press(done))).html).toContain('as done? It then leaves everybody’s list.');
    expect((await said(await press(done, SURE))).html).toContain('is done.');
    expect((await said(await press(done, SURE))).status).toBe(409);
  });

  it('a campaign is paused and goes on, and a refused start is said on its page', async () => {
    const { campaign_id } = await world.campaign({ status: 'running' });
    const path = `/dashboard/campaigns/${campaign_id}`;
    expect((await said(await press(`${path}/pause`))).html).toContain('Nobody new is called from this moment');
    const paused = await said(await press(`${path}/pause`, SURE));
    expect([paused.status, paused.html.includes('is paused. Calls under way go on')]).toEqual([200, true]);
    expect((await said(await press(`${path}/resume`, SURE))).html).toContain('goes on.');
    const draft = await world.campaign();
    const { preflight_id } = await world.preflight(draft['campaign_id'] ?? '');
    const start = `/dashboard/campaigns/${draft['campaign_id']}/start`;
    const refused = await said(await press(start, { name: 'Another', preflight_id }));
    expect([refused.status, refused.html.includes('id="problem-start"')]).toEqual([409, true]);
    expect(refused.html).toContain('value="Another"');
  });

  it('work that was given up is tried again, or put away', async () => {
    const { job_id } = await world.deadJob();
    expect((await said(await press(`/dashboard/jobs/${job_id}/dismiss`))).html).toContain(
      'Put this away without doing it?',
    );
    expect((await said(await press(`/dashboard/jobs/${job_id}/dismiss`, SURE))).html).toContain('was put away.');
    const again = await world.deadJob();
    expect((await said(await press(`/dashboard/jobs/${again['job_id']}/retry`))).html).toContain(
      'is being tried again.',
    );
  });

  it('a recording is fetched again, and written down', async () => {
    const failed = await world.failedRecording();
    const fetched = await said(await press(`/dashboard/calls/${failed['call_id']}/recording/retry`));
    expect([fetched.status, fetched.html.includes('The recording is being fetched again.')]).toEqual([200, true]);
    const { call_id } = await world.recordedCall();
    const written = await said(await press(`/dashboard/calls/${call_id}/transcripts/retry`));
    expect(written.html).toContain('The recording is being written down.');
  });

  it('dialing goes on again, from any page', async () => {
    await press('/dashboard/dialing/stop');
    expect(await open('/dashboard/today')).toMatch(
      /<noscript><div[^>]*><form[^>]* action="\/dashboard\/dialing\/resume"/,
    );
    expect((await said(await press('/dashboard/dialing/resume'))).html).toContain('Go on dialing?');
    expect((await said(await press('/dashboard/dialing/resume', SURE))).html).toContain('Dialing goes on.');
  });
});
