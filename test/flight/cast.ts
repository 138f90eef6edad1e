/** Simulated patients in any number: the personas of the simulator, each copy with a telephone of its own. */
import {
  busyAtFirst,
  fax,
  noRoute,
  outAtFirst,
  slowTalker,
  wrongBirthDate,
} from '../../src/simulator/elusive-personas.ts';
import { fullRecorded, hangsUp, repeatsAndSkips, stopsRecording } from '../../src/simulator/interview-personas.ts';
import type { Persona, Reply } from '../../src/simulator/persona.ts';
import { morePersonas, personas } from '../../src/simulator/personas.ts';
import {
  busy,
  noAnswer,
  optsOutMidway,
  rejects,
  voicemail,
  voicemailWithoutBeep,
} from '../../src/simulator/refusing-personas.ts';
import { putThrough, staffNotThere } from '../../src/simulator/urgent-personas.ts';

/** Presses `*`, hears the commands out, and then presses the key. */
export function listensToCommands(persona: Persona): Persona {
  const command: string[] = [];
  const slow = (reply: Reply): Reply => {
    if (typeof reply !== 'string' || !/^\*.$/.test(reply)) return reply;
    command.push(reply.slice(1));
    return '*';
  };
  const keys = Object.entries(persona.keys).map(([step, replies]) => [step, replies.map(slow)]);
  const id = `${persona.id}-listens`;
  return { ...persona, id, keys: { ...Object.fromEntries(keys), command } };
}

/** Thinks between two sentences, so that the second runs into the read-back of the first. */
export const thinksAloud: Persona = {
  ...fullRecorded,
  id: 'thinks-aloud',
  keys: {
    ...fullRecorded.keys,
    'hpi.chief_complaint': [{ say: ['my back hurts', 'and it began when I was lifting a heavy box'], pauseMs: 2_500 }],
    'ample.events': [{ say: ['nothing much', 'but I had been moving boxes for the whole day before'], pauseMs: 2_400 }],
    '*.confirm': ['1'],
  },
};

/** Puts the phone down with the last word: what was said arrives after the hang-up. */
const hangsUpSpeaking: Persona = {
  ...hangsUp,
  id: 'hangs-up-speaking',
  keys: { ...hangsUp.keys, 'ample.medications_detail': [{ say: ['aspirin', 'and insulin'], thenPress: 'hangup' }] },
};

const stopCalling: Reply = { say: ['stop calling me'] };

/** Says it, into a question for keys, where it can be no answer; whoever is misheard twice presses `*9`. */
const saysStop: Persona = {
  ...fullRecorded,
  id: 'says-stop',
  keys: { ...fullRecorded.keys, 'ample.last_meal': [stopCalling, stopCalling, '*9'] },
};

const slow = [optsOutMidway, putThrough, repeatsAndSkips, staffNotThere, stopsRecording].map(listensToCommands);

export const everyPersona: readonly Persona[] = [
  ...personas,
  ...morePersonas,
  ...slow,
  thinksAloud,
  hangsUpSpeaking,
  saysStop,
];

const elusive = [wrongBirthDate, slowTalker, busyAtFirst, outAtFirst, noRoute, fax];
const times = (count: number, persona: Persona): Persona[] => Array.from({ length: count }, () => persona);

/** Everybody once, and those who are not reached as often as on a clinic's list: 24 of these 56. */
export const clinicList: readonly Persona[] = [
  ...[...everyPersona, ...elusive],
  ...[...times(6, noAnswer), ...times(4, voicemail), ...times(2, voicemailWithoutBeep), ...times(2, busy), rejects],
];

/** 555-01xx is no one's, in any area. Those of the clinic and its staff are in another. */
const phoneOf = (index: number): string =>
  `+1${301 + Math.floor(index / 100)}55501${String(index % 100).padStart(2, '0')}`;

/** `count` patients, the personas in turn. */
export const castOf = (count: number, from: readonly Persona[] = everyPersona): Persona[] =>
  Array.from({ length: count }, (_, index) => ({
    ...(from[index % from.length] as Persona),
    phone: phoneOf(index),
  }));

/** An engine that takes all of them at once. */
export const crowdOf = (patients: readonly Persona[]) => ({
  personas: patients,
  liveCalls: patients.length,
  dialsPerFiveSeconds: patients.length,
});
