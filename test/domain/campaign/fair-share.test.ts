/** Turns: single calls first, campaigns in fair shares within their own limits, and nobody held up by another's. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEAD_MS, nextTurn, type Waiting } from '../../../src/domain/campaign/fair-share.ts';
import { decidePermit, type Pacer } from '../../../src/domain/campaign/pacing.ts';

const NOW = 1_000_000;
const pacer = (limits: Partial<Pacer> = {}): Pacer => ({
  ...{ ratePerSecond: 10, maxLiveCalls: 100, liveCalls: 0, dialedAt: [] },
  ...limits,
});
const account = (limits: Partial<Pacer> = {}, ahead = 0) => ({ ...pacer(limits), ahead });
const campaign = (campaignId: string, turn: number, limits: Partial<Pacer> = {}, ahead = 0): Waiting => ({
  ...{ campaignId, turn, ahead, pacer: pacer(limits) },
});
const singles = (ahead = 0): Waiting => ({ campaignId: null, pacer: null, ahead, turn: 9 });
const sends = (campaignId: string | null) => ({ kind: 'send', campaignId });

describe('a turn', () => {
  it('is that of the campaign whose last was longest ago', () => {
    expect(nextTurn(account(), [campaign('a', 2), campaign('b', 1)], NOW)).toEqual(sends('b'));
  });

  it('is that of a single call before any campaign', () => {
    expect(nextTurn(account(), [campaign('a', 0), singles()], NOW)).toEqual(sends(null));
  });

  it('of a single call does not wait for campaigns’ calls that were sent and not dialled', () => {
    const lines = { maxLiveCalls: 2, liveCalls: 1 };
    expect(nextTurn(account(lines, 1), [campaign('a', 0, {}, 1), singles()], NOW)).toEqual(sends(null));
    expect(nextTurn(account(lines, 1), [campaign('a', 0, {}, 1)], NOW)).toEqual({ kind: 'wait', at: null });
  });

  it.each([
    ['at its pace', { ratePerSecond: 0.1, dialedAt: [NOW - 1000] }, 0],
    ['at its cap of live calls', { maxLiveCalls: 3, liveCalls: 3 }, 0],
    ['at its cap with those sent', { maxLiveCalls: 3, liveCalls: 1 }, 2],
  ])('of a campaign %s goes to the next one', (_, limits, ahead) => {
    expect(nextTurn(account({}, ahead), [campaign('a', 0, limits, ahead), campaign('b', 1)], NOW)).toEqual(sends('b'));
  });

  it('comes as much ahead of the dial as the way through the queue may take, and no earlier', () => {
    const paced = campaign('a', 0, { ratePerSecond: 0.5, dialedAt: [NOW] });
    expect(nextTurn(account(), [paced], NOW)).toEqual({ kind: 'wait', at: NOW + 2030 - LEAD_MS });
    expect(nextTurn(account(), [paced], NOW + 2030 - LEAD_MS)).toEqual(sends('a'));
  });

  it('comes to nobody by time while every line is busy', () => {
    expect(nextTurn(account({ maxLiveCalls: 2, liveCalls: 2 }), [campaign('a', 0), singles()], NOW)).toEqual({
      kind: 'wait',
      at: null,
    });
  });
});

interface Member {
  readonly campaignId: string | null;
  readonly limits: { readonly ratePerSecond: number; readonly maxLiveCalls: number } | null;
  readonly dialedAt: number[];
  ends: number[];
  turn: number;
}

/** Everybody always has somebody waiting; whoever is sent is dialled as soon as it may, a while after it was sent. */
function run(
  limits: { ratePerSecond: number; maxLiveCalls: number },
  members: Member[],
  forMs: number,
  callMs: number,
  delays: number[],
) {
  const everybody = { dialedAt: [] as number[] };
  let sent: { member: Member; arrives: number }[] = [];
  let [turns, hops] = [0, 0];
  for (let now = NOW; now < NOW + forMs; now += 10) {
    const pacerOf = (member: Member): Pacer | null =>
      member.limits && {
        ...member.limits,
        dialedAt: member.dialedAt.slice(-150),
        liveCalls: member.ends.length,
      };
    for (const member of members) member.ends = member.ends.filter((end) => end > now);
    const live = () => members.reduce((sum, { ends }) => sum + ends.length, 0);
    const whole = (): Pacer => ({ ...limits, dialedAt: everybody.dialedAt.slice(-150), liveCalls: live() });
    for (;;) {
      const queues = members.map((member) => ({
        ...{ campaignId: member.campaignId, pacer: pacerOf(member), turn: member.turn },
        ahead: sent.filter((other) => other.member === member).length,
      }));
      const next = nextTurn({ ...whole(), ahead: sent.length }, queues, now);
      if (next.kind === 'wait') break;
      const member = members.find(({ campaignId }) => campaignId === next.campaignId) as Member;
      turns += 1;
      member.turn = turns;
      hops += 1;
      sent.push({ member, arrives: now + (delays[hops % delays.length] ?? 0) });
    }
    for (const one of [...sent]) {
      if (one.arrives > now) continue;
      const own = pacerOf(one.member);
      if (decidePermit([whole(), ...(own === null ? [] : [own])], now).permit !== 'granted') continue;
      sent = sent.filter((other) => other !== one);
      everybody.dialedAt.push(now);
      one.member.dialedAt.push(now);
      one.member.ends.push(now + callMs);
    }
  }
  return everybody.dialedAt;
}
const member = (campaignId: string | null, limits: Member['limits']): Member => ({
  ...{ campaignId, limits, dialedAt: [], ends: [], turn: 0 },
});
const most = (dialedAt: readonly number[], windowMs: number): number =>
  Math.max(0, ...dialedAt.map((end, i) => dialedAt.slice(0, i + 1).filter((time) => time > end - windowMs).length));

