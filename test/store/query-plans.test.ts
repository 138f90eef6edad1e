/** No list and no check may read or sort more rows than it returns: each query's plan is asked of the database itself. */
import { expect, it } from 'vitest';
import { AT_THE_BEGINNING } from '../../src/domain/delivery/earlier-notes.ts';
import { listAlerts, untoldAlerts } from '../../src/store/alerts.ts';
import { endUnknown, waitingAttempts } from '../../src/store/attempts.ts';
import { listCalls, overdueCalls } from '../../src/store/calls.ts';
import { averagesOf } from '../../src/store/campaign-averages.ts';
import { campaignHealth } from '../../src/store/campaign-health.ts';
import { readPage } from '../../src/store/campaign-results.ts';
import { consentsOnFile } from '../../src/store/consents.ts';
import { countByCampaign, dueContacts, endContacts, redialContacts, workLeft } from '../../src/store/contacts.ts';
import { database } from '../../src/store/database.ts';
import { beginDelivery, type Delivery, isSuperseded, releaseLater } from '../../src/store/deliveries.ts';
import { deadDeliveries, listDeliveries, sinkState } from '../../src/store/delivery-list.ts';
import { disclosuresOf } from '../../src/store/disclosures.ts';
import { earlierJobs, earlierPage } from '../../src/store/earlier-notes.ts';
import { callsOfPatient, recentInboundCalls } from '../../src/store/erasure.ts';
import { listPatients } from '../../src/store/find-patients.ts';
import { holdsOf, standingHold } from '../../src/store/holds.ts';
import { listRejected } from '../../src/store/import-rows.ts';
import { importsToForget, statusesOf } from '../../src/store/imports.ts';
import { countDeadJobs, dueJobs, forgetDone, jobsOfCall, listJobs } from '../../src/store/jobs.ts';
import { countLiveCalls, listLiveCalls, stuckCalls } from '../../src/store/live-calls.ts';
import { listNotes, listWholeNotes } from '../../src/store/notes.ts';
import {
  countRequests,
  listRequests,
  openErasureOf,
  openRequestsOf,
  requestsOf,
} from '../../src/store/patient-requests.ts';
import type { Patient } from '../../src/store/patients.ts';
import { reassignedAnswers } from '../../src/store/reassigned-numbers.ts';
import { recentDials, silentDials, unansweredDials } from '../../src/store/recent-dials.ts';
import { countHeldBack, oldestOf, overdueAudio, purgePage } from '../../src/store/retention.ts';
import { countUnreviewed, listUnreviewed, reviewsOfCall } from '../../src/store/reviews.ts';
import { parseKeyRing } from '../../src/store/seal.ts';
import { listSuppressions, suppressionsOf } from '../../src/store/suppression-list.ts';
import { isSuppressed, suppressedOf } from '../../src/store/suppressions.ts';
import { dueAlerts, listTasks } from '../../src/store/tasks.ts';
import { findSame, listTranscriptions, transcriptionsBefore } from '../../src/store/transcriptions.ts';
import { unfinishedIntake } from '../../src/store/unfinished-intakes.ts';
import { config, testEnv } from '../support/worker-env.ts';

const ring = { ...config.keyRing, ...parseKeyRing(`b:${btoa('b'.repeat(32))},a:${btoa('a'.repeat(32))}`)! };
const cursor = null;
const limit = 25;
const ANY = { status: null, sink: null, callId: null };
const DELIVERY = { id: 'dlv_1', callId: 'call_1', sink: 'backend', noteVersion: 2, part: 'note' } as Delivery;
const EARLIER = { sink: 'backend', from: 1_700_000_000_000, to: 1_800_000_000_000 } as const;
const KEY = new Uint8Array(32);
const REQUESTS = { limit, cursor: { at: 1, id: 'req_1' }, kind: null, dueBefore: null };
const HELD_NOWHERE = { now: Date.now(), except: 'call_2', callSoFar: async () => null };

