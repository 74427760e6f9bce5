import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, ID, Info, InputType, Query, Resolver, Root } from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { badUserInput } from '../../graphql/errors.js';
import { UrgencyEnum } from '../../graphql/labels.js';
import { rawIdOrNull } from '../../graphql/payload.js';
import { DateTime } from '../../graphql/scalars.js';
import { wanted } from '../../graphql/wanted.js';
import type { Urgency } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { Resident } from '../residents/residents.graphql.js';
import { Branch } from '../territory/territory.graphql.js';
import type { NeedOrder, NeedState } from './needs.domain.js';
import { NeedOrderEnum, NeedStateEnum } from './needs.enums.graphql.js';
import { Need } from './needs.graphql.js';
import { findNeed, isSearchable, listNeeds, MAX_SEARCH, type NeedRow, ORDERS } from './needs.service.js';

const NeedConnection = connectionOf('Need', () => Need);

@InputType({ description: 'Which needs to show; all conditions must hold.' })
class NeedFilterInput {
  @Field(() => ID, { nullable: true, description: 'Of this branch.' }) readonly branchId?: string | null;
  @Field(() => [NeedStateEnum], { nullable: true, description: 'In one of these states.' }) readonly states?:
    | readonly NeedState[]
    | null;
  @Field(() => [String], { nullable: true, description: 'Codes of categories; what lies below them counts too.' })
  readonly categories?: readonly string[] | null;
  @Field(() => [UrgencyEnum], { nullable: true, description: 'Of one of these urgencies.' }) readonly urgencies?:
    | readonly Urgency[]
    | null;
  @Field(() => String, {
    nullable: true,
    description: `Part of the description, 2 to ${MAX_SEARCH} characters; for staff, others find nothing by it.`,
  })
  readonly text?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Submitted then or later.' }) readonly submittedFrom?: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'Submitted before then.' }) readonly submittedUntil?: Date | null;
  @Field(() => ID, { nullable: true, description: 'For this resident; for staff of the branch and verified kin.' })
  readonly beneficiaryId?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'True: only those of which a part is promised to nobody yet.' })
  readonly unclaimed?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: only those whose beneficiary asked not to be matched automatically, so that staff find help by hand. For staff, others find nothing by it.',
  })
  readonly byHand?: boolean | null;
}

@ArgsType()
class NeedListArgs extends PageArgs {
  @Field(() => NeedFilterInput, { nullable: true, description: 'Narrows the list.' }) readonly filter?: NeedFilterInput | null;
  @Field(() => NeedOrderEnum, { defaultValue: 'WAITING', description: 'The order; cursors belong to one order only.' })
  readonly order!: NeedOrder;
}

/** `within`: the list hangs on a branch or a resident. An id of another community is of nothing here. */
async function list(
  scope: Scope,
  { filter, order, ...page }: NeedListArgs,
  info: GraphQLResolveInfo,
  within: { readonly branchId?: string; readonly beneficiaryId?: string } = {},
) {
  const { branchId, beneficiaryId, ...rest } = filter ?? {};
  if (rest.text != null && !isSearchable(rest.text))
    throw badUserInput(`A search text has 2 to ${MAX_SEARCH} characters, two of them side by side.`, { argument: 'filter' });
  const window = windowOf(ORDERS[order], page);
  const asked = {
    branchId: branchId == null ? null : rawIdOrNull(scope, 'Branch', branchId, 'branchId'),
    beneficiaryId: beneficiaryId == null ? null : rawIdOrNull(scope, 'Resident', beneficiaryId, 'beneficiaryId'),
  };
  const misses = (['branchId', 'beneficiaryId'] as const).some(
    name => filter?.[name] != null && (asked[name] === null || (within[name] ?? asked[name]) !== asked[name]),
  );
  if (misses) return toConnection<NeedRow>({ edges: [], hasNextPage: false, hasPreviousPage: false }, 0);
  const found = await listNeeds(scope, { ...rest, ...asked, ...within }, order, window, wanted(info).has('totalCount'));
  return toConnection(found.page, found.totalCount);
}

@Resolver()
class NeedQueries {
  @Query(() => Need, { nullable: true, description: 'One need; null when it is not there or not yours to see.' })
  need(@Ctx() scope: Scope, @Arg('id', () => ID, { description: 'Id of a Need.' }) id: string): Promise<NeedRow | null> | null {
    const needId = rawIdOrNull(scope, 'Need', id);
    return needId === null ? null : findNeed(scope, needId);
  }

  @Query(() => NeedConnection, {
    description:
      'Needs that you may see: of your branches as staff, of your family, asked by your organization, or open to it. Empty for everybody else.',
  })
  needs(@Ctx() scope: Scope, @Info() info: GraphQLResolveInfo, @Args(() => NeedListArgs) args: NeedListArgs) {
    return list(scope, args, info);
  }
}

@Resolver(() => Branch)
class NeedsOfBranchResolver {
  @FieldResolver(() => NeedConnection, { description: 'Its needs that you may see.' })
  needs(
    @Root() branch: Branch,
    @Ctx() scope: Scope,
    @Info() info: GraphQLResolveInfo,
    @Args(() => NeedListArgs) args: NeedListArgs,
  ) {
    return list(scope, args, info, { branchId: branch.id });
  }
}

@Resolver(() => Resident)
class NeedsOfResidentResolver {
  @FieldResolver(() => NeedConnection, { description: 'What was asked for this person, as far as you may see it.' })
  needs(
    @Root() resident: Resident,
    @Ctx() scope: Scope,
    @Info() info: GraphQLResolveInfo,
    @Args(() => NeedListArgs) args: NeedListArgs,
  ) {
    return list(scope, args, info, { beneficiaryId: resident.id });
  }
}

export const needLists = [NeedQueries, NeedsOfBranchResolver, NeedsOfResidentResolver] as const;
