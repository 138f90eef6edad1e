/**
 * What is wrong with a FHIR resource or transaction, by four judges: the official structures with their invariants, the official JSON
 * schema, the codes of value sets that are required and of HL7's own systems, and, in a Bundle, its ids and references. Empty: nothing.
 */
import { OperationOutcomeError, validateResource } from '@medplum/core';
import type { Bundle, FhirResource } from 'fhir/r4';
import { codesOf, expand, isKnownExtension, schemaOf } from './fhir-definitions.ts';

export function judgeResource(resource: FhirResource): string[] {
  return [...byDefinition(resource), ...bySchema(resource), ...byCodes(resource)].map(
    (problem) => `${resource.resourceType}: ${problem}`,
  );
}

export function judgeBundle(bundle: Bundle<FhirResource>): string[] {
  const resources = (bundle.entry ?? []).flatMap(({ resource }) => (resource === undefined ? [] : [resource]));
  return [
    ...judgeResource({ ...bundle, entry: (bundle.entry ?? []).map(({ resource: _, ...entry }) => entry) }),
    ...resources.flatMap(judgeResource),
    ...byLinks(bundle),
  ];
}

type Tokens = Record<string, { value: unknown; path: string }[]>;

function byDefinition(resource: FhirResource): string[] {
  const tokens: Tokens = {};
  try {
    const issues = validateResource(resource as never, { collect: { tokens: tokens as never } });
    return [...issues.map(told), ...byRequired(tokens)];
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error;
    return (error.outcome.issue ?? []).map(told);
  }
}

const told = (issue: { expression?: string[]; details?: { text?: string } }): string =>
  `${issue.expression?.join(', ')} ${issue.details?.text}`;

/** Every code that has to be of a value set. */
function byRequired(tokens: Tokens): string[] {
  return Object.entries(tokens).flatMap(([valueSet, found]) => {
    const codes = expand(valueSet);
    if (codes === null) return [];
    const known = new Set([...codes].map((each) => each.split('|')[1]));
    return found.flatMap(({ value, path }) => {
      const code = typeof value === 'string' ? value : (value as { code?: string } | undefined)?.code;
      return code === undefined || known.has(code) ? [] : [`${path} ${code} is not of ${valueSet}`];
    });
  });
}

function bySchema(resource: FhirResource): string[] {
  const { valid, errors } = schemaOf(resource.resourceType).validate(resource);
  return valid ? [] : errors.slice(-2).map(({ instanceLocation, error }) => `${instanceLocation} ${error}`);
}

interface Node {
  readonly system?: unknown;
  readonly code?: unknown;
  readonly display?: unknown;
  readonly url?: unknown;
  readonly reference?: unknown;
}

function* nodes(value: unknown): Generator<Node> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Node;
  for (const each of Object.values(value)) yield* nodes(each);
}

/** Codes of HL7's systems are there and called so; extensions with an HL7 address are HL7's. */
function byCodes(resource: FhirResource): string[] {
  return [...nodes(resource)].flatMap(({ system, code, display, url }) => {
    const problems: string[] = [];
    if (typeof system === 'string' && typeof code === 'string') {
      const known = codesOf(system)?.get(code);
      const isTheirs = /^http:\/\/(terminology\.)?hl7\.org\//.test(system);
      if (isTheirs && known === undefined) problems.push(`${system} has no ${code}`);
      if (known !== undefined && known !== '' && display !== undefined && known !== display)
        problems.push(`${system}|${code} is called ${known}, not ${display}`);
    }
    if (typeof url === 'string' && url.startsWith('http://hl7.org/fhir/StructureDefinition/') && !isKnownExtension(url))
      problems.push(`HL7 has no extension ${url}`);
    return problems;
  });
}

/** A transaction: each entry is put under its own id, once, at the address that names it; whatever is referred to is among them. */
function byLinks({ entry = [] }: Bundle<FhirResource>): string[] {
  const places = entry.map(({ resource }) => `${resource?.resourceType}/${resource?.id}`);
  const known = new Set(places);
  const twice = places
    .filter((place, index) => places.indexOf(place) !== index)
    .map((place) => `${place} is there twice`);
  return [
    ...twice,
    ...entry.flatMap(({ fullUrl = '', resource, request }, index) => {
      const place = places[index] ?? '';
      const at = (what: string) => `${place}: ${what}`;
      const loose = [...nodes(resource)].flatMap(({ reference }) =>
        typeof reference !== 'string' || known.has(reference) ? [] : [at(`${reference} is not in the Bundle`)],
      );
      return [
        ...(fullUrl.endsWith(`/${place}`) ? [] : [at(`its fullUrl is ${fullUrl}`)]),
        ...(request?.method === 'PUT' && request.url === place ? [] : [at('it is not put under its id')]),
        ...loose,
      ];
    }),
  ];
}
