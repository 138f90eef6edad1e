/** Somebody rings the clinic: one inbound call in the real IntakeSession, each on its own leg, from the first webhook on. */
import { inboundCallId } from '../../src/telnyx/inbound-call-id.ts';
import type { Arrival } from '../../src/telnyx/parse-event.ts';
import type { FakeTelnyx } from './fake-telnyx.ts';
import { givenTelnyx, type LegIds, LiveCall, type Webhook } from './given-session.ts';
import { later } from './worker-env.ts';

/** In a name of its own per file: what a file before left in an object of the same name is not met again. */
const FILE = crypto.randomUUID();
let legs = 0;

export class Caller extends LiveCall {
  readonly #from: string;
  readonly #to: string;

  constructor(callId: string, telnyx: FakeTelnyx, ids: LegIds, numbers: Numbers) {
    super(callId, telnyx, ids);
    this.#from = numbers.from;
    this.#to = numbers.to;
  }

  /** Telnyx echoes null until we have answered. */
  override get clientState(): string | null {
    return this.telnyx.sent('answer').length === 0 ? null : super.clientState;
  }

  arrival(webhook: Webhook = {}): Arrival {
    const payload = { direction: 'incoming', state: 'parked', from: this.#from, to: this.#to };
    const parsed = this.parsed('call.initiated', payload, { clientState: null, ...webhook });
    if (parsed.kind !== 'arrival') throw new Error(`the arrival is ${parsed.kind}`);
    return parsed.arrival;
  }

  /** A second passes, the phone rings, and what that led to is carried out. */
  async rings(webhook?: Webhook) {
    later(1000);
    const received = await this.stub.arrive(this.arrival(webhook));
    await this.alarm();
    return received;
  }

  /** Up to the end of the opening. */
  async answered(): Promise<this> {
    await this.rings();
    await this.webhook('call.answered', { from: this.#from, to: this.#to });
    return this;
  }
}

interface Numbers {
  readonly from: string;
  readonly to: string;
}

export async function givenCaller(from: string, to = '+12025550101'): Promise<Caller> {
  legs += 1;
  const ids = {
    call_control_id: `v3:inbound-${FILE}-${legs}`,
    call_leg_id: `leg-inbound-${FILE}-${legs}`,
    call_session_id: `session-inbound-${FILE}-${legs}`,
  };
  return new Caller(await inboundCallId(ids.call_leg_id), givenTelnyx(), ids, { from, to });
}
