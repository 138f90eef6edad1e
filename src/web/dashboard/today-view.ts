/** What today looks like for one person: only what their role shows them elsewhere is asked for. */
import { boundsOfDay, dayAt } from '../../domain/campaign/local-day.ts';
import { bySteps, type CallFigures, type CallPeriod, figuresOf, HOUR_MS } from '../../domain/stats/call-outcomes.ts';
import { callSums } from '../../store/call-stats.ts';
import { type Call, listCalls } from '../../store/calls.ts';
import { contactSums } from '../../store/campaign-progress.ts';
import { type Campaign, listCampaigns } from '../../store/campaigns.ts';
import type { ContactStatus } from '../../store/contacts.ts';
import { countDeadJobs } from '../../store/jobs.ts';
import { countLiveCalls, listLiveCalls, stuckCalls } from '../../store/live-calls.ts';
import { countRequests } from '../../store/patient-requests.ts';
import { getPatients, type Patient } from '../../store/patients.ts';
import { countUnreviewed, listUnreviewed } from '../../store/reviews.ts';
import { countAlerts, countTasks, listTasks, type Task } from '../../store/tasks.ts';
import type { Ask } from '../route.ts';
import { type ClinicClock, clinicClock } from './clinic-clock.tsx';
import { MOST_ALERTS } from './layout.tsx';
import { type Viewer, viewerOf } from './viewer.ts';

const MOST_SHOWN = 8;

export interface TodayView {
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
  readonly now: number;
  readonly alerts: number;
  /** Null: not for this role. */
  readonly tasks: { readonly shown: readonly Task[]; readonly open: number; readonly overdue: number } | null;
  readonly live: { readonly shown: readonly Call[]; readonly count: number } | null;
  /** Notes nobody has signed, newest first. */
  readonly notes: { readonly shown: readonly Call[]; readonly count: number } | null;
  readonly stuck: readonly string[];
  readonly campaigns: readonly Campaign[];
  readonly sums: ReadonlyMap<string, Readonly<Partial<Record<ContactStatus, number>>>>;
  readonly patients: ReadonlyMap<string, Patient>;
  readonly givenUp: number;
  /** Of patients, about their own data; null: not for this role. `erasures`: those that wait for a second person. */
  readonly requests: { readonly open: number; readonly overdue: number; readonly erasures: number } | null;
  readonly figures: CallFigures;
  /** Of the clinic's day. */
  readonly hours: readonly CallPeriod[];
}

export async function todayView({ db, config, actor, now }: Ask): Promise<TodayView> {
  const viewer = viewerOf(actor);
  const zone = config.clinic.timeZone;
  const day = boundsOfDay(zone, dayAt(zone, now)) ?? { from: now, to: now };
  const [sums, alerts, tasks, live, notes, stuck, campaigns, givenUp, requests] = await Promise.all([
    callSums(db, day),
    countAlerts(db, MOST_ALERTS),
    viewer.seesTasks ? openTasks(db, now) : null,
    viewer.seesCalls ? liveCalls(db, config.keyRing) : null,
    viewer.seesCalls ? unreviewedNotes(db, config.keyRing) : null,
    viewer.seesCalls ? stuckCalls(db, now, MOST_SHOWN) : [],
    viewer.seesCampaigns
      ? listCampaigns(db, { limit: MOST_SHOWN, cursor: null, status: 'running' }).then(({ items }) => items)
      : [],
    viewer.seesWork ? countDeadJobs(db, MOST_ALERTS) : 0,
    viewer.seesRequests ? countRequests(db, now) : null,
  ]);
  const people = [...(tasks?.shown ?? []), ...(live?.shown ?? []), ...(notes?.shown ?? [])].map(
    ({ patientId }) => patientId,
  );
  const [patients, contacts] = await Promise.all([
    getPatients(db, config.keyRing, people),
    contactSums(
      db,
      campaigns.map(({ id }) => id),
    ),
  ]);
  return {
    ...{ viewer, now, alerts, tasks, live, notes, stuck, campaigns, patients, givenUp, requests },
    sums: contacts,
    clock: clinicClock(zone, now),
    figures: figuresOf(sums),
    hours: bySteps(sums, day.from, day.to, HOUR_MS),
  };
}

async function openTasks(db: Ask['db'], now: number) {
  const [{ items: shown }, counts] = await Promise.all([
    listTasks(db, { limit: MOST_SHOWN, cursor: null, status: 'open' }),
    countTasks(db, now),
  ]);
  return { shown, ...counts };
}

/** Those with a red flag first, however old they are. */
async function unreviewedNotes(db: Ask['db'], ring: Ask['config']['keyRing']) {
  const page = { limit: MOST_SHOWN, cursor: null };
  const [flagged, newest, count] = await Promise.all([
    listCalls(db, ring, { ...page, reviewed: false, flagged: true }),
    listUnreviewed(db, ring, page),
    countUnreviewed(db, MOST_ALERTS),
  ]);
  const others = newest.items.filter(({ redFlags }) => redFlags === 0);
  return { shown: [...flagged.items, ...others].slice(0, MOST_SHOWN), count };
}

async function liveCalls(db: Ask['db'], ring: Ask['config']['keyRing']) {
  const [shown, count] = await Promise.all([listLiveCalls(db, ring, MOST_SHOWN), countLiveCalls(db, MOST_ALERTS)]);
  return { shown, count };
}
