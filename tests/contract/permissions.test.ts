import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type GraphQLObjectType, getNamedType, isListType, isNonNullType, isObjectType, Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import { labelOf } from '../../src/graphql/enums.js';
import { toGlobalId } from '../../src/graphql/global-id.js';
import { layOver } from '../../src/graphql/permissions.js';
import { createScopeGate } from '../../src/graphql/scopes.js';
import type { AccountActor, Actor } from '../../src/kernel/actor.js';
import { type ApiScope, type Audience, type Rows, SUBJECTS } from '../../src/kernel/permissions.js';
import { permissions, sights } from '../../src/modules/index.js';
import { permissionsPage } from '../../tools/permissions-page.js';
import { ACTORS } from '../support/ask.js';
import { NODE_TYPES } from '../support/standing.js';
import { WORLD } from '../support/world.js';

const schema = createSchema();
const table = layOver(schema, permissions);
const objects = Object.values(schema.getTypeMap()).filter(
  type => isObjectType(type) && !type.name.startsWith('__'),
) as GraphQLObjectType[];

describe('the table', () => {
  it('is told on the page that is committed', () => {
    const page = permissionsPage(permissions, sights, value => labelOf('Role', value, 'zh'));
    const path = fileURLToPath(new URL('../../docs/permissions.md', import.meta.url));
    expect(readFileSync(path, 'utf8') === page, 'run npm run schema and commit the difference').toBe(true);
  });

  it('has an entry for every field and condition, and none for what is not there', () => {
    expect(table.gaps).toEqual([]);
    console.info(`${table.elements.length} of ${table.elements.length} fields and conditions have an entry`);
  });

  it('misses what nobody entered, names what is gone, and what is said twice', () => {
    const [territory, ...rest] = permissions;
    const { Area: _area, ...types } = territory.types ?? {};
    const anybody = (names: string): Rows => [[['ANYBODY'], names]];
    const bent = { ...territory, types: { ...types, Building: anybody('address colour'), Need: anybody('id') } };
    const { gaps } = layOver(schema, [bent, ...rest]);
    expect(gaps).toContain('Area.name has no entry');
    expect(gaps).toContain('Building.colour has an entry and is not there');
    expect(gaps).toContain('Need.id has two entries');
  });

  it('says of objects what their rules say', () => {
    const saidBy = (grants: readonly { readonly who: Audience | null }[]) =>
      [...new Set(grants.flatMap(({ who }) => who ?? []))].sort();
    for (const [type, { grants }] of Object.entries(sights))
      expect([type, [...(table.field(type, 'id')?.who ?? [])].sort()]).toEqual([type, saidBy(grants)]);
    const nodes = objects.filter(type => type.getInterfaces().some(({ name }) => name === 'Node'));
    expect(nodes.map(({ name }) => name).sort()).toEqual([...NODE_TYPES].sort());
    for (const { name } of nodes)
      if (!(name in sights)) expect([name, table.field(name, 'id')?.who]).toEqual([name, ['ANYBODY']]);
  });

  it('can be kept: what not everybody sees who sees the object may be null or empty', () => {
    const rigid = objects.flatMap(type =>
      Object.values(type.getFields()).flatMap(({ name, type: of }) => {
        const [whole, part] = [table.field(type.name, 'id')?.who, table.field(type.name, name)?.who];
        const isNarrower = whole && part && whole.some(who => !part.includes(who));
        const inner = isNonNullType(of) ? of.ofType : null;
        const canBeEmpty = inner === null || isListType(inner) || getNamedType(of).name.endsWith('Connection');
        return isNarrower && !canBeEmpty ? [`${type.name}.${name}`] : [];
      }),
    );
    expect(rigid).toEqual([]);
  });
});
const ALL: readonly ApiScope[] = SUBJECTS.flatMap(subject => [`${subject}:read`, `${subject}:write`] as const);
const program = (scopes: readonly string[]): AccountActor => ({ ...ACTORS.admin, client: { id: WORLD.admin, scopes } });
const gate = createScopeGate(schema, table);

/** The scopes that a program lacks for an operation; null when it passes. */
function missing(actor: Actor, source: string, variables: Readonly<Record<string, unknown>> = {}): readonly string[] | null {
  const { definitions } = parse(source);
  const operation = definitions.find(node => node.kind === Kind.OPERATION_DEFINITION);
  const fragments = new Map(
    definitions.flatMap(node => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [])),
  );
  if (!operation) throw new Error('no operation');
  try {
    gate(actor, operation, fragments, variables);
    return null;
  } catch (error) {
    const { extensions } = error as { readonly extensions: { readonly code: string; readonly missingScopes: string[] } };
    expect(extensions.code).toBe('FORBIDDEN');
    return extensions.missingScopes;
  }
}

