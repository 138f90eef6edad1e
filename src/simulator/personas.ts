/**
 * The patients who pick up the phone. Numbers are real area codes with 555-01xx, which are kept free for fiction.
 * `personas` are the most telling ones, rung by whoever wants to see it work; `morePersonas` complete the picture.
 */
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
import type { Persona } from './persona.ts';
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

export const personas: readonly Persona[] = [
  fullRecorded,
  spanish,
  fullUnrecorded,
  redFlag,
  redoes,
  hangsUp,
  putThrough,
  stopsRecording,
  wrongKeysThenSilence,
  optsOut,
  declines,
  wrongPerson,
  noBirthDate,
  voicemail,
  busy,
  noAnswer,
];

export const morePersonas: readonly Persona[] = [
  redFlagStaff,
  selfHarm,
  staffNotThere,
  callScreening,
  optsOutMidway,
  repeatsAndSkips,
  talksLong,
  silentAtVoice,
  neverHeardRight,
  voicemailWithoutBeep,
  rejects,
];
