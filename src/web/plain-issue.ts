/** What is wrong with a value, in words that say what to do; for schemas that have no words of their own. Values are never echoed. */
import type * as z from 'zod';

type Issue = z.core.$ZodRawIssue;
type Of<Code extends Issue['code']> = Extract<Issue, { readonly code: Code }>;

/** As the map of errors that zod asks; null leaves nothing to the words of the library. */
export function plainIssue(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? OTHER;
    case 'invalid_value':
      return choices((issue as Of<'invalid_value'>).values);
    case 'invalid_format':
      return formatOf(issue as Of<'invalid_format'>);
    case 'too_small':
      return atLeast(issue as Of<'too_small'>);
    case 'too_big':
      return atMost(issue as Of<'too_big'>);
    case 'invalid_union':
      return unionOf(issue as Of<'invalid_union'>);
    default:
      return OTHER;
  }
}

const OTHER = 'This does not fit here. See the documentation of the API for what does.';

const TYPES: Readonly<Record<string, string>> = {
  string: 'Give text.',
  number: 'Give a number.',
  int: 'Give a whole number.',
  boolean: 'Give true or false.',
  array: 'Give a list.',
  object: 'Give an object.',
  record: 'Give an object.',
  null: 'Give null.',
};
const FORMATS: Readonly<Record<string, string>> = {
  datetime: 'Give a time as 2026-11-28T15:00:00Z.',
  date: 'Give a day of the calendar as 2026-11-28.',
  email: 'Give an e-mail address.',
  url: 'Give an address that begins with https://.',
  safeint: 'Give a whole number.',
};

/** A pattern of an id says which kind of id it is. */
function formatOf({ format, pattern }: Of<'invalid_format'>): string {
  const [, kind] = /^\/\^\(*([a-z]+_)/.exec(pattern ?? '') ?? [];
  return FORMATS[format] ?? (kind === undefined ? OTHER : `Give an id that begins with ${kind}.`);
}

/** Of more than this nobody reads the list; the documentation has it. */
const MOST_CHOICES = 40;
function choices(all: readonly unknown[]): string {
  const values = all.filter((value) => value !== '');
  const [first] = values;
  if (values.length === 1) return `Give ${String(first)}.`;
  return values.length > MOST_CHOICES ? OTHER : `Choose one of: ${values.map(String).join(', ')}.`;
}

function atLeast({ origin, minimum, inclusive }: Of<'too_small'>): string {
  if (origin === 'string')
    return minimum === 1 ? 'Give at least one character.' : `Give at least ${minimum} characters.`;
  if (origin === 'array' || origin === 'set') return minimum === 1 ? 'Give at least one.' : `Give at least ${minimum}.`;
  return inclusive === false ? `Give a number above ${minimum}.` : `Give a number of ${minimum} or more.`;
}

function atMost({ origin, maximum, inclusive }: Of<'too_big'>): string {
  if (origin === 'string') return `Give at most ${maximum} ${maximum === 1 ? 'character' : 'characters'}.`;
  if (origin === 'array' || origin === 'set') return `Give at most ${maximum}.`;
  return inclusive === false ? `Give a number below ${maximum}.` : `Give a number of ${maximum} or less.`;
}

/** A field of a form that is left empty asks for nothing; nobody has to be told. */
const isNothing = (issue: z.core.$ZodIssue | undefined): boolean =>
  issue?.code === 'invalid_value' && issue.values.every((value) => value === '');

/** What fits one of several: what each of them says, once. */
function unionOf(issue: Of<'invalid_union'>): string {
  const { options } = issue as { readonly options?: readonly unknown[] };
  if (options !== undefined && options.length > 0) return choices(options);
  const words = [
    ...new Set((issue.errors ?? []).flatMap(([first]) => (isNothing(first) ? [] : [first?.message ?? OTHER]))),
  ];
  return words.length === 0 || words.includes(OTHER) ? OTHER : words.join(' Or: ');
}
