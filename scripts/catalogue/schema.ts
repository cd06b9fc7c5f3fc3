import { readFileSync } from 'node:fs';
import type { Privileges, SourceApi } from './api.ts';

interface Name {
  readonly name: string;
  readonly namespace: string;
}

interface Property {
  readonly name: string;
  readonly aliases?: readonly string[];
}

interface Type {
  readonly kind: string;
  readonly name: Name;
  readonly inherits?: { readonly type: Name };
  readonly attachedBehaviors?: readonly string[];
  readonly properties?: readonly Property[];
  readonly query?: readonly Property[];
  readonly body?: { readonly kind: string; readonly properties?: readonly Property[] };
}

interface Schema {
  readonly endpoints: readonly {
    readonly name: string;
    readonly request: Name | null;
    readonly privileges?: Privileges;
    readonly description: string;
    readonly urls: readonly { readonly path: string; readonly methods: readonly string[] }[];
  }[];
  readonly types: readonly Type[];
}

const keyOf = ({ namespace, name }: Name) => `${namespace}:${name}`;
const namesOf = (properties: readonly Property[] = []) =>
  properties.flatMap(({ name, aliases = [] }) => [name, ...aliases]);

/** Reads Elastic's specification of requests and responses, as the package `@elastic/request-converter` has it. */
export function readSchema(file: string): { readonly apis: SourceApi[]; readonly common: readonly string[] } {
  const { endpoints, types } = JSON.parse(readFileSync(file, 'utf8')) as Schema;
  const typed = new Map(types.map((type) => [keyOf(type.name), type]));
  const found = (name: Name | undefined) => (name ? typed.get(keyOf(name)) : undefined);
  const chainOf = (type: Type | undefined): Type[] => (type ? [type, ...chainOf(found(type.inherits?.type))] : []);
  const propertiesOf = (name: Name | undefined) =>
    chainOf(found(name)).flatMap(({ properties }) => namesOf(properties));
  const bodyOf = (chain: readonly Type[]): Pick<SourceApi, 'body'> => {
    const [body] = chain.flatMap(({ body }) => (body && body.kind !== 'no_body' ? [body] : []));
    if (!body) return {};
    if (body.kind !== 'properties') return { body: 'any' };
    return { body: chain.flatMap(({ body }) => namesOf(body?.properties)) };
  };
  const apis = endpoints.map(({ name, request, urls, privileges, description }): SourceApi => {
    const chain = chainOf(request ? found(request) : undefined);
    return {
      name,
      routes: urls,
      // Its first paragraph, broken into lines.
      summary: (description.split('\n\n')[0] ?? '').replaceAll('\n', ' '),
      query: chain.flatMap(({ query, attachedBehaviors = [] }) => [
        ...namesOf(query),
        ...attachedBehaviors
          .filter((one) => one !== 'CommonQueryParameters')
          .flatMap((one) => propertiesOf({ namespace: '_spec_utils', name: one })),
      ]),
      ...bodyOf(chain),
      ...(privileges ? { privileges } : {}),
    };
  });
  return { apis, common: propertiesOf({ namespace: '_spec_utils', name: 'CommonQueryParameters' }) };
}
