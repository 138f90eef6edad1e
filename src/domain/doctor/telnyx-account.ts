/**
 * Whether the Telnyx account can do what this installation asks of it (X15, U22). What Telnyx says comes as facts; a dial is the one
 * thing that is not tried. Its account levels cannot be read: they show only in refused dials.
 */
import { type Check, type Finding, fine, found, judge, notChecked, type Reading } from './finding.ts';

export interface ApplicationFacts {
  readonly active: boolean;
  readonly webhookVersion: string | null;
  readonly webhookUrl: string | null;
  readonly failoverUrl: string | null;
  readonly profileId: string | null;
  readonly channelLimit: number | null;
  readonly redactsKeys: boolean;
}
export interface ProfileFacts {
  readonly enabled: boolean;
  readonly destinations: readonly string[];
  readonly concurrentLimit: number | null;
  /** Null: none is enforced. */
  readonly dailySpendUsd: number | null;
  readonly hasCallingWindow: boolean;
  readonly records: boolean;
}
export interface NumberFacts {
  readonly status: string;
  readonly connectionId: string | null;
  readonly records: boolean;
}
export interface AccountFacts {
  /** What Telnyx thinks of the key, over all that was asked. */
  readonly key: 'accepted' | 'refused' | 'restricted' | 'unknown';
  /** Null: there is none of that id. */
  readonly application: Reading<ApplicationFacts | null>;
  readonly profile: Reading<ProfileFacts | null>;
  /** By number; null: the account does not own it. */
  readonly numbers: readonly { readonly number: string; readonly found: Reading<NumberFacts | null> }[];
  readonly balance: Reading<{ readonly available: number; readonly currency: string }>;
  /** Ours minus theirs. */
  readonly clockSkewMs: Reading<number>;
}
export interface AccountNeeds {
  readonly connectionId: string;
  readonly webhookUrl: string;
  readonly maxLiveCalls: number;
  readonly spendCapUsd: number;
  /** A stand-in answers in place of Telnyx. */
  readonly loopback: boolean;
}

export function judgeAccount(facts: AccountFacts, needs: AccountNeeds): readonly Finding[] {
  const who = needs.loopback ? 'The stand-in for Telnyx' : 'Telnyx';
  return [
    ...judgeKey(facts.key, who),
    ...judge('connection', facts.application, (value) => judgeApplication(value, needs)),
    ...judgeProfile(facts, needs),
    ...facts.numbers.flatMap(({ number, found: read }) =>
      judge('numbers', read, (value) => judgeNumber(number, value, needs)),
    ),
    ...judge('balance', facts.balance, ({ available, currency }) => judgeBalance(available, currency, needs)),
    ...judge('clock', facts.clockSkewMs, judgeClock),
  ];
}

function judgeKey(key: AccountFacts['key'], who: string): readonly Finding[] {
  switch (key) {
    case 'accepted':
      return [fine('api_key', `${who} accepts the API key.`)];
    case 'refused':
      return [found('api_key', 'api_key_refused', `${who} answers that it does not know this API key.`)];
    case 'restricted':
      return [found('api_key', 'account_restricted', `${who} answers that the account may not do this.`)];
    case 'unknown':
      return [notChecked('api_key', `${who} gave no usable answer.`)];
  }
}

function judgeApplication(app: ApplicationFacts | null, needs: AccountNeeds): readonly Finding[] {
  const check: Check = 'connection';
  const { connectionId, webhookUrl } = needs;
  if (app === null)
    return [
      found(check, 'connection_unknown', `There is no Call Control application ${connectionId} in this account.`),
    ];
  const url = { url: webhookUrl };
  const findings: Finding[] = [];
  if (!app.active) findings.push(found(check, 'connection_inactive', 'The Call Control application is not active.'));
  if (app.webhookVersion !== '2') {
    const now = app.webhookVersion === null ? 'unset, which is 1' : app.webhookVersion;
    findings.push(found(check, 'webhook_version_old', `The webhook API version is ${now}.`));
  }
  if (app.webhookUrl !== webhookUrl) {
    const now = app.webhookUrl === null ? 'empty' : shownUrl(app.webhookUrl);
    findings.push(found(check, 'webhook_url_wrong', `The webhook URL is ${now}, not ${webhookUrl}.`, url));
  }
  if (app.failoverUrl !== null && app.failoverUrl !== webhookUrl) {
    const detail = `The failover URL is ${shownUrl(app.failoverUrl)}.`;
    findings.push(found(check, 'failover_url_foreign', detail, url));
  }
  if (!app.redactsKeys)
    findings.push(found(check, 'keys_logged', 'Keys are not redacted in the debug logs of the application.'));
  return findings.length > 0 ? findings : [fine(check, 'Active, with webhooks of version 2 that come here.')];
}

