/**
 * Whether a phrase is denied by the words around it, in English and Spanish mixed. Built so that doubt means "not denied":
 * a denial must lead to the phrase through words known to carry it on, and nothing may take it back ("except", "until", "like this").
 */
import type { SpokenWord } from './spoken-words.ts';

type Words = readonly SpokenWord[];
const set = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

const DENIALS =
  set(`no not never without neither nor deny denies denied denying dont doesnt didnt havent hasnt hadnt isnt
  arent wasnt werent aint nunca jamas sin ni ningun ninguna ninguno tampoco niega niego`);
/** "can't breathe" is a symptom: these begin phrases but deny nothing. */
const INABILITIES = set('cant couldnt wont wouldnt unable hardly barely apenas nothing nada');

/** Words that carry a denial on: "I don't [have any history of] chest pain". No pronouns: they begin a new clause. */
const CARRIERS = set(`any a an the of have has had having get gets getting got gotten feel feeling felt been experience
  experienced experiencing notice noticed suffer suffered suffering from with in history sign signs symptom symptoms kind type sort
  ever currently recently recent known previous prior past complain complaining
  complaints cause caused causing give given giving me longer being take taken taking took
  tengo tiene tienen tenia tenemos tener teniendo tenido tomado tome tuve tuvo he ha han hemos habido hay siento siente sentido senti
  sentir sintiendo sufro sufre sufri sufrido sufrir padezco padece padecido presento presenta presentado notado da dan dio dado
  dando le te causa causado ningun ninguna algun alguna un una el los las la de del nada tipo clase historia historial
  antecedentes sintomas signos estoy esta estado estuve actualmente con problemas en`);
/** The same for plans and thoughts: "I'm not [thinking of] killing myself". */
const INTENTS =
  set(`want wanted wanting wish going gonna thinking thought thoughts think planning plan plans trying tried try
  intend intention intentions intent ideas idea desire considering considered contemplating about to of on attempt attempted
  attempts urge urges feelings commit committed committing
  quiero quisiera queria quise querido pienso pensado pensaba pensando pense voy va a trato tratado intento intentado intente
  ideas pensamientos pensamiento intencion intenciones plan planes deseo deseos`);
/** After a bare "no" these begin something new: "no the chest pain is worse", "no passed out", "no con dolor". */
const NEW_AFTER_NO =
  set(`the a an have has had having get got feel feeling felt been in with from me  hurts aches burns passed fainted collapsed lost took swallowed want wanna going gonna thinking trying feels el la los las un una en mi my de con
  quiero quisiera queria deseo voy prefiero`);
/** Only between the words of one phrase: "pain, but not in my chest". */
const CARRIERS_INSIDE = set('my mi the el la in en');
/** Ends the reach of a denial over a list: "not sure if it is gas or chest pain". */
const LIST_ENDS =
  set(`i im ive id ill it its he she they we you there that this which who because since when while if whether so
  then but however though although except now today started suddenly and know sure tell think certain only just good well
  yo pero porque cuando si que aunque ahora hoy y es son se bien solo`);

/** "no pain except in my chest", "never chest pain like this", "no chest pain until today". */
const TAKES_BACK =
  set(`except excepting unless until till before since yesterday earlier like first initially besides other
  than apart aside but only just though although however
  excepto salvo menos hasta antes desde ayer anoche asi como principio pero sino solo solamente aunque`);
/** But "no chest pain or anything like that" is a denial. */
const ALIKE = set('like asi');
const VAGUE = set('anything nothing something stuff nada algo cosas');
const SOFT_TURNS = set('but pero only just solo solamente nomas though aunque');
const AFTER_TURN = set('when if sometimes occasionally might may only cuando veces podria');
/** "I don't want to hurt myself but I did": after a turn, of wishes only. */
const AFTER_TURN_OF_WISH = set(
  'now do did will could almost keep cant lately today tried ahora hoy si hice intente casi',
);
/** "I'm trying not to kill myself", "trato de no matarme": what is wished for is that it may not happen. */
const ASPIRES = set('to hard difficult tough reason reasons trying try struggling for de por para a en que prometi');
const REFLEXIVE = /(?:rme|ndome)$/;
const DEGREES = set('so this that as tan');
const STRONG = set('bad badly strong severe intense hard much fuerte intenso intensa grave');
/** "I can't walk without chest pain", "never without pain": two denials make a symptom. */
const NEVER_WITHOUT = set('cant couldnt wont unable never not puedo puede podia dia day night');

