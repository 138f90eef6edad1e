/**
 * What a database that was set back lacks is written into it again (HS-12, T23): the audit, the do-not-call list, who was dialled. What
 * cannot be known is held back for a person: patients whose consent may have changed or who were put under a legal hold, campaigns that ran. Whoever was erased meanwhile is
 * erased again. A bounded piece of it each minute: how far it is the Dialer keeps, so that neither a turn that is cut off nor a database
 * that is set back once more loses anything. Each piece done twice is as done once. Only after the last of them is anybody dialled.
 */

import { lostSince } from '../domain/campaign/database-marks.ts';
import { afterPiece, type ReplayPiece, type ReplayStage } from '../domain/campaign/replay-stages.ts';
import { configOf, type Env } from '../env.ts';
import { log } from '../log.ts';
import { type Database, database } from '../store/database.ts';
import { readMarks } from '../store/database-marks.ts';
import type { PatientKeys } from '../store/patient-keys.ts';
import {
  type AuditPlace,
  holdChangedPatients,
  holdUnknownEndings,
  type KnownDial,
  lastLineBefore,
  pauseCampaigns,
  replayDials,
} from '../store/replay.ts';
import { replayHolds } from '../store/replay-holds.ts';
import { replayLifted, replaySuppressions } from '../store/replay-suppressions.ts';
import { noteSign, readSign } from '../store/signs.ts';
import { readJournalPage, type SuppressionRow } from '../store/suppression-journal.ts';
import { fillEmptyVault } from './copy-vault.ts';
import { eraseReturned } from './sweep-storage.ts';

/** Requests to other services in one turn; the platform allows some thousand, and the other sweeps need theirs. */
const BUDGET = 400;
/** No piece is begun after so long: the next turn comes each minute. */
const TURN_MS = 40_000;
const AUDIT_LINES = 5000;
const DIALS = 200;
const HELD_LINES = 5000;
const LEGAL_HOLDS = 50;
const ERASED = 50;
/** A row for each turn, and this much for its own book-keeping. */
const OWN_COST = 2;
/** Telnyx ends any call after four hours: so long before that time begun, one may have ended after it. */
const LONGEST_CALL_MS = 4 * 3_600_000;
/** The clock of whoever wrote last may have been behind a little. */
const MARGIN_MS = 60_000;

interface Turn {
  readonly env: Env;
  readonly db: Database;
  readonly keyRing: PatientKeys;
  /** From when on something may be missing. */
  readonly from: number;
  readonly now: number;
}
interface Piece extends ReplayPiece {
  /** About so many requests to other services. */
  readonly cost: number;
}

/** One turn. `budget`: how much is done in it, at least one piece. */
export async function replayLost(env: Env, now: number, budget = BUDGET): Promise<void> {
  const began = Date.now();
  const db = database(env);
  const { keyRing } = configOf(env);
  const dialer = env.DIALER.getByName('dialer');
  let replay = await beginTurn(env, db, now);
  for (let left = budget; replay !== null && replay.state.stage !== 'done'; ) {
    if (left <= 0 || Date.now() - began > TURN_MS) {
      log.info('database.replay_goes_on', { kind: replay.state.stage });
      return;
    }
    const turn = { env, db, keyRing, from: replay.since - MARGIN_MS, now };
    const { cost, ...piece } = await PIECES[replay.state.stage](turn, replay.state.at);
    left -= cost + OWN_COST;
    const state = afterPiece(replay.state, piece);
    replay = await dialer.replaying({ from: replay.id, state });
  }
  if (replay === null) return;
  const marks = await readMarks(db);
  // Read last: where it was set back once more since, the next turn begins anew.
  if (await isSetBackAgain(db, replay.token)) return;
  for (const [kind, count] of Object.entries(countsOf(replay.state.counts)))
    log.warn('database.replayed', { kind, count });
  await dialer.openAfterReplay(replay.id, marks);
  await noteSign(db, 'database_behind', { at: now, code: null }, 0);
}

