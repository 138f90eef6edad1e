/** Prints calls so that they are read like a conversation: one live, the others as a block each when they are over. */
import type { Observation } from '../../src/simulator/observation.ts';
import type { Persona } from '../../src/simulator/persona.ts';

const WIDTH = Math.min(process.stdout.columns ?? 100, 110);
const INDENT = ' '.repeat(19);
const colours = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const paint = (code: number) => (text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
export const bold = paint(1);
export const dim = paint(2);
export const green = paint(32);
export const red = paint(31);
const cyan = paint(36);
const yellow = paint(33);

export interface ConversationPrint {
  hear(observation: Observation): void;
  /** From now on this persona's call is printed as it happens. */
  follow(persona: Persona): void;
  /** Prints what was collected of a call that was not followed. */
  block(persona: Persona): void;
}

export function conversationPrint(write: (line: string) => void): ConversationPrint {
  const collected = new Map<string, Observation[]>();
  let followed: string | null = null;
  const started = new Map<string, number>();
  const lines = (observation: Observation): string[] => {
    const since = started.get(observation.persona) ?? observation.at;
    return linesOf(observation, observation.at - since);
  };
  return {
    hear(observation) {
      if (!started.has(observation.persona)) started.set(observation.persona, observation.at);
      if (observation.persona === followed) for (const line of lines(observation)) write(line);
      else collected.set(observation.persona, [...(collected.get(observation.persona) ?? []), observation]);
    },
    follow(persona) {
      followed = persona.id;
      write(heading(persona));
    },
    block(persona) {
      write('');
      write(heading(persona));
      for (const observation of collected.get(persona.id) ?? []) for (const line of lines(observation)) write(line);
    },
  };
}

const heading = ({ firstName, lastName, phone, description }: Persona): string =>
  `${bold(`☎  ${firstName} ${lastName}`)}  ${dim(phone)}  ${description}`;

function linesOf({ type, text = '', digits = '' }: Observation, sinceMs: number): string[] {
  const time = dim(`${(sinceMs / 1000).toFixed(1).padStart(6)} s`);
  const row = (who: string, what: string) => {
    const [first = '', ...rest] = wrap(what, WIDTH - INDENT.length);
    return [`${time}  ${who}${first}`, ...rest.map((line) => `${INDENT}${line}`)];
  };
  switch (type) {
    case 'prompt':
      return row(cyan('clinic   '), text);
    case 'entry':
      // A question that we stopped ourselves got no answer from the patient.
      if (digits === '' && text === 'cancelled') return [];
      return row(yellow('patient  '), digits === '' ? dim(text) : `presses ${bold([...digits].join(' '))}`);
    case 'ringing':
      return row(dim('         '), dim('rings'));
    case 'answered':
      return row(dim('         '), dim('is answered'));
    case 'hangup':
      return row(dim('         '), dim(`hangs up: ${text}`));
    case 'recording':
    case 'transfer':
    case 'transcription':
      return row(dim('         '), dim(`${type}: ${text}`));
    case 'key':
      return [];
  }
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** A note as staff would skim it. */
export function noteLines(note: Record<string, unknown>): string[] {
  const lines = [`${bold('   Note')}  ${String(note.status)}, patient-reported by automated call, not reviewed`];
  for (const section of ['hpi', 'ample', 'family_history'] as const) {
    const answers = note[section] as Record<string, { state: string; value?: unknown; display?: string }>;
    lines.push(`   ${dim(section.replace('_', ' '))}`);
    for (const [name, { state, value, display }] of Object.entries(answers)) {
      const shown =
        state === 'answered' ? (display ?? (value === true ? 'yes' : String(value))) : dim(state.replace('_', ' '));
      lines.push(`     ${name.replaceAll('_', ' ').padEnd(30)} ${shown}`);
    }
  }
  return lines;
}
