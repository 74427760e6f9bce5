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
import { defineEnum } from '../../graphql/enums.js';
import { Node, registerNode } from '../../graphql/node.js';
import { mutate, Payload, payloadOf, rawIdOrNull } from '../../graphql/payload.js';
import { DateTime, UUID } from '../../graphql/scalars.js';
import type { Scope } from '../../scope/scope.js';
import { Viewer } from '../identity/identity.graphql.js';
import type { Kinship as KinshipRecord, KinshipRejectReason } from './kinships.domain.js';
import {
  claimantName,
  claimKinship,
  findKinship,
  KINSHIPS,
  listKinships,
  rejectKinship,
  revokeKinship,
  transitionsOf,
  verifyKinship,
} from './kinships.service.js';
import type { KinshipRelation, KinshipState } from './residents.domain.js';
import { Resident } from './residents.graphql.js';
import { findResident, kinOf } from './residents.service.js';

export const KinshipRelationEnum = defineEnum<KinshipRelation>('KinshipRelation', 'What the account is to the resident.', {
  SELF: ['本人', 'the resident', "The resident's own account."],
  DAUGHTER: ['女儿', 'daughter', 'Also by marriage or adoption.'],
  SON: ['儿子', 'son', 'Also by marriage or adoption.'],
  SPOUSE: ['配偶', 'spouse', 'Husband or wife.'],
  PARENT: ['父母', 'parent', 'Mother or father.'],
  GRANDCHILD: ['孙辈', 'grandchild', 'On either side.'],
  SIBLING: ['兄弟姐妹', 'sibling', 'Brother or sister.'],
  GUARDIAN: ['监护人', 'guardian', 'By law or by appointment.'],
  OTHER: ['其他亲属', 'other kin', 'Any other relation that staff accept.'],
});
const KinshipStateEnum = defineEnum<KinshipState>('KinshipState', 'Where a link stands; only a verified one opens anything.', {
  CLAIMED: ['待核实', 'claimed', 'Said by the account; opens nothing.'],
  VERIFIED: ['已核实', 'verified', 'Confirmed by staff of the branch.'],
  REJECTED: ['未通过', 'rejected', 'Staff did not confirm it.'],
  REVOKED: ['已解除', 'ended', 'Ended by staff or by the account.'],
});
const KinshipRejectReasonEnum = defineEnum<KinshipRejectReason>('KinshipRejectReason', 'Why staff did not confirm a link.', {
  NOT_KIN: ['并非亲属', 'not kin', 'They are not related as claimed.'],
  WRONG_PERSON: ['对象有误', 'wrong person', 'Somebody else of that name is meant.'],
  NO_PROOF: ['缺少证明', 'no proof', 'Nothing was shown that proves it.'],
  NOT_WISHED: ['本人不同意', 'not wished', 'The resident does not want it.'],
});

@ObjectType({
  implements: Node,
  description:
    'A link between an account and a resident (亲属关系). Staff of the branch see all; an account its own once they were verified.',
})
class Kinship extends Node {
  @Field(() => KinshipRelationEnum, { description: 'What the account is to the resident.' }) readonly relation!: KinshipRelation;
  @Field(() => KinshipStateEnum, { description: 'Moves by mutations only.' }) readonly state!: KinshipState;
  @Field(() => DateTime, { nullable: true, description: 'When staff confirmed it; null when they never did.' })
  readonly verifiedAt!: Date | null;
  @Field(() => DateTime, { description: 'When it was claimed.' }) readonly createdAt!: Date;
  @Field(() => Int, { description: 'Grows with every change.' }) readonly version!: number;
}
const KinshipConnection = connectionOf('Kinship', () => Kinship);

@InputType({ description: 'Who claims to be kin of whom.' })
class KinshipClaimInput {
  @Field(() => String, { description: 'Where the resident lives: `9幢2单元`, `9-2`, or `48幢`.' }) readonly address!: string;
  @Field(() => String, { description: 'Their exact full name.' }) readonly residentName!: string;
  @Field(() => KinshipRelationEnum, { description: 'What you are to them.' }) readonly relation!: KinshipRelation;
  @Field(() => UUID, { description: 'Made by the client; the same key never claims twice.' }) readonly idempotencyKey!: string;
}
@InputType({ description: 'Which claim to confirm.' })
class KinshipVerifyInput {
  @Field(() => ID, { description: 'The Kinship.' }) readonly kinshipId!: string;
  @Field(() => UUID, { description: 'Made by the client.' }) readonly idempotencyKey!: string;
}
@InputType({ description: 'Which claim not to confirm, and why.' })
class KinshipRejectInput {
  @Field(() => ID, { description: 'The Kinship.' }) readonly kinshipId!: string;
  @Field(() => KinshipRejectReasonEnum, { description: 'Kept in the event log.' }) readonly reason!: KinshipRejectReason;
  @Field(() => UUID, { description: 'Made by the client.' }) readonly idempotencyKey!: string;
}
@InputType({ description: 'Which link to end.' })
class KinshipRevokeInput {
  @Field(() => ID, { description: 'The Kinship.' }) readonly kinshipId!: string;
  @Field(() => UUID, { description: 'Made by the client.' }) readonly idempotencyKey!: string;
}

