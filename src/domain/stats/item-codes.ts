/**
 * How each question of a call went, one letter each in the order they are asked, so that many calls can be counted without opening a
 * note. What was answered is not in it, and cannot be read out of it: "none", "not known" and every other answer are one letter, and a
 * question that is only asked after a yes has none of its own; it is counted with the question before it. Pure.
 */
import type { TranscriptLine } from '../intake/call-log.ts';
import type { Item } from '../intake/questionnaire.ts';
import type { AnswerState, CallState } from '../intake/state.ts';

/** Of a call that put it. `ended_here`: it, or what follows a yes to it, was the last that the call put, and the call was not completed. */
export const ITEM_ENDS = ['answered', 'skipped', 'declined', 'unclear', 'ended_here'] as const;
export type ItemEnd = (typeof ITEM_ENDS)[number];

const LETTER: Readonly<Record<ItemEnd, string>> = {
  answered: 'a',
  skipped: 's',
  declined: 'd',
  unclear: 'u',
  ended_here: 'e',
};
/** Not put by this call. */
const NOT_PUT = '-';

const END_OF: Readonly<Record<AnswerState, ItemEnd>> = {
  answered: 'answered',
  none: 'answered',
  unknown: 'answered',
  declined: 'declined',
  skipped: 'skipped',
  unclear: 'unclear',
  // Put, and nothing came of it.
  not_asked: 'unclear',
};

type Asked = Pick<Item, 'id' | 'whenYes'>;

/** The questions that every call puts, in their order: a letter for each. */
export const countedItems = <T extends Asked>(items: readonly T[]): readonly T[] =>
  items.filter(({ whenYes }) => whenYes === undefined);

/** A capital: it was put more than once. */
export function itemCodesOf(
  items: readonly Asked[],
  { answers, outcome }: Pick<CallState, 'answers' | 'outcome'>,
  transcript: readonly TranscriptLine[],
): string {
  const put = transcript.flatMap(({ speaker, item }) => (speaker === 'agent' && item !== null ? [item] : []));
  const headOf = (step: string) => headIn(items, step.replace(/\.confirm$/, ''));
  const last = put.map(headOf).findLast((head) => head !== null);
  return countedItems(items)
    .map(({ id }) => {
      const times = put.filter((step) => step === id).length;
      if (times === 0) return NOT_PUT;
      const isEnd = id === last && outcome !== 'completed';
      const letter = LETTER[isEnd ? 'ended_here' : END_OF[answers[id]?.state ?? 'not_asked']];
      return times > 1 ? letter.toUpperCase() : letter;
    })
    .join('');
}

/** The question that every call puts and this one follows, or itself; null for what is no question. */
function headIn(items: readonly Asked[], id: string): string | null {
  const item = items.find((each) => each.id === id);
  if (item === undefined) return null;
  return item.whenYes === undefined ? item.id : headIn(items, item.whenYes);
}

/** So many calls in which the question at that place, from 0, ended with that letter. */
export interface ItemCount {
  readonly place: number;
  readonly letter: string;
  readonly calls: number;
}

export interface ItemFigures<T extends Asked = Asked> {
  readonly item: T;
  /** Calls that put it. Each of those ended in one way. */
  readonly asked: number;
  readonly ends: Readonly<Record<ItemEnd, number>>;
  /** Put more than once. */
  readonly askedAgain: number;
}

export function itemFigures<T extends Asked>(
  items: readonly T[],
  counts: readonly ItemCount[],
): readonly ItemFigures<T>[] {
  return countedItems(items).map((item, place) => {
    const here = counts.filter((count) => count.place === place && count.letter !== NOT_PUT);
    const sum = (takes: (letter: string) => boolean) =>
      here.reduce((total, { letter, calls }) => total + (takes(letter) ? calls : 0), 0);
    const ends = Object.fromEntries(
      ITEM_ENDS.map((end) => [end, sum((letter) => letter.toLowerCase() === LETTER[end])]),
    ) as Record<ItemEnd, number>;
    return { item, ends, asked: sum(() => true), askedAgain: sum((letter) => letter !== letter.toLowerCase()) };
  });
}
