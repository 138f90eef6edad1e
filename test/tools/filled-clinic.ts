/** A clinic with something on every page: patients who were rung, one with a red flag, a campaign, a number not to be called. */
import { setTimeout as pause } from 'node:timers/promises';
import { crowd } from '../../src/simulator/crowd.ts';
import { fullRecorded, fullUnrecorded } from '../../src/simulator/interview-personas.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { personas } from '../../src/simulator/personas.ts';
import { declines, voicemail } from '../../src/simulator/refusing-personas.ts';
import * as desk from './campaign-desk.ts';
import { insist, placeCall, registerPatient } from './front-desk.ts';
import { giveRoles, type LocalStack } from './local-stack.ts';

const CAMPAIGN_PHONES = [
  '+12515550171',
  '+14025550172',
  '+16085550173',
  '+13075550174',
  '+12075550175',
  '+15035550176',
];
export const campaignPeople = crowd(1, CAMPAIGN_PHONES, [fullRecorded, fullUnrecorded, declines, voicemail]);
const RUNG = ['full-recorded', 'red-flag', 'voicemail', 'declines', 'no-answer'];
const OVER = /^(completed|partial|declined|voicemail|no_answer|busy|failed|canceled|opted_out|wrong_person)$/;
const POLL_MS = 300;

export interface FilledClinic {
  readonly patientId: string;
  /** Complete, with its recording. */
  readonly callId: string;
  readonly flaggedCallId: string;
  readonly campaignId: string;
  /** Of the audio of `callId`, uploaded by hand. */
  readonly transcriptionId: string;
}

/** Rings everybody and waits until all is over. Rows of the campaign's list that are no numbers, and one twice, are refused. */
export async function fillClinic(stack: LocalStack): Promise<FilledClinic> {
  await stack.worker.ready();
  await giveRoles(stack);
  const campaign = runCampaign(stack);
  // It fails the wait below.
  campaign.catch(() => undefined);
  const rung = await Promise.all(
    personas
      .filter(({ id }) => RUNG.includes(id))
      .map(async (persona) => [persona.id, await ring(stack, persona)] as const),
  );
  const calls = new Map(rung);
  const one = (id: string) => {
    const made = calls.get(id);
    if (made === undefined) throw new Error(`nobody rang ${id}`);
    return made;
  };
  await desk.suppress(stack, '+12025550188');
  const { patientId, callId } = one('full-recorded');
  await askForData(stack, patientId);
  return {
    ...{ patientId, callId, flaggedCallId: one('red-flag').callId },
    transcriptionId: await transcribe(stack, callId),
    campaignId: await campaign,
  };
}

async function transcribe(stack: LocalStack, callId: string): Promise<string> {
  const { body } = await stack.bytes(`/api/calls/${callId}/recording`);
  const form = new FormData();
  form.set('file', new File([new Uint8Array(body)], 'dictation.mp3', { type: 'audio/mpeg' }));
  const made = (await stack.api('POST', '/api/transcriptions', form)).body as Record<string, unknown>;
  const id = String(made['transcription_id']);
  while ((await insist(stack, 'GET', `/api/transcriptions/${id}`))['status'] !== 'done') await pause(POLL_MS);
  return id;
}

/** Something on the page of a patient's own data: a request, a hold, a disclosure. */
async function askForData(stack: LocalStack, patientId: string): Promise<void> {
  const of = (what: string, body: unknown) => stack.api('POST', `/api/patients/${patientId}/${what}`, body);
  const received = new Date(Date.now() - 40 * 24 * 3_600_000).toISOString();
  await of('requests', { kind: 'access', received_at: received, details: 'A copy on paper, to the address on file' });
  await of('requests', { kind: 'amendment', details: 'It is the other knee' });
  await of('holds', { reason: 'litigation', text: 'Letter of Nov 3' });
  await of('disclosures', { purpose: 'public_health', what: 'note', to: 'County health department' });
}

async function ring(stack: LocalStack, persona: Persona): Promise<{ patientId: string; callId: string }> {
  const patientId = await registerPatient(stack, persona);
  const callId = await placeCall(stack, persona, patientId);
  for (;;) {
    const { status, recording } = await insist(stack, 'GET', `/api/calls/${callId}`);
    const isStored = (recording as { status: string }).status !== 'pending';
    if (OVER.test(String(status)) && isStored) return { patientId, callId };
    await pause(POLL_MS);
  }
}

async function runCampaign(stack: LocalStack): Promise<string> {
  const campaignId = await desk.createCampaign(stack, {
    name: 'Before the visit',
    people: [...campaignPeople, campaignPeople[0] as Persona],
    ...{ pacePerSecond: 2, maxLiveCalls: 4, retry: { budget: 1, rules: {} } },
  });
  await desk.testCampaign(stack, campaignId);
  const { preflight_id: receipt } = await desk.preflight(stack, campaignId);
  await desk.startCampaign(stack, campaignId, receipt);
  while ((await desk.readCampaign(stack, campaignId)).status === 'running') await pause(POLL_MS);
  return campaignId;
}
