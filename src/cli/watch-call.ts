/** A call as it runs: what is said and what happens, line by line, until it is over. */
import { type Items, isLive, type ShownCall, type ShownEvent, type ShownLine } from './call-shapes.ts';
import type { Context } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { follow } from './follow.ts';
import { harmless, maskNumber, shownTime } from './shown.ts';

/** 0 when every question was reached, 1 when the call ended otherwise. */
export async function watchCall(context: Context, id: string): Promise<number> {
  const { client, print } = context;
  const path = `/api/calls/${encodeURIComponent(id)}`;
  const seen = new Set<string>();
  let status = '';
  const look = async (): Promise<ShownCall | null> => {
    // First whether it lives: what is read then holds everything up to there.
    const call = await client.get<ShownCall>(path);
    if (call.status !== status) {
      status = call.status;
      if (print.isJson) print.jsonLine({ kind: 'status', call_id: id, status });
      else print.line(print.bold(`${clock(context, new Date().toISOString())}  ${status.replaceAll('_', ' ')}`));
    }
    const [lines, events] = await Promise.all([
      client.get<Items<ShownLine>>(`${path}/transcripts`),
      client.get<Items<ShownEvent>>(`${path}/events`),
    ]);
    // What is written down from the recording afterwards happens to nobody any more.
    const live = lines.items.filter(({ source }) => source !== 'recording');
    printNews(context, seen, live, events.items);
    return isLive(call) ? null : call;
  };
  const call = await follow(context, look);
  if (print.isJson) print.jsonLine({ kind: 'call', ...call });
  else printOutcome(context, call);
  return call.status === 'completed' ? EXIT.ok : EXIT.failed;
}

function printNews(
  context: Context,
  seen: Set<string>,
  lines: readonly ShownLine[],
  events: readonly ShownEvent[],
): void {
  const { print } = context;
  const times = new Map<string, number>();
  const news = [
    ...lines.map((line) => ({
      at: line.timestamp,
      key: `${line.timestamp} ${line.speaker} ${line.text}`,
      line,
      event: null,
    })),
    ...events.map((event) => ({ at: event.at, key: `${event.event_id} ${event.effect}`, line: null, event })),
  ].filter(({ key }) => {
    // The same words twice in one moment are two lines.
    const nth = (times.get(key) ?? 0) + 1;
    times.set(key, nth);
    const one = `${nth} ${key}`;
    return !seen.has(one) && seen.add(one);
  });
  for (const { at, line, event } of news.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    if (print.isJson) print.jsonLine(line === null ? { kind: 'event', ...event } : { kind: 'transcript', ...line });
    else if (line !== null) print.line(`${clock(context, at)}  ${spoken(context, line)}`);
    else if (event !== null) print.line(print.dim(`${clock(context, at)}    ${eventText(event)}`));
  }
}

const eventText = ({ type, effect }: ShownEvent): string =>
  harmless(effect === 'applied' ? type : `${type} (${effect})`);

export function spoken({ print }: Pick<Context, 'print'>, { speaker, text, input }: ShownLine): string {
  const words = print.as.reveal ? text : maskNumber(text);
  const how = speaker === 'patient' && input === 'keys' ? ' [keys]' : '';
  return `${harmless(speaker).padEnd(7)}  ${harmless(words)}${how}`;
}

/** The time of day: a call is one evening's. */
const clock = ({ print }: Pick<Context, 'print'>, at: string): string => shownTime(at, print.as.zone).slice(11);

function printOutcome({ print }: Context, call: ShownCall): void {
  print.line();
  print.record({
    status: call.status,
    duration: call.duration_seconds === null ? null : `${call.duration_seconds} s`,
    hangup_cause: call.hangup_cause,
    ...(call.error === null ? {} : { error: call.error }),
    red_flags: call.red_flags,
    recording: call.recording.status,
  });
  print.line(print.dim(`Next: call note ${call.call_id}, call recording ${call.call_id} -o FILE`));
}
