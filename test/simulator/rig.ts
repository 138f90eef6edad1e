/** An engine under a virtual clock, with everything it delivers kept, and short ways to ask it for things. */
import type { EngineOptions } from '../../src/simulator/engine-options.ts';
import { createTelnyxEngine } from '../../src/simulator/telnyx-engine.ts';
import { VirtualClock } from '../../src/simulator/virtual-clock.ts';

export interface Delivered {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly at: number;
  readonly meta: { attempt: number; delivered_to: string };
  readonly event: {
    readonly id: string;
    readonly event_type: string;
    readonly occurred_at: string;
    // biome-ignore lint/suspicious/noExplicitAny: payloads differ by event, and a test says which one it looks at.
    readonly payload: any;
  };
}

export const patient = '+12025550143';

export function clientState(step: string, n = 0, callId = 'call_1'): string {
  return btoa(JSON.stringify({ s: callId, q: step, n }));
}

export async function rig(
  options: Omit<Partial<EngineOptions>, 'clock'> & {
    clock?: VirtualClock;
    answerWith?: (delivered: Delivered) => number;
  } = {},
) {
  const { answerWith = () => 200, clock: given, ...engineOptions } = options;
  const clock = given ?? new VirtualClock();
  const inbox: Delivered[] = [];
  const engine = await createTelnyxEngine({
    clock,
    deliver: async (url, headers, body) => {
      const { data, meta } = JSON.parse(body);
      const delivered = { url, headers, body, at: clock.now(), event: data, meta };
      inbox.push(delivered);
      const status = answerWith(delivered);
      if (status === 0) throw new TypeError('fetch failed');
      return { status };
    },
    ...engineOptions,
  });
  // biome-ignore lint/suspicious/noExplicitAny: bodies differ by route, and a test says which one it looks at.
  const api = async (method: string, path: string, body?: object, query: Record<string, string> = {}): Promise<any> => {
    const headers = { authorization: `Bearer ${engine.apiKey}` };
    const response = await engine.request({ method, path, headers, query, body });
    return { status: response.status, ...(response.body as object) };
  };
  const dial = (more: object = {}) =>
    api('POST', '/v2/calls', {
      connection_id: engine.connectionId,
      from: '+12025550100',
      to: patient,
      webhook_url: 'http://worker.test/webhooks/telnyx',
      ...more,
    });
  const act = (id: string, name: string, body: object = {}) =>
    api('POST', `/v2/calls/${encodeURIComponent(id)}/actions/${name}`, body);
  return {
    clock,
    engine,
    inbox,
    api,
    dial,
    act,
    types: () => inbox.map((delivered) => delivered.event.event_type),
    events: (type: string) => inbox.filter((delivered) => delivered.event.event_type === type),
    /** A call that has been picked up. */
    async answered(more: object = {}): Promise<string> {
      const { data } = await dial(more);
      await clock.advance(10_000);
      return data.call_control_id;
    },
    /** A gather by the shortest body there is. */
    ask: (id: string, step: string, more: object = {}) =>
      act(id, 'gather_using_speak', {
        payload: 'Please press a key.',
        voice: 'Telnyx.KokoroTTS.af',
        client_state: clientState(step),
        maximum_tries: 1,
        ...more,
      }),
  };
}
