/**
 * Campaigns over every area code of the North American plan and across both changes of the clock, in virtual time: people move,
 * take back what they agreed to, share telephones and have been called before; somebody stops all dialing, money runs out, and
 * what was promised has its turn an hour later. Whether each decision, each dial and each word about who was left out is right
 * says a judge with books and law of its own.
 */
import { describe, expect, it } from 'vitest';
import { AREA_CODES } from '../../src/domain/campaign/area-codes.ts';
import { CHANGES, flyCampaign } from './campaign.ts';
import type { CampaignJudge } from './campaign-judge.ts';
import { CAMPAIGN_DAYS, CAMPAIGN_PEOPLE, FLIGHT_SEED } from './deep.ts';

const isCalifornia = (code: string): boolean => AREA_CODES.get(code)?.states.includes('CA') === true;
const CALIFORNIA = [...AREA_CODES.keys()].filter(isCalifornia);
const ELSEWHERE_IN_US = [...AREA_CODES.keys()].filter((code) => !isCalifornia(code));

const table = (title: string, { counts, problems }: CampaignJudge): string => {
  const rows = Object.entries({ ...counts, violations: problems.length }).sort(([a], [b]) => a.localeCompare(b));
  const lines = rows.map(([name, count]) => `  ${name.padEnd(40)}${String(count).padStart(9)}`);
  return `campaigns, ${title}: ${CAMPAIGN_PEOPLE} people, ${CAMPAIGN_DAYS} days\n${lines.join('\n')}\n`;
};

describe('campaigns in virtual time', () => {
  it.each(CHANGES)(
    'ring nobody who may not be rung, over the change of the clock in %s; each who is left out is told the rule (TC-05, TC-14, TC-26)',
    async (title, change) => {
      const judge = await flyCampaign({ seed: FLIGHT_SEED, people: CAMPAIGN_PEOPLE, days: CAMPAIGN_DAYS, change });
      process.stdout.write(table(title, judge));
      expect(judge.problems.slice(0, 50)).toEqual([]);
      const seen = Object.keys(judge.counts);
      for (const code of ['bad_number', 'suppressed', 'patient_flag', 'no_consent', 'reassigned', 'state_policy'])
        expect(seen).toContain(`skipped: ${code}`);
      expect(seen).toContain('refused at dial: outside_hours');
      expect(seen).toContain('refused at promise: frequency');
      const rung = judge.rungCodes();
      expect(CALIFORNIA.filter((code) => rung.has(code))).toEqual([]);
      // With so many people there are several in every place.
      if (CAMPAIGN_PEOPLE >= 5000) expect(ELSEWHERE_IN_US.filter((code) => !rung.has(code))).toEqual([]);
    },
    Math.max(60_000, CAMPAIGN_DAYS * CAMPAIGN_PEOPLE),
  );
});
