/** Making, approving and withdrawing the versions of questionnaires, for the API and the pages alike. */
import {
  hasErrors,
  type JudgedProblem,
  type Judgement,
  judgeQuestionnaire,
} from '../domain/intake/judge-questionnaire.ts';
import type { Questionnaire, QuestionnaireProblem } from '../domain/intake/questionnaire.ts';
import { log } from '../log.ts';
import {
  approveVersion,
  getVersion,
  insertVersion,
  listVersions,
  type QuestionnaireVersion,
  type StoredQuestionnaire,
  withdrawVersion,
} from '../store/questionnaire-versions.ts';
import { contentHash, DEFAULT_QUESTIONNAIRE_ID, ensureShipped } from '../store/questionnaires.ts';
import { APPROVER_ROLES, countStaffWith } from '../store/staff.ts';
import { isPerson } from './context.ts';
import { notFound, Problem } from './errors.ts';
import type { Ask } from './route.ts';

type Asker = Pick<Ask, 'db' | 'config' | 'actor' | 'now'>;

/** The longest one is well under this, with every text at its limit of a spoken prompt. */
export const MAX_DEFINITION_BYTES = 512 * 1024;

export interface Saved {
  readonly version: QuestionnaireVersion;
  readonly problems: readonly JudgedProblem[];
}

export async function createQuestionnaire(ask: Asker, definition: unknown): Promise<Saved> {
  const judgement = judged(definition);
  await ensureShipped(ask.db, ask.now);
  return save(ask, judgement, true);
}

/** Of a questionnaire that is there; the number in the definition does not count. */
export async function addVersion(ask: Asker, id: string, definition: unknown): Promise<Saved> {
  const newest = (await versionsOf(ask, id))[0];
  const judgement = judged(definition);
  if (judgement.questionnaire.id !== id)
    throw new Problem(422, 'invalid', {
      errors: [{ pointer: '/definition/id', code: 'wrong_id', detail: `A version of ${id} has that id.` }],
    });
  if (newest !== undefined && newest.hash === (await contentHash(judgement.questionnaire)))
    throw new Problem(409, 'unchanged', {
      detail: `Version ${newest.version} says exactly this. Change something, or approve that one.`,
    });
  return save(ask, judgement, false);
}

type Sound = Judgement & { readonly questionnaire: Questionnaire };

/** What is not sound is not kept; what is wrong with the words may be, as a draft. */
function judged(definition: unknown): Sound {
  const numbered = typeof definition === 'object' && definition !== null && !Array.isArray(definition);
  // The number in the body is ignored, also one that could be none.
  const judgement = judgeQuestionnaire(numbered ? { ...definition, version: 1 } : definition);
  const { questionnaire, problems } = judgement;
  if (questionnaire === null) throw unsound(problems);
  return { ...judgement, questionnaire };
}

export const unsound = (problems: readonly QuestionnaireProblem[]): Problem =>
  new Problem(422, 'invalid', {
    errors: problems.map(({ pointer, code, detail }) => ({ pointer: `/definition${pointer}`, code, detail })),
  });

async function save(ask: Asker, { questionnaire, problems }: Sound, isNew: boolean): Promise<Saved> {
  const version = await insertVersion(ask.db, questionnaire, { by: ask.actor.name, now: ask.now, isNew });
  if (version === null)
    throw new Problem(409, 'exists', {
      detail: `There is a questionnaire ${questionnaire.id} already. Save this as a version of it, or choose another id.`,
    });
  tell(ask, 'saved', version);
  return { version, problems };
}

const MOST_VERSIONS = 200;

/** Newest first; 404 when there is none. */
export async function versionsOf({ db, now }: Asker, id: string): Promise<readonly QuestionnaireVersion[]> {
  await ensureShipped(db, now, id);
  const { items } = await listVersions(db, id, { limit: MOST_VERSIONS, before: null });
  if (items.length === 0) throw notFound();
  return items;
}

export async function knownVersion({ db, now }: Asker, id: string, version: number): Promise<StoredQuestionnaire> {
  let found = await getVersion(db, id, version);
  if (found === null) {
    await ensureShipped(db, now, id);
    found = await getVersion(db, id, version);
  }
  if (found === null) throw notFound();
  return found;
}

/** What the next call uses of these; null: nothing is in force. */
export const inForce = (versions: readonly QuestionnaireVersion[]): QuestionnaireVersion | null =>
  versions.find(isInForce) ?? null;

const isInForce = ({ approvedAt, withdrawnAt }: QuestionnaireVersion): boolean =>
  approvedAt !== null && withdrawnAt === null;

/** CL-12, T08: sound in its words, and read by somebody who did not write it, once there is such a person. */
export async function approve(ask: Asker, id: string, version: number): Promise<QuestionnaireVersion> {
  const stored = await knownVersion(ask, id, version);
  if (isInForce(stored)) throw refusal('already_approved', 'This version is approved already.');
  const judgement = judgeQuestionnaire(stored.definition);
  if (hasErrors(judgement)) {
    const errors = judgement.problems
      .filter(({ level }) => level === 'error')
      .map(({ pointer, code, detail }) => ({ pointer, code, detail }));
    throw new Problem(409, 'not_sound', {
      detail: 'Correct what is listed, and save that as a new version.',
      errors,
    });
  }
  if (await needsAnother(ask, stored))
    throw refusal(
      'second_approver',
      'You wrote this version. Somebody else who may approve has to read and approve it.',
    );
  const approved = await approveVersion(ask.db, id, version, ask.actor.name, ask.now);
  if (approved === null) throw refusal('already_approved', 'Somebody else was faster: this version is approved.');
  tell(ask, 'approved', approved);
  return approved;
}

/** Whether whoever asks wrote it, or is no person, while two people could approve it. */
export async function needsAnother(
  ask: Pick<Asker, 'db' | 'config' | 'actor'>,
  { createdBy }: QuestionnaireVersion,
): Promise<boolean> {
  return (createdBy === ask.actor.name || !isPerson(ask.actor)) && (await countApprovers(ask)) >= 2;
}

/** People, not services: an approval is somebody's word. */
async function countApprovers({ db, config }: Pick<Asker, 'db' | 'config'>): Promise<number> {
  const named = [...config.access.admins].filter((name) => name.includes('@'));
  return named.length + (await countStaffWith(db, APPROVER_ROLES, named));
}

/** New calls use the newest version that is still in force; calls and campaigns that have this one keep it. */
export async function withdraw(ask: Asker, id: string, version: number): Promise<QuestionnaireVersion> {
  const stored = await knownVersion(ask, id, version);
  if (!isInForce(stored))
    throw refusal('not_approved', 'This version is not in force, so there is nothing to withdraw.');
  const leaveOne = id === DEFAULT_QUESTIONNAIRE_ID;
  const withdrawn = await withdrawVersion(ask.db, id, version, { by: ask.actor.name, now: ask.now, leaveOne });
  if (withdrawn === null)
    throw refusal(
      'last_version',
      'Calls that name no questionnaire use this one. Approve another version of it first.',
    );
  tell(ask, 'withdrawn', withdrawn);
  return withdrawn;
}

function tell({ actor }: Asker, what: 'saved' | 'approved' | 'withdrawn', row: QuestionnaireVersion): void {
  log.info(`questionnaire.${what}`, {
    ...{ actor: actor.id, questionnaire_id: row.questionnaireId, version: row.version },
  });
}

const refusal = (code: string, detail: string): Problem => new Problem(409, code, { detail });
