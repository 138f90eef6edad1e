/** Whether the audit is as it was written (X12, T07): how far it was looked at, and where it is not and what to do. */
import type { AuditCheck } from '../../store/verify-audit.ts';
import { BREAK_TEXTS } from '../audit-breaks.ts';

interface CheckView extends AuditCheck {
  /** The line after which it began; 0: the first. */
  readonly after: number;
}

const number = (count: number): string => count.toLocaleString('en-US');

export const AuditCheckPage = (check: CheckView) => (
  <>
    <p class="back">
      <a href="/dashboard/audit">Audit</a>
    </p>
    <div class="page-head">
      <h1>Check of the chain</h1>
    </div>
    <Verdict {...check} />
    <dl class="facts">
      <div>
        <dt>Lines checked</dt>
        <dd>{check.after === 0 ? number(check.checked) : `${number(check.checked)}, after line ${check.after}`}</dd>
      </div>
      <div>
        <dt>Last line there has to be</dt>
        <dd>
          {`Line ${check.head.seq}`} <code class="id chain-hash">{check.head.hash}</code>
        </dd>
      </div>
    </dl>
    <CheckForm after={check.next ?? 0} name={check.next === null ? 'Check it again' : 'Go on checking'} />
  </>
);

const Verdict = ({ found, next, head, after, checked }: CheckView) => {
  if (found !== null)
    return (
      <div class="notice notice-bad" role="alert">
        <p>
          <strong>{`The chain breaks at line ${found.seq}.`}</strong> {BREAK_TEXTS[found.kind]}{' '}
          <code>{found.kind}</code>
        </p>
        <p>
          Tell whoever answers for privacy at your clinic. <a href="/dashboard/settings/doctor">The doctor</a> says what
          else is wrong.
        </p>
      </div>
    );
  if (next !== null)
    return (
      <p class="notice notice-warn" role="status">
        {`All is well up to line ${next}. There are lines up to ${head.seq}, which were not looked at yet.`}
      </p>
    );
  return (
    <p class="notice notice-good" role="status">
      {checked === 0 && after === 0
        ? 'There are no lines to check yet.'
        : 'Every line is as it was written: none was altered, removed, added or cut off.'}
    </p>
  );
};

export const CheckForm = ({ after = 0, name = 'Check the chain' }: { after?: number; name?: string }) => (
  <form method="post" action="/dashboard/audit/verify" class="check-chain">
    {after === 0 ? null : <input type="hidden" name="after" value={String(after)} />}
    <button type="submit" class="secondary">
      {name}
    </button>
  </form>
);
