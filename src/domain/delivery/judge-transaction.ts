/**
 * What a FHIR server's answer to a transaction means for a delivery. A transaction is all or nothing, and its answer has an entry for each
 * that was sent: only when each says so has it arrived. What else stands in an answer may quote a patient, and is not looked at. Pure.
 */
import { judgeAnswer, type Verdict } from './judge-answer.ts';

/** Somebody else writes the same resource at this moment: that passes. */
const PASSING = new Set([409, 423]);

/** `answer`: what was parsed of the body; undefined: it was no JSON. `sent`: how many entries were. */
export function judgeTransaction(status: number, answer: unknown, sent: number): Verdict {
  if (PASSING.has(status)) return { kind: 'try_again', code: `answered_${status}` };
  const whole = judgeAnswer(status);
  if (whole.kind !== 'delivered') return whole;
  const statuses = entryStatuses(answer);
  if (statuses === null) return { kind: 'try_again', code: 'answer_unknown' };
  if (statuses.length !== sent) return { kind: 'try_again', code: 'answer_incomplete' };
  const others = statuses.map(judgeEntry).filter(({ kind }) => kind !== 'delivered');
  return others.find(({ kind }) => kind === 'refused') ?? others[0] ?? whole;
}

/** `201 Created` → 201. Null: it is no answer to a transaction. */
function entryStatuses(answer: unknown): number[] | null {
  const { resourceType, type, entry = [] } = (answer ?? {}) as Partial<Record<string, unknown>>;
  if (resourceType !== 'Bundle' || type !== 'transaction-response' || !Array.isArray(entry)) return null;
  const statuses = entry.map((each) => /^([1-5]\d\d)(?!\d)/.exec(String(each?.response?.status))?.[1]);
  return statuses.some((status) => status === undefined) ? null : statuses.map(Number);
}

function judgeEntry(status: number): Verdict {
  if (PASSING.has(status)) return { kind: 'try_again', code: `entry_${status}` };
  const verdict = judgeAnswer(status);
  return verdict.kind === 'delivered' ? verdict : { ...verdict, code: `entry_${status}` };
}
