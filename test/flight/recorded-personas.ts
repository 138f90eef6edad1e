/**
 * Whose calls are recorded: by voice in both languages, without a recording, with star commands, a red flag, words said again
 * and words said into the read-back, a machine, staff.
 */
import {
  fullRecorded,
  fullUnrecorded,
  redoes,
  repeatsAndSkips,
  spanish,
} from '../../src/simulator/interview-personas.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { voicemail } from '../../src/simulator/refusing-personas.ts';
import { putThrough, redFlag } from '../../src/simulator/urgent-personas.ts';
import { listensToCommands, thinksAloud } from './cast.ts';

const skipsAloud: Persona = {
  ...repeatsAndSkips,
  keys: { ...repeatsAndSkips.keys, 'ample.allergies_detail': ['*7'] },
  expected: { ...repeatsAndSkips.expected, items: {} },
};

export const recordedPersonas: readonly Persona[] = [
  fullRecorded,
  spanish,
  fullUnrecorded,
  listensToCommands(skipsAloud),
  redFlag,
  redoes,
  voicemail,
  thinksAloud,
  listensToCommands(putThrough),
];
