import { Arg, Ctx, Field, ID, InputType, Int, Mutation, Resolver } from 'type-graphql';
import { mutate, payloadOf } from '../../graphql/payload.js';
import { UUID } from '../../graphql/scalars.js';
import type { Scope } from '../../scope/scope.js';
import { ApiClientResolver } from './clients.graphql.js';
import { CredentialResolver } from './credentials.graphql.js';
import { ExternalResolver } from './external.graphql.js';
import { Account, AccountResolver, RoleAssignment, RoleAssignmentResolver, ViewerResolver } from './identity.graphql.js';
import { assignRole, deactivateAccount, endRole } from './identity.service.js';
import { InvitationResolver } from './invitations.graphql.js';
import { NewRoleInput, ROLE_IDS } from './roles.graphql.js';
import { SessionResolver } from './sessions.graphql.js';

@InputType({ description: 'A role for an account.' })
class RoleAssignInput extends NewRoleInput {
  @Field(() => ID, { description: 'The account; it may come from another community.' }) readonly accountId!: string;
  @Field(() => UUID, { description: 'Made by the client; the same key never assigns twice.' }) readonly idempotencyKey!: string;
}

@InputType({ description: 'The role to end.' })
class RoleEndInput {
  @Field(() => ID, { description: 'Which role.' }) readonly roleAssignmentId!: string;
  @Field(() => UUID, { nullable: true, description: 'Made by the client; a repeat with the same key gets the first answer.' })
  readonly idempotencyKey?: string | null;
}

@InputType({ description: 'The account to shut, as last read.' })
class AccountDeactivateInput {
  @Field(() => ID, { description: 'Which account.' }) readonly accountId!: string;
  @Field(() => Int, { description: 'The version you saw.' }) readonly expectedVersion!: number;
  @Field(() => UUID, { nullable: true, description: 'Made by the client; a repeat with the same key gets the first answer.' })
  readonly idempotencyKey?: string | null;
}

const AccountDeactivatePayload = payloadOf('AccountDeactivate', 'account', () => Account);
const RoleAssignPayload = payloadOf('RoleAssign', 'roleAssignment', () => RoleAssignment);
const RoleEndPayload = payloadOf('RoleEnd', 'roleAssignment', () => RoleAssignment);

@Resolver()
class IdentityMutationResolver {
  @Mutation(() => AccountDeactivatePayload, {
    description:
      'Shuts an account: its sessions end, and all its access tokens within a second. Only the admin may, and only when the account has no role elsewhere.',
  })
  accountDeactivate(
    @Ctx() scope: Scope,
    @Arg('input', () => AccountDeactivateInput, { description: 'Which one.' }) input: AccountDeactivateInput,
  ) {
    return mutate(scope, 'account', input, { accountId: 'Account' }, command => deactivateAccount(scope, command));
  }

  @Mutation(() => RoleAssignPayload, { description: 'Gives an account a role in this community. Only its admin may.' })
  roleAssign(
    @Ctx() scope: Scope,
    @Arg('input', () => RoleAssignInput, { description: 'Who, which role, where.' }) input: RoleAssignInput,
  ) {
    return mutate(scope, 'roleAssignment', input, { accountId: 'Account', ...ROLE_IDS }, command => assignRole(scope, command));
  }

  @Mutation(() => RoleEndPayload, {
    description:
      'Ends a role at once; access tokens feel it within a second. Only the admin may, and not for their own admin role.',
  })
  roleEnd(@Ctx() scope: Scope, @Arg('input', () => RoleEndInput, { description: 'Which one.' }) input: RoleEndInput) {
    return mutate(scope, 'roleAssignment', input, { roleAssignmentId: 'RoleAssignment' }, command => endRole(scope, command));
  }
}

export const identityResolvers = [
  ViewerResolver,
  AccountResolver,
  RoleAssignmentResolver,
  SessionResolver,
  CredentialResolver,
  ExternalResolver,
  InvitationResolver,
  ApiClientResolver,
  IdentityMutationResolver,
] as const;
