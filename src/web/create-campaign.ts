/**
 * A new campaign from JSON or from a form with a list. Both go the same way: a file, an import, a draft; so a bad row of either is told
 * with its reason, and the good ones stay. Short lists are read before the answer.
 */
import * as z from 'zod';
import { PURPOSES } from '../domain/campaign/gate-policy.ts';
import { DEFAULT_RETRY_POLICY, RETRYABLE } from '../domain/campaign/retry.ts';
import { LANGUAGES, playsAudio, type Questionnaire } from '../domain/intake/questionnaire.ts';
import { isVariableValue, variablesOf } from '../domain/intake/variables.ts';
import { type Campaign, createCampaign, getCampaign } from '../store/campaigns.ts';
import { importOf } from '../store/imports.ts';
import { getMedia } from '../store/media.ts';
import { approvedQuestionnaire, DEFAULT_QUESTIONNAIRE_ID } from '../store/questionnaires.ts';
import { consent, line, time, variableName } from './api/fields.ts';
import { beginImport } from './begin-import.ts';
import { checkInput, invalidField } from './check-input.ts';
import { type ContactInput, contactsFile } from './contacts-file.ts';
import { readJson } from './read-body.ts';
import { MAX_LIST_BYTES, readListFile } from './read-list-file.ts';
import { jsonField, readUpload, type Upload, type UploadedFile } from './read-upload.ts';
import type { Ask } from './route.ts';

const NANOS_PER_USD = 1_000_000_000;
/** A form sends numbers as text. */
const numeric = z.union([
  z.number(),
  z
    .string()
    .regex(/^\d{1,9}(\.\d{1,6})?$/, 'Give a number.')
    .transform(Number),
]);
const rule = z.strictObject({ delay_minutes: z.int().min(0).max(43_200), most: z.int().min(0).max(10) });
const variables = z.record(variableName, z.string().max(200).refine(isVariableValue, { error: 'One line of text.' }));

const settings = {
  name: line(200),
  purpose: z.enum(PURPOSES),
  questionnaire: z.string().max(64).nullish(),
  language: z.enum(LANGUAGES).nullish(),
  consent: consent.nullish(),
  pace_per_second: numeric.pipe(z.number().min(0.01).max(30)).nullish(),
  max_live_calls: numeric.pipe(z.int().min(1).max(1000)).nullish(),
  spend_cap_usd: numeric.pipe(z.number().min(0.01).max(1_000_000)).nullish(),
  ends_at: time.refine((at) => at > Date.now(), { error: 'Not in the past.' }).nullish(),
  retry: z.strictObject({ budget: z.int().min(1).max(10), rules: z.partialRecord(z.enum(RETRYABLE), rule) }).nullish(),
  script: variables.nullish(),
  media_id: z.string().max(64).nullish(),
};
/** What a list may hold in a row; whether it is good is the row's own verdict. */
const cell = z.string().max(1000).nullish();
const contact = z.strictObject({
  phone_number: z.string().max(100),
  ...{
    external_id: cell,
    first_name: cell,
    last_name: cell,
    date_of_birth: cell,
    language: cell,
    state: cell,
    time_zone: cell,
  },
  variables: z.record(variableName, z.string().max(1000)).nullish(),
});
const fromJson = z.strictObject({ ...settings, contacts: z.array(contact).min(1).max(20_000) });
const fromForm = z.strictObject({
  ...settings,
  mapping: z.record(z.string().max(100), z.string().max(40).nullable()).nullish(),
});
/** What a new campaign may come as, for the document of the API. */
export const campaignBodies = { json: fromJson, form: fromForm, maxBytes: MAX_LIST_BYTES.campaign };
/** Fields of a form that hold JSON. */
const JSON_FIELDS = ['consent', 'retry', 'script', 'mapping'] as const;

/** So long a list may take and still be read before the answer; a longer one is told of by its import. */
const WAIT_MS = 4000;
const LOOK_MS = 50;

export interface CreatedCampaign {
  readonly campaign: Campaign;
  readonly importId: string;
}

