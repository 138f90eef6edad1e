/**
 * One turn of a campaign: what is over is settled, what went wrong pauses it, who is due is put to the gate and handed to the dialer.
 * Every step moves rows only from the state it read them in, so that a turn that dies in the middle is simply made again.
 */
import { pauseFor } from '../domain/campaign/campaign-health.ts';
import { afterAttempt } from '../domain/campaign/retry.ts';
import { type Config, configOf, type Env } from '../env.ts';
import { log } from '../log.ts';
import { cancelQueued } from '../store/attempts.ts';
import { campaignHealth } from '../store/campaign-health.ts';
import { type Campaign, changeStatus, getCampaign } from '../store/campaigns.ts';
import {
  dueContacts,
  endContacts,
  endedAttempts,
  finishedByRingingBack,
  moveContacts,
  openContacts,
  workLeft,
} from '../store/contacts.ts';
import { type Database, database } from '../store/database.ts';
import {
  insertDecisions,
  judgeContacts,
  moveErased,
  moveFinished,
  moveOf,
  placeContacts,
} from '../store/place-contacts.ts';
import { isUsNumber } from '../us-number.ts';

/** While something is under way. */
const TURN_MS = 1000;
/** Nothing happens by itself before somebody goes on or a time comes: the look behind the alarm. */
const IDLE_MS = 60_000;
/** While all dialing is stopped: whoever goes on does not wait long to see it. */
const STOPPED_MS = 5000;
/** Attempts made ahead of the dialer: a few seconds of its pace, for each holds its number. */
const AHEAD_SECONDS = 3;
const MOST_AHEAD = 60;
const PAGE = 100;
const LEAST_PAGE = 20;
const MOST_PAGES = 10;

/** When the next turn is due, epoch milliseconds; null: the campaign needs none any more. */
export async function runCampaign(env: Env, id: string, now: number): Promise<number | null> {
  const config = configOf(env);
  const db = database(env);
  const campaign = await getCampaign(db, id);
  if (campaign === null) return null;
  const settled = await settle(db, config, campaign, now);
  if (campaign.status !== 'running') return standStill(env, db, campaign, now);
  if (settled === PAGE) return now;

  const isOver = campaign.endsAt !== null && now >= campaign.endsAt;
  if (isOver && (await endContacts(db, id, 'skipped', 'campaign_ended', now))) return now;
  const left = await workLeft(db, id);
  if (left.nextAt === null && !left.active) {
    await changeStatus(db, campaign, { status: 'completed', endedAt: now });
    log.info('campaign.completed', { campaign_id: id });
    return now;
  }
  const ill = pauseFor(await campaignHealth(db, campaign, now), now);
  if (ill !== null) return pause(db, campaign, ill, now);

  const dialer = env.DIALER.getByName('dialer');
  if (await dialer.isStopped()) return now + STOPPED_MS;
  const halted = await fill(env, db, config, campaign, now);
  if (halted !== null) return pause(db, campaign, halted, now);
  if (left.active || (left.nextAt !== null && left.nextAt <= now)) return now + TURN_MS;
  return Math.min(left.nextAt ?? Number.POSITIVE_INFINITY, now + IDLE_MS);
}

