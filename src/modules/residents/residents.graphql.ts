import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Field, FieldResolver, ID, Info, InputType, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { defineEnum } from '../../graphql/enums.js';
import { badUserInput } from '../../graphql/errors.js';
import { CareCategoryEnum, LanguageEnum } from '../../graphql/labels.js';
import { Node, registerNode } from '../../graphql/node.js';
import { rawIdOrNull } from '../../graphql/payload.js';
import { DateTime, LocalDate } from '../../graphql/scalars.js';
import { wanted } from '../../graphql/wanted.js';
import { localDate } from '../../kernel/clock.js';
import type { AccessPurpose, AgeBand, CareCategory, Language } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { AccessPurposeEnum } from '../privacy/purposes.graphql.js';
import { Branch, Building } from '../territory/territory.graphql.js';
import { branchById, buildingById } from '../territory/territory.service.js';
import type { AbilityLevel, ResidencyStatus, Resident as ResidentRecord, Sex } from './residents.domain.js';
import { ageBand, asksForPurpose, BY_ID, canSee, canSeeAssessment, findResident, listResidents } from './residents.service.js';

export const AgeBandEnum = defineEnum<AgeBand>('AgeBand', 'How old a person is today, as coarsely as a partner may know it.', {
  UNDER_3: ['0–3岁', 'under 3', 'Not yet three.'],
  UNDER_18: ['3–17岁', '3 to 17', 'Three or older, not yet of age.'],
  ADULT: ['18–59岁', '18 to 59', 'Of age, not yet sixty.'],
  SIXTY_PLUS: ['60–79岁', '60 to 79', 'Sixty or older, not yet eighty.'],
  EIGHTY_PLUS: ['80–89岁', '80 to 89', 'Eighty or older, not yet ninety.'],
  NINETY_PLUS: ['90岁以上', '90 and older', 'Ninety or older.'],
});
export const ResidencyStatusEnum = defineEnum<ResidencyStatus>(
  'ResidencyStatus',
  'Whether a person on file lives here is not the same as being registered here.',
  {
    REGISTERED_AND_PRESENT: ['户籍常住', 'registered and living here', 'Both registered and living in the estate.'],
    PRESENT: ['常住', 'living here', 'Lives in the estate for half a year or longer, registered elsewhere.'],
    REGISTERED_ABSENT: ['人户分离', 'registered, living elsewhere', 'Registered here, lives elsewhere.'],
    FLOATING: ['流动', 'staying for a time', 'Stays for less than half a year.'],
  },
);
export const AbilityLevelEnum = defineEnum<AbilityLevel>('AbilityLevel', 'Ability of an elder by GB/T 42195-2022.', {
  INTACT: ['能力完好', 'intact', 'Level 0.'],
  MILD: ['轻度失能', 'mildly disabled', 'Level 1.'],
  MODERATE: ['中度失能', 'moderately disabled', 'Level 2.'],
  SEVERE: ['重度失能', 'severely disabled', 'Level 3.'],
  TOTAL: ['完全失能', 'totally disabled', 'Level 4.'],
});
export const SexEnum = defineEnum<Sex>('Sex', 'As registered.', {
  FEMALE: ['女', 'female', 'Woman or girl.'],
  MALE: ['男', 'male', 'Man or boy.'],
});

@ObjectType({
  implements: Node,
  description:
    'A person on file (居民). For staff of the branch and verified kin only, and masked even for them: clear values come from `residentReveal` alone.',
})
export class Resident extends Node {
  @Field(() => String, { description: 'The first character of the name, e.g. `张*`.' }) readonly maskedName!: string;
  @Field(() => String, { nullable: true, description: 'E.g. `138****1234`; null when no number is on file.' })
  readonly maskedPhone!: string | null;
  @Field(() => SexEnum, { description: 'As registered.' }) readonly sex!: Sex;
  @Field(() => Int, { nullable: true, description: 'Which floor the home is on, counted from 1; null when not known.' })
  readonly storey!: number | null;
  @Field(() => ResidencyStatusEnum, { description: 'Whether they live here, are registered here, or both.' })
  readonly residencyStatus!: ResidencyStatus;
  @Field(() => [CareCategoryEnum], { description: 'Groups of care they belong to; sensitive.' })
  readonly careCategories!: readonly CareCategory[];
  @Field(() => [LanguageEnum], { description: 'In which they can be spoken with; empty when nobody asked.' })
  readonly languages!: readonly Language[];
  @Field(() => Boolean, { description: 'Asked not to be matched automatically: people decide by hand (PIPL art. 24).' })
  readonly optedOut!: boolean;
  @Field(() => Boolean, {
    description: 'Asked that the record be kept and nothing else be done with it (PIPL art. 44): neither matched nor shared.',
  })
  readonly restricted!: boolean;
  @Field(() => Boolean, {
    description: 'A HEALTH_MATCHING consent is valid: health-related needs go through matching (PIPL art. 29).',
  })
  readonly consentsToHealthMatching!: boolean;
  @Field(() => LocalDate, { nullable: true, description: 'When they died, as next of kin have proven; null for the living.' })
  readonly deceasedOn!: string | null;
  @Field(() => Int, { description: 'Grows with every change; send it back as `expectedVersion`.' }) readonly version!: number;
  @Field(() => DateTime, { description: 'Since when they are on file.' }) readonly createdAt!: Date;
}

