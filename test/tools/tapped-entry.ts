/**
 * The worker with its lines tapped, for the canary run alone: the product as it is, but its log tells to which host each request goes
 * out, what each queue message holds, and, when asked, what a leak in each place would look like. The product knows nothing of it.
 */
import type { Env } from '../../src/env.ts';
import worker from '../../src/index.ts';

export * from '../../src/index.ts';

const tell = (line: object) => console.log(JSON.stringify(line));
const send = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const { host } = new URL(input instanceof Request ? input.url : String(input));
  tell({ tap: 'outbound', host });
  return send(input, init);
};

/** Where a mistake could put something: asked for by the test that shows that its search finds it there. */
async function plant(mark: string, env: Env): Promise<Response> {
  tell({ planted: mark });
  await env.BUCKET.put('planted/object', mark);
  await env.DB.prepare("insert into signs (name, at, code) values ('planted', 0, ?)").bind(mark).run();
  await env.JOB_QUEUE.send({ job_id: btoa(mark) });
  return new Response(mark, { status: 418, headers: { 'x-planted': mark } });
}

export default {
  fetch: (request, env, ctx) => {
    const mark = request.headers.get('x-plant');
    return mark === null ? worker.fetch(request, env, ctx) : plant(mark, env);
  },
  queue: (batch, env) => {
    for (const { body } of batch.messages) tell({ tap: 'queue', queue: batch.queue, body });
    return worker.queue(batch, env);
  },
  scheduled: (controller, env) => worker.scheduled(controller, env),
} satisfies ExportedHandler<Env, never>;