/** A way from a root to every type: what stands before and after a selection in it. */
function waysIn(): ReadonlyMap<string, readonly [string, string]> {
  const ways = new Map<string, readonly [string, string]>([
    ['Query', ['{ ', ' }']],
    ['Mutation', ['mutation { ', ' }']],
  ]);
  for (const name of ways.keys())
    for (const field of Object.values((schema.getType(name) as GraphQLObjectType).getFields())) {
      const next = getNamedType(field.type);
      const [before, after] = ways.get(name) ?? ['', ''];
      if (isObjectType(next) && !ways.has(next.name)) ways.set(next.name, [`${before}${field.name} { `, ` }${after}`]);
    }
  return ways;
}

describe('programs', () => {
  it('reach no field and no object of a subject outside their scopes, by whatever way', () => {
    const ways = waysIn();
    let fields = 0;
    for (const name of table.elements.filter(element => /^[A-Z]\w+\.\w+$/.test(element))) {
      const [typeName = '', fieldName = ''] = name.split('.');
      const entry = table.field(typeName, fieldName);
      const type = schema.getType(typeName);
      const [before, after] = ways.get(typeName) ?? [];
      if (!isObjectType(type) || !entry || before === undefined) continue;
      const inner = isObjectType(getNamedType(type.getFields()[fieldName]?.type)) ? ' { __typename }' : '';
      const source = `${before}${fieldName}${inner}${after}`;
      const scope: ApiScope = typeName === 'Mutation' ? `${entry.subject}:write` : `${entry.subject}:read`;
      const without = ALL.filter(one => one !== scope && one !== `${entry.subject}:write`);
      expect([name, missing(program(ALL), source)]).toEqual([name, null]);
      expect([name, missing(program(without), source)?.includes(scope)]).toEqual([name, true]);
      fields++;
    }
    expect(fields).toBeGreaterThan(700);
  });

  it.each([
    ['offers do not open residents', '{ residents { edges { node { id } } } }', ['residents:read']],
    ['an offer leads to its organization', '{ offers { edges { node { title organization { name } } } } }', ['alliance:read']],
    ['an object is asked for as such', '{ offers { edges { node { organization { __typename } } } } }', ['alliance:read']],
    [
      'a fragment hides nothing',
      'query { offers { edges { node { ...f } } } } fragment f on Offer { organization { id } }',
      ['alliance:read'],
    ],
    ['a need leads to a person', '{ need(id: "x") { beneficiary { maskedName } } }', ['needs:read', 'residents:read']],
    ['a type that is looked for among objects', '{ node(id: "x") { ... on Resident { maskedName } } }', ['residents:read']],
    ['reading is not writing', 'mutation { needVerify(input: {}) { need { id } } }', ['needs:read', 'needs:write']],
    ['writing is reading', 'mutation { offerPublish(input: {}) { offer { title } userErrors { code } } }', null],
    ['what says nothing of anybody', '{ __typename __schema { queryType { name } } }', null],
  ])('%s', (_name, source, lacks) => {
    expect(missing(program(['offers:write']), source)).toEqual(lacks);
    expect(missing(ACTORS.admin, source)).toBeNull();
    expect(missing(ACTORS.anonymous, source)).toBeNull();
  });

  it('are told by the ids that they name what they reach, for each request anew', () => {
    const source = 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    const ids = (...types: string[]) => ({ ids: types.map(type => toGlobalId(type, WORLD.community, WORLD.clinic)) });
    const key = program(['offers:read']);
    expect(missing(key, source, ids('Offer', 'Session'))).toBeNull();
    expect(missing(key, source, ids('Offer', 'Resident', 'Need'))).toEqual(['needs:read', 'residents:read']);
    expect(missing(key, `{ node(id: "${ids('Referral').ids[0]}") { id } }`)).toEqual(['referrals:read']);
    expect(missing(key, '{ node(id: "x") { id } }')).toBeNull();
  });

  it('get nothing that has no entry', () => {
    const bare = createScopeGate(schema, layOver(schema, []));
    const [operation] = parse('{ branches { id } }').definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
    expect(() => bare(program(ALL), operation, new Map(), {})).toThrow('Query.branches is not open to programs');
  });
});