export const isNegation = (word: string): boolean => DENIALS.has(word) || INABILITIES.has(word);

/** `match` holds the positions of the phrase's words. */
export function isNegated(words: Words, match: readonly number[], byIntent = false): boolean {
  const first = match[0] ?? 0;
  const last = match.at(-1) ?? first;
  const inside = words.slice(first + 1, last + 1);
  const denied =
    inside.some(({ pause, word }) => pause !== '' || TAKES_BACK.has(word)) === false &&
    (deniedBefore(words, first, byIntent) ||
      match.some((at, i) => i > 0 && deniedInside(words, at, match[i - 1] ?? 0)));
  return denied && !liftsNegation(words, last, byIntent);
}

function deniedBefore(words: Words, at: number, byIntent: boolean): boolean {
  for (let i = at - 1; i >= 0 && i >= at - 7; i -= 1) {
    if (wordAt(words, i + 1).pause !== '') return false;
    const { word } = wordAt(words, i);
    if (DENIALS.has(word)) return denies(words, i) && !(byIntent && belongsToWish(words, i));
    if (word === 'or' || word === 'o') return deniedList(words, i);
    if (!CARRIERS.has(word) && !(byIntent && INTENTS.has(word))) return false;
  }
  return false;
}

/** Whether the denial is what is wished for, not a denial of the wish. */
function belongsToWish(words: Words, at: number): boolean {
  const { word } = wordAt(words, at);
  if (word !== 'not' && word !== 'no') return false;
  const next = wordAt(words, at + 1).word;
  return next === 'to' || ASPIRES.has(wordAt(words, at - 1).word) || (word === 'no' && REFLEXIVE.test(next));
}

/** "my chest doesn't really hurt", "el pecho no me duele". */
function deniedInside(words: Words, at: number, after: number): boolean {
  for (let i = at - 1; i > after; i -= 1) {
    const { word } = wordAt(words, i);
    if (DENIALS.has(word)) return denies(words, i);
    if (!CARRIERS.has(word) && !CARRIERS_INSIDE.has(word)) return false;
  }
  return false;
}

/** "no fever, cough or chest pain": one denial for the whole list. */
function deniedList(words: Words, or: number): boolean {
  for (let i = or - 1; i >= 0 && i >= or - 10; i -= 1) {
    if (wordAt(words, i + 1).pause === 'stop') return false;
    const { word } = wordAt(words, i);
    if (DENIALS.has(word)) return denies(words, i);
    if (LIST_ENDS.has(word)) return false;
  }
  return false;
}

function denies(words: Words, at: number): boolean {
  const { word } = wordAt(words, at);
  if (word === 'no') {
    const next = wordAt(words, at + 1).word;
    return !NEW_AFTER_NO.has(next === 'me' ? wordAt(words, at + 2).word : next);
  }
  if (word !== 'without' && word !== 'sin') return true;
  return !words.slice(Math.max(0, at - 6), at).some((before) => NEVER_WITHOUT.has(before.word));
}

/** Whether the words after position `last` take a denial back. */
function liftsNegation(words: Words, last: number, byIntent: boolean): boolean {
  const stop = words.findIndex(({ pause }, i) => i > last && pause === 'stop');
  const after = words.slice(last + 1, Math.min(last + 7, stop < 0 ? words.length : stop)).map(({ word }) => word);
  const turn = after.findIndex((word) => SOFT_TURNS.has(word));
  const near = after.slice(0, turn < 0 ? 3 : Math.min(turn, 3));
  return (
    near.some((word, i) => TAKES_BACK.has(word) && !(ALIKE.has(word) && VAGUE.has(near[i - 1] ?? ''))) ||
    (turn >= 0 &&
      after.slice(turn + 1).some((word) => AFTER_TURN.has(word) || (byIntent && AFTER_TURN_OF_WISH.has(word)))) ||
    after.some((word, i) => DEGREES.has(word) && STRONG.has(after[i + 1] ?? ''))
  );
}

const NOTHING: SpokenWord = { word: '', pause: 'stop' };
const wordAt = (words: Words, at: number): SpokenWord => words[at] ?? NOTHING;
