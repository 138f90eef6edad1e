/**
 * The pre-flight receipt of a campaign (X9): the gate asked about every contact that waits, as it would be this moment; counts,
 * forecast, and a hash over all verdicts. Contacts show their verdict from then on; nobody is left out by it.
 */
import { type Forecast, forecast } from '../domain/campaign/forecast.ts';
import { GATE_POLICIES, gatePolicyAt } from '../domain/campaign/gate-policy.ts';
import { averagesOf } from '../store/campaign-averages.ts';
import type { Campaign } from '../store/campaigns.ts';
import { readyContacts, setVerdicts } from '../store/contacts.ts';
import { rejectedOf } from '../store/imports.ts';
import { judgeContacts } from '../store/place-contacts.ts';
import { type Preflight, type Skipped, storePreflight } from '../store/preflights.ts';
import { searchHash } from '../store/seal.ts';
import { isUsNumber } from '../us-number.ts';
import { dialingStopped } from './dialing-stopped.ts';
import { Problem } from './errors.ts';
import type { Ask } from './route.ts';

/** 20,000 contacts in ten pages: each takes a handful of statements, and a request may make a hundred. */
const PAGE = 2000;

export async function makePreflight(
  { db, env, config, actor, now }: Pick<Ask, 'db' | 'env' | 'config' | 'actor' | 'now'>,
  campaign: Campaign,
): Promise<Preflight<Forecast>> {
  if (campaign.status === 'importing')
    throw new Problem(409, 'not_ready', { detail: 'Wait until its list has been read.' });
  const stopped = await dialingStopped(env);
  const skipped: Record<string, Skipped> = {};
  const count = (code: string, n: number, again: number | null) => {
    const before = skipped[code] ?? { count: 0, again: null };
    const first = before.again === null || (again !== null && again < before.again) ? again : before.again;
    skipped[code] = { count: before.count + n, again: first };
  };
  for (const [code, n] of Object.entries(await rejectedOf(db, campaign.id))) count(code, n, null);
  const starts: number[] = [];
  const verdicts: string[] = [];
  for (let after = 0; ; ) {
    const rows = await readyContacts(db, campaign.id, after, PAGE);
    if (rows.length === 0) break;
    after = rows.at(-1)?.row ?? after;
    const { judged, gone } = await judgeContacts(db, config, campaign, rows, { stopped, isValid: isUsNumber }, now);
    const said = judged.map(({ contact, decision, after: next }) => {
      if (next.kind === 'dial') starts.push(now);
      if (next.kind === 'wait') starts.push(next.at);
      // What stops everybody is named by its step of the gate, as for a single call.
      const code = next.kind === 'dial' ? null : next.kind === 'halt' ? decision.code : next.code;
      if (code !== null) count(code, 1, next.kind === 'wait' ? next.at : null);
      return { id: contact.id, code, nextAt: next.kind === 'wait' ? next.at : now };
    });
    for (const _ of gone) count('patient_erased', 1, null);
    verdicts.push(...said.map(({ id, code }) => `${id} ${code ?? 'call'}`));
    await setVerdicts(db, said);
    if (rows.length < PAGE) break;
  }
  const willCall = verdicts.filter((verdict) => verdict.endsWith(' call')).length;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verdicts.join('\n')));
  const receipt = {
    ...{ campaignId: campaign.id, createdBy: actor.id, counts: { willCall, skipped } },
    hash: searchHash(config.keyRing, 'preflight', new Uint8Array(digest).toHex()),
    forecast: forecast({
      ...{
        starts,
        pacePerSecond: Math.min(campaign.pacePerSecond, config.dialing.ratePerSecond),
        maxLiveCalls: Math.min(campaign.maxLiveCalls, config.dialing.maxLiveCalls),
        at: now,
      },
      retry: campaign.retry,
      averages: await averagesOf(db, campaign.questionnaireId),
    }),
    policyVersion: gatePolicyAt(now, GATE_POLICIES)?.version ?? 'none',
  };
  return storePreflight(db, receipt, now);
}
