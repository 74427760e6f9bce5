import { Arg, Ctx, Field, ID, InputType, Int, Mutation, Resolver } from 'type-graphql';
import { mutate, payloadOf } from '../../graphql/payload.js';
import { LocalDate, UUID } from '../../graphql/scalars.js';
import type { Scope } from '../../scope/scope.js';
import type { OrganizationKind } from './alliance.domain.js';
import {
  AllianceOfBranchResolver,
  Membership,
  MembershipResolver,
  Organization,
  OrganizationKindEnum,
  OrganizationResolver,
  Pact,
  PactResolver,
  SignatureResolver,
} from './alliance.graphql.js';
import {
  changeMembership,
  createOrganization,
  draftPact,
  signPactFor,
  startMembership,
  terminatePact,
  updateOrganization,
} from './alliance.service.js';

@InputType({ description: 'A new organisation for the register.' })
class OrganizationCreateInput {
  @Field(() => String, { description: 'Short code, 2 to 20 letters, digits and dashes; unique over all communities.' })
  readonly code!: string;
  @Field(() => String, { description: 'Registered name, at most 100 characters.' }) readonly name!: string;
  @Field(() => OrganizationKindEnum, { description: 'What sort of body it is.' }) readonly kind!: OrganizationKind;
  @Field(() => String, {
    nullable: true,
    description: '统一社会信用代码; both check characters are verified. Leave it out for bodies without one.',
  })
  readonly uscc?: string | null;
  @Field(() => String, { nullable: true, description: 'What it asks in return, at most 500 characters.' }) readonly wishes?:
    | string
    | null;
  @Field(() => UUID, { description: 'Made by the client; the same key never registers twice.' }) readonly idempotencyKey!: string;
}

@InputType({ description: 'Corrections; what is left out stays as it is.' })
class OrganizationUpdateInput {
  @Field(() => ID, { description: 'Which organisation.' }) readonly organizationId!: string;
  @Field(() => Int, { description: 'The version you saw.' }) readonly expectedVersion!: number;
  @Field(() => String, { nullable: true, description: 'Registered name, at most 100 characters.' }) readonly name?: string | null;
  @Field(() => OrganizationKindEnum, { nullable: true, description: 'What sort of body it is.' })
  readonly kind?: OrganizationKind | null;
  @Field(() => String, { nullable: true, description: '统一社会信用代码; null removes it.' }) readonly uscc?: string | null;
  @Field(() => String, { nullable: true, description: 'What it asks in return; null removes it.' }) readonly wishes?:
    | string
    | null;
}

@InputType({ description: 'Which organisation for which alliance.' })
class MembershipStartInput {
  @Field(() => ID, { description: 'The branch whose alliance it is.' }) readonly branchId!: string;
  @Field(() => ID, { description: 'The organisation.' }) readonly organizationId!: string;
  @Field(() => UUID, { description: 'Made by the client; the same key never asks twice.' }) readonly idempotencyKey!: string;
}

@InputType()
abstract class MembershipMove {
  @Field(() => ID, { description: 'Which membership.' }) readonly membershipId!: string;
  @Field(() => Int, { description: 'The version you saw.' }) readonly expectedVersion!: number;
  @Field(() => UUID, { nullable: true, description: 'Made by the client; a repeat with the same key gets the first answer.' })
  readonly idempotencyKey?: string | null;
}
@InputType({ description: 'The membership to accept or resume, as last read.' })
class MembershipActivateInput extends MembershipMove {}
@InputType({ description: 'The membership to pause, as last read.' })
class MembershipSuspendInput extends MembershipMove {}
@InputType({ description: 'The membership to end, as last read.' })
class MembershipEndInput extends MembershipMove {}

@InputType({ description: 'What both sides are to sign.' })
class PactDraftInput {
  @Field(() => ID, { description: 'The membership it is for.' }) readonly membershipId!: string;
  @Field(() => String, { description: 'Its number, unique in the community, at most 40 characters.' }) readonly number!: string;
  @Field(() => LocalDate, { description: 'First day.' }) readonly startsOn!: string;
  @Field(() => LocalDate, { description: 'Last day; at most five years after the first.' }) readonly endsOn!: string;
  @Field(() => [String], { description: 'What is promised: 1 to 30 items of at most 200 characters.' }) readonly items!: string[];
  @Field(() => UUID, { description: 'Made by the client; the same key never drafts twice.' }) readonly idempotencyKey!: string;
}

@InputType()
abstract class PactChange {
  @Field(() => ID, { description: 'Which pact.' }) readonly pactId!: string;
  @Field(() => Int, { description: 'The version you saw.' }) readonly expectedVersion!: number;
  @Field(() => UUID, { nullable: true, description: 'Made by the client; a repeat with the same key gets the first answer.' })
  readonly idempotencyKey?: string | null;
}
@InputType({ description: 'The pact to sign, as last read.' })
class PactSignInput extends PactChange {}
@InputType({ description: 'The pact to end, as last read.' })
class PactTerminateInput extends PactChange {}

