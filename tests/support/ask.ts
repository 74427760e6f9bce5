import { randomBytes } from 'node:crypto';
import { type ExecutionResult, type GraphQLSchema, graphql } from 'graphql';
import { toGlobalId } from '../../src/graphql/global-id.js';
import { type AccountActor, type Actor, ANONYMOUS } from '../../src/kernel/actor.js';
import { createVault } from '../../src/kernel/vault.js';
import { createLockout } from '../../src/modules/identity/lockout.js';
import { createTokens } from '../../src/modules/identity/tokens.js';
import { type Locale, Scope } from '../../src/scope/scope.js';
import type { TestDatabase } from './database.js';
import { NOW, WORLD } from './world.js';

const nobody: AccountActor = {
  kind: 'ACCOUNT',
  accountId: WORLD.stranger,
  roles: [],
  branchIds: [],
  secretaryBranchIds: [],
  organizationIds: [],
  memberBranchIds: [],
  kinIds: [],
  client: null,
};
const both = [WORLD.branch1, WORLD.branch2];

/** Who may ask in tests. `daughter` is kin of nobody until a test says so: `{ ...ACTORS.daughter, kinIds: [id] }`. */
export const ACTORS = {
  anonymous: ANONYMOUS,
  admin: { ...nobody, accountId: WORLD.admin, roles: ['COMMUNITY_ADMIN'], branchIds: both, secretaryBranchIds: both },
  secretary1: {
    ...nobody,
    accountId: WORLD.secretary1,
    roles: ['BRANCH_SECRETARY'],
    branchIds: [WORLD.branch1],
    secretaryBranchIds: [WORLD.branch1],
  },
  secretary2: {
    ...nobody,
    accountId: WORLD.secretary2,
    roles: ['BRANCH_SECRETARY'],
    branchIds: [WORLD.branch2],
    secretaryBranchIds: [WORLD.branch2],
  },
  officer: { ...nobody, accountId: WORLD.officer, roles: ['ESTATE_OFFICER'], branchIds: [WORLD.branch1] },
  clinic: {
    ...nobody,
    accountId: WORLD.liaisonClinic,
    roles: ['LIAISON'],
    organizationIds: [WORLD.clinic],
    memberBranchIds: both,
  },
  barber: {
    ...nobody,
    accountId: WORLD.liaisonBarber,
    roles: ['LIAISON'],
    organizationIds: [WORLD.barber],
    memberBranchIds: [WORLD.branch1],
  },
  stranger: { ...nobody, accountId: WORLD.stranger, roles: ['LIAISON'], organizationIds: [WORLD.stranger] },
  daughter: { ...nobody, accountId: WORLD.daughter, roles: ['FAMILY'] },
  subdistrict: { ...nobody, accountId: WORLD.subdistrict, roles: ['SUBDISTRICT'] },
} as const satisfies Record<string, Actor>;

export const testVault = createVault({ data: new Map([[1, randomBytes(32)]]), index: new Map([[1, randomBytes(32)]]) });
export const testTokens = createTokens({
  keys: new Map([['test', randomBytes(32)]]),
  current: 'test',
  issuer: 'red-alliance',
  audience: 'red-alliance',
  ttlSeconds: 900,
});
const testLockout = createLockout();

export const scopeOf = (
  { serving }: TestDatabase,
  actor: Actor,
  {
    now = () => NOW,
    locale = 'zh' as Locale,
    communityId = WORLD.community as string,
    address = null as string | null,
    lockout = testLockout,
  } = {},
): Scope =>
  new Scope({
    communityId,
    actor,
    db: serving.db,
    slowDb: serving.db,
    now,
    vault: testVault,
    locale,
    requestId: 'test',
    address,
    tokens: testTokens,
    lockout,
  });

// The shape depends on the query; tests read it freely.
export type Answer = ExecutionResult<Record<string, Data>>;
type Data = any;

/** Asks the schema as somebody, through the same path as HTTP does behind its door. */
export function createAsk(schema: GraphQLSchema, database: TestDatabase) {
  return (
    actor: Actor,
    source: string,
    variableValues: Readonly<Record<string, unknown>> = {},
    options: Parameters<typeof scopeOf>[2] = {},
  ) => graphql({ schema, source, variableValues, contextValue: scopeOf(database, actor, options) }) as Promise<Answer>;
}

/** A global id of the test community. */
export const gid = (type: string, id: string): string =>
  toGlobalId(type, ['Organization', 'Community', 'Account'].includes(type) ? null : WORLD.community, id);
