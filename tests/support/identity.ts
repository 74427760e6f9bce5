import { randomBytes, randomUUID } from 'node:crypto';
import { hash as argon2 } from '@node-rs/argon2';
import { beforeAll } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import { ANONYMOUS } from '../../src/kernel/actor.js';
import { allianceResolvers } from '../../src/modules/alliance/alliance.mutations.graphql.js';
import { identityResolvers } from '../../src/modules/identity/identity.mutations.graphql.js';
import { createLockout } from '../../src/modules/identity/lockout.js';
import { territoryResolvers } from '../../src/modules/territory/territory.graphql.js';
import { createAsk } from './ask.js';
import { createTestDatabase } from './database.js';
import { seedWorld, WORLD } from './world.js';

export const PASSWORD = 'a password for tests';
export const OTHER_ACCOUNT = '00000000-0000-7000-8000-000000000091';

export interface TestRole {
  readonly role: string;
  readonly branch?: string;
  readonly area?: string;
  readonly organization?: string;
  readonly community?: string;
}

export const errors =
  'userErrors { code path ... on TooManyAttemptsError { retryAfterSeconds } ... on DuplicateError { existingId } ... on InvalidInputError { rule limit } ... on StaleVersionError { currentVersion } }';
const session = `accessToken expiresAt refreshToken refreshExpiresAt viewer { account { id login displayName } roles { role branch { code } area { code } organization { name } } } ${errors}`;
export const SIGN_IN = `mutation($input: SignInInput!) { signIn(input: $input) { ${session} } }`;
export const REFRESH = `mutation($input: SessionRefreshInput!) { sessionRefresh(input: $input) { ${session} } }`;
export const SIGN_OUT = `mutation($input: SignOutInput!) { signOut(input: $input) { signedOut ${errors} } }`;
export const CHANGE = `mutation($input: PasswordChangeInput!) { passwordChange(input: $input) { account { version } ${errors} } }`;
export const ASSIGN = `mutation($input: RoleAssignInput!) { roleAssign(input: $input) { roleAssignment { id role validUntil account { login } } ${errors} } }`;
export const END = `mutation($input: RoleEndInput!) { roleEnd(input: $input) { roleAssignment { id validUntil } ${errors} } }`;
export const DEACTIVATE = `mutation($input: AccountDeactivateInput!) { accountDeactivate(input: $input) { account { active version } ${errors} } }`;

export const codes = (payload: { readonly userErrors: readonly { readonly code: string }[] }) =>
  payload.userErrors.map(({ code }) => code);

/** A database with the accounts of the test world, who all have the one password, and what tests do with them. */
export async function openIdentity() {
  const database = await createTestDatabase({ max: 8 });
  const { owner, serving } = database;
  const ask = createAsk(buildSchema([...territoryResolvers, ...allianceResolvers, ...identityResolvers]), database);

  let passwordHash = '';
  beforeAll(async () => {
    await seedWorld(database);
    passwordHash = await argon2(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    await addAccount('admin', WORLD.admin, { role: 'COMMUNITY_ADMIN' });
    await addAccount('secretary.b1', WORLD.secretary1, { role: 'BRANCH_SECRETARY', branch: WORLD.branch1 });
    await addAccount('officer.east', WORLD.officer, { role: 'ESTATE_OFFICER', area: WORLD.east });
    await addAccount('liaison.t001', WORLD.liaisonClinic, { role: 'LIAISON', organization: WORLD.clinic });
    await addAccount('family.1', WORLD.daughter, { role: 'FAMILY' });
    await addAccount('elsewhere', OTHER_ACCOUNT, { role: 'COMMUNITY_ADMIN', community: WORLD.otherCommunity });
  });
  async function addAccount(login: string, id: string, role?: TestRole): Promise<string> {
    await owner`insert into identity.account (id, login, display_name, password_hash, created_at) values (${id}, ${login}, ${login}, ${passwordHash}, now())`;
    if (role) await addRole(id, role);
    return id;
  }
  async function addRole(accountId: string, { role, branch, area, organization, community }: TestRole): Promise<string> {
    const id = randomUUID();
    await owner`insert into identity.role_assignment (id, account_id, community_id, role, branch_id, area_id, organization_id, valid_from)
    values (${id}, ${accountId}, ${community ?? WORLD.community}, ${role}, ${branch ?? null}, ${area ?? null}, ${organization ?? null}, '2026-01-01')`;
    return id;
  }
  /** A secretary of its own for a test that changes it. */
  const someone = async (role: TestRole = { role: 'BRANCH_SECRETARY', branch: WORLD.branch1 }) => {
    const login = `someone.${randomBytes(4).toString('hex')}`;
    return { login, id: await addAccount(login, randomUUID(), role) };
  };
  const eventsOf = async (subjectId: string): Promise<string[]> =>
    (await owner`select kind from event where subject_id = ${subjectId} order by id`).map(row => row.kind);

  type Options = Parameters<typeof ask>[3];
  // Each test counts its own tries, unless it hands over a lock-out.
  const signIn = async (login: string, password = PASSWORD, input = {}, options: Options = {}) =>
    (await ask(ANONYMOUS, SIGN_IN, { input: { login, password, ...input } }, { lockout: createLockout(), ...options })).data
      ?.signIn;
  const refresh = async (refreshToken: string, options: Options = {}) =>
    (await ask(ANONYMOUS, REFRESH, { input: { refreshToken } }, options)).data?.sessionRefresh;
  return { database, owner, serving, ask, addAccount, addRole, someone, eventsOf, signIn, refresh };
}