/** A mark is left in the database itself: one that lacks the mark of the last turn was set back once more. */
async function beginTurn(env: Env, db: Database, now: number) {
  const dialer = env.DIALER.getByName('dialer');
  let replay = await dialer.replaying();
  if (replay !== null && (await isSetBackAgain(db, replay.token)))
    replay = await dialer.replaying({ from: replay.id, lostSince: lostSince(await readMarks(db)) });
  if (replay === null) return null;
  await noteSign(db, 'database_behind', { at: now, code: 'set_back' }, 0);
  return dialer.replaying({ from: replay.id, token: now });
}

const isSetBackAgain = async (db: Database, token: number): Promise<boolean> =>
  ((await readSign(db, 'database_behind'))?.at ?? 0) < token;

const PIECES: Readonly<Record<ReplayStage, (turn: Turn, at: string | null) => Promise<Piece>>> = {
  vault: async ({ env, keyRing }) => {
    await fillEmptyVault(env.BUCKET, keyRing);
    return { count: 0, next: null, cost: 10 };
  },
  audit: async ({ env, db, from }, at) => {
    const seq = at === null ? await lastLineBefore(db, from) : Number(at);
    const { written, next } = await env.AUDIT_LOG.getByName('audit').refill(seq, AUDIT_LINES);
    return { count: written, next: next === null ? null : String(next), cost: 2 };
  },
  lifted: (turn, at) => replayJournal(turn, at, replayLifted),
  suppressions: (turn, at) => replayJournal(turn, at, replaySuppressions),
  dials: replayLedger,
  endings: async ({ env, db, from, now }, at) => {
    const page = await env.DIALER.getByName('dialer').dialledSince(from - LONGEST_CALL_MS, Number(at ?? 0), DIALS);
    const count = await holdUnknownEndings(db, page.dials, from, now);
    return { count, next: page.next === null ? null : String(page.next), cost: 2 };
  },
  holds: async ({ db, from, now }, at) => {
    const after = at === null ? null : (JSON.parse(at) as AuditPlace);
    const { held, next } = await holdChangedPatients(db, { since: from, after, lines: HELD_LINES }, now);
    return { count: held, next: next === null ? null : JSON.stringify(next), cost: 2 };
  },
  legal_holds: async ({ db, keyRing, from, now }, at) => {
    const page = { since: from, after: at ?? '', limit: LEGAL_HOLDS };
    const { placed, next } = await replayHolds(db, keyRing, page, now);
    return { count: placed, next, cost: 3 + placed };
  },
  // Once more: somebody may have gone on with one before all was there.
  campaigns: async ({ db }) => ({ count: await pauseCampaigns(db), next: null, cost: 1 }),
  erasures: async ({ db, keyRing, now }, at) => {
    const { returned, next } = await eraseReturned(db, keyRing, at ?? '', now, ERASED);
    return { count: returned, next, cost: 2 + 2 * returned };
  },
};

async function replayJournal(
  { env, db }: Turn,
  at: string | null,
  write: (db: Database, rows: readonly SuppressionRow[]) => Promise<number>,
): Promise<Piece> {
  const { rows, objects, next } = await readJournalPage(env.BUCKET, at);
  const count = await write(db, rows);
  return { count, next, cost: 1 + objects + 4 * Math.ceil(rows.length / 500) };
}

async function replayLedger({ env, db, keyRing, from, now }: Turn, at: string | null): Promise<Piece> {
  const page = await env.DIALER.getByName('dialer').dialledSince(from, Number(at ?? 0), DIALS);
  const erased = new Set(await keyRing.vault().erasedOf(page.dials.map(({ patientId }) => patientId)));
  const dials = page.dials.map((dial): KnownDial => {
    return { ...dial, phoneHash: erased.has(dial.patientId) ? null : dial.phoneHash };
  });
  const count = await replayDials(db, dials, now);
  return { count, next: page.next === null ? null : String(page.next), cost: 5 };
}

const countsOf = (counts: Readonly<Partial<Record<ReplayStage, number>>>) => ({
  audit: counts.audit ?? 0,
  suppressions: (counts.lifted ?? 0) + (counts.suppressions ?? 0),
  dials: counts.dials ?? 0,
  patients_held: (counts.endings ?? 0) + (counts.holds ?? 0),
  legal_holds: counts.legal_holds ?? 0,
  campaigns_paused: counts.campaigns ?? 0,
  erased: counts.erasures ?? 0,
});
