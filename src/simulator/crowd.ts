/**
 * As many different patients as there are numbers, for campaigns: every way a call can go, each about as often as on a real list.
 * Number, name and birth date are their own, what they do is a persona's. The same seed gives the same crowd.
 */
import { busyAtFirst, fax, noRoute, outAtFirst, slowTalker, wrongBirthDate } from './elusive-personas.ts';
import {
  fullRecorded,
  fullUnrecorded,
  hangsUp,
  neverHeardRight,
  noBirthDate,
  redoes,
  repeatsAndSkips,
  silentAtVoice,
  spanish,
  stopsRecording,
  talksLong,
  wrongKeysThenSilence,
} from './interview-personas.ts';
import type { Persona, Replies } from './persona.ts';
import { Random } from './random.ts';
import {
  busy,
  declines,
  noAnswer,
  optsOut,
  optsOutMidway,
  rejects,
  voicemail,
  voicemailWithoutBeep,
  wrongPerson,
} from './refusing-personas.ts';
import { callScreening, putThrough, redFlag, redFlagStaff, selfHarm, staffNotThere } from './urgent-personas.ts';

/** Parts of a hundred, about. */
const SHARES: readonly (readonly [Persona, number])[] = [
  [fullRecorded, 14],
  [spanish, 5],
  [fullUnrecorded, 7],
  [noBirthDate, 3],
  [redoes, 2],
  [stopsRecording, 3],
  [repeatsAndSkips, 2],
  [talksLong, 1.5],
  [slowTalker, 2],
  [silentAtVoice, 1.5],
  [neverHeardRight, 1],
  [callScreening, 1.5],
  [redFlag, 2],
  [selfHarm, 0.5],
  [redFlagStaff, 0.5],
  [putThrough, 1],
  [staffNotThere, 0.5],
  [hangsUp, 4],
  [wrongKeysThenSilence, 2],
  [declines, 4],
  [optsOut, 3],
  [optsOutMidway, 1.5],
  [wrongPerson, 3],
  [wrongBirthDate, 2],
  [voicemail, 8],
  [voicemailWithoutBeep, 3],
  [fax, 1],
  [noAnswer, 8],
  [outAtFirst, 3],
  [busy, 4],
  [busyAtFirst, 2],
  [rejects, 3],
  [noRoute, 2],
];

const FIRST_NAMES =
  'Ada Ben Clara Dev Elena Felix Grace Hugo Iris Jonas Kavya Liam Maya Nils Olga Pablo Quinn Rita Sven Tara Uma Victor Wanda Xavier Yara Zeno'.split(
    ' ',
  );
const LAST_NAMES =
  'Abel Baker Castillo Doyle Eriksen Foster Gupta Hale Ivanov Jansen Kim Lopez Morgan Nakata Ortiz Park Quigley Rossi Singh Tanaka Usman Vance Weaver Yilmaz Zhou'.split(
    ' ',
  );
const FIRST_BIRTH_MS = Date.UTC(1930, 0, 1);
const LAST_BIRTH_MS = Date.UTC(2005, 11, 31);

/**
 * One patient for each number. From as many on as there are personas, everyone of them is among them; or those that are asked for,
 * in turn.
 */
export function crowd(seed: number, phones: readonly string[], wanted?: readonly Persona[]): readonly Persona[] {
  const random = new Random(seed);
  const scripts =
    wanted === undefined
      ? shuffled(scriptsFor(phones.length), random)
      : phones.map((_, n) => wanted[n % wanted.length] as Persona);
  return phones.map((phone, n) => patientOf(scripts[n] as Persona, phone, n, random));
}

/** Everybody once, as far as that goes; of the rest each persona has its share, not one by chance. */
function scriptsFor(count: number): Persona[] {
  const scripts = SHARES.slice(0, count).map(([persona]) => persona);
  const rest = count - scripts.length;
  const whole = SHARES.reduce((sum, [, share]) => sum + share, 0);
  let reached = 0;
  for (const [persona, share] of SHARES) {
    const before = Math.round((reached / whole) * rest);
    reached += share;
    const after = Math.round((reached / whole) * rest);
    for (let n = before; n < after; n += 1) scripts.push(persona);
  }
  return scripts;
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const mixed = [...list];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random.next() * (last + 1));
    [mixed[last], mixed[other]] = [mixed[other] as T, mixed[last] as T];
  }
  return mixed;
}

function patientOf(script: Persona, phone: string, n: number, random: Random): Persona {
  const pick = (names: readonly string[]) => names[Math.floor(random.next() * names.length)] as string;
  const [firstName, lastName] = [pick(FIRST_NAMES), pick(LAST_NAMES)];
  const person = { ...script, id: `${script.id}-${n}`, phone, firstName, lastName };
  const { dateOfBirth: before } = script;
  if (before === null) return person;
  const born = new Date(FIRST_BIRTH_MS + random.next() * (LAST_BIRTH_MS - FIRST_BIRTH_MS));
  const dateOfBirth = born.toISOString().slice(0, 10);
  const swap = (keys: Replies): Replies => withBirthDate(keys, before, dateOfBirth);
  return {
    ...person,
    dateOfBirth,
    keys: swap(script.keys),
    ...(script.ringBack === undefined ? {} : { ringBack: { ...script.ringBack, keys: swap(script.ringBack.keys) } }),
  };
}

/** Whoever knows the birth date of the script knows their own; what is wrong stays wrong. */
function withBirthDate(keys: Replies, before: string, after: string): Replies {
  const { birth_date: replies } = keys;
  if (replies === undefined) return keys;
  return { ...keys, birth_date: replies.map((reply) => (reply === typed(before) ? typed(after) : reply)) };
}

function typed(date: string): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return `${month}${day}${year}#`;
}
