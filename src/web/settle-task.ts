/**
 * Claims or finishes a task for whoever asks; API and pages both come through here. Either one acknowledges a red flag: nobody
 * is alerted of it again. Whoever comes too late is told what became of it.
 */
import { log } from '../log.ts';
import type { Database } from '../store/database.ts';
import { claimTask, finishTask, getTask, type Task } from '../store/tasks.ts';
import type { Actor } from './context.ts';
import { notFound, Problem } from './errors.ts';

export const TASK_VERBS = ['claim', 'done'] as const;
export type TaskVerb = (typeof TASK_VERBS)[number];

export type SettledTask =
  | { readonly ok: true; readonly task: Task }
  /** `task`: as it is now, with the owner who was faster. */
  | { readonly ok: false; readonly task: Task; readonly problem: Problem };

interface Asker {
  readonly db: Database;
  readonly actor: Actor;
  readonly now: number;
}

export async function settleTask({ db, actor, now }: Asker, taskId: string, verb: TaskVerb): Promise<SettledTask> {
  const settle = verb === 'claim' ? claimTask : finishTask;
  const task = await settle(db, taskId, actor.name, now);
  if (task !== null) {
    const event = verb === 'claim' ? 'task.claimed' : 'task.finished';
    log.info(event, { actor: actor.id, task_id: taskId, call_id: task.callId, kind: task.kind });
    return { ok: true, task };
  }
  const current = await knownTask({ db }, taskId);
  return { ok: false, task: current, problem: tooLate(current, verb) };
}

export async function knownTask({ db }: Pick<Asker, 'db'>, taskId: string): Promise<Task> {
  const task = await getTask(db, taskId);
  if (task === null) throw notFound();
  return task;
}

function tooLate({ status }: Task, verb: TaskVerb): Problem {
  if (verb === 'done') {
    return new Problem(409, 'already_done', { detail: 'This task is done already. There is nothing left to do.' });
  }
  const detail =
    status === 'done'
      ? 'This task is done already. There is nothing left to claim.'
      : 'Somebody has claimed this task: GET it to see the owner. If you have done the work yourself, POST to its /done.';
  return new Problem(409, 'not_open', { detail });
}
