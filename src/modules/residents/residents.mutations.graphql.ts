import { Arg, Ctx, Field, ID, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import { defineEnum } from '../../graphql/enums.js';
import { CareCategoryEnum, LanguageEnum } from '../../graphql/labels.js';
import { mutate, payloadOf } from '../../graphql/payload.js';
import { LocalDate, UUID } from '../../graphql/scalars.js';
import type { AccessPurpose, CareCategory, Language } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { AccessPurposeEnum } from '../privacy/purposes.graphql.js';
import { KinOfViewerResolver, KinshipResolver } from './kinships.graphql.js';
import type { AbilityLevel, ResidencyStatus, RevealableField, Sex } from './residents.domain.js';
import { AbilityLevelEnum, ResidencyStatusEnum, Resident, ResidentResolver, SexEnum } from './residents.graphql.js';
import { createResident, revealResident, updateResident } from './residents.service.js';

const RevealableFieldEnum = defineEnum<RevealableField>('ResidentClearField', 'What can be shown in clear, one by one.', {
  NAME: ['姓名', 'name', 'In full.'],
  PHONE: ['电话', 'telephone', 'In E.164, to be called.'],
  ROOM: ['室号', 'room', 'Behind the entrance.'],
  BIRTH_DATE: ['出生日期', 'date of birth', 'Instead of the age band.'],
});
@InputType({ description: 'A person to put on file; the branch follows from the building.' })
class ResidentCreateInput {
  @Field(() => String, { description: 'In full, at most 50 characters; kept sealed.' }) readonly name!: string;
  @Field(() => String, {
    nullable: true,
    description: 'A mainland mobile number or a landline of Hangzhou (`0571-88001234`), with or without +86; kept sealed.',
  })
  readonly phone?: string | null;
  @Field(() => ID, { description: 'Where they live: a Building.' }) readonly buildingId!: string;
  @Field(() => String, { nullable: true, description: 'Room, at most 20 characters; kept sealed.' }) readonly room?:
    | string
    | null;
  @Field(() => Int, { nullable: true, description: "Floor, from 1 up to the building's height." }) readonly storey?:
    | number
    | null;
  @Field(() => SexEnum, { description: 'As registered.' }) readonly sex!: Sex;
  @Field(() => LocalDate, { description: 'Not in the future, and at most 130 years ago.' }) readonly birthDate!: string;
  @Field(() => ResidencyStatusEnum, { description: 'Whether they live here, are registered here, or both.' })
  readonly residencyStatus!: ResidencyStatus;
  @Field(() => [CareCategoryEnum], { nullable: true, description: 'Groups of care they belong to.' })
  readonly careCategories?: readonly CareCategory[] | null;
  @Field(() => AbilityLevelEnum, { nullable: true, description: 'As assessed; leave it out when nobody did.' })
  readonly abilityLevel?: AbilityLevel | null;
  @Field(() => [LanguageEnum], { nullable: true, description: 'In which they can be spoken with.' })
  readonly languages?: readonly Language[] | null;
  @Field(() => UUID, { description: 'Made by the client; the same key never registers twice.' }) readonly idempotencyKey!: string;
}

@InputType({ description: 'Corrections; what is left out stays, null empties what may be empty.' })
class ResidentUpdateInput {
  @Field(() => ID, { description: 'Which person.' }) readonly residentId!: string;
  @Field(() => Int, { description: 'The version you saw.' }) readonly expectedVersion!: number;
  @Field(() => String, { nullable: true, description: 'In full, at most 50 characters.' }) readonly name?: string | null;
  @Field(() => String, { nullable: true, description: 'As in `residentCreate`; null removes it.' }) readonly phone?:
    | string
    | null;
  @Field(() => ID, {
    nullable: true,
    description: 'Another Building; one of another branch needs a caller who works for both branches.',
  })
  readonly buildingId?: string | null;
  @Field(() => String, { nullable: true, description: 'Room; null removes it.' }) readonly room?: string | null;
  @Field(() => Int, { nullable: true, description: 'Floor; null when not known.' }) readonly storey?: number | null;
  @Field(() => SexEnum, { nullable: true, description: 'As registered.' }) readonly sex?: Sex | null;
  @Field(() => LocalDate, { nullable: true, description: 'Not in the future, and at most 130 years ago.' })
  readonly birthDate?: string | null;
  @Field(() => ResidencyStatusEnum, { nullable: true, description: 'Whether they live here, are registered here, or both.' })
  readonly residencyStatus?: ResidencyStatus | null;
  @Field(() => [CareCategoryEnum], { nullable: true, description: 'All groups of care, replacing those on file.' })
  readonly careCategories?: readonly CareCategory[] | null;
  @Field(() => AbilityLevelEnum, { nullable: true, description: 'As assessed; null removes it.' })
  readonly abilityLevel?: AbilityLevel | null;
  @Field(() => [LanguageEnum], { nullable: true, description: 'All languages, replacing those on file.' })
  readonly languages?: readonly Language[] | null;
}

@InputType({ description: 'Whose clear values, which, and why.' })
class ResidentRevealInput {
  @Field(() => ID, { description: 'Which person.' }) readonly residentId!: string;
  @Field(() => [RevealableFieldEnum], { description: 'No more than the purpose needs; at least one.' })
  readonly fields!: readonly RevealableField[];
  @Field(() => AccessPurposeEnum, { description: 'Kept in the access log with your account.' }) readonly purpose!: AccessPurpose;
}

@ObjectType({ description: 'Clear values of a person, as far as asked for and on file. Not to be stored by clients.' })
class ResidentClearValues {
  @Field(() => String, { nullable: true, description: 'In full; null when not asked for.' }) readonly name!: string | null;
  @Field(() => String, { nullable: true, description: 'E.164; null when not asked for or not on file.' })
  readonly phone!: string | null;
  @Field(() => String, { nullable: true, description: 'Null when not asked for or not on file.' }) readonly room!: string | null;
  @Field(() => LocalDate, { nullable: true, description: 'Null when not asked for.' }) readonly birthDate!: string | null;
}

const ResidentCreatePayload = payloadOf('ResidentCreate', 'resident', () => Resident);
const ResidentUpdatePayload = payloadOf('ResidentUpdate', 'resident', () => Resident);
const ResidentRevealPayload = payloadOf('ResidentReveal', 'values', () => ResidentClearValues);

@Resolver()
export class ResidentMutations {
  @Mutation(() => ResidentCreatePayload, {
    description: 'Puts a person on file. Staff of the branch that the building belongs to may.',
  })
  residentCreate(
    @Ctx() scope: Scope,
    @Arg('input', () => ResidentCreateInput, { description: 'Whom to register.' }) input: ResidentCreateInput,
  ) {
    return mutate(scope, 'resident', input, { buildingId: 'Building' }, command => createResident(scope, command));
  }

  @Mutation(() => ResidentUpdatePayload, { description: 'Corrects a record. Staff of the branch may.' })
  residentUpdate(
    @Ctx() scope: Scope,
    @Arg('input', () => ResidentUpdateInput, { description: 'What to correct.' }) input: ResidentUpdateInput,
  ) {
    return mutate(scope, 'resident', input, { residentId: 'Resident', buildingId: 'Building' }, command =>
      updateResident(scope, command),
    );
  }

  @Mutation(() => ResidentRevealPayload, {
    description:
      'Shows clear values to staff of the branch or verified kin, and writes who looked, at what and why, in the same transaction. NOT_FOUND for everybody else.',
  })
  residentReveal(
    @Ctx() scope: Scope,
    @Arg('input', () => ResidentRevealInput, { description: 'What to show, and why.' }) input: ResidentRevealInput,
  ) {
    return mutate(scope, 'values', input, { residentId: 'Resident' }, command => revealResident(scope, command));
  }
}

export const residentsResolvers = [ResidentResolver, ResidentMutations, KinshipResolver, KinOfViewerResolver] as const;
