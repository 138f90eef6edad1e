/** TC-09: who asks us to stop calling is heard; who speaks of stopping something else is not cut off. */
import { expect, it } from 'vitest';
import { asksToStopCalls } from '../../../src/domain/intake/stop-phrases.ts';

const STOP = [
  'stop calling me',
  'Stop calling me!',
  'please stop calling',
  'stop calling this number',
  'quit calling my phone',
  'no, stop calling me',
  'no stop calling me',
  'can you please stop calling me',
  'I said stop calling me',
  'I told you to stop calling me',
  'I asked you people to stop calling',
  'I want you to stop calling me',
  "I'd like you to stop calling us",
  'stop these calls',
  'I want these calls to stop',
  'I want to stop these calls',
  'stop all the automated calls',
  'please stop bothering me',
  "don't call me again",
  'do not call me anymore',
  'dont call me no more please',
  "Don't call me.",
  'please do not call this number',
  'never call me again',
  "I don't want any more calls",
  'I do not want these calls',
  "I don't want to be called",
  "I don't want to receive any calls",
  "I don't want you calling me",
  'no more calls please',
  'take me off your list',
  'take me off the call list',
  'please remove my number',
  'remove me from your list',
  'take my number out of your system',
  'put me on the do not call list',
  'lose my number',
  'leave me alone',
  'unsubscribe',
  'opt me out',
  'I want to opt out',
  'I revoke my consent',
  'no me llamen más',
  'No me llamen.',
  'ya no me llamen por favor',
  'por favor no me vuelvan a llamar',
  'no me llame nunca más',
  'no quiero que me llamen',
  'no quiero recibir más llamadas',
  'no quiero más llamadas',
  'ya no quiero estas llamadas',
  'dejen de llamarme',
  'deje de llamar a este número',
  'paren de marcarme',
  'no más llamadas',
  'basta de llamadas',
  'quítenme de su lista',
  'bórrenme de la lista por favor',
  'borren mi número',
  'saquen mi nombre de la lista',
  'cancelen las llamadas',
  'déjenme en paz',
  'quiero darme de baja',
  'retiro mi consentimiento',
  'no me molesten',
];

const GO_ON = [
  'my doctor told me to stop',
  'stop taking the medicine',
  'I stopped taking my pills',
  'they stopped calling',
  'the pharmacy stopped calling me',
  'my ex will not stop calling me',
  "he wouldn't stop calling me",
  'I told my sister to stop calling me at night',
  'my husband told the insurance to stop calling us',
  "don't stop calling me",
  'the bleeding will not stop',
  'make it stop',
  'stop',
  'please stop the recording',
  'they never call me back',
  "the doctors don't call me",
  "they don't call me anymore",
  "don't call me before nine",
  'please do not call me at work',
  "don't call me on Sundays",
  "don't call me Bob",
  'can you call me back tomorrow',
  "I don't want to miss your calls",
  'I want more calls like this',
  'take me off the medicine',
  'they took me off the list for a transplant',
  'I was taken off the medication',
  'remove my stitches',
  'remove the cast',
  'the pain will not leave me alone',
  'no I do not have pain',
  'I have no more pills',
  'no more pain',
  'I call my mother every day',
  'I missed three phone calls',
  'mi doctor me dijo que parara',
  'dejé de tomar la medicina',
  'ya no me llaman',
  'no me llaman del hospital',
  'no me llamo Juan',
  'no me llame antes de las nueve',
  'no me llamen al trabajo',
  'no dejen de llamarme',
  'no quiero perder sus llamadas',
  'no borren mi número',
  'no me molesta mucho',
  'me quitaron de la lista de espera',
  'el dolor no me deja en paz',
  'mi hijo no me llama',
  'no tengo más medicina',
  '',
];

it.each(STOP)('"%s" stops the calls', (words) => {
  expect(asksToStopCalls(words)).toBe(true);
});

it.each(STOP)('"%s" stops them also in plain letters', (words) => {
  const plain = words
    .normalize('NFD')
    .replace(/[\p{M}'’.,!]/gu, '')
    .toLowerCase();
  expect(asksToStopCalls(plain)).toBe(true);
});

it.each(GO_ON)('"%s" does not', (words) => {
  expect(asksToStopCalls(words)).toBe(false);
});

it('hears it in the middle of other talk', () => {
  expect(asksToStopCalls('I am busy right now. Please stop calling me. Thank you.')).toBe(true);
  expect(asksToStopCalls('estoy ocupada, ya no me llamen, gracias')).toBe(true);
});
