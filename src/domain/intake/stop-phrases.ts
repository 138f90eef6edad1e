/**
 * TC-09: the words by which a patient takes back the consent to be called, in both languages. Narrow, unlike red flags: a hit
 * ends the call and blocks the number, so "my doctor told me to stop" or "don't call me before nine" must not do it.
 */
import { findAny, type Match } from './match-phrases.ts';
import { type SpokenWord, spokenWords } from './spoken-words.ts';

const set = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

/** Clear by themselves. */
const ANYWHERE = [
  'stop|quit calling|phoning|ringing|dialing|contacting|bothering|harassing me|us|my|our|here|this',
  'stop|quit calling|phoning again|please|now|already|anymore',
  'stop|quit calling|phoning and',
  'stop|end|cancel|quit these|your|all|those|the|robo|automated|automatic|making|getting|receiving|sending ... calls|robocalls',
  "don't|never ... call|phone|ring|contact me|us|here|this ... again|anymore|ever",
  "don't want|need|like any|these|more|your|this|further|automated|robo|getting|calls ... calls|calling|call",
  "don't want|need calls|robocalls",
  "don't want|wish|like|need to get|receive ... calls",
  "don't want|wish|like|need to be called|contacted|phoned ... again|anymore|ever",
  "don't want|wish to be on|in your|this|that|any|call|calling list|lists",
  "don't want you|yall|anyone|anybody ... call|calling|contacting|phoning me|us|here ... again|anymore|ever",
  'want|need|like these|the|your|all|this ... calls|calling to stop|end',
  'no more calls|robocalls|calling',
  'no more phone|automated calls',
  'take|get|remove|delete|scratch me|us off|from|of your|this|that|the|these|any|all list|lists|calls|system|database|records',
  'take|get|remove|delete|scratch me|us off|from|of|out ... call|calling|phone|contact|calls list|lists|system',
  'take|get|remove|delete|scratch me|us off|from|of your ... list|lists|calls|system|database|records',
  'take|get|remove|delete|scratch my|our|this ... number|name off|from|out ... your|the|this|that ... list|lists|system|database|records',
  'take|get me|us out of your system|database|list|records',
  'want|wanna|like|get off|out your|this|that|these|the list|lists|calls',
  'want|wanna|like|get|be off|out of your|this|that|these list|lists|calls',
  'want|like to be|get off|removed|taken ... your|this|call|calling list|lists',
  "don't call list|registry",
  'opt|opting out !of',
  'opt me|us out !of',
  'opt|opting out of ... calls|calling|messages|robocalls',
  'opt me|us out of ... calls|calling|messages|robocalls',
  'unsubscribe',
  'revoke|withdraw my|our consent|permission',
  'cease ... calls|calling',
  '!me|nos|se|te|lo|la|le dejen|deje|deja|dejes|paren|pare de llamar|llamarme|llamarnos|hablarme|hablarnos|marcar|marcarme|marcarnos|molestar|molestarme|molestarnos|contactarme',
  'no ... vuelvan|vuelva|vuelvas a llamar|llamarme|llamarnos|marcar|marcarme|molestar|molestarme|contactarme',
  'no ... llamen|llame|llames|marquen|marque|marques|hablen|hable|hables|contacten|contacte|molesten ... mas|nunca|jamas',
  'no ... llamen|llame|llames|marquen|marque|contacten otra vez',
  'dejen|deje|deja|dejes|paren|pare de estar|estarme|estarnos llamando|marcando|molestando|hablando',
  'parenle|parele|paren|pare con|a ... llamadas',
  'no ... me|nos esten|este|estes llamando|marcando|molestando|hablando',
  'no ... quiero|deseo|queremos|deseamos recibir ... llamadas',
  'no ... quiero|deseo|queremos|deseamos mas|estas|sus|ninguna|tantas llamadas|llamada',
  'no|ni|basta mas|de llamadas',
  'quiteme|quitenme|quitame|saqueme|saquenme|sacame|borreme|borrenme|borrame|elimineme|eliminenme|remuevame|remuevanme de ... lista|listas|sistema|registro|llamadas',
  'quite|quiten|saque|saquen|borre|borren|elimine|eliminen mi|este|nuestro numero|telefono|nombre de su|la|esta|sus ... lista|listas|sistema|registro|registros',
  'detenga|detengan|pare|paren|cancele|cancelen|suspenda|suspendan las|estas|sus|todas|mis ... llamadas',
  'darme|deme|denme de baja !de|del|en',
  'darme|deme|denme de baja de|en la|su|esta|sus|las|estas lista|listas|llamadas',
  'revoco|retiro mi consentimiento|permiso',
];
/** An order only when nothing but a courtesy or a new clause follows: "don't call me at work" is no stop. */
const AT_END = [
  "don't|never call|phone|ring|contact me|us",
  "don't|never call|phone this|my number|phone",
  "don't call",
  'stop|quit calling|phoning',
  'take my|our|this ... number|name off|out',
  'remove|delete|lose|forget|erase my|our|this number',
  'quite|quiten|saque|saquen|borre|borren|elimine|eliminen mi|este|nuestro numero|telefono|nombre',
  "don't want you|yall|anyone|anybody ... call|calling|contacting|phoning me|us|here",
  "don't want you|yall|anyone|anybody ... call|calling|contacting|phoning my|this number|phone|cell|house",
  'opt|opting out of this|it|these|everything',
  "don't want|wish|like|need to be called|contacted|phoned",
  'remove|delete|unsubscribe me',
  'no ... quiero|deseo|queremos|deseamos que me|nos ... llamen|llame|llames|marquen|marque|contacten|molesten|hablen',
  'no ... quiero|deseo|queremos|deseamos que me|nos ... llamando|marcando|molestando',
  'no me|nos llamen|llame|llames|marquen|marque|contacten|molesten|moleste',
  'no llamen|llame|marquen',
  'no llamen|llame|marquen a este numero',
];
/** What may follow an order: a courtesy, or the beginning of a new clause. "por la mañana" is neither. */
const FOLLOWS_AN_ORDER = [
  'please|no|thank|thanks|ok|okay|and|i|im|because|this|every|all|constantly',
  'gracias|y|ya|porque|estoy|soy|ustedes|todos|tanto',
  'por favor',
  'a este|mi|esta numero|telefono|celular|casa',
  'by you|your|this',
  'at all',
  'at|on this|my number|phone|cell',
];
/** Not after a pause, these are what somebody is called: "don't call me sir". */
const ADDRESSED = ['sir|maam|ma|miss|mister|senor|senora|senorita|joven|doctor|doctora'];
const NAMED = ['sir|maam|mister|miss|mr|mrs|ms|names|that|honey|sweetie|a|an|the|old|by|my|crazy|stupid|lazy|fat'];
/** "no more calls from my ex", "don't call me again until Monday": an order of another kind, unless it is about us. */
const LIMITS = [
  'from|of|about|for|after|before|at|on|in|until|till|during|while|when|unless|except',
  'de|del|antes|despues|en|a|al|hasta|cuando|desde|mientras|sobre|durante|tarde|temprano|fuerte|rapido|alto',
  'por la|las|el|los',
];
const OURS =
  'number|phone|phones|cell|line|you|your|yall|me|us|this|these|numero|telefono|celular|casa|ustedes|su|sus|esta|este';
