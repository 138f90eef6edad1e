/** A note as people read it: whose, how it came about, and each answer with where it comes from. */
import type { Json } from './api-client.ts';
import type { Context } from './context.ts';

/** Everything of a section has a state and perhaps a value. */
interface ShownAnswer {
  readonly state: string;
  readonly value?: unknown;
  readonly display?: string;
  readonly input?: string;
  readonly confirmed?: boolean;
}
const isAnswer = (value: unknown): value is ShownAnswer =>
  typeof value === 'object' && value !== null && typeof (value as ShownAnswer).state === 'string';

const HEAD = [
  'note_id',
  'call_id',
  'version',
  'status',
  'identity',
  'consent',
  'patient_info',
  'review',
  'completed_at',
];

export function printNote({ print }: Pick<Context, 'print'>, note: Json): undefined {
  if (print.isJson) return void print.json(note);
  print.record(Object.fromEntries(HEAD.flatMap((name) => (note[name] === undefined ? [] : [[name, note[name]]]))));
  const rows = Object.entries(note).flatMap(([section, part]) => answersOf(section, part));
  if (rows.length > 0) {
    print.line();
    const columns = [
      ['ITEM', 'item'],
      ['ANSWER', 'answer'],
      ['STATE', 'state'],
      ['BY', 'by'],
    ] as const;
    print.table(columns, rows);
  }
  const flags = Array.isArray(note['red_flags']) ? (note['red_flags'] as object[]) : [];
  if (flags.length === 0) return;
  print.line();
  print.line(print.bold('Red flags'));
  const columns = [
    ['RULE', 'rule'],
    ['ITEM', 'item'],
    ['LEVEL', 'level'],
    ['AT', 'at'],
    ['SEEN BY', 'acknowledged_by'],
  ] as const;
  print.table(columns, flags);
}

function answersOf(section: string, part: unknown): object[] {
  if (typeof part !== 'object' || part === null || isAnswer(part)) return [];
  return Object.entries(part).flatMap(([name, answer]) =>
    isAnswer(answer)
      ? [
          {
            item: `${section}.${name}`,
            answer: answer.display ?? answer.value ?? null,
            state: answer.confirmed === false ? `${answer.state}, not confirmed` : answer.state,
            by: answer.input ?? null,
          },
        ]
      : [],
  );
}
