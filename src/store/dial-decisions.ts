/**
 * The rows that prove why somebody was or was not called (TC-26): what the gate decided, by which rules, on which consent, in which
 * zones, from which number, with which words. Ids, codes and counts only.
 */
import type { GateDecision, GateFacts } from '../domain/campaign/gate.ts';
import type { Database } from './database.ts';
import { newId } from './new-id.ts';
import { dialDecisions } from './schema.ts';

export interface DecisionRow {
  readonly callId: string | null;
  readonly attemptId: string | null;
  readonly campaignId: string | null;
  readonly contactId: string | null;
  readonly patientId: string | null;
  /** `preview`: when asked for; `dial`: just before dialling. */
  readonly moment: 'preview' | 'dial';
  /** Ours, +E.164; null where nothing was to be dialled yet (TC-23). */
  readonly from: string | null;
  readonly questionnaire: { readonly id: string; readonly version: number } | null;
}

type DialDecision = typeof dialDecisions.$inferInsert;

export function decisionRow(row: DecisionRow, decision: GateDecision, facts: GateFacts, now: number): DialDecision {
  const { callId, attemptId, campaignId, contactId, patientId, moment } = row;
  return {
    ...{ id: newId('dec', now), callId, attemptId, campaignId, contactId, patientId, moment },
    ...{ allowed: decision.allowed, code: decision.code, policyVersion: decision.policyVersion },
    facts: JSON.stringify(evidence(row, decision, facts)),
    decidedAt: now,
  };
}

/** The insert, for a batch or alone, and its id. */
export function insertDecision(db: Database, row: DecisionRow, decision: GateDecision, facts: GateFacts, now: number) {
  const values = decisionRow(row, decision, facts, now);
  return { id: values.id, statement: db.insert(dialDecisions).values(values) };
}

/** Of the facts what names nobody: where a patient is, and when they were called, stays a zone and a count. */
function evidence({ from, questionnaire }: DecisionRow, decision: GateDecision, facts: GateFacts) {
  const { stopped, production, approved, numberValid, suppressed, flags, purpose, callingHours, spend } = facts;
  const answered = facts.earlier?.filter((call) => call.answeredAt !== null).length ?? null;
  return {
    ...{ stopped, production, approved, numberValid, suppressed, flags, purpose, callingHours, spend },
    ...{
      from,
      questionnaire: questionnaire && `${questionnaire.id}/${questionnaire.version}`,
      consentId: decision.consentId,
      zones: decision.zones,
    },
    reason: decision.allowed ? null : decision.reason,
    reassigned: facts.reassigned?.check === 'on' ? facts.reassigned.answer : facts.reassigned?.check,
    earlier: facts.earlier === null ? null : { calls: facts.earlier.length, answered },
    reserved: facts.reserved,
  };
}