const OrganizationCreatePayload = payloadOf('OrganizationCreate', 'organization', () => Organization);
const OrganizationUpdatePayload = payloadOf('OrganizationUpdate', 'organization', () => Organization);
const MembershipStartPayload = payloadOf('MembershipStart', 'membership', () => Membership);
const MembershipActivatePayload = payloadOf('MembershipActivate', 'membership', () => Membership);
const MembershipSuspendPayload = payloadOf('MembershipSuspend', 'membership', () => Membership);
const MembershipEndPayload = payloadOf('MembershipEnd', 'membership', () => Membership);
const PactDraftPayload = payloadOf('PactDraft', 'pact', () => Pact);
const PactSignPayload = payloadOf('PactSign', 'pact', () => Pact);
const PactTerminatePayload = payloadOf('PactTerminate', 'pact', () => Pact);

@Resolver()
class AllianceMutations {
  @Mutation(() => OrganizationCreatePayload, {
    description: 'Registers an organisation. Secretaries and the community admin may; it joins no alliance by that.',
  })
  organizationCreate(
    @Ctx() scope: Scope,
    @Arg('input', () => OrganizationCreateInput, { description: 'What to register.' }) input: OrganizationCreateInput,
  ) {
    return mutate(scope, 'organization', input, {}, command => createOrganization(scope, command));
  }

  @Mutation(() => OrganizationUpdatePayload, {
    description: 'Corrects what is on file. Its liaisons may, and the admin of a community in which it is or was a member.',
  })
  organizationUpdate(
    @Ctx() scope: Scope,
    @Arg('input', () => OrganizationUpdateInput, { description: 'What to correct.' }) input: OrganizationUpdateInput,
  ) {
    return mutate(scope, 'organization', input, { organizationId: 'Organization' }, command =>
      updateOrganization(scope, command),
    );
  }

  @Mutation(() => MembershipStartPayload, {
    description: 'Invites (as the branch) or applies (as the organisation); the other side answers.',
  })
  membershipStart(
    @Ctx() scope: Scope,
    @Arg('input', () => MembershipStartInput, { description: 'Who with whom.' }) input: MembershipStartInput,
  ) {
    return mutate(scope, 'membership', input, { branchId: 'Branch', organizationId: 'Organization' }, command =>
      startMembership(scope, command),
    );
  }

  @Mutation(() => MembershipActivatePayload, {
    description: 'Accepts an invitation (as the organisation) or an application (as the branch); also ends a suspension.',
  })
  membershipActivate(
    @Ctx() scope: Scope,
    @Arg('input', () => MembershipActivateInput, { description: 'Which one.' }) input: MembershipActivateInput,
  ) {
    return mutate(scope, 'membership', input, { membershipId: 'Membership' }, command =>
      changeMembership(scope, 'ACTIVE', command),
    );
  }

  @Mutation(() => MembershipSuspendPayload, {
    description: 'Pauses a membership: nothing new is matched, promises stand. Only the branch may.',
  })
  membershipSuspend(
    @Ctx() scope: Scope,
    @Arg('input', () => MembershipSuspendInput, { description: 'Which one.' }) input: MembershipSuspendInput,
  ) {
    return mutate(scope, 'membership', input, { membershipId: 'Membership' }, command =>
      changeMembership(scope, 'SUSPENDED', command),
    );
  }

  @Mutation(() => MembershipEndPayload, {
    description: 'Ends a membership, or declines an invitation or application. Either side may, without giving a reason.',
  })
  membershipEnd(
    @Ctx() scope: Scope,
    @Arg('input', () => MembershipEndInput, { description: 'Which one.' }) input: MembershipEndInput,
  ) {
    return mutate(scope, 'membership', input, { membershipId: 'Membership' }, command =>
      changeMembership(scope, 'ENDED', command),
    );
  }

  @Mutation(() => PactDraftPayload, {
    description: 'Drafts a pact for a membership. Only the branch may; it binds nobody until both have signed.',
  })
  pactDraft(
    @Ctx() scope: Scope,
    @Arg('input', () => PactDraftInput, { description: 'What is to be signed.' }) input: PactDraftInput,
  ) {
    return mutate(scope, 'pact', input, { membershipId: 'Membership' }, command => draftPact(scope, command));
  }

  @Mutation(() => PactSignPayload, { description: "Signs for the caller's side; the second signature makes it SIGNED." })
  pactSign(@Ctx() scope: Scope, @Arg('input', () => PactSignInput, { description: 'Which one.' }) input: PactSignInput) {
    return mutate(scope, 'pact', input, { pactId: 'Pact' }, command => signPactFor(scope, command));
  }

  @Mutation(() => PactTerminatePayload, { description: 'Ends a pact before its time. Either side may.' })
  pactTerminate(
    @Ctx() scope: Scope,
    @Arg('input', () => PactTerminateInput, { description: 'Which one.' }) input: PactTerminateInput,
  ) {
    return mutate(scope, 'pact', input, { pactId: 'Pact' }, command => terminatePact(scope, command));
  }
}

export const allianceResolvers = [
  OrganizationResolver,
  MembershipResolver,
  PactResolver,
  SignatureResolver,
  AllianceOfBranchResolver,
  AllianceMutations,
] as const;
