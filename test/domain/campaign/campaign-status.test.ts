/** The states of a campaign, verb by verb: the whole table, and whom a redial rings. */
import { expect, it } from 'vitest';
import {
  after as afterVerb,
  CAMPAIGN_STATUSES,
  type CampaignStatus,
  NEVER_REDIALED,
  redialedOutcomes,
} from '../../../src/domain/campaign/campaign-status.ts';
import { afterAttempt, DEFAULT_RETRY_POLICY } from '../../../src/domain/campaign/retry.ts';
import { CALL_STATUSES } from '../../../src/domain/intake/call-record.ts';

const VERBS = ['start', 'pause', 'resume', 'cancel', 'redial', 'complete'] as const;

it.each<[CampaignStatus, string[]]>([
  ['importing', ['still_importing', 'not_started', 'not_started', '→ canceled', 'not_started', 'not_started']],
  ['failed', Array(6).fill('import_failed')],
  ['draft', ['→ running', 'not_started', 'not_started', '→ canceled', 'not_started', 'not_started']],
  ['running', ['already', '→ paused', 'already', '→ canceled', 'still_running', '→ completed']],
  ['paused', ['already_started', 'already', '→ running', '→ canceled', '→ running', 'not_running']],
  ['completed', ['over', 'over', 'over', 'over', '→ running', 'already']],
  ['canceled', ['over', 'over', 'over', 'already', 'over', 'over']],
])('%s', (status, expected) => {
  const said = VERBS.map((verb) => {
    const next = afterVerb(status, verb);
    return typeof next === 'string' ? `→ ${next}` : next.refused;
  });
  expect(said).toEqual(expected);
});

it('only a running campaign completes, only a draft starts, and what was canceled stays so', () => {
  const ways = CAMPAIGN_STATUSES.flatMap((status) =>
    VERBS.filter((verb) => typeof afterVerb(status, verb) === 'string').map((verb) => `${status} ${verb}`),
  );
  expect(ways.filter((way) => way.endsWith('complete'))).toEqual(['running complete']);
  expect(ways.filter((way) => way.endsWith('start'))).toEqual(['draft start']);
  expect(ways.filter((way) => way.startsWith('canceled') || way.startsWith('failed'))).toEqual([]);
});

it('a redial rings whom nobody reached; a message left counts as reached when so wished', () => {
  expect(redialedOutcomes({ voicemail: false })).toEqual(['no_answer', 'busy', 'failed']);
  expect(redialedOutcomes({ voicemail: true })).toEqual(['no_answer', 'busy', 'failed', 'voicemail']);
});

it('a redial never rings who failed the identity check: the code tells it from a fault', () => {
  const rang = { rang: true, rings: 1, sameOutcome: 1, policy: DEFAULT_RETRY_POLICY, endsAt: null, at: 0 };
  const ended = { ...rang, callingHours: 'always' as const, place: { areaCode: '202', state: null, zone: null } };
  expect(afterAttempt({ ...ended, status: 'failed', error: 'identity_failed' })).toEqual({
    kind: 'done',
    code: NEVER_REDIALED,
  });
  // Whom a redial may ring is never done for good by any other way.
  for (const status of CALL_STATUSES.filter((each) => redialedOutcomes({ voicemail: true }).includes(each)))
    for (const policy of [DEFAULT_RETRY_POLICY, { budget: 1, rules: {} }])
      expect(afterAttempt({ ...ended, status, error: null, policy })).not.toMatchObject({ code: NEVER_REDIALED });
});
