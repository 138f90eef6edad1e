/**
 * Questionnaires by version; a stored version never changes. A shipped version is inserted when absent, at first use, and
 * counts as approved: shipping a newer one is all it takes to use it.
 */
import { and, desc, eq, isNotNull } from 'drizzle-orm';
import { adultIntake } from '../domain/intake/adult-intake.ts';
import { checkQuestionnaire, type Questionnaire } from '../domain/intake/questionnaire.ts';
import type { Database } from './database.ts';
import { questionnaireVersions } from './schema.ts';

const SHIPPED: readonly Questionnaire[] = [adultIntake];
export const DEFAULT_QUESTIONNAIRE_ID = adultIntake.id;
/** A version that does not read is passed over, but not without end. */
const VERSIONS_TRIED = 5;

/** The newest approved version that reads, or null when there is none by that id. */
export async function approvedQuestionnaire(
  db: Database,
  id: string,
  now: number,
  shipped: readonly Questionnaire[] = SHIPPED,
): Promise<Questionnaire | null> {
  const stored = await newestApproved(db, id);
  const ours = shipped.find((questionnaire) => questionnaire.id === id);
  if (ours === undefined || (stored !== null && stored.version >= ours.version)) return stored;
  await insertShipped(db, ours, now);
  return newestApproved(db, id);
}

async function newestApproved(db: Database, id: string): Promise<Questionnaire | null> {
  const rows = await db
    .select({ definition: questionnaireVersions.definition })
    .from(questionnaireVersions)
    .where(and(eq(questionnaireVersions.questionnaireId, id), isNotNull(questionnaireVersions.approvedAt)))
    .orderBy(desc(questionnaireVersions.version))
    .limit(VERSIONS_TRIED);
  for (const { definition } of rows) {
    const questionnaire = read(definition);
    if (questionnaire !== null) return questionnaire;
  }
  return null;
}

function read(definition: string): Questionnaire | null {
  const checked = checkQuestionnaire(JSON.parse(definition));
  return checked.ok ? checked.questionnaire : null;
}

async function insertShipped(db: Database, questionnaire: Questionnaire, now: number): Promise<void> {
  const checked = checkQuestionnaire(questionnaire);
  if (!checked.ok) {
    const problems = checked.problems.map(({ pointer, code }) => `${pointer} ${code}`).join(', ');
    throw new Error(`the shipped questionnaire ${questionnaire.id} is not sound: ${problems}`);
  }
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
  return row === undefined ? null : read(row.definition);
}