@ObjectType({ description: 'That the claim arrived; never whether there is such a person.' })
class KinshipClaimPayload extends Payload {
  @Field(() => Boolean, { nullable: true, description: 'True whether or not the claim met anybody; null when it was refused.' })
  readonly submitted!: boolean | null;
}
const KinshipVerifyPayload = payloadOf('KinshipVerify', 'kinship', () => Kinship);
const KinshipRejectPayload = payloadOf('KinshipReject', 'kinship', () => Kinship);
const KinshipRevokePayload = payloadOf('KinshipRevoke', 'kinship', () => Kinship);

@Resolver(() => Kinship)
export class KinshipResolver {
  @Query(() => KinshipConnection, {
    description:
      'Links and claims of the branches that the caller works for, oldest first; otherwise the own ones that were verified.',
  })
  async kinships(
    @Ctx() scope: Scope,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('branchId', () => ID, { nullable: true, description: 'Only of this branch.' }) branchId?: string | null,
    @Arg('residentId', () => ID, { nullable: true, description: 'Only of this resident.' }) residentId?: string | null,
    @Arg('states', () => [KinshipStateEnum], { nullable: true, description: 'Only in one of these states.' })
    states?: readonly KinshipState[] | null,
  ) {
    const branch = branchId == null ? undefined : rawIdOrNull(scope, 'Branch', branchId, 'branchId');
    const resident = residentId == null ? undefined : rawIdOrNull(scope, 'Resident', residentId, 'residentId');
    const window = windowOf(KINSHIPS, page);
    if (branch === null || resident === null) return toConnection({ edges: [], hasNextPage: false, hasPreviousPage: false });
    const filter = { branchId: branch ?? null, residentId: resident ?? null, states: states ?? null };
    return toConnection(await listKinships(scope, filter, window));
  }

  @FieldResolver(() => Resident, {
    nullable: true,
    description: 'Whose kin; null for whoever may not see the record any longer.',
  })
  resident(@Root() kinship: KinshipRecord, @Ctx() scope: Scope) {
    return findResident(scope, kinship.residentId);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The name that the account goes by; null when the account is gone.',
  })
  claimant(@Root() kinship: KinshipRecord, @Ctx() scope: Scope): Promise<string | null> {
    return scope.load(claimantName, kinship.accountId);
  }

  @FieldResolver(() => [KinshipStateEnum], { description: 'Where this caller may move it now.' })
  availableTransitions(@Root() kinship: KinshipRecord, @Ctx() scope: Scope): readonly KinshipState[] {
    return transitionsOf(scope.actor, kinship);
  }

  @Mutation(() => KinshipClaimPayload, {
    description:
      'Says that the caller is kin of a resident; any account may, ten times a day. The answer is the same whether there is such a person or not.',
  })
  kinshipClaim(
    @Ctx() scope: Scope,
    @Arg('input', () => KinshipClaimInput, { description: 'Of whom.' }) input: KinshipClaimInput,
  ) {
    return mutate(scope, 'submitted', input, {}, command => claimKinship(scope, command));
  }

  @Mutation(() => KinshipVerifyPayload, {
    description:
      "Confirms a claim, which opens the resident's record to the account. Staff of the branch may, but not for themselves.",
  })
  kinshipVerify(
    @Ctx() scope: Scope,
    @Arg('input', () => KinshipVerifyInput, { description: 'Which claim.' }) input: KinshipVerifyInput,
  ) {
    return mutate(scope, 'kinship', input, { kinshipId: 'Kinship' }, command => verifyKinship(scope, command));
  }

  @Mutation(() => KinshipRejectPayload, { description: 'Does not confirm a claim. Staff of the branch may.' })
  kinshipReject(
    @Ctx() scope: Scope,
    @Arg('input', () => KinshipRejectInput, { description: 'Which claim, and why.' }) input: KinshipRejectInput,
  ) {
    return mutate(scope, 'kinship', input, { kinshipId: 'Kinship' }, command => rejectKinship(scope, command));
  }

  @Mutation(() => KinshipRevokePayload, {
    description: 'Ends a link. Staff of the branch may, and the account its own. A new claim may follow.',
  })
  kinshipRevoke(
    @Ctx() scope: Scope,
    @Arg('input', () => KinshipRevokeInput, { description: 'Which link.' }) input: KinshipRevokeInput,
  ) {
    return mutate(scope, 'kinship', input, { kinshipId: 'Kinship' }, command => revokeKinship(scope, command));
  }
}

@Resolver(() => Viewer)
export class KinOfViewerResolver {
  @FieldResolver(() => [Resident], {
    description:
      'The residents that the caller is verified kin of. Empty in the answer to `signIn` itself, which is not yet asked as the account.',
  })
  residents(@Ctx() scope: Scope) {
    return kinOf(scope);
  }
}

registerNode('Kinship', findKinship);
