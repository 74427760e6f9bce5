import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Field, FieldResolver, Info, ObjectType, Resolver, Root } from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { Quantity } from '../../graphql/scalars.js';
import { wanted } from '../../graphql/wanted.js';
import type { Scope } from '../../scope/scope.js';
import { Need } from '../needs/needs.graphql.js';
import { findNeed } from '../needs/needs.service.js';
import { findSession } from '../offers/offers.service.js';
import { Session } from '../offers/sessions.graphql.js';
import { RuleFailure } from './explanation.graphql.js';
import type { ChangeCause, ChangeKind, MatchPlan as MatchPlanRecord, PlanChange as PlanChangeRecord } from './matching.domain.js';
import { ChangeCauseEnum, ChangeKindEnum } from './matching.enums.graphql.js';
import type { Reason } from './planner/rules.js';
import { HolderCount, MatchPlan } from './plans.graphql.js';
import { CHANGES_IN_ORDER, countChanges, pageOfChanges } from './plans.service.js';
import { changeSentence } from './sentences/change-sentences.js';

@ObjectType('MatchPlanChange', {
  description: 'One difference between a plan and what was proposed before it, or since it was published, with its cause.',
})
export class MatchPlanChange {
  @Field(() => ChangeKindEnum, { description: 'Stays, moves, goes or comes.' }) readonly kind!: ChangeKind;
  @Field(() => Quantity, { description: "How much of the need is concerned, in the category's unit." })
  readonly quantity!: number;
  @Field(() => ChangeCauseEnum, { nullable: true, description: 'Stable; for programs. Null for what stays.' })
  readonly cause!: ChangeCause | null;
}
export const MatchPlanChangeConnection = connectionOf('MatchPlanChange', () => MatchPlanChange);

@Resolver(() => MatchPlanChange)
export class MatchPlanChangeResolver {
  @FieldResolver(() => Need, { nullable: true, description: 'Whose proposal it is.' })
  need(@Root() { needId }: PlanChangeRecord, @Ctx() scope: Scope) {
    return findNeed(scope, needId);
  }

  @FieldResolver(() => Session, { nullable: true, description: 'Where it was proposed; null for what is new.' })
  from(@Root() { fromSessionId }: PlanChangeRecord, @Ctx() scope: Scope) {
    return fromSessionId === null ? null : findSession(scope, fromSessionId);
  }

  @FieldResolver(() => Session, { nullable: true, description: 'Where it is planned; null for what is dropped.' })
  to(@Root() { toSessionId }: PlanChangeRecord, @Ctx() scope: Scope) {
    return toSessionId === null ? null : findSession(scope, toSessionId);
  }

  @FieldResolver(() => [RuleFailure], { description: 'Hard rules that the old pair breaks by now; empty for other causes.' })
  reasons(@Root() { details }: PlanChangeRecord): readonly Reason[] {
    return details.reasons;
  }

  @FieldResolver(() => [HolderCount], { description: 'Needs that came into the old session instead, by tier.' })
  takenBy(@Root() { details }: PlanChangeRecord) {
    return details.takenBy;
  }

  @FieldResolver(() => String, { description: "What happens and why, in the caller's language (Accept-Language)." })
  sentence(@Root() change: PlanChangeRecord, @Ctx() scope: Scope): string {
    return changeSentence(change, scope.locale);
  }
}

@Resolver(() => MatchPlan)
export class MatchPlanChangesResolver {
  @FieldResolver(() => MatchPlanChangeConnection, {
    description:
      'What it changes in the proposals that were out when it was made: all of them, and all that is new, needs in its order. What single placements changed after it was published follows at the end.',
  })
  async changes(
    @Root() { id }: MatchPlanRecord,
    @Ctx() scope: Scope,
    @Arg('kind', () => ChangeKindEnum, { nullable: true, description: 'Only those of this kind.' })
    kind: ChangeKind | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
    @Info() info: GraphQLResolveInfo,
  ) {
    const filter = { planId: id, kind: kind ?? null };
    const found = await pageOfChanges(scope, filter, windowOf(CHANGES_IN_ORDER, page));
    return toConnection(found, wanted(info).has('totalCount') ? await countChanges(scope, filter) : null);
  }
}

export const changeResolvers = [MatchPlanChangeResolver, MatchPlanChangesResolver] as const;
