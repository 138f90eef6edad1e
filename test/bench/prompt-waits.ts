/**
 * How long a patient waits for the product between two prompts (design 6), in one call: from the first arrival of the event that makes the
 * next prompt possible until its command is at Telnyx. Which event led to which command stands in the call's log. What the product's own
 * clock led to was waited for on purpose (2 s of quiet after speech, a time limit, an end that never came) and is counted apart. Pure.
 */

const PROMPTS: ReadonlySet<string> = new Set(['gather_using_speak', 'speak', 'playback_start']);
export const isPrompt = (command: string): boolean => PROMPTS.has(command);

export interface LoggedLine {
  readonly event_id: string;
  readonly type: string;
  readonly effect: string;
  readonly commands: readonly string[];
}
export interface Order {
  readonly action: string;
  readonly at: number;
}
export interface PromptWaits {
  /** In milliseconds: of every prompt that an event of Telnyx led to. */
  readonly waits: readonly number[];
  /** Of every answer that a later event overtook: that one led to the prompt, and both had waited for it. */
  readonly overtaken: readonly number[];
  /** Prompts that the product's own clock led to. */
  readonly own: number;
  /** Prompts that Telnyx got and the log does not explain. */
  readonly unexplained: number;
}

/** `arrivals`: of each event by its id, when it first came; `orders`: the prompts, each once, as Telnyx got them. */
export function promptWaits(
  log: readonly LoggedLine[],
  arrivals: ReadonlyMap<string, number>,
  orders: readonly Order[],
): PromptWaits {
  const left = [...orders];
  const found: { waits: number[]; overtaken: number[]; own: number } = { waits: [], overtaken: [], own: 0 };
  let answers: number[] = [];
  for (const { event_id, type, effect, commands } of log) {
    const arrived = arrivals.get(event_id);
    if (type === 'gather.ended' && effect === 'applied' && commands.length === 0) answers.push(arrived ?? Number.NaN);
    for (const prompt of commands.filter(isPrompt)) {
      const place = left.findIndex(({ action, at }) => action === prompt && at >= (arrived ?? 0));
      // Ordered and taken back before it was sent.
      if (place < 0) continue;
      const [{ at }] = left.splice(place, 1) as [Order];
      if (arrived === undefined) found.own += 1;
      else {
        found.waits.push(at - arrived);
        found.overtaken.push(...answers.map((answered) => at - answered));
      }
      answers = [];
    }
  }
  return { ...found, unexplained: left.length };
}