/** "remove this number, it's my old cell": it is to be replaced, not left in peace. */
const REPLACED = ['old|new|viejo|anterior|nuevo|previous|former|disconnected|vieja|otro|another|waiting|transplant'];
/** Weak by itself: meant for us only where calls are spoken of too. */
const LEAVE_ALONE = ['leave me|us alone', '!no dejeme|dejenme|dejame|dejennos en paz'];
const OF_CALLS = ['call|calls|calling|called|phone|phoning|llam*|marcar|marcarme|marcando|marquen'];
/** "my kids don't call me anymore". */
const SOMEBODY = set(
  `people children family men women parents mom mother dad father brother sister son daughter wife husband ex friend boss cousin
  grandkids everyone everybody somebody someone nobody anybody insurance office pharmacy hospital clinic`,
);
const NO_PLURAL = set(
  'yes this is was us its thanks always calls plus guys folks pls business address unless times days is has',
);
/** Whoever is told here is somebody else: "I told my ex to stop calling me", "they never call me again". */
const NOT_TO_US = set(
  `to they he she it we i who wont wouldnt didnt doesnt cant couldnt dont not never did would that doctors doctor nurse people
  nunca ellos ella el nadie`,
);
/** "No, stop calling me" is an order; "no dejen de llamarme" is its opposite. */
const AFTER_NO = new Set(
  'dejen deje deja dejes paren pare quite quiten saque saquen borre borren elimine eliminen'.split(' '),
);
/** Unless it was us: "I told you to stop calling me", "I want you to stop". */
const TO_US = [
  'told|asked|telling|asking|want|need|like you|yall|guys|people ... to',
  '!doesnt|didnt|wouldnt|not|dont|never|they want|wanna|like|need|wish|trying|please to',
  'want|like|need|wish these|this|the|them|it to',
];

