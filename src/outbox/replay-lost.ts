/**
 * From the cron: whether the database was set back to an earlier time, and if so, what it lacks written again before anybody is dialled
 * (HS-12, T23): the audit, the do-not-call list, who was dialled. What cannot be known is held back for a person: patients whose consent
 * may have changed, campaigns that ran. Whoever was erased meanwhile is erased again. Cut off anywhere, the next turn does all of it anew.
 */
import { configOf, type Env } from '../env.ts';
import { log } from '../log.ts';
import { database } from '../store/database.ts';
import { raiseTide, readMarks } from '../store/database-marks.ts';
import { holdChangedPatients, type KnownDial, lastLineBefore, pauseCampaigns, replayDials } from '../store/replay.ts';
import { noteSign } from '../store/signs.ts';
import { journalSuppressions, readJournal, replaySuppressions } from '../store/suppression-journal.ts';
import { fillEmptyVault } from './copy-vault.ts';
import { eraseReturned } from './sweep-storage.ts';

const PAGE = 200;
/** Of the audit, in one request to its object. */
const LINES = 2000;
/** So many pages of changes in one run: an import of a long list takes several. */
const JOURNAL_PAGES = 10;
/** The clock of whoever wrote last may have been behind a little. */
const MARGIN_MS = 60_000;

/** First of all that the cron does: what was set back must not be raised, nor dialled with. */
export async function watchDatabase(env: Env, now: number): Promise<void> {
  const db = database(env);
  const dialer = env.DIALER.getByName('dialer');
  const marks = await readMarks(db);
  const held = await dialer.heed(marks);
  if (held !== null) {
    await noteSign(db, 'database_behind', { at: now, code: 'set_back' }, 0);
    await replayLost(env, held.since, now);
    return noteSign(db, 'database_behind', { at: now, code: null }, 0);
  }
  if (await raiseTide(db, marks.tide, now)) await dialer.heed({ ...marks, tide: now });
  for (let pages = 0; pages < JOURNAL_PAGES && (await journalSuppressions(db, env.BUCKET, now)) > 0; pages += 1);
}

async function replayLost(env: Env, since: number, now: number): Promise<void> {
  const { keyRing } = configOf(env);
  const db = database(env);
  const from = since - MARGIN_MS;
  await fillEmptyVault(env.BUCKET, keyRing);
  const lines = await refillAudit(env, await lastLineBefore(db, from));
  const suppressed = await replaySuppressions(db, [...(await readJournal(env.BUCKET)).values()]);
  const dialled = await replayLedger(env, from, now);
  const held = await holdChangedPatients(db, from, now);
  const paused = await pauseCampaigns(db);
  let erased = 0;
  for (let after: string | null = ''; after !== null; ) {
    const page = await eraseReturned(db, keyRing, after, now);
    erased += page.returned;
    after = page.next;
  }
  const counts = {
    audit: lines,
    suppressions: suppressed,
    dials: dialled,
    patients_held: held,
    campaigns_paused: paused,
    erased,
  };
  for (const [kind, count] of Object.entries(counts)) log.warn('database.replayed', { kind, count });
  await env.DIALER.getByName('dialer').openAfterReplay(await readMarks(db));
}

async function refillAudit(env: Env, after: number): Promise<number> {
  let lines = 0;
  for (let seq: number | null = after; seq !== null; ) {
    const { written, next } = await env.AUDIT_LOG.getByName('audit').refill(seq, LINES);
    lines += written;
    seq = next;
  }
  return lines;
}

async function replayLedger(env: Env, from: number, now: number): Promise<number> {
  const { keyRing } = configOf(env);
  const db = database(env);
  let missing = 0;
  for (let after: number | null = 0; after !== null; ) {
    const page = await env.DIALER.getByName('dialer').dialledSince(from, after, PAGE);
    const erased = new Set(await keyRing.vault().erasedOf(page.dials.map(({ patientId }) => patientId)));
    const dials = page.dials.map((dial): KnownDial => {
      return { ...dial, phoneHash: erased.has(dial.patientId) ? null : dial.phoneHash };
    });
    missing += await replayDials(db, dials, now);
    after = page.next;
  }
  return missing;
}
