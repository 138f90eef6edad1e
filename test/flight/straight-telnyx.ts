/**
 * Telnyx' SDK with what it asks and where, but without the machinery of a request: no headers, no text, no timer. What comes back
 * as an error is the SDK's own.
 */
import { APIConnectionError, APIError, type APIPromise, Telnyx } from 'telnyx';
import type { ApiRequest, ApiResponse } from '../../src/simulator/handle-request.ts';

/** Rejects when no answer came in time. */
export type Ask = (request: ApiRequest) => Promise<ApiResponse>;
type Options = Parameters<Telnyx['post']>[1];
type ListRequest = Parameters<Telnyx['requestAPIList']>;

const NO_HEADERS = new Headers();
const NO_RESPONSE = new Response();

export class StraightTelnyx extends Telnyx {
  readonly #ask: Ask;

  constructor(apiKey: string, ask: Ask) {
    super({ apiKey });
    this.#ask = ask;
  }

  override get<T>(path: string): APIPromise<T> {
    return this.#send('GET', path) as APIPromise<T>;
  }

  override post<T>(path: string, options?: Options): APIPromise<T> {
    return this.#send('POST', path, options) as APIPromise<T>;
  }

  /** The promise of a page, which the types of the SDK allow nobody else to make. */
  override requestAPIList(...[Page, options]: ListRequest): never {
    const page = async () => {
      const asked = await options;
      return new Page(this, NO_RESPONSE, await this.#send('GET', asked.path, asked), asked);
    };
    return page() as never;
  }

  async #send(method: string, path: string, options?: Options): Promise<unknown> {
    const { body, query } = (await options) ?? {};
    const { status, body: reply } = await this.#ask({
      ...{ method, path: `/v2${path}`, body, headers: { authorization: `Bearer ${this.apiKey}` } },
      query: query === undefined ? {} : Object.fromEntries(new URLSearchParams(this.stringifyQuery(query as object))),
    }).catch((error: Error) => {
      throw new APIConnectionError({ message: error.message, cause: error });
    });
    if (status >= 300) throw APIError.generate(status, reply as object, undefined, NO_HEADERS);
    return reply;
  }
}
