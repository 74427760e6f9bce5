import { Arg, Ctx, Field, ID, InputType, Int, Mutation, Resolver } from 'type-graphql';
import { mutate, payloadOf } from '../../graphql/payload.js';
import { LocalDate, UUID } from '../../graphql/scalars.js';
import type { KinshipRelation } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import type { Channel } from '../needs/needs.domain.js';
import { ChannelEnum } from '../needs/needs.enums.graphql.js';
import { KinshipRelationEnum } from '../residents/kinships.graphql.js';
import type { RefusalReason, RequestKind } from './requests.domain.js';
import { PersonalInfoRequest, RefusalReasonEnum, RequestKindEnum } from './requests.graphql.js';
import { completeRequest, createRequest, refuseRequest, startRequest, withdrawRequest } from './requests.service.js';

@InputType({ description: 'For whom staff take a request down.' })
class OnBehalfInput {
  @Field(() => KinshipRelationEnum, {
    description: 'What whoever came is to the person, as they have proven; SELF for the person.',
  })
  readonly relation!: KinshipRelation;
  @Field(() => ChannelEnum, { description: 'How they came.' }) readonly channel!: Channel;
}

@InputType({ description: 'What is asked about whose data.' })
class PersonalInfoRequestCreateInput {
  @Field(() => RequestKindEnum, { description: 'What is asked; one of a kind may be open for a person.' })
  readonly kind!: RequestKind;
  @Field(() => ID, { description: 'About whom.' }) readonly residentId!: string;
  @Field(() => OnBehalfInput, {
    nullable: true,
    description: 'Staff must say for whom they ask; kin ask for themselves and leave it out.',
  })
  readonly onBehalf?: OnBehalfInput | null;
  @Field(() => String, {
    nullable: true,
    description: 'At most 1000 characters, kept sealed; a correction must say what is right.',
  })
  readonly words?: string | null;
  @Field(() => LocalDate, { nullable: true, description: 'When the person died: for DECEASED_NEXT_OF_KIN, and only then.' })
  readonly deceasedOn?: string | null;
  @Field(() => UUID, { description: 'Made by the client; the same key never asks twice.' }) readonly idempotencyKey!: string;
}

@InputType({ description: 'Which request, as last read.' })
class PersonalInfoRequestMoveInput {
  @Field(() => ID, { description: 'A PersonalInfoRequest.' }) readonly requestId!: string;
  @Field(() => Int, { description: 'The version you saw.' }) readonly expectedVersion!: number;
  @Field(() => UUID, { description: 'Made by the client; a repeat gets the first answer.' }) readonly idempotencyKey!: string;
}
@InputType({ description: 'Which request, and why not.' })
class PersonalInfoRequestRefuseInput extends PersonalInfoRequestMoveInput {
  @Field(() => RefusalReasonEnum, { description: 'Told to whoever asked.' }) readonly reason!: RefusalReason;
}

const CreatePayload = payloadOf('PersonalInfoRequestCreate', 'request', () => PersonalInfoRequest);
const StartPayload = payloadOf('PersonalInfoRequestStart', 'request', () => PersonalInfoRequest);
const CompletePayload = payloadOf('PersonalInfoRequestComplete', 'request', () => PersonalInfoRequest);
const RefusePayload = payloadOf('PersonalInfoRequestRefuse', 'request', () => PersonalInfoRequest);
const WithdrawPayload = payloadOf('PersonalInfoRequestWithdraw', 'request', () => PersonalInfoRequest);
const ID_OF = { requestId: 'PersonalInfoRequest' } as const;

@Resolver()
class PersonalInfoRequestMutations {
  @Mutation(() => CreatePayload, {
    description:
      'Asks to see, copy, correct, delete, restrict or explain what is on file (PIPL art. 44–50). The person and verified kin may, and staff of the branch for whoever came to them.',
  })
  personalInfoRequestCreate(
    @Ctx() scope: Scope,
    @Arg('input', () => PersonalInfoRequestCreateInput, { description: 'What, about whom, for whom.' })
    input: PersonalInfoRequestCreateInput,
  ) {
    return mutate(scope, 'request', input, { residentId: 'Resident' }, command => createRequest(scope, command));
  }

  @Mutation(() => StartPayload, {
    description: 'Says that the work on it has begun. Staff of the branch may, not on their own request.',
  })
  personalInfoRequestStart(
    @Ctx() scope: Scope,
    @Arg('input', () => PersonalInfoRequestMoveInput, { description: 'Which one.' }) input: PersonalInfoRequestMoveInput,
  ) {
    return mutate(scope, 'request', input, ID_OF, command => startRequest(scope, command));
  }

  @Mutation(() => CompletePayload, {
    description:
      'Says that it was answered; a restriction and a death that next of kin have proven take effect with it. Staff of the branch may. Deletion is done by `residentErase`.',
  })
  personalInfoRequestComplete(
    @Ctx() scope: Scope,
    @Arg('input', () => PersonalInfoRequestMoveInput, { description: 'Which one.' }) input: PersonalInfoRequestMoveInput,
  ) {
    return mutate(scope, 'request', input, ID_OF, command => completeRequest(scope, command));
  }

  @Mutation(() => RefusePayload, { description: 'Does not do what is asked, for a reason. Staff of the branch may.' })
  personalInfoRequestRefuse(
    @Ctx() scope: Scope,
    @Arg('input', () => PersonalInfoRequestRefuseInput, { description: 'Which one, and why.' })
    input: PersonalInfoRequestRefuseInput,
  ) {
    return mutate(scope, 'request', input, ID_OF, command => refuseRequest(scope, command));
  }

  @Mutation(() => WithdrawPayload, {
    description: 'Takes it back. Whoever asked may, and staff of the branch for whom they took it down.',
  })
  personalInfoRequestWithdraw(
    @Ctx() scope: Scope,
    @Arg('input', () => PersonalInfoRequestMoveInput, { description: 'Which one.' }) input: PersonalInfoRequestMoveInput,
  ) {
    return mutate(scope, 'request', input, ID_OF, command => withdrawRequest(scope, command));
  }
}

export const requestMutations = [PersonalInfoRequestMutations] as const;
