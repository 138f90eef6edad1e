/** Who of those with an unfinished intake is ringing back (X3): decided by birth date, never by the number alone. Pure. */
import type { CallPlan } from './call-plan.ts';
import { sameBirthDate } from './read-keys.ts';
import type { CallState } from './state.ts';

/** The one candidate with this birth date; two of the same day are nobody, and staff take over. */
export function candidateFor(plan: CallPlan, birthDate: string): number | null {
  const found = plan.candidates.flatMap(({ patient }, index) =>
    patient.dateOfBirth !== null && sameBirthDate(birthDate, patient.dateOfBirth) ? [index] : [],
  );
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** As on an outbound call, somebody without a birth date on file is not asked for one, if nobody else can be meant. */
export function onlyCandidateWithoutBirthDate(plan: CallPlan): number | null {
  const [only, ...others] = plan.candidates;
  return only !== undefined && others.length === 0 && only.patient.dateOfBirth === null ? 0 : null;
}

/** From here on the call is theirs, with what they had answered before. */
export function chooseCandidate(state: CallState, plan: CallPlan, index: number): CallState {
  const { answers = {}, redFlags = [] } = plan.candidates[index] ?? {};
  return { ...state, candidate: index, answers, redFlags: [...redFlags, ...state.redFlags] };
}
