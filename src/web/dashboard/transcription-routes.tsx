/** The pages of uploaded audio, and what can be done there. Forms work without script: then the answer is the page again. */
import * as z from 'zod';
import { SPOKEN_LANGUAGES } from '../../domain/transcription/transcript.ts';
import { countAlerts } from '../../store/tasks.ts';
import { getTranscription, listTranscriptions, TRANSCRIPTION_STATUSES } from '../../store/transcriptions.ts';
import { beginTranscription, readAudioForm } from '../begin-transcription.ts';
import { notFound, Problem } from '../errors.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { type Ask, type Route, type RouteSpec, route } from '../route.ts';
import { deleteTranscription, tryAgain } from '../settle-transcription.ts';
import { isScripted } from './ask-first.tsx';
import { clinicClock } from './clinic-clock.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, Outcome, page } from './layout.tsx';
import { TranscriptionPage } from './transcription-page.tsx';
import { RowAnswer, shownName, TranscriptionRow } from './transcription-row.tsx';
import { Said } from './transcription-said.tsx';
import { TranscriptionsPage } from './transcriptions-page.tsx';
import { CALL_ROLES, viewerOf } from './viewer.ts';

const PAGE_SIZE = 25;
const PATH = '/dashboard/transcriptions';

const people = { roles: CALL_ROLES, phi: true } as const;
const one = z.strictObject({ transcription_id: z.string().regex(/^trn_[0-9a-f-]{36}$/) });
const listQuery = z.strictObject({
  status: z.enum(TRANSCRIPTION_STATUSES).optional(),
  cursor: pageCursor('trn').optional(),
});

const clockOf = ({ config, now }: Ask) => clinicClock(config.clinic.timeZone, now);

async function framed(ask: Ask, title: string, children: Parameters<typeof page>[0]['children']) {
  const [alerts, givenUp] = await Promise.all([countAlerts(ask.db, MOST_ALERTS), givenUpFor(ask)]);
  const viewer = viewerOf(ask.actor);
  return page({
    title,
    clinicName: ask.config.clinic.name,
    viewer,
    alerts,
    givenUp,
    current: 'transcriptions',
    children,
  });
}

type ListAsk = Ask<RouteSpec & { query: typeof listQuery }>;
async function listPage(ask: Ask, query: ListAsk['query'] = {}, problem: string | null = null) {
  const { db, config } = ask;
  const { status = null, cursor = null } = query;
  const { items, nextCursor } = await listTranscriptions(db, config.keyRing, { limit: PAGE_SIZE, cursor, status });
  const list = {
    ...{ items, status, cursor: cursorText(cursor), nextCursor: cursorText(nextCursor) },
    clock: clockOf(ask),
  };
  return framed(ask, 'Transcribe', <TranscriptionsPage list={list} config={config} problem={problem} />);
}

type OneAsk = Ask<RouteSpec & { params: typeof one }>;
async function known(ask: OneAsk) {
  const item = await getTranscription(ask.db, ask.config.keyRing, ask.params.transcription_id);
  if (item === null) throw notFound();
  return item;
}

const show = route(
  { ...people, method: 'GET', path: PATH, audit: 'page.transcriptions', query: listQuery },
  async (ask) => ask.c.html(await listPage(ask, ask.query)),
);

/** Without script: one file, then the list with it on top. */
const upload = route({ ...people, method: 'POST', path: PATH, audit: 'transcription.create' }, async (ask) => {
  try {
    const { file, fields } = await readAudioForm(ask);
    const language = fields.get('language') ?? '';
    await beginTranscription(ask, file, SPOKEN_LANGUAGES.includes(language) ? language : null);
    return ask.c.redirect(PATH, 303);
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    const { details, status } = error;
    const text = details.errors?.[0]?.detail ?? details.detail ?? 'The file could not be read.';
    return ask.c.html(await listPage(ask, {}, text), status);
  }
});

const showOne = route(
  { ...people, method: 'GET', path: `${PATH}/:transcription_id`, audit: 'page.transcription', params: one },
  async (ask) => {
    const item = await known(ask);
    return ask.c.html(await framed(ask, 'Transcription', <TranscriptionPage item={item} clock={clockOf(ask)} />));
  },
);

const FRAGMENT = '/dashboard/fragments/transcriptions/:transcription_id';

/** A row that was deleted meanwhile is replaced by nothing. */
const row = route(
  { ...people, method: 'GET', path: FRAGMENT, audit: 'page.transcription_poll', params: one },
  async (ask) => {
    const item = await getTranscription(ask.db, ask.config.keyRing, ask.params.transcription_id);
    return ask.c.html(item === null ? '' : <TranscriptionRow item={item} clock={clockOf(ask)} />);
  },
);

const text = route(
  {
    ...people,
    method: 'GET',
    path: '/dashboard/transcriptions/:transcription_id/text',
    audit: 'transcription.read',
    params: one,
  },
  async (ask) => {
    const { transcript } = await known(ask);
    return ask.c.html(
      transcript === null ? <p class="empty">Not written down yet.</p> : <Said transcript={transcript} />,
    );
  },
);

const retry = route(
  { ...people, method: 'POST', path: `${PATH}/:transcription_id/retry`, audit: 'transcription.retry', params: one },
  async (ask) => {
    let refusal: string | null = null;
    try {
      await tryAgain(ask, ask.params.transcription_id);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 409) throw error;
      refusal = error.details.detail ?? 'It is not tried again.';
    }
    if (!isScripted(ask)) return ask.c.redirect(PATH, 303);
    const item = await known(ask);
    const outcome = refusal ?? `“${shownName(item)}” is being tried again.`;
    return ask.c.html(
      <RowAnswer view={{ item, clock: clockOf(ask) }} outcome={outcome} />,
      refusal === null ? 200 : 409,
    );
  },
);

const remove = route(
  { ...people, method: 'POST', path: `${PATH}/:transcription_id/delete`, audit: 'transcription.delete', params: one },
  async (ask) => {
    try {
      await deleteTranscription(ask, ask.params.transcription_id);
    } catch (error) {
      // A colleague was faster: what was wanted.
      if (!(error instanceof Problem) || error.status !== 404) throw error;
    }
    return isScripted(ask) ? ask.c.html(<Outcome text="The file is deleted." />) : ask.c.redirect(PATH, 303);
  },
);

export const transcriptionPageRoutes: readonly Route[] = [show, upload, showOne, row, text, retry, remove];
