import {
  Arg,
  Args,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { TakesSecret, Weighs } from '../../graphql/cost.js';
import { defineEnum } from '../../graphql/enums.js';
import { Node, registerNode } from '../../graphql/node.js';
import { mutate, Payload, payloadOf, toPayload } from '../../graphql/payload.js';
import { DateTime, UUID } from '../../graphql/scalars.js';
import type { Role } from '../../kernel/actor.js';
import type { Scope } from '../../scope/scope.js';
import { Organization } from '../alliance/alliance.graphql.js';
import { organizationById } from '../alliance/alliance.service.js';
import { Area, Branch } from '../territory/territory.graphql.js';
import { areaById, branchById } from '../territory/territory.service.js';
import { Account, RoleEnum } from './identity.graphql.js';
import {
  acceptInvitation,
  accountById,
  createInvitation,
  INVITATIONS,
  type Invitation as InvitationRecord,
  type InvitationState,
  invitationById,
  invitationState,
  pageOfInvitations,
  revokeInvitation,
} from './identity.service.js';
import { NewRoleInput, ROLE_IDS } from './roles.graphql.js';

const InvitationStateEnum = defineEnum<InvitationState>('InvitationState', 'Whether an invitation can still be accepted.', {
  OPEN: ['待接受', 'open', 'Waits for whoever has its code.'],
  ACCEPTED: ['已接受', 'accepted', 'An account was opened with it.'],
  REVOKED: ['已撤回', 'revoked', 'Taken back before anybody accepted it.'],
  EXPIRED: ['已过期', 'expired', 'Nobody accepted it in time.'],
});

@ObjectType({
  implements: Node,
  description:
    'A role that waits for somebody to take it. Seen by the admin, and by whoever made it for as long as they may invite.',
})
export class Invitation extends Node {
  @Field(() => RoleEnum, { description: 'Which role it gives.' }) readonly role!: Role;
  @Field(() => DateTime, { nullable: true, description: 'When the role begins; null: when it is accepted.' })
  readonly validFrom!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When the role ends; null: without end.' })
  readonly validUntil!: Date | null;
  @Field(() => DateTime, { description: 'When it was made.' }) readonly createdAt!: Date;
  @Field(() => DateTime, { description: 'Accepted before then or not at all.' }) readonly expiresAt!: Date;
  @Field(() => DateTime, { nullable: true, description: 'When it was accepted; null while it was not.' })
  readonly acceptedAt!: Date | null;
}

@InputType({ description: 'The role to invite somebody to.' })
class InvitationCreateInput extends NewRoleInput {
  @Field(() => Int, { nullable: true, description: 'How many days it stays open, 1 to 14; 7 where nothing is said.' })
  readonly expiresInDays?: number | null;
  @Field(() => UUID, {
    description: 'Made by the client; a repeat with the same key gets the same invitation, without its code.',
  })
  readonly idempotencyKey!: string;
}

@InputType({ description: 'The code of an invitation, and the account to open with it.' })
class InvitationAcceptInput {
  @Field(() => String, { description: 'From the link that you were given. It works once.' }) readonly code!: string;
  @Field(() => String, { description: '2 to 64 letters a–z, digits, dots, dashes and underscores; unique over all communities.' })
  readonly login!: string;
  @Field(() => String, { description: 'As colleagues call you at work, at most 40 characters.' }) readonly displayName!: string;
  @Field(() => String, { description: '10 to 128 characters, without the login in it.' }) readonly password!: string;
}

@InputType({ description: 'The invitation to take back.' })
class InvitationRevokeInput {
  @Field(() => ID, { description: 'Which invitation.' }) readonly invitationId!: string;
  @Field(() => UUID, { description: 'Made by the client; a repeat with the same key gets the first answer.' })
  readonly idempotencyKey!: string;
}

@ObjectType({ description: 'A new invitation with its code, told once, or why not.' })
class InvitationCreatePayload extends Payload {
  @Field(() => Invitation, { nullable: true, description: 'As it stands now; null when it was refused.' })
  readonly invitation!: InvitationRecord | null;
  @Field(() => String, {
    nullable: true,
    description: 'To be put into a link and sent to the person invited; never shown again. Null when refused, and for a repeat.',
  })
  readonly code!: string | null;
}

@ObjectType({ description: 'The account is open, or why not.' })
class InvitationAcceptPayload extends Payload {
  @Field(() => String, { nullable: true, description: 'The name to sign in with now. Null when refused.' })
  readonly login!: string | null;
}

const InvitationRevokePayload = payloadOf('InvitationRevoke', 'invitation', () => Invitation);
const InvitationConnection = connectionOf('Invitation', () => Invitation);

@Resolver(() => Invitation)
export class InvitationResolver {
  @Query(() => InvitationConnection, {
    description: 'Invitations that you may see, the newest first: all of this community for its admin, your own for a secretary.',
  })
  async invitations(@Ctx() scope: Scope, @Args(() => PageArgs) page: PageArgs) {
    return toConnection(await pageOfInvitations(scope, windowOf(INVITATIONS, page)));
  }

  @FieldResolver(() => InvitationStateEnum, { description: 'Whether it can still be accepted.' })
  state(@Root() invitation: InvitationRecord, @Ctx() scope: Scope): InvitationState {
    return invitationState(invitation, scope.now());
  }

  @FieldResolver(() => Account, { nullable: true, description: 'Who made it.' })
  invitedBy(@Root() invitation: InvitationRecord, @Ctx() scope: Scope) {
    return scope.load(accountById, invitation.invitedBy);
  }

  @FieldResolver(() => Branch, { nullable: true, description: 'The branch that the role is for; null for other roles.' })
  branch(@Root() { branchId }: InvitationRecord, @Ctx() scope: Scope) {
    return branchId && scope.load(branchById, branchId);
  }

  @FieldResolver(() => Area, { nullable: true, description: 'The area that the role is for; null for other roles.' })
  area(@Root() { areaId }: InvitationRecord, @Ctx() scope: Scope) {
    return areaId && scope.load(areaById, areaId);
  }

  @FieldResolver(() => Organization, { nullable: true, description: 'The organisation of a liaison; null for other roles.' })
  organization(@Root() { organizationId }: InvitationRecord, @Ctx() scope: Scope) {
    return organizationId && scope.load(organizationById, organizationId);
  }

  @Mutation(() => InvitationCreatePayload, {
    description:
      'Invites somebody to a role. The admin may to every role, a secretary liaisons of organisations in the alliance of a branch they run.',
  })
  async invitationCreate(
    @Ctx() scope: Scope,
    @Arg('input', () => InvitationCreateInput, { description: 'Which role, where, until when.' }) input: InvitationCreateInput,
  ) {
    const { made, userErrors } = await mutate(scope, 'made', input, ROLE_IDS, command => createInvitation(scope, command));
    return { invitation: made?.invitation ?? null, code: made?.code ?? null, userErrors };
  }

  @Weighs(200)
  @TakesSecret()
  @Mutation(() => InvitationAcceptPayload, {
    description:
      'Opens the account that an invitation is for; sign in afterwards. No signing in is needed. Wrong codes are counted as wrong passwords are.',
  })
  async invitationAccept(
    @Ctx() scope: Scope,
    @Arg('input', () => InvitationAcceptInput, { description: 'The code, and who you are.' }) input: InvitationAcceptInput,
  ) {
    const { account, userErrors } = toPayload(scope, 'account', await acceptInvitation(scope, input));
    return { login: account?.login ?? null, userErrors };
  }

  @Mutation(() => InvitationRevokePayload, { description: 'Takes an invitation back that nobody has accepted yet.' })
  invitationRevoke(
    @Ctx() scope: Scope,
    @Arg('input', () => InvitationRevokeInput, { description: 'Which one.' }) input: InvitationRevokeInput,
  ) {
    return mutate(scope, 'invitation', input, { invitationId: 'Invitation' }, command => revokeInvitation(scope, command));
  }
}

registerNode('Invitation', (scope, id) => scope.load(invitationById, id));
