/**
 * What is wrong with a GitHub workflow, as a list of sentences; none for a good one. Judged as parsed YAML, for what a runner would do;
 * only the comment that names a pin's version is read as text. Whether a pin is the commit it says, no file can tell.
 */
import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly 'timeout-minutes'?: number;
  readonly permissions?: unknown;
  readonly steps?: readonly Step[];
  readonly uses?: string;
}
interface Workflow {
  readonly on?: unknown;
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly jobs?: Readonly<Record<string, Job>>;
}

/** What a job may be allowed. To write anything but findings would need a reason and a line here. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  actions: ['read'],
  contents: ['read'],
  'security-events': ['write'],
};
/** Who may be asked to run code here. */
const OWNERS = ['actions', 'github'];
/** Run with the rights of the base repository on what a stranger sent. */
const DANGEROUS = ['pull_request_target', 'workflow_run', 'issue_comment', 'issues'];
/** Anything but these in a `run` could be a stranger's text, read by a shell. */
const EXPRESSION = /\$\{\{/;
const MOST_MINUTES = 90;

export function judgeWorkflow(text: string): string[] {
  const workflow = parse(text) as Workflow;
  const jobs = Object.entries(workflow.jobs ?? {});
  const nothing = workflow.permissions;
  const isNothing = typeof nothing === 'object' && nothing !== null && Object.keys(nothing).length === 0;
  return [
    ...(isNothing ? [] : ['permissions at the top are not {}']),
    ...(workflow.concurrency === undefined ? ['no concurrency'] : []),
    ...DANGEROUS.filter((trigger) => triggersOf(workflow.on).includes(trigger)).map((name) => `runs on ${name}`),
    ...(jobs.length === 0 ? ['no job'] : []),
    ...(/\bsecrets\s*[.[]/.test(text) || /^\s*secrets:/m.test(text) ? ['uses a secret'] : []),
    ...(/\b(registry-url|NODE_AUTH_TOKEN|--registry)\b/.test(text) ? ['names a registry'] : []),
    ...jobs.flatMap(([name, job]) => judgeJob(job).map((wrong) => `${name}: ${wrong}`)),
    ...unnamedPins(text),
  ];
}

function triggersOf(on: unknown): readonly string[] {
  if (typeof on === 'string') return [on];
  return Array.isArray(on) ? on.map(String) : Object.keys((on ?? {}) as object);
}

function judgeJob(job: Job): string[] {
  const minutes = job['timeout-minutes'];
  const steps = job.steps ?? [];
  return [
    ...(typeof minutes === 'number' && minutes > 0 && minutes <= MOST_MINUTES ? [] : ['no timeout']),
    ...judgePermissions(job.permissions),
    ...(job.uses === undefined ? [] : judgeAction(job.uses)),
    ...steps.flatMap(judgeStep),
  ];
}

function judgePermissions(permissions: unknown): string[] {
  if (typeof permissions !== 'object' || permissions === null) return ['does not say what it may do'];
  return Object.entries(permissions).flatMap(([scope, level]) =>
    ALLOWED[scope]?.includes(String(level)) === true ? [] : [`may ${level} ${scope}`],
  );
}

function judgeStep({ uses = '', run = '', with: given = {} }: Step): string[] {
  return [
    ...(uses === '' ? [] : judgeAction(uses)),
    ...(uses.startsWith('actions/checkout@') && given['persist-credentials'] !== false
      ? ['checkout leaves its token in the folder']
      : []),
    ...(EXPRESSION.test(run) ? [`an expression in a shell: ${run.trim()}`] : []),
    ...(/\b(curl|wget|npx --yes|npm i\b|npm install)\b/.test(run) ? [`brings in what no lockfile names: ${run}`] : []),
  ];
}

function judgeAction(uses: string): string[] {
  const [action = '', commit = ''] = uses.split('@');
  return [
    ...(OWNERS.includes(action.split('/')[0] ?? '') ? [] : [`runs code of a stranger: ${uses}`]),
    ...(/^[0-9a-f]{40}$/.test(commit) ? [] : [`not pinned by a commit: ${uses}`]),
  ];
}

function unnamedPins(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /^\s*(- )?uses:/.test(line) && !/ # v\d+\.\d+\.\d+$/.test(line))
    .map((line) => `a pin without its version: ${line.trim()}`);
}