export function asksToStopCalls(words: string): boolean {
  const spoken = spokenWords(words);
  const orders = (patterns: readonly string[]) => findAny(spoken, patterns).filter((match) => isOrder(spoken, match));
  return (
    orders(ANYWHERE).some((match) => !isLimited(spoken, match)) ||
    orders(AT_END).some((match) => ends(spoken, match)) ||
    (orders(LEAVE_ALONE).length > 0 && findAny(spoken, OF_CALLS).length > 0)
  );
}

function isOrder(words: readonly SpokenWord[], match: Match): boolean {
  const start = match[0] ?? 0;
  const first = words[start];
  const before = words[start - 1];
  // A pause begins a clause of its own; "I don't want more calls" is said of oneself.
  if (before === undefined || first === undefined || first.pause !== '') return true;
  if (before.word === 'no') return !AFTER_NO.has(first.word);
  if (speaksOfOneself(words, match)) return true;
  if (!NOT_TO_US.has(before.word) && !isSomebody(words, start - 1)) return true;
  return findAny(words, TO_US).some((said) => said.at(-1) === start - 1);
}

/** Whether the word names who does it: "my kids", "the pain", "mi hijo". */
function isSomebody(words: readonly SpokenWord[], at: number): boolean {
  const word = words[at]?.word ?? '';
  const plural = /[a-z]{3,}s$/.test(word) && !NO_PLURAL.has(word);
  return plural || SOMEBODY.has(word) || /^(?:el|la|los|las|mi|mis|su|sus)$/.test(words[at - 1]?.word ?? '');
}

const FIRST_PERSON = new Set(
  'opt opting unsubscribe want wish need like revoke withdraw quiero deseo queremos deseamos revoco retiro'.split(' '),
);
const speaksOfOneself = (words: readonly SpokenWord[], match: Match): boolean =>
  match.some((at) => FIRST_PERSON.has(words[at]?.word ?? ''));

function ends(words: readonly SpokenWord[], match: Match): boolean {
  const at = (match.at(-1) ?? 0) + 1;
  const next = words[at];
  if (findAny(words.slice(at, at + 6), REPLACED).length > 0) return false;
  if (next === undefined || next.pause === 'stop') return true;
  if (next.pause === 'comma' && begins(words, at, ADDRESSED)) return true;
  return begins(words, at, FOLLOWS_AN_ORDER);
}

function isLimited(words: readonly SpokenWord[], match: Match): boolean {
  const at = (match.at(-1) ?? 0) + 1;
  if (words[at] === undefined || words[at]?.pause !== '') return false;
  if (words[at - 1]?.word === 'me' && begins(words, at, NAMED)) return true;
  return begins(words, at, LIMITS) && findAny(words.slice(at + 1, at + 4), [OURS]).length === 0;
}

const begins = (words: readonly SpokenWord[], at: number, patterns: readonly string[]): boolean =>
  findAny(words.slice(at, at + 3), patterns).some(([first]) => first === 0);
