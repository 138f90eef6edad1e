/** What came of what was asked on the page of a call: its live part for a script, else the page. */
import type { Ask } from '../route.ts';
import { isScripted } from './ask-first.tsx';
import { CallAnswer } from './call-fragment.tsx';
import { CallPage } from './call-page.tsx';
import { callsFrame, callView } from './call-view.ts';
import { page } from './layout.tsx';

interface Said {
  /** Null: the page itself shows it. */
  readonly outcome: string | null;
  readonly status?: 200 | 409;
}

export async function answerCall(ask: Ask, callId: string, { outcome, status = 200 }: Said): Promise<Response> {
  const view = await callView(ask, callId);
  if (isScripted(ask)) return ask.c.html(<CallAnswer view={view} outcome={outcome ?? undefined} />, status);
  const children = <CallPage view={view} outcome={outcome} />;
  return ask.c.html(page({ ...(await callsFrame(ask)), title: 'Call', alerts: view.alerts, children }), status);
}
