/**
 * Looks at everything this installation needs and says what is wrong with it (X15): one finding for each fault, with what to do about
 * it. All looks run side by side, each with its own end, so that the whole takes less than ten seconds.
 */
import { configuredSinks } from '../domain/delivery/sinks.ts';
import { judgeAccess } from '../domain/doctor/access.ts';
import { judgeDials } from '../domain/doctor/dials.ts';
import { type Check, type Finding, notChecked, type Report, reportOf } from '../domain/doctor/finding.ts';
import { judgeJobs, MOST_COUNTED } from '../domain/doctor/keys-and-jobs.ts';
import { judgeRestore } from '../domain/doctor/restore.ts';
import { judgeSetup, type SetupFacts } from '../domain/doctor/setup.ts';
import { judgeSinks } from '../domain/doctor/sinks.ts';
import { CARRIERS, type Config, type Env } from '../env.ts';
import type { Database } from '../store/database.ts';
import { sinkState } from '../store/delivery-list.ts';
import { countDeadJobs } from '../store/jobs.ts';
import { recentDials } from '../store/recent-dials.ts';
import { isUsNumber } from '../us-number.ts';
import { examineKeys } from './doctor-keys.ts';
import { examinePlatform } from './doctor-platform.ts';
import { examineTelnyx } from './doctor-telnyx.ts';
import { LOOK_MS, reading } from './doctor-try.ts';

const DAY_MS = 24 * 3_600_000;

/** What is examined. */
interface Installation {
  readonly env: Env;
  readonly db: Database;
  readonly config: Config;
  readonly now: number;
}

export async function examine({ env, db, config, now }: Installation): Promise<Report> {
  const findings = await Promise.all([
    examinePlatform(env, now),
    checked('jobs', async () => [judgeJobs(await countDeadJobs(db, MOST_COUNTED))]),
    checked('dials', async () => [judgeDials(await recentDials(db, now - DAY_MS), now)]),
    checked('keys', () => examineKeys(db, config)),
    checked('sinks', async () => {
      const names = configuredSinks(config.sinks);
      return judgeSinks(await Promise.all(names.map(async (name) => ({ name, ...(await sinkState(db, name, 1)) }))));
    }),
    checked('restore', async () => {
      const { held, replayed } = await env.DIALER.getByName('dialer').status();
      return [judgeRestore({ heldAt: held?.at ?? null, replayed }, now)];
    }),
    examineAccess(config),
    judgeSetup(setupOf(config)),
    examineTelnyx(db, config, now),
  ]);
  return reportOf(findings.flat(), now);
}

async function checked(check: Check, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  const looked = await reading(look, 'the database');
  return looked.read ? looked.value : [notChecked(check, looked.why)];
}

/** Asked anew: the keys that requests are verified with may be an hour old. */
async function examineAccess({ access }: Config): Promise<Finding> {
  const keys = await reading(async () => {
    const signal = AbortSignal.timeout(LOOK_MS);
    const answer = await fetch(`${access.teamDomain}/cdn-cgi/access/certs`, { signal });
    const body = (await answer.json()) as { readonly keys?: unknown };
    return Array.isArray(body.keys) ? body.keys.length : 0;
  }, 'the address');
  return judgeAccess(keys, access.teamDomain);
}

function setupOf({ loopback, dialing, clinic, telnyx, access, transcription, alerts }: Config): SetupFacts {
  const numbers = {
    CALLBACK_NUMBER: clinic.callbackNumber,
    OPT_OUT_NUMBER: clinic.optOutNumber,
    ...(clinic.staff === null ? {} : { STAFF_TRANSFER_NUMBER: clinic.staff.number }),
  };
  const bad = Object.entries(numbers).filter(([, number]) => !isUsNumber(number));
  // The number to opt out is that of the clinic unless it has one of its own.
  const isSame = clinic.optOutNumber === clinic.callbackNumber;
  return {
    loopback,
    unconfirmedVendors: CARRIERS.filter((vendor) => !dialing.confirmedVendors.includes(vendor)),
    badNumbers: bad.map(([variable]) => variable).filter((name) => !(isSame && name === 'OPT_OUT_NUMBER')),
    badFromNumbers: telnyx.fromNumbers.filter((number) => !isUsNumber(number)),
    admins: [...access.admins],
    timeZone: clinic.timeZone,
    transcriber: transcription,
    alerts: { isSent: alerts.url !== null, isSigned: alerts.secret !== null },
  };
}