/** Who is due, up to what the dialer can take next. The code of why nobody may be dialled at all, or null. */
async function fill(env: Env, db: Database, config: Config, campaign: Campaign, now: number): Promise<string | null> {
  const dialer = env.DIALER.getByName('dialer');
  const { pacePerSecond, maxLiveCalls } = campaign;
  const { waiting } = await dialer.backlog(campaign.id);
  const ahead = Math.min(MOST_AHEAD, maxLiveCalls, Math.ceil(pacePerSecond * AHEAD_SECONDS));
  let room = ahead - waiting;
  // A page of people who may not be called now makes no room smaller.
  for (let pages = 0; room > 0 && pages < MOST_PAGES; pages += 1) {
    const due = await dueContacts(db, campaign.id, now, Math.max(room, LEAST_PAGE));
    if (due.length === 0) return null;
    const finished = await finishedByRingingBack(db, campaign, due);
    const rows = due.filter(({ id }) => !finished.has(id));
    const { judged, gone } = await judgeContacts(
      db,
      config,
      campaign,
      rows,
      { stopped: false, isValid: isUsNumber },
      now,
    );
    const halt = judged.find(({ after }) => after.kind === 'halt');
    if (halt?.after.kind === 'halt') return halt.after.code;
    const others = judged.filter(({ after }) => after.kind !== 'dial');
    await insertDecisions(db, campaign, others, now);
    const moves = [
      ...others.map(({ contact, after }) => moveOf(contact, after)),
      ...gone.map(moveErased),
      ...due.filter(({ id }) => finished.has(id)).map(moveFinished),
    ];
    if (moves.length > 0) await moveContacts(db, 'ready', moves, now);
    const dialable = judged.filter(({ after }) => after.kind === 'dial').slice(0, room);
    const placed = await placeContacts(db, config, campaign, dialable, now);
    if (placed.length > 0) await dialer.enqueueMany(campaign.id, placed, { pacePerSecond, maxLiveCalls });
    room -= placed.length;
    // Somebody else's attempt stands in the way of those: they are looked at again next time.
    if (placed.length < dialable.length) return null;
  }
  return null;
}

/** How many contacts were settled: their attempt is over, and the rules of the campaign say what follows. */
async function settle(db: Database, config: Config, campaign: Campaign, now: number): Promise<number> {
  const ended = await endedAttempts(db, campaign.id, PAGE);
  if (ended.length === 0) return 0;
  const open = new Map(
    (
      await openContacts(
        config.keyRing,
        ended.map(({ contact }) => contact),
      )
    ).map((contact) => [contact.id, contact]),
  );
  const moves = ended.map(({ contact, attemptStatus, dialedAt, answeredAt, status, error, sameOutcome }) => {
    const rang = dialedAt !== null;
    const next = afterAttempt({
      ...{ status, error, rang, answered: answeredAt !== null, rings: contact.rings + (rang ? 1 : 0), sameOutcome },
      ...{ policy: campaign.retry, endsAt: campaign.endsAt, callingHours: config.dialing.callingHours, at: now },
      // The gate knows the rest of where they are; this only saves asking it in vain.
      place: { areaCode: open.get(contact.id)?.phoneNumber.slice(2, 5) ?? '', state: null, zone: null },
    });
    const outcome = attemptStatus === 'blocked' ? null : status;
    const common = { id: contact.id, lastCallId: contact.lastCallId, outcome, rang };
    if (campaign.status === 'canceled')
      return { ...common, status: 'canceled' as const, code: 'canceled', nextAt: now };
    return next.kind === 'retry'
      ? { ...common, status: 'ready' as const, code: null, nextAt: next.at }
      : { ...common, status: 'done' as const, code: next.code, nextAt: contact.nextAt };
  });
  await moveContacts(db, 'active', moves, now);
  return ended.length;
}

/** Paused or over: what the dialer holds and has not taken goes back, what lives is left to its end. */
async function standStill(env: Env, db: Database, campaign: Campaign, now: number): Promise<number | null> {
  const dialer = env.DIALER.getByName('dialer');
  await dialer.setLimits(campaign.id, null);
  const dropped = await dialer.dropWaiting(campaign.id);
  await cancelQueued(db, dropped, campaign.status === 'canceled' ? 'canceled' : 'ready', now);
  const isCanceled = campaign.status === 'canceled';
  if (isCanceled && (await endContacts(db, campaign.id, 'canceled', 'canceled', now))) return now;
  const { active } = await workLeft(db, campaign.id);
  return active ? now + TURN_MS : null;
}

async function pause(db: Database, campaign: Campaign, reason: string, now: number): Promise<number> {
  await changeStatus(db, campaign, { status: 'paused', statusReason: reason });
  log.error('campaign.paused', { campaign_id: campaign.id, code: reason });
  return now;
}
