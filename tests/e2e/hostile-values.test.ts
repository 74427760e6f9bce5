import { randomUUID } from 'node:crypto';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import { parseGlobalId, toGlobalId } from '../../src/graphql/global-id.js';
import { Asking, readEverything } from '../support/asking.js';
import { type Caller, type Reply, signIn } from '../support/caller.js';
import { hostileFor } from '../support/hostile.js';
import { leavesOf, objectOf, put, sampleOf } from '../support/inputs.js';
import { branchOf, planFor, publish } from '../support/journey.js';
import { startSeededApp } from '../support/seeded.js';

const schema = createSchema();
const { app, database } = await startSeededApp({ costLimit: 10_000_000 });
const NOW = new Date('2026-03-11T10:01:00+08:00');
const secretary = await signIn(app.url, 'secretary.b1');
await publish(await planFor(secretary, await branchOf(secretary)), secretary);
const [community] = await database.owner<{ id: string }[]>`select id from community`;
const communityId = community?.id ?? '';

/** An object of each type that the secretary of the first branch and the named liaison both know, so that checks go deep. */
const [known] = await database.owner`
  select m.id as "Match", m.need_id as "Need", m.session_id as "Session", s.offer_id as "Offer", m.organization_id as "Organization",
    m.branch_id as "Branch", m.plan_id as "MatchPlan", lower(o.code) as code,
    (select id from area limit 1) as "Area", (select id from building limit 1) as "Building",
    (select id from membership x where x.branch_id = m.branch_id and x.organization_id = m.organization_id) as "Membership",
    (select p.id from pact p join membership x on x.id = p.membership_id where x.branch_id = m.branch_id limit 1) as "Pact",
    (select id from personal.resident where branch_id = m.branch_id limit 1) as "Resident",
    (select id from personal.kinship limit 1) as "Kinship",
    (select account_id from identity.role_assignment where role = 'FAMILY' limit 1) as "Account",
    (select id from identity.role_assignment where role = 'FAMILY' limit 1) as "RoleAssignment"
  from match m join session s on s.id = m.session_id join organization o on o.id = m.organization_id
  where m.state = 'PROPOSED' and m.branch_id in (select id from branch where code = 'B1') limit 1`;
const GLOBAL_TYPES = ['Organization', 'Account'];
const gid = (type: string): string | null =>
  known?.[type] ? toGlobalId(type, GLOBAL_TYPES.includes(type) ? null : communityId, known[type]) : null;
const TYPE_OF: Readonly<Record<string, string>> = {
  into: 'Need',
  plan: 'MatchPlan',
  beneficiary: 'Resident',
  requesterOrganization: 'Organization',
  eligibleBuilding: 'Building',
};
const idOf = (name: string): string | null => {
  const stem = name.replace(/Ids?$/, '');
  const type = TYPE_OF[stem] ?? `${stem[0]?.toUpperCase()}${stem.slice(1)}`;
  return ACCEPTED[type] ?? gid(type) ?? gid('Need');
};
const asking = new Asking(schema, new Date('2026-03-01T10:00:00+08:00'));
const liaison = await signIn(app.url, `liaison.${known?.code}`);
const callers: readonly Caller[] = [await signIn(app.url, 'admin'), liaison];
const accepted = await liaison.changed('matchAccept', { matchId: gid('Match'), idempotencyKey: randomUUID() }, 'referral { id }');
const ACCEPTED: Readonly<Record<string, string>> = { Referral: accepted.referral.id };

/** Where versions are kept, by the first id of an input: checks behind the version are reached only with the right one. */
const TABLES: Readonly<Record<string, string>> = {
  Need: 'need',
  Offer: 'offer',
  Session: 'session',
  Referral: 'referral',
  Resident: 'personal.resident',
  MatchPlan: 'match_plan',
  Membership: 'membership',
  Pact: 'pact',
  Organization: 'organization',
  Account: 'identity.account',
};
async function withVersion(variables: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
  const input = variables.input as Readonly<Record<string, unknown>> | null | undefined;
  if (input?.expectedVersion !== 1) return variables;
  const of = Object.values(input)
    .map(value => (typeof value === 'string' ? parseGlobalId(value) : null))
    .find(id => id !== null);
  const table = of && TABLES[of.type];
  if (!table) return variables;
  const [row] = await database.owner.unsafe(`select version from ${table} where id = $1`, [of.id]);
  return row ? { ...variables, input: { ...input, expectedVersion: row.version } } : variables;
}

/** What the asking of it must never lead to: a bug that was hidden, a statement that never ended. */
const BUGS: readonly string[] = ['INTERNAL_SERVER_ERROR', 'TIMEOUT', 'UNAVAILABLE', 'BUSY'];

interface Question {
  readonly source: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly about: string;
}

function wrongWith({ status, errors }: Reply): string | null {
  if (status >= 500) return `status ${status}`;
  const bug = errors.find(({ extensions }) => BUGS.includes(extensions.code));
  return bug ? bug.extensions.code : null;
}