export async function createFrom(
  ask: Pick<Ask, 'c' | 'env' | 'config' | 'db' | 'actor' | 'now' | 'newId' | 'made'>,
): Promise<CreatedCampaign> {
  const request = ask.c.req.raw;
  const isForm = /^multipart\//i.test(request.headers.get('Content-Type') ?? '');
  if (!isForm) {
    const body = checkInput(fromJson, await readJson(request, MAX_LIST_BYTES.campaign));
    return createWith(ask, body, contactsFile(body.contacts as readonly ContactInput[]), null);
  }
  const upload = await readUpload(request, MAX_LIST_BYTES.campaign);
  const body = checkInput(fromForm, formOf(upload));
  return createWith(ask, body, upload.file, body.mapping ?? null);
}

/** A field left empty was not filled in. */
function formOf(upload: Upload): Record<string, unknown> {
  const fields = Object.fromEntries([...upload.fields].filter(([, text]) => text !== ''));
  const parsed = JSON_FIELDS.flatMap((name) => (fields[name] === undefined ? [] : [[name, jsonField(upload, name)]]));
  return { ...fields, ...Object.fromEntries(parsed) };
}

/** Checked, as the API takes it; times are epoch milliseconds. */
export type CampaignSettings = z.output<z.ZodObject<typeof settings>>;

export async function createWith(
  ask: Pick<Ask, 'env' | 'config' | 'db' | 'actor' | 'now' | 'newId' | 'made'>,
  body: CampaignSettings,
  upload: UploadedFile,
  mapping: Record<string, string | null> | null,
): Promise<CreatedCampaign> {
  const { db, config, actor, now } = ask;
  const questionnaire = await approvedQuestionnaire(db, body.questionnaire ?? DEFAULT_QUESTIONNAIRE_ID, now);
  if (questionnaire === null) throw invalidField('/questionnaire', 'unknown', 'There is none with this id.');
  const mediaId = body.media_id ?? null;
  if (mediaId !== null && (await getMedia(db, mediaId)) === null)
    throw invalidField('/media_id', 'unknown', 'There is none with this id.');
  if (mediaId !== null && !playsAudio(questionnaire))
    throw invalidField('/media_id', 'not_played', 'This questionnaire has no place for audio; message-and-reply has.');
  const script = body.script ?? {};
  const requiredVariables = variablesOf(questionnaire).filter((name) => script[name] === undefined);
  const file = readListFile(upload, { kind: 'campaign', mapping, requiredVariables });
  // A try that died may have come so far, or further: to its list.
  const before = await ask.made('cmp', (id) => getCampaign(db, id));
  const campaign = before ?? (await createCampaign(db, newCampaign(body, questionnaire, ask), now, ask.newId('cmp')));
  const order = { kind: 'campaign', file, campaignId: campaign.id, consent: body.consent ?? null } as const;
  const begun = before === null ? null : await importOf(db, before.id);
  const importId = begun ?? (await beginImport({ ...ask, config, actor }, order));
  return { campaign: await readSoon(ask, campaign), importId };
}

const newCampaign = (
  body: CampaignSettings,
  { id, version }: Questionnaire,
  { config, actor }: Pick<Ask, 'config' | 'actor'>,
) => ({
  ...{ name: body.name, purpose: body.purpose, questionnaireId: id, questionnaireVersion: version },
  ...{ language: body.language ?? null, script: body.script ?? {}, mediaId: body.media_id ?? null },
  pacePerSecond: body.pace_per_second ?? config.dialing.ratePerSecond,
  maxLiveCalls: body.max_live_calls ?? config.dialing.maxLiveCalls,
  spendCapNanos: body.spend_cap_usd == null ? null : Math.round(body.spend_cap_usd * NANOS_PER_USD),
  retry: body.retry == null ? DEFAULT_RETRY_POLICY : retryOf(body.retry),
  ...{ owner: actor.id, ownerName: actor.name, endsAt: body.ends_at ?? null },
});

const retryOf = ({ budget, rules }: NonNullable<CampaignSettings['retry']>) => ({
  budget,
  rules: Object.fromEntries(
    Object.entries(rules).flatMap(([outcome, rule]) =>
      rule === undefined ? [] : [[outcome, { delayMinutes: rule.delay_minutes, most: rule.most }]],
    ),
  ),
});

/** The campaign once its list has been read, or as it is when that takes longer. */
async function readSoon({ db }: Pick<Ask, 'db'>, campaign: Campaign): Promise<Campaign> {
  for (let waited = 0; waited < WAIT_MS; waited += LOOK_MS) {
    const known = await getCampaign(db, campaign.id);
    if (known !== null && known.status !== 'importing') return known;
    await scheduler.wait(LOOK_MS);
  }
  return campaign;
}
