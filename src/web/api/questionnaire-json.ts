/** Questionnaires and trials of them as the API shows them. No patient data: whoever answers a trial is made up. */
import * as z from 'zod';
import { CALL_STATUSES } from '../../domain/intake/call-record.ts';
import { TASK_KINDS } from '../../domain/intake/state.ts';
import type { Preview } from '../../domain/preview/preview-call.ts';
import type { QuestionnaireHead, QuestionnaireVersion } from '../../store/questionnaire-versions.ts';

const id = z.string().meta({ description: 'Of a questionnaire, as its definition names it.' });
const time = z.iso.datetime();
const iso = (at: number): string => new Date(at).toISOString();
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

export const headShape = z.strictObject({
  questionnaire_id: id,
  title: z.string(),
  newest_version: z.int(),
  approved_version: z.int().nullable().meta({ description: 'What the next call uses; null: nothing is approved.' }),
  drafts: z.int(),
  updated_at: time,
});
export const headJson = (head: QuestionnaireHead): z.output<typeof headShape> => ({
  questionnaire_id: head.id,
  title: head.title,
  newest_version: head.newestVersion,
  approved_version: head.approvedVersion,
  drafts: head.drafts,
  updated_at: iso(head.updatedAt),
});

const VERSION_STATUSES = ['draft', 'approved', 'withdrawn'] as const;
export const versionShape = z.strictObject({
  questionnaire_id: id,
  version: z.int(),
  status: z.enum(VERSION_STATUSES),
  hash: z.string().meta({ description: 'SHA-256 of what it holds, without its number.' }),
  created_by: z.string().nullable().meta({ description: 'Null: it came with the program.' }),
  created_at: time,
  approved_by: z.string().nullable(),
  approved_at: time.nullable(),
  withdrawn_by: z.string().nullable(),
  withdrawn_at: time.nullable(),
});
export const versionJson = (row: QuestionnaireVersion): z.output<typeof versionShape> => ({
  questionnaire_id: row.questionnaireId,
  version: row.version,
  status: versionStatus(row),
  hash: row.hash,
  created_by: row.createdBy,
  created_at: iso(row.createdAt),
  approved_by: row.approvedBy,
  approved_at: isoOrNull(row.approvedAt),
  withdrawn_by: row.withdrawnBy,
  withdrawn_at: isoOrNull(row.withdrawnAt),
});

function versionStatus({ approvedAt, withdrawnAt }: QuestionnaireVersion): (typeof VERSION_STATUSES)[number] {
  if (approvedAt === null) return 'draft';
  return withdrawnAt === null ? 'approved' : 'withdrawn';
}

export const versionWithDefinitionShape = versionShape.extend({ definition: z.unknown() });

const problem = z.strictObject({
  pointer: z.string().meta({ description: 'JSON pointer into the definition.' }),
  code: z.string(),
  detail: z.string().meta({ description: 'What to do about it.' }),
  level: z.enum(['error', 'warning']).meta({ description: 'With an error nothing is approved.' }),
});
export const lintShape = z.strictObject({ ok: z.boolean(), problems: z.array(problem) });
export const savedShape = z.strictObject({
  questionnaire_id: id,
  version: z.int(),
  status: z.enum(['draft', 'approved']),
  problems: z.array(problem),
});

export const previewShape = z.strictObject({
  transcript: z.array(
    z.strictObject({ speaker: z.enum(['agent', 'patient']), text: z.string(), step: z.string().nullable() }),
  ),
  open: z
    .strictObject({
      step: z.string(),
      kind: z.enum(['keys', 'voice']),
      text: z.string(),
      tries_left: z.int(),
      listening: z.boolean().meta({ description: 'Whether speech is heard; it needs the consent to record.' }),
      keys: z.array(z.strictObject({ keys: z.string(), meaning: z.string() })),
    })
    .nullable()
    .meta({ description: 'Null: the call is over.' }),
  status: z.enum(CALL_STATUSES),
  tasks: z.array(z.enum(TASK_KINDS)),
  red_flags: z.array(z.string()),
  note: z
    .unknown()
    .meta({ description: 'As the call would leave it, or null. Its JSON Schema is at /api/schemas/note.' }),
});
export const previewJson = ({
  transcript,
  open,
  status,
  tasks,
  redFlags,
  note,
}: Preview): z.output<typeof previewShape> => ({
  transcript: transcript.map(({ speaker, text, step }) => ({ speaker, text, step })),
  open:
    open === null
      ? null
      : {
          ...{ step: open.step, kind: open.kind, text: open.text, tries_left: open.triesLeft },
          ...{ listening: open.listening, keys: open.keys.map(({ keys, meaning }) => ({ keys, meaning })) },
        },
  status,
  tasks: [...tasks],
  red_flags: redFlags.map(({ rule }) => rule),
  note,
});