const campaigns = fc.array(
  fc.record({
    ratePerSecond: fc.constantFrom(0.2, 0.5, 1, 2, 5, 10, 30),
    maxLiveCalls: fc.constantFrom(1, 2, 5, 20, 100),
  }),
  { minLength: 1, maxLength: 5 },
);
const delays = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 20 });

describe('over any mix of campaigns, each with more to call than it can', () => {
  it('no limit is exceeded: the account’s rate and lines, each campaign’s pace and lines', () => {
    fc.assert(
      fc.property(
        campaigns,
        fc.constantFrom(1, 10, 30),
        fc.constantFrom(2, 20, 200),
        delays,
        (limits, rate, lines, late) => {
          const members = limits.map((one, n) => member(`c${n}`, one));
          const dialedAt = run({ ratePerSecond: rate, maxLiveCalls: lines }, members, 5000, 1500, late);
          expect(most(dialedAt, 1000)).toBeLessThanOrEqual(rate);
          expect(most(dialedAt, 1500)).toBeLessThanOrEqual(lines);
          for (const one of members) {
            const { ratePerSecond, maxLiveCalls } = one.limits ?? { ratePerSecond: 0, maxLiveCalls: 0 };
            const whole = Math.max(1, Math.floor(ratePerSecond));
            expect(most(one.dialedAt, (whole / ratePerSecond) * 1000)).toBeLessThanOrEqual(whole);
            expect(most(one.dialedAt, 1500)).toBeLessThanOrEqual(maxLiveCalls);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('shares are fair: nobody has less than its equal part, or than its own limits let it have', () => {
    fc.assert(
      fc.property(campaigns, fc.constantFrom(2, 10, 30), delays, (limits, rate, late) => {
        const members = limits.map((one, n) => member(`c${n}`, { ...one, maxLiveCalls: 100 }));
        const seconds = 10;
        run({ ratePerSecond: rate, maxLiveCalls: 1000 }, members, seconds * 1000, 500, late);
        for (const { dialedAt, limits: own } of members) {
          const share = Math.min(own?.ratePerSecond ?? 0, rate / members.length);
          expect(dialedAt.length).toBeGreaterThanOrEqual(Math.floor(share * seconds * 0.85) - 1);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('two that are alike are never more than a few calls apart, whatever the way through the queue takes', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 10, 30), delays, (rate, late) => {
        const members = ['a', 'b'].map((id) => member(id, { ratePerSecond: 30, maxLiveCalls: 100 }));
        run({ ratePerSecond: rate, maxLiveCalls: 1000 }, members, 10_000, 500, late);
        const [a, b] = members.map(({ dialedAt }) => dialedAt.length) as [number, number];
        // What is under way at a time, and one.
        expect(Math.abs(a - b)).toBeLessThanOrEqual(Math.ceil((rate * LEAD_MS) / 1000) + 1);
      }),
      { numRuns: 12 },
    );
  });

  it('no head of line: one at its cap for good takes nothing from the others', () => {
    const stuck = member('stuck', { ratePerSecond: 10, maxLiveCalls: 1 });
    const fine = member('fine', { ratePerSecond: 10, maxLiveCalls: 100 });
    run({ ratePerSecond: 10, maxLiveCalls: 100 }, [stuck, fine], 10_000, 60_000, [20]);
    expect(stuck.dialedAt).toHaveLength(1);
    expect(fine.dialedAt.length).toBeGreaterThanOrEqual(96);
  });

  it('single calls have every turn they want', () => {
    const [single, campaign] = [member(null, null), member('a', { ratePerSecond: 10, maxLiveCalls: 100 })];
    run({ ratePerSecond: 10, maxLiveCalls: 100 }, [single, campaign], 5000, 100, [20]);
    expect(single.dialedAt.length).toBeGreaterThanOrEqual(48);
    expect(campaign.dialedAt).toEqual([]);
  });

  it.each([1, 10, 30])(
    '%i a second is met in every second, one call more or less, with a queue that takes up to 0.3 s',
    (rate) => {
      const late = [20, 40, 300, 10, 150, 60, 30, 5, 220];
      const members = ['a', 'b', 'c'].map((id) => member(id, { ratePerSecond: 30, maxLiveCalls: 500 }));
      const dialedAt = run({ ratePerSecond: rate, maxLiveCalls: 1000 }, members, 15_000, 3000, late);
      for (let second = NOW + 1000; second + 1000 <= NOW + 15_000; second += 1000) {
        const inSecond = dialedAt.filter((time) => time >= second && time < second + 1000).length;
        expect(Math.abs(inSecond - rate)).toBeLessThanOrEqual(1);
      }
    },
  );
});
