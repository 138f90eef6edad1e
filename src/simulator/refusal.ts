/**
 * The error answers of Telnyx: one code, one status, one title. Statuses that Telnyx does not document (90017, 90102)
 * are taken as 422, the status of every other parameter error.
 */
const catalogue = {
  '10004': [422, 'Missing required parameter'],
  '10005': [404, 'Resource not found'],
  '10007': [500, 'Unexpected error'],
  '10009': [401, 'Authentication failed'],
  '10010': [403, 'Authorization failed'],
  '10011': [429, 'Too many requests'],
  '10015': [422, 'Invalid value for connection_id (Call Control App ID)'],
  '10016': [422, 'Phone number must be in +E.164 format'],
  '10032': [422, 'Invalid enumerated value'],
  '10033': [422, 'Value outside of range'],
  '90015': [422, 'Invalid Call Control ID'],
  '90017': [422, 'Invalid client_state'],
  '90018': [422, 'Call has already ended'],
  '90034': [422, 'Call not answered yet'],
  '90054': [422, 'Call transcription is already in progress'],
  '90102': [422, 'Answer command on an outbound call'],
  '90103': [429, 'Dials per second limit exceeded'],
} as const satisfies Record<string, readonly [number, string]>;

export type RefusalCode = keyof typeof catalogue;

export class Refusal extends Error {
  readonly status: number;
  readonly body: object;

  constructor(status: number, body: object) {
    super(`refused with ${status}`);
    this.status = status;
    this.body = body;
  }
}

export function refusal(code: RefusalCode, detail: string, pointer?: string): Refusal {
  const [status, title] = catalogue[code];
  return new Refusal(status, errorBody(code, title, detail, pointer));
}

export function errorBody(code: string, title: string, detail: string, pointer?: string): object {
  return { errors: [{ code, title, detail, ...(pointer === undefined ? {} : { source: { pointer } }) }] };
}
