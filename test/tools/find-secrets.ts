/**
 * Keys and passwords in a text. Secretlint's rules know the shapes of many vendors' keys (https://github.com/secretlint/secretlint);
 * ours are added: Telnyx' keys, Standard Webhooks' secrets, our own key ring, signed tokens. What is found is never printed, only where.
 */
import path from 'node:path';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';

export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
}

const OURS: readonly (readonly [string, RegExp])[] = [
  ['telnyx-key', /\bKEY[0-9A-F]{32}(_\w+)?|\bKEY_\w{20,}/g],
  ['webhook-secret', /\bwhsec_[A-Za-z0-9+/=]{24,}/g],
  ['signed-token', /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{20,}/g],
  // Secretlint leaves out the short ones, of Ed25519.
  ['private-key', /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{20,}/g],
  ['private-jwk', /"?\bd"?\s*:\s*['"][\w-]{43,}['"]/g],
  // `id:base64 of 32 bytes`, as PHI_KEYS has it.
  ['key-ring', /(?<![\w-])[\w-]{1,32}:[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=])/g],
  // Secretlint takes no AWS secret that ends in `+` or `/`.
  [
    'named-secret',
    /(?:secret(?:_?(?:access_?)?key)?|token|passw(?:or)?d|api_?key|private_?key)['"]?\s*[:=]\s*['"`][\w+/=-]{24,}['"`]/gi,
  ],
];
/** What stands for a password in tests of addresses that carry one. */
const PLACEHOLDERS = ['/me:secret@/', '/user:pass@/', '/key:secret@/'];
const PRESET = {
  id: '@secretlint/secretlint-rule-preset-recommend',
  rule: creator,
  rules: [
    { id: '@secretlint/secretlint-rule-aws', options: { enableIDScanRule: true } },
    { id: '@secretlint/secretlint-rule-basicauth', options: { allows: PLACEHOLDERS } },
  ],
};
/** Files that hold secrets, and so are never committed. */
const NEVER = /(^|\/)(\.dev\.vars(\..+)?|\.env(\..+)?|\.npmrc|\.netrc|id_(rsa|ed25519)|.+\.(pem|key|p12|pfx|jks))$/;
const EXAMPLE = /(^|\/)\.dev\.vars\.example$/;

export async function findSecrets(file: string, text: string): Promise<Finding[]> {
  const { messages } = await lintSource({
    source: { filePath: path.resolve('/', file), content: text, ext: path.extname(file), contentType: 'text' },
    options: { maskSecrets: true, config: { rules: [PRESET] } },
  });
  return [
    ...messages.map(({ loc, ruleId }) => ({
      file,
      line: loc.start.line,
      rule: ruleId.replace(/^.*secretlint-rule-/, ''),
    })),
    ...OURS.flatMap(([rule, shape]) =>
      [...text.matchAll(shape)].map(({ index }) => ({ file, line: lineOf(text, index), rule })),
    ),
  ];
}

/** By its name alone a file may say that it must not be here. */
export function isSecretFile(file: string): boolean {
  return NEVER.test(file) && !EXAMPLE.test(file);
}

export function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
