import { Arg, Args, Ctx, Field, FieldResolver, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { defineEnum } from '../../graphql/enums.js';
import { Node, registerNode } from '../../graphql/node.js';
import { DateTime } from '../../graphql/scalars.js';
import type { Role } from '../../kernel/actor.js';
import { normalize } from '../../kernel/text.js';
import type { Scope } from '../../scope/scope.js';
import { Organization } from '../alliance/alliance.graphql.js';
import { organizationById } from '../alliance/alliance.service.js';
import { Area, Branch } from '../territory/territory.graphql.js';
import { areaById, branchById } from '../territory/territory.service.js';
import {
  type Account as AccountRecord,
  accountById,
  BY_LOGIN,
  findRole,
  pageOfAccounts,
  type RoleAssignment as RoleRecord,
  rolesByAccount,
  visibleAccount,
} from './identity.service.js';

export const RoleEnum = defineEnum<Role>('Role', 'What an account may do in a community.', {
  COMMUNITY_ADMIN: ['社区管理员', 'community admin', 'Runs the whole community, its branches and its accounts.'],
  BRANCH_SECRETARY: ['党总支书记', 'branch secretary', 'Runs one branch: reads its needs, plans and publishes.'],
  ESTATE_OFFICER: ['片区社工', 'estate officer', 'Works for the branches of one area.'],
  GENERALIST_WORKER: ['全能社工', 'generalist worker', 'Works in the back office for one branch.'],
  LIAISON: ['单位联络员', 'liaison', 'Speaks for one organisation.'],
  VOLUNTEER: ['志愿者', 'volunteer', 'Takes part in activities and helps with services that were accepted.'],
  FAMILY: ['家属', 'family', 'Submits and follows needs for oneself and verified kin.'],
  MEDIATOR: ['人民调解员', 'mediator', 'Leads their own cases, whose statements nobody else sees.'],
  SUBDISTRICT: ['街道', 'subdistrict', 'Reads counts and pacts of the whole community, no person.'],
  AUDITOR: ['审计员', 'auditor', 'Reads the event log of the community and verifies it, no person.'],
});

@ObjectType({
  implements: Node,
  description: 'Who can sign in. Seen by itself and by the admin of a community in which it has or had a role.',
})
export class Account extends Node {
  @Field(() => String, { description: 'The name to sign in with, lower case; unique over all communities.' })
  readonly login!: string;
  @Field(() => String, { description: 'As colleagues call them at work.' }) readonly displayName!: string;
  @Field(() => Boolean, { description: 'False once it was shut: nobody signs in with it any more.' }) readonly active!: boolean;
  @Field(() => Int, { description: 'Grows with every change; send it back as `expectedVersion`.' }) readonly version!: number;
  @Field(() => DateTime, { description: 'When it was opened.' }) readonly createdAt!: Date;
}

@ObjectType({
  implements: Node,
  description: 'A role of an account in this community. Seen by its holder and by the admin.',
})
export class RoleAssignment extends Node {
  @Field(() => RoleEnum, { description: 'Which role.' }) readonly role!: Role;
  @Field(() => DateTime, { description: 'Counts from then on.' }) readonly validFrom!: Date;
  @Field(() => DateTime, { nullable: true, description: 'Counts until before then; null while no end is set.' })
  readonly validUntil!: Date | null;
}

@ObjectType({ description: 'Who asks.' })
export class Viewer {
  @Field(() => Account, { description: 'The account that signed in.' }) readonly account!: AccountRecord;
}

const AccountConnection = connectionOf('Account', () => Account);

/** The viewer behind an account that has just proven to be its own. */
export async function viewerOf(scope: Scope, accountId: string): Promise<Viewer | null> {
  const account = await scope.load(accountById, accountId);
  return account && { account };
}

const rolesOf = async (scope: Scope, accountId: string): Promise<readonly RoleRecord[]> =>
  (await scope.load(rolesByAccount, accountId)) ?? [];

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { nullable: true, description: 'Who asks, by the access token of this request; null without one.' })
  viewer(@Ctx() scope: Scope): Promise<Viewer | null> | null {
    return scope.actor.kind === 'ACCOUNT' ? viewerOf(scope, scope.actor.accountId) : null;
  }

  @FieldResolver(() => [RoleAssignment], { description: "The caller's roles in this community that are valid now." })
  async roles(@Root() { account }: Viewer, @Ctx() scope: Scope): Promise<RoleRecord[]> {
    return (await rolesOf(scope, account.id)).filter(({ validFrom }) => validFrom <= scope.now());
  }
}

@Resolver(() => Account)
export class AccountResolver {
  @Query(() => AccountConnection, {
    description: 'Accounts that you may see, by login: all of this community for its admin, your own for others.',
  })
  async accounts(
    @Ctx() scope: Scope,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('text', () => String, { nullable: true, description: 'A part of the login or the name.' }) text?: string | null,
  ) {
    return toConnection(await pageOfAccounts(scope, { text: normalize(text ?? '') || null }, windowOf(BY_LOGIN, page)));
  }

  @FieldResolver(() => [RoleAssignment], { description: 'Roles in this community that are not over, also such as begin later.' })
  async roles(@Root() account: AccountRecord, @Ctx() scope: Scope): Promise<readonly RoleRecord[]> {
    return rolesOf(scope, account.id);
  }
}

@Resolver(() => RoleAssignment)
export class RoleAssignmentResolver {
  @FieldResolver(() => Account, { nullable: true, description: 'Who holds it.' })
  account(@Root() role: RoleRecord, @Ctx() scope: Scope) {
    return scope.load(accountById, role.accountId);
  }

  @FieldResolver(() => Branch, {
    nullable: true,
    description: 'The branch of a secretary or a generalist worker; null for other roles.',
  })
  branch(@Root() { branchId }: RoleRecord, @Ctx() scope: Scope) {
    return branchId && scope.load(branchById, branchId);
  }

  @FieldResolver(() => Area, { nullable: true, description: 'The area of an estate officer; null for other roles.' })
  area(@Root() { areaId }: RoleRecord, @Ctx() scope: Scope) {
    return areaId && scope.load(areaById, areaId);
  }

  @FieldResolver(() => Organization, { nullable: true, description: 'The organisation of a liaison; null for other roles.' })
  organization(@Root() { organizationId }: RoleRecord, @Ctx() scope: Scope) {
    return organizationId && scope.load(organizationById, organizationId);
  }
}

registerNode('Account', visibleAccount, { global: true });
registerNode('RoleAssignment', findRole);
