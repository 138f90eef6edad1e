/** What differs between two versions of a questionnaire, item by item, for whoever has to approve the newer. Pure. */
import type { Questionnaire } from './questionnaire.ts';

/** One value that differs; null where it is not there. */
export interface Difference {
  /** Where inside its part, as `text en` or `options 2 key`. */
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface PartChange {
  readonly id: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly differences: readonly Difference[];
}

export interface Comparison {
  /** Title and voicemail. */
  readonly about: readonly Difference[];
  readonly items: readonly PartChange[];
  /** The items both have are asked in another order. */
  readonly reordered: boolean;
  readonly redFlags: readonly PartChange[];
  /** Wording around the items, by its name. */
  readonly texts: readonly PartChange[];
}

export function compareQuestionnaires(before: Questionnaire, after: Questionnaire): Comparison {
  const byId = (parts: readonly { readonly id: string }[]) => new Map(parts.map((part) => [part.id, part]));
  const about = ({ title, voicemail }: Questionnaire) => leavesOf({ title, voicemail });
  return {
    about: differences(about(before), about(after)),
    items: changes(byId(before.items), byId(after.items)),
    reordered: orderOf(before, after) !== orderOf(after, before),
    redFlags: changes(byId(before.redFlags), byId(after.redFlags)),
    texts: changes(new Map(Object.entries(before.texts ?? {})), new Map(Object.entries(after.texts ?? {}))),
  };
}

/** Of those that the other has too. */
const orderOf = ({ items }: Questionnaire, other: Questionnaire): string =>
  items
    .map(({ id }) => id)
    .filter((id) => other.items.some((item) => item.id === id))
    .join();

type Parts = ReadonlyMap<string, object>;

/** In the order of the newer, what is gone last. */
function changes(before: Parts, after: Parts): PartChange[] {
  const kept = [...after].map(([id, part]): PartChange => {
    const earlier = before.get(id);
    const found = differences(earlier === undefined ? new Map() : leavesOf(earlier), leavesOf(part));
    return { id, kind: earlier === undefined ? 'added' : 'changed', differences: found };
  });
  const gone = [...before]
    .filter(([id]) => !after.has(id))
    .map(([id, part]): PartChange => ({ id, kind: 'removed', differences: differences(leavesOf(part), new Map()) }));
  return [...kept, ...gone].filter(({ kind, differences: found }) => kind !== 'changed' || found.length > 0);
}

type Leaves = ReadonlyMap<string, string>;

function differences(before: Leaves, after: Leaves): Difference[] {
  return [...new Set([...after.keys(), ...before.keys()])].flatMap((name) => {
    const [was = null, is = null] = [before.get(name), after.get(name)];
    // The words of a list stand for themselves, wherever they stand in it.
    return was === is ? [] : [{ name: name.split(BEFORE_WORD)[0] ?? '', before: was, after: is }];
  });
}

const BEFORE_WORD = '\u0000';

/** Every value by its place. */
function leavesOf(part: object): Leaves {
  const leaves = new Map<string, string>();
  const walk = (value: unknown, name: string): void => {
    if (Array.isArray(value) && value.every((each) => typeof each === 'string')) {
      for (const word of value) leaves.set(`${name}${BEFORE_WORD}${word}`, word);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        const place = Array.isArray(value) ? String(Number(key) + 1) : key;
        walk(inner, name === '' ? place : `${name} ${place}`);
      }
    } else {
      leaves.set(name, String(value));
    }
  };
  walk(part, '');
  leaves.delete('id');
  return leaves;
}
