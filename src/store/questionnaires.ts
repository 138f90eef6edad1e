/** Questionnaires by version. The shipped ones are inserted when absent, at first use, and count as approved. */
import { and, desc, eq, isNotNull } from 'drizzle-orm';
import { adultIntake } from '../domain/intake/adult-intake.ts';
import { checkQuestionnaire, type Questionnaire } from '../domain/intake/questionnaire.ts';
import type { Database } from './database.ts';
import { questionnaireVersions } from './schema.ts';

const SHIPPED: readonly Questionnaire[] = [adultIntake];
export const DEFAULT_QUESTIONNAIRE_ID = adultIntake.id;

/** The newest approved version, or null when there is none by that id. */
export async function approvedQuestionnaire(db: Database, id: string, now: number): Promise<Questionnaire | null> {
  const stored = await newestApproved(db, id);
  if (stored !== null) return stored;
  const shipped = SHIPPED.find((questionnaire) => questionnaire.id === id);
  if (shipped === undefined) return null;
  await insertShipped(db, shipped, now);
  return newestApproved(db, id);
}

async function newestApproved(db: Database, id: string): Promise<Questionnaire | null> {
  const [row] = await db
    .select({ definition: questionnaireVersions.definition })
    .from(questionnaireVersions)
    .where(and(eq(questionnaireVersions.questionnaireId, id), isNotNull(questionnaireVersions.approvedAt)))
    .orderBy(desc(questionnaireVersions.version))
    .limit(1);
  if (row === undefined) return null;
  const checked = checkQuestionnaire(JSON.parse(row.definition));
  return checked.ok ? checked.questionnaire : null;
}

async function insertShipped(db: Database, questionnaire: Questionnaire, now: number): Promise<void> {
  const definition = JSON.stringify(questionnaire);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(definition));
  await db
    .insert(questionnaireVersions)
    .values({
      questionnaireId: questionnaire.id,
      version: questionnaire.version,
      hash: new Uint8Array(digest).toHex(),
      definition,
      approvedBy: 'shipped',
      approvedAt: now,
      createdAt: now,
    })
    .onConflictDoNothing();
}

/** One version as it was when the call was asked for. */
export async function questionnaireVersion(db: Database, id: string, version: number): Promise<Questionnaire | null> {
  const [row] = await db
    .select({ definition: questionnaireVersions.definition })
    .from(questionnaireVersions)
    .where(and(eq(questionnaireVersions.questionnaireId, id), eq(questionnaireVersions.version, version)))
    .limit(1);
  const checked = row === undefined ? null : checkQuestionnaire(JSON.parse(row.definition));
  return checked?.ok ? checked.questionnaire : null;
}