it.each<[string, (db: ReturnType<typeof database>) => Promise<unknown>]>([
  ['the newest calls', (db) => listCalls(db, ring, { limit, cursor })],
  ['calls of one status', (db) => listCalls(db, ring, { limit, cursor, status: 'completed' })],
  [
    'calls of one version',
    (db) => listCalls(db, ring, { limit, cursor: { at: 1, id: 'c' }, version: 'adult-intake:2' }),
  ],
  ['calls of one version and status', (db) => listCalls(db, ring, { limit, cursor, version: 'a:2', status: 'failed' })],
  ['calls of one patient', (db) => listCalls(db, ring, { limit, cursor, patientId: 'pat_1' })],
  [
    'calls of a span of time',
    (db) => listCalls(db, ring, { limit, cursor, from: 1_700_000_000_000, to: 1_800_000_000_000 }),
  ],
  ['the next page of calls', (db) => listCalls(db, ring, { limit, cursor: { at: 1, id: 'call_2' } })],
  ['flagged calls', (db) => listCalls(db, ring, { limit, cursor, flagged: true })],
  ['calls still to be reviewed', (db) => listUnreviewed(db, ring, { limit, cursor: { at: 1, id: 'call_2' } })],
  ['how many there are', (db) => countUnreviewed(db, limit)],
  ['reviewed calls of one status', (db) => listCalls(db, ring, { limit, cursor, status: 'partial', reviewed: true })],
  ['notes', (db) => listNotes(db, { limit, cursor: { at: 1, id: 'call_2' } })],
  ['notes still to be reviewed', (db) => listNotes(db, { limit, cursor, reviewed: false, from: 1 })],
  ['notes with what was said', (db) => listWholeNotes(db, ring, { limit, cursor: { at: 1, id: 'call_2' } })],
  [
    'notes with what was said of a span of time',
    (db) => listWholeNotes(db, ring, { limit, cursor: { at: 1, id: 'call_2' }, from: 1, to: 2 }),
  ],
  [
    'notes with what was said to be reviewed',
    (db) => listWholeNotes(db, ring, { limit, cursor: { at: 1, id: 'call_2' }, reviewed: false, from: 1 }),
  ],
  [
    'notes with what one patient said',
    (db) => listWholeNotes(db, ring, { limit, cursor: { at: 1, id: 'call_2' }, patientId: 'pat_1', reviewed: true }),
  ],
  ['how far the people of a page of campaigns are', (db) => countByCampaign(db, ['cmp_1', 'cmp_2'])],
  ['what was signed of a note', (db) => reviewsOfCall(db, ring, 'call_1')],
  ['alerts of a span of time', (db) => listAlerts(db, { limit, cursor: { at: 1, id: 'alr_1' }, from: 1, to: 2 })],
  ['alerts nobody was told of', (db) => untoldAlerts(db, Date.now(), limit)],
  ['dials that were never answered', (db) => unansweredDials(db, 1_700_000_000_000)],
  ['open tasks', (db) => listTasks(db, { limit, cursor, status: 'open' })],
  ['the next page of open tasks', (db) => listTasks(db, { limit, cursor: { at: 1, id: 'task_2' }, status: 'open' })],
  ['alerts that are due', (db) => dueAlerts(db, Date.now(), limit)],
  ['the unfinished intake of a patient', (db) => unfinishedIntake(db, ring, { id: 'pat_1' } as Patient, HELD_NOWHERE)],
  ['the newest patients', (db) => listPatients(db, ring, { limit, cursor })],
  [
    'patients of a family name, further on',
    // Under one key; while two are in use, those of the name are sorted.
    (db) => listPatients(db, config.keyRing, { limit, cursor: 'pat_2', familyName: 'Diaz' }),
  ],
  [
    'patients who came onto file in a span of time',
    (db) => listPatients(db, ring, { limit, cursor, from: 1_700_000_000_000, to: 1_800_000_000_000 }),
  ],
  ['whether a number is suppressed', (db) => isSuppressed(db, ring, '+12025550143')],
  ['which numbers of a page are suppressed', (db) => suppressedOf(db, ring, ['+12025550143', '+12025550144'])],
  ['the newest numbers of the do-not-call list', (db) => listSuppressions(db, ring, { limit, cursor, active: true })],
  ['numbers that were lifted', (db) => listSuppressions(db, ring, { limit, cursor: 'sup_2', active: false })],
  ['what stands of one number', (db) => suppressionsOf(db, ring, '+12025550143', limit)],
  ['answers about reassigned numbers', (db) => reassignedAnswers(db, ring, ['+12025550143'])],
  [
    'the consents of a page of patients',
    (db) => consentsOnFile(db, ring, [{ patientId: 'pat_1', phoneNumber: '+12025550143' }]),
  ],
  ['the newest transcriptions', (db) => listTranscriptions(db, ring, { limit, cursor, status: null })],
  ['transcriptions of one status', (db) => listTranscriptions(db, ring, { limit, cursor, status: 'failed' })],
  [
    'the next page of transcriptions',
    (db) => listTranscriptions(db, ring, { limit, cursor: { at: 1, id: 'trn_2' }, status: 'done' }),
  ],
  ['the same audio again', (db) => findSame(db, { createdBy: 'staff_1', sha256: 'a', language: null }, 1)],
  ['transcriptions whose time is over', (db) => transcriptionsBefore(db, 1, limit)],
  ['dials that nothing was heard of', (db) => silentDials(db, { since: 1, until: Date.now(), limit })],
  ['the dials of the last day', (db) => recentDials(db, 1_700_000_000_000)],
  ['the newest deliveries', (db) => listDeliveries(db, { ...ANY, limit, cursor })],
  ['deliveries of one status', (db) => listDeliveries(db, { ...ANY, limit, cursor, status: 'dead' })],
  ['the next page of deliveries', (db) => listDeliveries(db, { ...ANY, limit, cursor: { at: 1, id: 'dlv_2' } })],
  ['deliveries that failed', (db) => deadDeliveries(db, null, limit)],
  ['how a system is doing', (db) => sinkState(db, 'backend', limit)],
  ['earlier notes of a span of time', (db) => earlierPage(db, EARLIER, AT_THE_BEGINNING, limit)],
  ['what was asked of earlier notes', (db) => earlierJobs(db, limit)],
  ['the beginning of a try', (db) => beginDelivery(db, DELIVERY, true)],
  ['a later version that was sent', (db) => isSuperseded(db, DELIVERY)],
  ['later versions that wait', (db) => releaseLater(db, DELIVERY, Date.now())],
  ['attempts that wait', (db) => waitingAttempts(db, Date.now(), limit)],
  ['work that is due', async (db) => dueJobs(db, Date.now(), limit)],
  ['work that waits', (db) => listJobs(db, { limit, cursor, status: 'waiting' })],
  ['the next page of what waits', (db) => listJobs(db, { limit, cursor: { at: 1, id: 'job_2' }, status: 'waiting' })],
  ['work that was given up', (db) => listJobs(db, { limit, cursor, status: 'dead' })],
  [
    'the next page of what was given up',
    (db) => listJobs(db, { limit, cursor: { at: 9, id: 'job_2' }, status: 'dead' }),
  ],
  ['work that was given up, to be counted', (db) => countDeadJobs(db, limit)],
  ['work that was done', (db) => listJobs(db, { limit, cursor, status: 'done' })],
  ['work that is forgotten', async (db) => forgetDone(db, Date.now(), limit)],
  ['the work of a call', (db) => jobsOfCall(db, 'call_1')],
  ['the calls of a patient who is erased', (db) => callsOfPatient(db, 'pat_1', 'call_2', limit)],
  ['a page of results', async (db) => readPage(db, 'cmp_1', { withAnswers: true }, 0)],
  [
    'a page of results of one outcome',
    async (db) => readPage(db, 'cmp_1', { withAnswers: false, status: 'done', outcome: 'busy' }, 100),
  ],
  ['how a campaign is doing', (db) => campaignHealth(db, { id: 'cmp_1', resumedAt: null }, Date.now()).catch(() => {})],
  ['what is left of a campaign', (db) => workLeft(db, 'cmp_1')],
  ['the next of a campaign', (db) => dueContacts(db, 'cmp_1', Date.now(), limit)],
  ['those who wait in a campaign that is canceled', (db) => endContacts(db, 'cmp_1', 'canceled', 'canceled', 1)],
  ['the unreached of a campaign', (db) => redialContacts(db, 'cmp_1', 1)],
  ['what calls of a questionnaire took', (db) => averagesOf(db, 'adult-intake')],
  ['the inbound calls of the last day', (db) => recentInboundCalls(db, Date.now(), 'call_2', limit)],
  ['the refused rows of a list', (db) => listRejected(db, 'imp_1', { after: 500, limit })],
  ['lists whose rows are kept no longer', (db) => importsToForget(db, Date.now(), limit)],
  ['the lists of files', (db) => statusesOf(db, ['imp_1', 'imp_2'])],
  ['a hold that stands', (db) => standingHold(db, 'pat_1')],
  ['the holds of a patient', (db) => holdsOf(db, KEY, 'pat_1')],
  ['the disclosures of a patient', (db) => disclosuresOf(db, KEY, 'pat_1', { limit, cursor: { at: 1, id: 'dsc_1' } })],
  ['the requests of a patient', (db) => requestsOf(db, KEY, 'pat_1')],
  ['an erasure that waits', (db) => openErasureOf(db, 'pat_1')],
  ['what a patient still waits for', (db) => openRequestsOf(db, 'pat_1')],
  ['open requests', (db) => listRequests(db, { ...REQUESTS, status: 'open' })],
  [
    'overdue requests of a kind',
    (db) => listRequests(db, { ...REQUESTS, status: 'open', kind: 'access', dueBefore: 9 }),
  ],
  ['answered requests', (db) => listRequests(db, { ...REQUESTS, status: 'done' })],
  ['how many requests are open', (db) => countRequests(db, Date.now())],
  ['audio that nobody has signed for', (db) => overdueAudio(db, Date.now(), limit).catch(() => {})],
  ['the consents that are kept no longer', (db) => purgePage(db, 'consents', Date.now(), limit)],
  ['the consent that goes next', (db) => oldestOf(db, 'consents')],
  ['the evidence that is kept no longer', (db) => purgePage(db, 'dial_evidence', Date.now(), limit)],
  ['the evidence that goes next', (db) => oldestOf(db, 'dial_evidence')],
  ['calls that should be over', async (db) => overdueCalls(db, Date.now(), limit)],
  ['the calls of this moment', (db) => listLiveCalls(db, ring, limit)],
  ['how many calls there are at this moment', (db) => countLiveCalls(db, limit)],
  ['calls that are stuck', (db) => stuckCalls(db, Date.now(), limit)],
  ['dials nobody knows of', async (db) => endUnknown(db, Date.now(), Date.now())],
  ['the audio that goes next', (db) => oldestOf(db, 'call_audio')],
  ['the audio that a hold keeps', (db) => countHeldBack(db, 'call_audio', Date.now()).catch(() => {})],
  ['the calls that a hold keeps', (db) => countHeldBack(db, 'call_records', Date.now()).catch(() => {})],
  ['the calls that are kept no longer', (db) => purgePage(db, 'call_records', Date.now(), limit)],
])('%s are found by index, without a scan or a sort (S1-Q3)', async (_name, query) => {
  const plans: string[] = [];
  const DB = {
    prepare: (sql: string) => ({
      bind: (...params: unknown[]) => {
        const explained = testEnv.DB.prepare(`explain query plan ${sql}`).bind(...params);
        const read = async () => {
          const { results } = await explained.all<{ detail: string }>();
          plans.push(...results.map(({ detail }) => detail));
          return { results: [], meta: { changes: 0 } };
        };
        return { all: read, run: read, raw: async () => (await read()).results };
      },
    }),
    batch: (statements: readonly { all: () => Promise<unknown> }[]) => Promise.all(statements.map((one) => one.all())),
  } as unknown as D1Database;
  await query(database({ DB }));
  expect(plans.length).toBeGreaterThan(0);
  expect(plans.filter((plan) => /TEMP B-TREE/.test(plan))).toEqual([]);
  // A list in order of its ids walks the primary key, which of some is the table itself; json_each walks what was given, and `page` is one.
  const may = /USING (COVERING )?INDEX|VIRTUAL TABLE|^SCAN page$|^SCAN (jobs|dial_decisions)$/;
  expect(plans.filter((plan) => /^SCAN/.test(plan) && !may.test(plan))).toEqual([]);
});
