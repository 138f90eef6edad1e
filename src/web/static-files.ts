/** The files of static/, under /static/: style sheets and scripts only, by plain file names, so no path can lead elsewhere. */
import type { AppContext } from './context.ts';
import { notFound } from './errors.ts';

const FILE_NAME = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*\.(css|js|svg|txt)$/;

export async function staticFile(c: AppContext): Promise<Response> {
  const name = c.req.path.slice('/static/'.length);
  if (!FILE_NAME.test(name)) throw notFound();
  const known = c.req.header('If-None-Match');
  const headers = new Headers(known === undefined ? {} : { 'If-None-Match': known });
  const asset = await c.env.ASSETS.fetch(new URL(`/${name}`, c.req.url), { headers });
  if (asset.status !== 200 && asset.status !== 304) throw notFound();
  // Short, then revalidated by ETag: a deployment is seen within minutes. What else the platform says of the file is for nobody.
  const answer = new Headers({ 'Cache-Control': 'public, max-age=300, must-revalidate' });
  for (const header of ['Content-Type', 'Content-Length', 'ETag']) {
    const value = asset.headers.get(header);
    if (value !== null) answer.set(header, value);
  }
  return new Response(asset.body, { status: asset.status, headers: answer });
}
