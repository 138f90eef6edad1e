/** A call as somebody may see it: what is not theirs to see is null (HS-18). What was said in it is not part of it. */

import { callJson } from '../../call-json.ts';
import type { Call } from '../../store/calls.ts';
import type { Actor } from '../context.ts';
import { accessTo, ifSeen } from '../field-access.ts';
import { maskNumber } from '../mask.ts';

export const shownCall = (actor: Pick<Actor, 'roles'>, call: Call) => ({
  ...callJson(call),
  phone_number: ifSeen(actor, 'phone_number', call.phoneNumber),
  external_id: ifSeen(actor, 'external_id', call.externalId),
  red_flags: ifSeen(actor, 'red_flags', call.redFlags),
});

/** As a list shows it. */
export const listedCall = (actor: Pick<Actor, 'roles'>, call: Call) => ({
  ...shownCall(actor, call),
  phone_number: accessTo(actor, 'phone_number') === 'none' ? null : maskNumber(call.phoneNumber),
});