/** Without what a query or a user part could hold. */
const shownUrl = (text: string): string => text.replace(/[?#].*$/, '').replace(/\/\/[^/@]*@/, '//');

function judgeProfile({ application, profile }: AccountFacts, needs: AccountNeeds): readonly Finding[] {
  const check: Check = 'outbound_profile';
  if (!application.read) return [notChecked(check, application.why)];
  if (application.value === null) return [notChecked(check, 'the Call Control application is not known.')];
  const { profileId, channelLimit } = application.value;
  const missing = (detail: string) => [found(check, 'profile_missing', detail)];
  if (profileId === null) return missing('The Call Control application has no outbound voice profile.');
  return judge(check, profile, (value) =>
    value === null
      ? missing(`The outbound voice profile ${profileId} is attached and does not exist.`)
      : judgeProfileItself(value, channelLimit, needs),
  );
}

function judgeProfileItself(
  profile: ProfileFacts,
  channelLimit: number | null,
  needs: AccountNeeds,
): readonly Finding[] {
  const check: Check = 'outbound_profile';
  const { dailySpendUsd } = profile;
  const findings: Finding[] = [];
  if (!profile.enabled) findings.push(found(check, 'profile_disabled', 'The outbound voice profile is not enabled.'));
  if (!profile.destinations.includes('US')) {
    const list = profile.destinations.length === 0 ? 'none' : profile.destinations.join(', ');
    findings.push(found(check, 'destination_missing', `Allowed destinations: ${list}.`));
  }
  if (profile.records)
    findings.push(found(check, 'profile_records_calls', 'Call recording of the profile is switched on.'));
  if (dailySpendUsd !== null && dailySpendUsd <= 0)
    findings.push(found(check, 'spend_limit_zero', `The daily spend limit is ${dailySpendUsd} USD.`));
  else if (dailySpendUsd !== null && dailySpendUsd < needs.spendCapUsd) {
    const detail = `The daily spend limit is ${dailySpendUsd} USD; SPEND_CAP_USD_PER_DAY is ${needs.spendCapUsd}.`;
    findings.push(found(check, 'spend_limit_low', detail));
  }
  const limits = [profile.concurrentLimit, channelLimit].filter((limit) => limit !== null);
  const lowest = Math.min(...limits);
  if (lowest < needs.maxLiveCalls) {
    const detail = `Telnyx allows ${lowest} at a time; MAX_LIVE_CALLS is ${needs.maxLiveCalls}.`;
    findings.push(found(check, 'channels_low', detail, { limit: String(lowest) }));
  }
  if (profile.hasCallingWindow)
    findings.push(found(check, 'calling_window_set', 'A calling window is set on the outbound voice profile.'));
  return findings.length > 0 ? findings : [fine(check, 'Attached, enabled, allows calls to the US, records nothing.')];
}

function judgeNumber(number: string, value: NumberFacts | null, { connectionId }: AccountNeeds): readonly Finding[] {
  const check: Check = 'numbers';
  const words = { number };
  if (value === null) return [found(check, 'number_not_owned', `${number} is not a number of this account.`, words)];
  const findings: Finding[] = [];
  if (value.status !== 'active')
    findings.push(found(check, 'number_inactive', `${number} is “${value.status}”.`, words));
  if (value.connectionId !== connectionId) {
    const where = value.connectionId === null ? 'no connection' : `the connection ${value.connectionId}`;
    findings.push(found(check, 'number_elsewhere', `${number} is attached to ${where}.`, words));
  }
  if (value.records)
    findings.push(found(check, 'number_records_calls', `Inbound call recording of ${number} is switched on.`, words));
  return findings.length > 0 ? findings : [fine(check, `${number} belongs to the account and rings here.`)];
}

function judgeBalance(available: number, currency: string, { spendCapUsd }: AccountNeeds): readonly Finding[] {
  const amount = `${available.toFixed(2)} ${currency}`;
  if (available <= 0) return [found('balance', 'balance_empty', `Available: ${amount}.`)];
  if (currency === 'USD' && available < spendCapUsd)
    return [found('balance', 'balance_low', `Available: ${amount}; SPEND_CAP_USD_PER_DAY is ${spendCapUsd}.`)];
  return [fine('balance', `Available: ${amount}.`)];
}

const DRIFT_MS = 5_000;
/** A signature counts for 300 s: well before that it must be seen. */
const WRONG_MS = 60_000;

function judgeClock(skewMs: number): readonly Finding[] {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const detail = `Our clock is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} that of Telnyx.`;
  if (Math.abs(skewMs) > WRONG_MS) return [found('clock', 'clock_wrong', detail)];
  if (Math.abs(skewMs) > DRIFT_MS) return [found('clock', 'clock_drift', detail)];
  return [fine('clock', 'Our clock and that of Telnyx agree.')];
}
