/** What the doctor says of the installation that was started: it must be green, and has to have looked. */
import type { LocalStack } from './local-stack.ts';

interface Finding {
  readonly check: string;
  readonly level: string;
  readonly code: string;
  readonly detail: string;
}

/** On a machine that is busy something may be late; what is wrong stays wrong. */
const LOOKS = 3;
const LOOK_AGAIN_MS = 5_000;

/** What is not well; null: the doctor did not answer. */
export async function askDoctor(stack: LocalStack): Promise<readonly Finding[] | null> {
  let findings: readonly Finding[] | null = null;
  for (let look = 0; look < LOOKS; look += 1) {
    if (look > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    const answer = await stack.api('GET', '/api/doctor').catch(() => null);
    if (answer?.status !== 200) continue;
    const all = (answer.body as { readonly findings: readonly Finding[] }).findings;
    findings = all.filter(({ level }) => level !== 'ok');
    if (findings.length === 0) break;
  }
  return findings;
}
