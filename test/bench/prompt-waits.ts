/**
 * How long a patient waits for the product between two prompts (design 6), in one call: from the first arrival of the event that makes the
 * next prompt possible until its command is at Telnyx. Which event led to which command stands in the call's log. What the product's own
 * clock led to was waited for on purpose (2 s of quiet after speech, a time limit, an answer that did not come) and is counted apart. Pure.
 */

const PROMPTS: ReadonlySet<string> = new Set(['gather_using_speak', 'speak', 'playback_start']);
const isPrompt = (command: string): boolean => PROMPTS.has(command);

export interface LoggedLine {
  readonly event_id: string;
  readonly type: string;
  readonly effect: string;
  readonly commands: readonly string[];
}
export interface PromptWaits {
  /** In milliseconds: of every prompt that an event of Telnyx led to. */
  readonly waits: readonly number[];
  /** Of every answer that a later event overtook: that one led to the prompt, and both had waited for it. */
  readonly overtaken: readonly number[];
  /** Prompts that the product's own clock led to. */
  readonly own: number;
  /** Prompts that were ordered and never came to Telnyx: taken back before they were sent, as something newer was there. */
  readonly unsent: number;
}

/**
 * `arrivals`: of each event by its id, when it first came; `sentAt`: when a command first came to Telnyx, by its number. The session numbers
 * commands from 1 in the order in which its log names them.
 */
export function promptWaits(
  log: readonly LoggedLine[],
  arrivals: ReadonlyMap<string, number>,
  sentAt: (number: number) => number | undefined,
): PromptWaits {
  const found = { waits: [] as number[], overtaken: [] as number[], own: 0, unsent: 0 };
  let number = 0;
  let answers: number[] = [];
  for (const { event_id, type, effect, commands } of log) {
    const arrived = arrivals.get(event_id);
    if (type === 'gather.ended' && effect === 'applied' && commands.length === 0) answers.push(arrived ?? Number.NaN);
    for (const command of commands) {
      number += 1;
      const at = sentAt(number);
      if (!isPrompt(command)) continue;
      if (at === undefined) found.unsent += 1;
      else if (arrived === undefined) found.own += 1;
      else {
        found.waits.push(at - arrived);
        found.overtaken.push(...answers.map((answered) => at - answered));
      }
      answers = [];
    }
  }
  return found;
}
