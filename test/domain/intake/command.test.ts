import { expect, it } from 'vitest';
import { type CommandName, isOwn, isStopping } from '../../../src/domain/intake/command.ts';

const NAMES: Record<CommandName, 'stopping' | 'own' | 'ordinary'> = {
  dial: 'ordinary',
  gather_using_speak: 'ordinary',
  gather_stop: 'stopping',
  speak: 'ordinary',
  playback_start: 'ordinary',
  playback_stop: 'stopping',
  record_start: 'ordinary',
  record_stop: 'stopping',
  transcription_start: 'ordinary',
  transcription_stop: 'stopping',
  answer: 'ordinary',
  transfer: 'ordinary',
  hangup: 'stopping',
  retrieve_call: 'ordinary',
  find_dial: 'ordinary',
  suppress_number: 'own',
  open_task: 'own',
  release_line: 'own',
  save_note: 'own',
  run_jobs: 'own',
};

it.each(Object.entries(NAMES) as [CommandName, string][])('counts %s as %s', (name, kind) => {
  expect([isStopping(name), isOwn(name)]).toEqual([kind === 'stopping', kind === 'own']);
});
