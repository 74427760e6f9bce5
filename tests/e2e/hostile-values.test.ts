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
import { type Caller, signIn } from '../support/caller.js';
import { CANARIES, hostileFor, LISTS } from '../support/hostile.js';
import { leavesOf, objectOf, put, sampleOf } from '../support/inputs.js';
import { branchOf, planFor, publish } from '../support/journey.js';
import { type Answered, askTogether, operationsOf, type Question, refusalAtTheGate } from '../support/questions.js';
import { startSeededApp } from '../support/seeded.js';

const schema = createSchema();
/** Thousands of questions, more with every field: on a busy machine they take their time, and many in one operation more than one does. */
const TIMEOUT = 300_000;
const { app, database } = await startSeededApp({ costLimit: 10_000_000 }, { deadlineMs: TIMEOUT });
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
    (select id from personal.consent where branch_id = m.branch_id limit 1) as "Consent",
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
async function withVersion(question: Question): Promise<Question> {
  const input = question.variables.input as Readonly<Record<string, unknown>> | null | undefined;
  if (input?.expectedVersion !== 1) return question;
  const of = Object.values(input)
    .map(value => (typeof value === 'string' ? parseGlobalId(value) : null))
    .find(id => id !== null);
  const table = of && TABLES[of.type];
  if (!table) return question;
  const [row] = await database.owner.unsafe(`select version from ${table} where id = $1`, [of.id]);
  return row
    ? { ...question, variables: { ...question.variables, input: { ...input, expectedVersion: row.version } } }
    : question;
}

/** What the asking of it must never lead to: a bug that was hidden, a statement that never ended. */
const BUGS: readonly string[] = ['INTERNAL_SERVER_ERROR', 'TIMEOUT', 'UNAVAILABLE', 'BUSY'];

function wrongWith({ status, codes, data }: Answered): string | null {
  if (status >= 500) return `status ${status}`;
  const said = JSON.stringify(data?.userErrors ?? null);
  if (CANARIES.some(canary => said.includes(canary))) return 'repeats a number';
  return codes.find(code => BUGS.includes(code)) ?? null;
}

/** Changed meanwhile, by one of those that were asked together with it: it has not got to what it is about. */
const isStale = ({ data }: Answered): boolean =>
  data?.userErrors?.some(({ code }: { readonly code: string }) => code === 'STALE_VERSION') ?? false;

/** Asks one caller all of a field, in order; answers with what went wrong. What was stale is asked again while that helps. */
async function bugsOf(caller: Caller, questions: readonly Question[], most: number): Promise<readonly string[]> {
  const bugs: string[] = [];
  const stale: Question[] = [];
  for (const together of operationsOf(questions, most)) {
    const answers = await askTogether(caller, await Promise.all(together.map(withVersion)));
    for (const [i, answer] of answers.entries()) {
      const wrong = wrongWith(answer);
      if (wrong) bugs.push(`${answer.question.about}: ${wrong}`);
      if (isStale(answer) && together[i]) stale.push(together[i]);
    }
  }
  return stale.length && stale.length < questions.length ? [...bugs, ...(await bugsOf(caller, stale, most))] : bugs;
}

/** Asks everything that passes the gate, of each caller their share, some lists at a time, the longest first; answers with what went wrong. */
async function bugsIn(
  lists: readonly (readonly Question[])[],
  { most, isFor }: { readonly most: number; readonly isFor: (position: number, caller: number) => boolean },
): Promise<readonly string[]> {
  const found: string[] = [];
  const waiting = lists.toSorted((a, b) => b.length - a.length).values();
  const worker = async (): Promise<void> => {
    for (const questions of waiting) {
      const passing = questions.filter(question => refusalAtTheGate(schema, question) === null);
      for (const [who, caller] of callers.entries())
        found.push(
          ...(await bugsOf(
            caller,
            passing.filter((_, i) => isFor(i, who)),
            most,
          )),
        );
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  return found;
}
/** The callers in turn: what is read is the same for both, or not there. */
const inTurns = (position: number, caller: number): boolean => position % callers.length === caller;
/** Whoever may do most, and a liaison: what one is refused for, the other gets deeper into. */
const byEach = (): boolean => true;

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'undefined').slice(0, 80);

/** Something that can be selected of a type: why a mutation was refused, a leaf, or the nodes of a connection. */
function selectionOf(type: GraphQLNamedType): string {
  if (!isObjectType(type)) return isLeafType(type) ? '' : '{ __typename }';
  if (type.getFields().userErrors) return '{ userErrors { code message path } }';
  return type.getFields().edges ? '{ edges { node { __typename } } }' : '{ __typename }';
}

/** Without these an input is refused before the rest of it is looked at. */
const MEANT: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  needSubmit: { residentId: gid('Resident') },
  residentCreate: { birthDate: '1950-01-01' },
  organizationCreate: { code: 'X-1' },
};