export const ResidentConnection = connectionOf('Resident', () => Resident);

@InputType({ description: 'Narrows the list; all conditions must hold.' })
export class ResidentFilterInput {
  @Field(() => ID, { nullable: true, description: 'Only of this branch.' }) readonly branchId?: string | null;
  @Field(() => String, { nullable: true, description: 'The exact name; parts of it find nothing, for names are kept sealed.' })
  readonly name?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'The exact number, with or without +86; a number that cannot exist finds nothing.',
  })
  readonly phone?: string | null;
  @Field(() => Int, { nullable: true, description: 'At least so many whole years old today, 0 to 150.' })
  readonly minAge?: number | null;
  @Field(() => [CareCategoryEnum], { nullable: true, description: 'In at least one of these groups.' })
  readonly careCategories?: readonly CareCategory[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'Living at this address: `9幢2单元`, `9-2`, or `48幢` for all its entrances.',
  })
  readonly address?: string | null;
  @Field(() => [ResidencyStatusEnum], { nullable: true, description: 'With one of these.' })
  readonly residencyStatuses?: readonly ResidencyStatus[] | null;
}

const NONE = toConnection<ResidentRecord>({ edges: [], hasNextPage: false, hasPreviousPage: false }, 0);
const OLDEST = 150;

@Resolver(() => Resident)
export class ResidentResolver {
  @Query(() => Resident, {
    nullable: true,
    description: 'One person on file, for staff of the branch and verified kin; null for everybody else.',
  })
  async resident(
    @Ctx() scope: Scope,
    @Arg('id', () => ID, { description: 'Id of a Resident.' }) id: string,
    @Arg('purpose', () => AccessPurposeEnum, {
      nullable: true,
      description: 'Why; kept in the access log. Left out: `CASE_WORK` for staff, `FAMILY_CARE` for kin.',
    })
    purpose?: AccessPurpose | null,
  ): Promise<ResidentRecord | null> {
    const residentId = rawIdOrNull(scope, 'Resident', id);
    return residentId === null ? null : findResident(scope, residentId, purpose);
  }

  @Query(() => ResidentConnection, {
    description:
      'People on file in the branches that the caller works for, in the order of registration. Empty for everybody else. Whom it shows, and why, is kept in the access log.',
  })
  async residents(
    @Ctx() scope: Scope,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => ResidentFilterInput, { nullable: true, description: 'Narrows the list.' })
    filter?: ResidentFilterInput | null,
    @Arg('purpose', () => AccessPurposeEnum, {
      nullable: true,
      description: 'Why. Must be said to search by name, phone, age or group of care; otherwise `CASE_WORK` when left out.',
    })
    purpose?: AccessPurpose | null,
  ) {
    const { branchId, minAge, ...rest } = filter ?? {};
    if (minAge != null && (minAge < 0 || minAge > OLDEST))
      throw badUserInput(`minAge is 0 to ${OLDEST}.`, { argument: 'minAge' });
    const window = windowOf(BY_ID, page);
    const branch = branchId == null ? undefined : rawIdOrNull(scope, 'Branch', branchId, 'branchId');
    if (branch === null) return NONE;
    const search = { ...rest, minAge: minAge ?? null, branchId: branch ?? null };
    if (purpose == null && asksForPurpose(scope, search))
      throw badUserInput('Say the purpose of a search by name, phone, age or group of care. 请说明查询目的。', {
        argument: 'purpose',
      });
    const found = await listResidents(scope, search, window, {
      counted: wanted(info).has('totalCount'),
      purpose: purpose ?? 'CASE_WORK',
    });
    return toConnection(found.page, found.totalCount);
  }

  @FieldResolver(() => AgeBandEnum, { description: 'Computed on the day of the request.' })
  ageBand(@Root() resident: ResidentRecord, @Ctx() scope: Scope): AgeBand {
    return ageBand(resident.birthDate, localDate(scope.now()));
  }

  @FieldResolver(() => AbilityLevelEnum, {
    nullable: true,
    description: 'For staff of the branch; null for kin and where nobody assessed it.',
  })
  abilityLevel(@Root() resident: ResidentRecord, @Ctx() scope: Scope): AbilityLevel | null {
    return canSeeAssessment(scope.actor, resident) ? resident.abilityLevel : null;
  }

  @FieldResolver(() => Building, {
    nullable: true,
    description: 'The stairwell they live in, without the room; null for whoever is neither staff of the branch nor kin.',
  })
  building(@Root() resident: ResidentRecord, @Ctx() scope: Scope) {
    return canSee(scope.actor, resident) ? scope.load(buildingById, resident.buildingId) : null;
  }

  @FieldResolver(() => Branch, { nullable: true, description: 'The branch that looks after them.' })
  branch(@Root() resident: ResidentRecord, @Ctx() scope: Scope) {
    return scope.load(branchById, resident.branchId);
  }
}

registerNode('Resident', (scope, id) => findResident(scope, id));