/** Asks everything, some lists at a time, the longest first, each in its order and of the callers in turn; answers with what went wrong. */
async function bugsIn(lists: readonly (readonly Question[])[]): Promise<readonly string[]> {
  const found = new Set<string>();
  const waiting = lists.toSorted((a, b) => b.length - a.length).values();
  const worker = async (): Promise<void> => {
    for (const questions of waiting)
      for (const [i, { source, variables, about }] of questions.entries()) {
        const caller = callers[i % callers.length];
        const wrong = caller && wrongWith(await caller.ask(source, await withVersion(variables)));
        if (wrong) found.add(`${about}: ${wrong}`);
      }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  return [...found];
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'undefined').slice(0, 80);

/** Something that can be selected of a type: a leaf, or the nodes of a connection. */
function selectionOf(type: GraphQLNamedType): string {
  if (!isObjectType(type)) return isLeafType(type) ? '' : '{ __typename }';
  return type.getFields().edges ? '{ edges { node { __typename } } }' : '{ __typename }';
}

/** Without these an input is refused before the rest of it is looked at. */
const MEANT: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  needSubmit: { residentId: gid('Resident') },
  residentCreate: { birthDate: '1950-01-01' },
  organizationCreate: { code: 'X-1' },
};

/** A question for each hostile value in each leaf of each argument; the other required ones are well meant. */
function questionsOf(
  { name, args, type }: GraphQLField<unknown, unknown>,
  wrap: (call: string, declared: readonly string[]) => string,
  given: Readonly<Record<string, unknown>>,
  prefix: string,
): Question[] {
  const questions: Question[] = [];
  const wellMeant = () => objectOf(args.filter(isRequiredArgument), idOf, NOW);
  for (const argument of args) {
    const used: readonly GraphQLArgument[] = args.filter(arg => arg === argument || isRequiredArgument(arg));
    const call = `${name}(${used.map(arg => `${arg.name}: $${arg.name}`).join(', ')}) ${selectionOf(getNamedType(type))}`;
    const source = wrap(
      call,
      used.map(arg => `$${arg.name}: ${arg.type}`),
    );
    for (const leaf of leavesOf(argument.type)) {
      for (const value of hostileFor({ ...leaf, path: leaf.path.length ? leaf.path : [argument.name] }, communityId)) {
        const start = sampleOf(argument.type, argument.name, idOf, NOW);
        const wrong = put(
          name in MEANT ? { ...(start as object), ...MEANT[name] } : start,
          leaf.path,
          value,
          argument.type,
          idOf,
          NOW,
        );
        const about = `${prefix}${name}.${[argument.name, ...leaf.path].join('.')} = ${shown(value)}`;
        questions.push({ source, variables: { ...given, ...wellMeant(), [argument.name]: wrong }, about });
      }
    }
  }
  return questions;
}

/** What makes something comes before what changes it, and that before what ends it: nothing is left to be filled in then. */
const PHASES = [/(Create|Submit|Draft|Claim|Complete|Request)$/, /(Update|Change|Set)$/, /./];

/** Each hostile value of a mutation for whoever may do most and for a liaison: what one is refused for, the other gets deeper into. */
const forEach = (questions: readonly Question[]): Question[] => questions.flatMap(question => callers.map(() => question));

const fieldsOf = (type: string): readonly GraphQLField<unknown, unknown>[] => {
  const found = schema.getType(type);
  return isObjectType(found) ? Object.values(found.getFields()).filter(({ args }) => args.length) : [];
};

/** Thousands of questions, more with every field: on a busy machine they take their time. */
const TIMEOUT = 120_000;

describe('no value that can be sent ends in a bug', { timeout: TIMEOUT }, () => {
  it('in any argument of a query', async () => {
    const wrap = (call: string, declared: readonly string[]) => `query(${declared.join(', ')}) { ${call} }`;
    const questions = fieldsOf('Query').map(field => questionsOf(field, wrap, {}, ''));
    expect(questions.flat().length).toBeGreaterThan(500);
    expect(await bugsIn(questions)).toEqual([]);
  });

  it('in any argument of a field of an object', async () => {
    const types = Object.values(schema.getTypeMap()).filter(
      type => isObjectType(type) && type.getInterfaces().length && gid(type.name),
    );
    const questions = types.flatMap(({ name }) => {
      const wrap = (call: string, declared: readonly string[]) =>
        `query(${['$node: ID!', ...declared].join(', ')}) { node(id: $node) { ... on ${name} { ${call} } } }`;
      return fieldsOf(name).map(field => questionsOf(field, wrap, { node: gid(name) }, `${name}.`));
    });
    expect(questions.flat().length).toBeGreaterThan(500);
    expect(await bugsIn(questions)).toEqual([]);
  });

  it('in any input of a mutation', async () => {
    const wrap = (call: string, declared: readonly string[]) => `mutation(${declared.join(', ')}) { ${call} }`;
    for (const names of PHASES) {
      const fields = fieldsOf('Mutation').filter(({ name }) => PHASES.find(phase => phase.test(name)) === names);
      const questions = fields.map(field => forEach(questionsOf(field, wrap, {}, '')));
      expect(questions.flat().length).toBeGreaterThan(500);
      expect(await bugsIn(questions)).toEqual([]);
    }
  });

  it('nor does reading what was let in', async () => {
    for (const caller of callers) expect((await readEverything(asking, caller)).size).toBeGreaterThan(100);
  });

  it('nor anything in the log but what was asked', () => {
    const lines = app
      .logged()
      .split('\n')
      .filter(line => line.includes('operation failed') || line.includes('"level":60'));
    expect(lines.map(line => line.slice(0, 300))).toEqual([]);
  });
});