/** A question for each hostile value in each leaf of each argument, list by argument; the other required ones are well meant. */
function questionsOf(
  { name, args, type }: GraphQLField<unknown, unknown>,
  keyword: Question['keyword'],
  prefix = '',
  wrap = (alias: string, call: string) => `${alias}: ${call}`,
): Question[][] {
  const wellMeant = objectOf(args.filter(isRequiredArgument), idOf, NOW);
  return args.map(argument => {
    const used: readonly GraphQLArgument[] = args.filter(arg => arg === argument || isRequiredArgument(arg));
    const start = sampleOf(argument.type, argument.name, idOf, NOW);
    const sample = name in MEANT ? { ...(start as object), ...MEANT[name] } : start;
    return [...leavesOf(argument.type)].flatMap(leaf =>
      hostileFor({ field: name, argument: argument.name, leaf, communityId }).map(value => ({
        keyword,
        call: (alias: string, suffix: string) =>
          wrap(
            alias,
            `${name}(${used.map(arg => `${arg.name}: $${arg.name}${suffix}`).join(', ')}) ${selectionOf(getNamedType(type))}`,
          ),
        declared: Object.fromEntries(used.map(arg => [arg.name, String(arg.type)])),
        variables: { ...wellMeant, [argument.name]: put(sample, leaf.path, value, argument.type, idOf, NOW) },
        about: `${prefix}${name}.${[argument.name, ...leaf.path].join('.')} = ${shown(value)}`,
      })),
    );
  });
}

/** What makes something comes before what changes it, and that before what ends it: nothing is left to be filled in then. */
const PHASES = [/(Create|Submit|Draft|Claim|Complete|Request)$/, /(Update|Change|Set)$/, /./];

const fieldsOf = (type: string): readonly GraphQLField<unknown, unknown>[] => {
  const found = schema.getType(type);
  return isObjectType(found) ? Object.values(found.getFields()).filter(({ args }) => args.length) : [];
};

describe('S11, S13 and S14: no value that can be sent ends in a bug', { timeout: TIMEOUT }, () => {
  it('in any argument of a query', async () => {
    const questions = fieldsOf('Query').flatMap(field => questionsOf(field, 'query'));
    expect(questions.flat().length).toBeGreaterThan(500);
    // Most roots may not be null, so one bad cursor takes all beside it along.
    expect(await bugsIn(questions, { most: 4, isFor: inTurns })).toEqual([]);
  });

  it('in any argument of a field of an object', async () => {
    const types = Object.values(schema.getTypeMap()).filter(
      type => isObjectType(type) && type.getInterfaces().length && gid(type.name),
    );
    const questions = types.flatMap(({ name }) => {
      const wrap = (alias: string, call: string) => `${alias}: node(id: "${gid(name)}") { ... on ${name} { ${call} } }`;
      return fieldsOf(name).flatMap(field => questionsOf(field, 'query', `${name}.`, wrap));
    });
    expect(questions.flat().length).toBeGreaterThan(500);
    expect(await bugsIn(questions, { most: 20, isFor: inTurns })).toEqual([]);
  });

  it('in any input of a mutation', async () => {
    for (const names of PHASES) {
      const fields = fieldsOf('Mutation').filter(({ name }) => PHASES.find(phase => phase.test(name)) === names);
      const questions = fields.flatMap(field => questionsOf(field, 'mutation'));
      expect(questions.flat().length).toBeGreaterThan(500);
      expect(await bugsIn(questions, { most: 20, isFor: byEach })).toEqual([]);
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
    expect(CANARIES.filter(canary => app.logged().includes(canary))).toEqual([]);
  });

  it('nor are there cursors for lists that are none', () => {
    const lists = Object.values(schema.getTypeMap()).flatMap(type =>
      isObjectType(type)
        ? Object.values(type.getFields()).flatMap(({ name, args }) => (args.some(arg => arg.name === 'after') ? [name] : []))
        : [],
    );
    expect(LISTS.filter(list => !lists.includes(list.split('.')[0] ?? ''))).toEqual([]);
  });
});
