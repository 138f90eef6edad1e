/**
 * GET /api/campaigns/{id}/results: what became of everybody, as a file that is written while it is read. A person's answers are for
 * whoever may read their note; the other roles get what became of the call (HS-18).
 */
import * as z from 'zod';
import { CALL_STATUSES } from '../../domain/intake/call-record.ts';
import { log } from '../../log.ts';
import { campaignResults, patientsInResults } from '../../store/campaign-results.ts';
import type { Campaign } from '../../store/campaigns.ts';
import { CONTACT_STATUSES } from '../../store/contacts.ts';
import { questionnaireVersion } from '../../store/questionnaires.ts';
import { knownCampaign } from '../command-campaign.ts';
import { Problem } from '../errors.ts';
import { sees } from '../field-access.ts';
import { type ResultsView, resultColumns, rowsOf } from '../result-columns.ts';
import { type Ask, type Route, route } from '../route.ts';
import { showing } from '../shown-patients.ts';
import { TABULAR_TYPES, tabularStream } from '../tabular.ts';
import { begun, eachPage, jsonArray, textStream } from '../text-stream.ts';
import { contactResultAnswer } from './campaign-answer.ts';
import { campaignId } from './fields.ts';
import { contactResultJson } from './result-json.ts';

const FORMATS = ['json', 'csv', 'tsv'] as const;

/**
 * `intake` rings those back who were not reached, and so needs numbers; notes and transcripts are closed to it everywhere else, and a
 * file of ten thousand is no way around that. `operator` runs the campaign and needs neither.
 */
const viewOf = (actor: Ask['actor']): ResultsView => ({
  answers: sees(actor, 'answers') && sees(actor, 'transcript'),
  numbers: sees(actor, 'contact_rows'),
});

const results = route(
  {
    ...{ method: 'GET', path: '/api/campaigns/:campaign_id/results', audit: 'campaign.results', phi: true },
    isExport: true,
    roles: ['admin', 'clinician', 'intake', 'operator'],
    summary: 'Download what became of everybody in a campaign, with their answers for whoever may read them',
    answers: { 200: z.array(contactResultAnswer) },
    types: [TABULAR_TYPES.csv, TABULAR_TYPES.tsv],
    refusals: [409],
    params: z.strictObject({ campaign_id: campaignId }),
    query: z.strictObject({
      format: z.enum(FORMATS).optional(),
      status: z.enum(CONTACT_STATUSES).optional(),
      outcome: z.enum(CALL_STATUSES).optional(),
    }),
  },
  async (ask) => {
    const { query, db, config, actor } = ask;
    const campaign = await knownCampaign(ask);
    const { format = 'json', status, outcome } = query;
    const view = viewOf(actor);
    const items = format === 'json' || !view.answers ? [] : await itemsOf(ask, campaign);
    const filter = { ...(status === undefined ? {} : { status }), ...(outcome === undefined ? {} : { outcome }) };
    // The audit line is written when the file begins: it has to name everybody by then.
    showing(ask.c, await patientsInResults(db, campaign.id, filter));
    const read = campaignResults(db, config.keyRing, campaign.id, { ...filter, withAnswers: view.answers });
    const sent = { contacts: 0 };
    const pages = eachPage(await begun(read), (page) => {
      sent.contacts += page.length;
      return page;
    });
    const texts =
      format === 'json'
        ? jsonArray(eachPage(pages, (page) => page.map((contact) => contactResultJson(view, contact))))
        : tabularStream(
            format,
            resultColumns(view, items),
            eachPage(pages, (page) => page.flatMap(rowsOf)),
          );
    return new Response(textStream(told(texts, sent, { campaign_id: campaign.id, actor: actor.id, kind: format })), {
      headers: {
        'Content-Type': format === 'json' ? 'application/json' : TABULAR_TYPES[format],
        'Content-Disposition': `attachment; filename="${campaign.id}.${format}"`,
      },
    });
  },
);

async function itemsOf({ db }: Pick<Ask, 'db'>, campaign: Campaign): Promise<string[]> {
  const questionnaire = await questionnaireVersion(db, campaign.questionnaireId, campaign.questionnaireVersion);
  if (questionnaire === null) {
    throw new Problem(409, 'no_questionnaire', { detail: 'Its questions do not read any more; ask for format=json.' });
  }
  return questionnaire.items.map(({ id }) => id);
}

/** How many people left the house, and whether the file is whole: the audit line was written when it began. */
async function* told(
  texts: AsyncGenerator<string, void>,
  sent: { readonly contacts: number },
  about: { readonly campaign_id: string; readonly actor: string; readonly kind: string },
): AsyncGenerator<string, void> {
  let code = 'canceled';
  try {
    yield* texts;
    code = 'whole';
  } catch (error) {
    code = 'failed';
    throw error;
  } finally {
    log[code === 'failed' ? 'error' : 'info']('campaign.results_sent', { ...about, count: sent.contacts, code });
  }
}

export const campaignResultRoutes: readonly Route[] = [results];
