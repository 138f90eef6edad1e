/**
 * TC-09: the words by which a patient takes back the consent to be called, in both languages. Narrow, unlike red flags: a hit
 * ends the call and blocks the number, so "my doctor told me to stop" or "don't call me before nine" must not do it.
 */
import { findAny, type Match } from './match-phrases.ts';
import { type SpokenWord, spokenWords } from './spoken-words.ts';

/** Clear by themselves. */
const ANYWHERE = [
  'stop|quit calling|phoning|ringing|dialing|contacting|bothering|harassing me|us|my|our|here|this',
  'stop|quit calling|phoning again|please|now|already|anymore',
  'stop|end|cancel|quit these|your|all|those|the|robo|automated|automatic|making|getting|sending ... calls|robocalls',
  "don't|never ... call|phone|ring|contact me|us|here|this ... again|anymore|ever",
  "don't want|need|like any|these|more|your|this|further|automated|robo|getting|calls ... calls|calling|call",
  "don't want|need calls|robocalls",
  "don't want to be|get|receive ... called|calls|contacted",
  "don't want you|you'all|yall|anyone|anybody ... call|calling|contacting|phoning me|us|here|my|this",
  'want|need|like these|the|your|all|this ... calls|calling to stop|end',
  'no more calls|robocalls|calling',
  'no more phone|automated calls',
  'take|remove|delete|scratch me|us|this|my ... off|from|of|out ... list|lists|calls|system|database|records',
  'take me|us off your|this|that|the list',
  'take my|our|this ... number|name off|out',
  'remove|delete my|our|this number',
  'lose|forget my|this number',
  'leave me|us alone',
  "don't call list|registry",
  'opt out',
  'opt me|us out',
  'opting out',
  'unsubscribe',
  'revoke|withdraw my|our consent|permission',
  'cease ... calls|calling',
  'dejen|deje|deja|dejes|paren|pare de llamar|llamarme|llamarnos|marcar|marcarme|marcarnos|molestar|molestarme|molestarnos|contactarme',
  'no ... vuelvan|vuelva|vuelvas a llamar|llamarme|llamarnos|marcar|marcarme|molestar|molestarme|contactarme',
  'no ... llamen|llame|llames|marquen|marque|marques|hablen|contacten|contacte|molesten ... mas|nunca|jamas',
  'no ... llamen|llame|llames|marquen|marque|contacten otra vez',
  'no ... quiero|deseo|queremos|deseamos que me|nos ... llamen|llame|llames|marquen|marque|contacten|molesten',
  'no ... quiero|deseo|queremos|deseamos recibir ... llamadas',
  'no ... quiero|deseo|queremos|deseamos mas|estas|sus|ninguna|tantas llamadas|llamada',
  'no|ni|basta mas|de llamadas',
  'quiteme|quitenme|quitame|saqueme|saquenme|sacame|borreme|borrenme|borrame|elimineme|eliminenme|remuevame|remuevanme de ... lista|listas|sistema|registro|llamadas',
  'quite|quiten|saque|saquen|borre|borren|elimine|eliminen mi|este|nuestro numero|telefono|nombre',
  'detenga|detengan|pare|paren|cancele|cancelen|suspenda|suspendan las|estas|sus|todas|mis ... llamadas',
  'dejeme|dejenme|dejame|dejennos en paz',
  'darme|deme|denme de baja',
  'revoco|retiro mi consentimiento|permiso',
];
/** An order only when nothing but a courtesy or a new clause follows: "don't call me at work" is no stop. */
const AT_END = [
  "don't|never call|phone|ring|contact me|us",
  "don't|never call|phone this|my number|phone",
  "don't call",
  'stop|quit calling|phoning',
  'no me|nos llamen|llame|llames|marquen|marque|contacten|molesten|moleste',
  'no llamen|llame|marquen',
  'no llamen|llame|marquen a este numero',
];
const COURTESIES = new Set(
  'please no thank thanks ok okay and i im or sir maam por favor gracias senor senora y ya'.split(' '),
);
/** Whoever is told here is somebody else: "I told my ex to stop calling me", "they never call me again". */
const NOT_TO_US = new Set(
  `to they he she it we i who wont wouldnt didnt doesnt cant couldnt dont not never did would that doctors doctor nurse people
  nunca ellos ella el nadie`.split(/\s+/),
);
/** "No, stop calling me" is an order; "no dejen de llamarme" is its opposite. */
const AFTER_NO = new Set(
  'dejen deje deja dejes paren pare quite quiten saque saquen borre borren elimine eliminen'.split(' '),
);
/** Unless it was us: "I told you to stop calling me", "I want you to stop". */
const TO_US = [
  'told|asked|telling|asking|want|need|like you|yall|guys|people ... to',
  'want|wanna|like|need|wish|trying|please to',
  'want|like|need|wish these|this|the|them|it to',
];

export function asksToStopCalls(words: string): boolean {
  const spoken = spokenWords(words);
  return (
    findAny(spoken, ANYWHERE).some((match) => isOrder(spoken, match)) ||
    findAny(spoken, AT_END).some((match) => isOrder(spoken, match) && ends(spoken, match))
  );
}

function isOrder(words: readonly SpokenWord[], match: Match): boolean {
  const start = match[0] ?? 0;
  const first = words[start];
  const before = words[start - 1];
  // A pause begins a clause of its own; "I don't want more calls" is said of oneself.
  if (before === undefined || first === undefined || first.pause !== '') return true;
  if (before.word === 'no') return !AFTER_NO.has(first.word);
  if (speaksOfOneself(words, match) || !NOT_TO_US.has(before.word)) return true;
  return findAny(words, TO_US).some((said) => said.at(-1) === start - 1);
}

const FIRST_PERSON = new Set('want need like revoke withdraw quiero deseo queremos deseamos revoco retiro'.split(' '));
const speaksOfOneself = (words: readonly SpokenWord[], match: Match): boolean =>
  match.some((at) => FIRST_PERSON.has(words[at]?.word ?? ''));

function ends(words: readonly SpokenWord[], match: Match): boolean {
  const next = words[(match.at(-1) ?? 0) + 1];
  return next === undefined || next.pause === 'stop' || COURTESIES.has(next.word);
}
