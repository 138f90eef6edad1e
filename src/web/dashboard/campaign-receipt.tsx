/** The pre-flight receipt of a campaign: who will be called, who not and why, and what it takes. */
import type { Child } from 'hono/jsx';
import type { Forecast } from '../../domain/campaign/forecast.ts';
import type { Preflight } from '../../store/preflights.ts';
import { codeLabel, counted, dollars, people } from './campaign-labels.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';

export const Receipt = ({ receipt, clock }: { receipt: Preflight<Forecast>; clock: ClinicClock }) => {
  const { counts, forecast, hash, policyVersion, createdAt } = receipt;
  const skipped = Object.entries(counts.skipped).toSorted(([, a], [, b]) => b.count - a.count);
  const later = skipped.filter(([, { again }]) => again !== null);
  const never = skipped.filter(([, { again }]) => again === null);
  const sum = (rows: typeof skipped) => rows.reduce((all, [, { count }]) => all + count, 0);
  return (
    <section class="receipt" aria-label="Pre-flight receipt">
      <dl class="receipt-groups">
        <div>
          <dt>
            <strong class="receipt-count">{people(counts.willCall)}</strong> called at once
          </dt>
        </div>
        <div>
          <dt>
            <strong class="receipt-count">{people(sum(later))}</strong> called later, when they may be
          </dt>
          {later.map(([code, { count, again }]) => (
            <dd>
              {`${counted(count)} · ${codeLabel(code)}, the first of them `}
              <Moment at={again} clock={clock} zoned />
            </dd>
          ))}
        </div>
        <div>
          <dt>
            <strong class="receipt-count">{people(sum(never))}</strong> not called
          </dt>
          {never.map(([code, { count }]) => (
            <dd>{`${counted(count)} · ${codeLabel(code)}`}</dd>
          ))}
        </div>
      </dl>
      <dl class="facts">
        <Fact name="Calls, about">{counted(forecast.calls)}</Fact>
        <Fact name="Minutes, about">{counted(forecast.minutes)}</Fact>
        <Fact name="Cost, between">{`${dollars(forecast.costNanos.low)} and ${dollars(forecast.costNanos.high)}`}</Fact>
        <Fact name="Finished, about">
          <Moment at={forecast.finishAt} clock={clock} zoned />
        </Fact>
      </dl>
      <p class="quiet">
        Made <Moment at={createdAt} clock={clock} zoned />
        {`, rules of ${policyVersion}, receipt `}
        <code title={hash}>{shortHash(hash)}</code>
      </p>
    </section>
  );
};

/** The hash carries its key's id in front. */
const shortHash = (hash: string): string => hash.slice(hash.lastIndexOf('.') + 1).slice(0, 12);

const Fact = ({ name, children }: { name: string; children: Child }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
