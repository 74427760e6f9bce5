import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Field, FieldResolver, ID, Info, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { Weighs } from '../../graphql/cost.js';
import { badUserInput } from '../../graphql/errors.js';
import { Node, registerNode } from '../../graphql/node.js';
import { rawIdOrNull } from '../../graphql/payload.js';
import { DateTime, Quantity } from '../../graphql/scalars.js';
import { wanted } from '../../graphql/wanted.js';
import type { Scope } from '../../scope/scope.js';
import { Organization } from '../alliance/alliance.graphql.js';
import { organizationById } from '../alliance/alliance.service.js';
import { Need } from '../needs/needs.graphql.js';
import { findNeed } from '../needs/needs.service.js';
import { Offer } from '../offers/offers.graphql.js';
import { findSession } from '../offers/offers.service.js';
import { Session } from '../offers/sessions.graphql.js';
import { Branch } from '../territory/territory.graphql.js';
import { branchById } from '../territory/territory.service.js';
import { MatchExplanation, RuleFailure } from './explanation.graphql.js';
import type { Match as MatchRecord, MatchState } from './matching.domain.js';
import { MatchStateEnum } from './matching.enums.graphql.js';
import {
  asOfNow,
  continuationOf,
  countMatches,
  explanationFor,
  findMatch,
  NEWEST_MATCHES,
  pageOfMatches,
  type WhyNot as WhyNotRecord,
  whyNot,
} from './matching.service.js';
import type { ShownExplanation } from './planner/explaining.js';
import type { Reason } from './planner/rules.js';
import { type Suggestion as SuggestionRecord, suggestedNeeds, suggestionsFor } from './suggestions.service.js';

@ObjectType({
  implements: Node,
  description:
    'A need and a session that a plan would bring together (匹配建议). Staff of the branch see all; an organization its own once proposed. It promises nothing until the organization accepts.',
})
export class Match extends Node {
  @Field(() => MatchStateEnum, { description: 'Where it stands at this moment.' }) readonly state!: MatchState;
  @Field(() => Quantity, { description: "How much of the need it serves, in the category's unit." }) readonly quantity!: number;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Until when the organization should answer; null before it is proposed.',
  })
  readonly respondBy!: Date | null;
  @Field(() => Int, { description: 'Grows with every change.' }) readonly version!: number;
}

export const MatchConnection = connectionOf('Match', () => Match);

@ObjectType('MatchSuggestion', {
  description: 'A pair worth considering now, computed while you ask; nothing is stored or held.',
})
export class MatchSuggestion {
  @Field(() => Int, { description: '1 is best.' }) readonly position!: number;
  @Field(() => MatchExplanation, { description: 'Why, with numbers.' }) readonly explanation!: ShownExplanation;
  @Field(() => Boolean, {
    description:
      'The offer asks something of the person (age, group, building) that you may not know before you promise: the branch can tell.',
  })
  readonly subjectToCheck!: boolean;
}

@ObjectType('WhyNot', { description: 'Whether a need and a session may come together, and if not, every reason.' })
export class WhyNot {
  @Field(() => Boolean, { description: 'No hard rule forbids it and places are free.' }) readonly possible!: boolean;
  @Field(() => [RuleFailure], { description: 'All that stands in the way; empty when it is possible.' })
  readonly reasons!: readonly Reason[];
  @Field(() => MatchExplanation, { nullable: true, description: 'The score; null when it is not possible.' })
  readonly explanation!: ShownExplanation | null;
  @Field(() => Boolean, {
    description: 'The offer asks something of the person that you may not know; only the branch can tell.',
  })
  readonly subjectToCheck!: boolean;
}

const MAX_SUGGESTIONS = 50;
function checkFirst(first: number): number {
  if (first < 0 || first > MAX_SUGGESTIONS) throw badUserInput(`first: 0 to ${MAX_SUGGESTIONS}.`, { argument: 'first' });
  return first;
}

@Resolver(() => Match)
export class MatchResolver {
  @FieldResolver(() => Need, { nullable: true, description: 'As far as you may see it; null when that is not at all.' })
  need(@Root() { needId }: MatchRecord, @Ctx() scope: Scope) {
    return findNeed(scope, needId);
  }

  @FieldResolver(() => Session, { nullable: true, description: 'Null when its offer is no longer shown to you.' })
  session(@Root() { sessionId }: MatchRecord, @Ctx() scope: Scope) {
    return findSession(scope, sessionId);
  }

  @FieldResolver(() => Organization, { nullable: true, description: 'Who would serve.' })
  organization(@Root() { organizationId }: MatchRecord, @Ctx() scope: Scope) {
    return scope.load(organizationById, organizationId);
  }

  @FieldResolver(() => Branch, { nullable: true, description: 'The branch of the need.' })
  branch(@Root() { branchId }: MatchRecord, @Ctx() scope: Scope) {
    return scope.load(branchById, branchId);
  }

  @FieldResolver(() => Match, {
    nullable: true,
    description:
      'The same proposal in the newest plan, where that keeps the pair as it was: whoever accepts or declines this one answers that one. Null otherwise.',
  })
  continuedAs(@Root() match: MatchRecord, @Ctx() scope: Scope) {
    return continuationOf(scope, match);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: "The place of its need in the plan's order; 1 is first. Null: staff only.",
  })
  rankPosition(@Root() match: MatchRecord, @Ctx() scope: Scope): number | null {
    return explanationFor(scope, match).complete ? match.rankPosition : null;
  }

  @FieldResolver(() => MatchExplanation, { description: 'Why this pair.' })
  explanation(@Root() match: MatchRecord, @Ctx() scope: Scope): ShownExplanation {
    return explanationFor(scope, match);
  }

  @FieldResolver(() => [RuleFailure], {
    description: 'Why it fell out when its plan was published; empty otherwise, and for organizations.',
  })
  fellOutBecause(@Root() match: MatchRecord, @Ctx() scope: Scope): readonly Reason[] {
    return (explanationFor(scope, match).fellOut ?? []).map(code => ({ code, numbers: {} }));
  }

  @Weighs(150)
  @Query(() => WhyNot, {
    nullable: true,
    description:
      "Every hard rule that keeps a need and a session apart, or the score of the pair. For staff of the need's branch, and for the session's organization without what concerns the person. Null when either is not there or not yours to ask about.",
  })
  async whyNot(
    @Ctx() scope: Scope,
    @Arg('needId', () => ID, { description: 'Id of a Need.' }) needId: string,
    @Arg('sessionId', () => ID, { description: 'Id of a Session.' }) sessionId: string,
  ): Promise<WhyNotRecord | null> {
    const need = rawIdOrNull(scope, 'Need', needId, 'needId');
    const session = rawIdOrNull(scope, 'Session', sessionId, 'sessionId');
    return need === null || session === null ? null : whyNot(scope, need, session);
  }
}

@Resolver(() => MatchSuggestion)
export class MatchSuggestionResolver {
  @FieldResolver(() => Need, { nullable: true, description: 'As far as you may see it.' })
  need(@Root() { needId }: SuggestionRecord, @Ctx() scope: Scope) {
    return findNeed(scope, needId);
  }

  @FieldResolver(() => Session, { nullable: true, description: 'Where it would be served.' })
  session(@Root() { sessionId }: SuggestionRecord, @Ctx() scope: Scope) {
    return findSession(scope, sessionId);
  }

  @FieldResolver(() => Organization, { nullable: true, description: 'Who would serve.' })
  organization(@Root() { organizationId }: SuggestionRecord, @Ctx() scope: Scope) {
    return scope.load(organizationById, organizationId);
  }
}

@Resolver(() => Need)
export class NeedMatchingResolver {
  @Weighs(20)
  @FieldResolver(() => [MatchSuggestion], {
    nullable: true,
    description:
      'Sessions with free places that could serve it, best first, as of now. Staff of the branch see all with full reasons; an organization in its alliance its own sessions only. Null for others.',
  })
  suggestions(
    @Root() need: { readonly id: string; readonly branchId: string },
    @Ctx() scope: Scope,
    @Arg('first', () => Int, { defaultValue: 5, description: 'How many at most, 0 to 50.' }) first: number,
  ): Promise<readonly SuggestionRecord[] | null> {
    return suggestionsFor(scope, need, checkFirst(first));
  }
}

@Resolver(() => Offer)
export class OfferMatchingResolver {
  @Weighs(150)
  @FieldResolver(() => [MatchSuggestion], {
    nullable: true,
    description:
      'Open needs that it could serve now, each with its best session. For its organization without what concerns the person, for staff those of their branches; null for others.',
  })
  suggestedNeeds(
    @Root() offer: { readonly id: string; readonly organizationId: string },
    @Ctx() scope: Scope,
    @Arg('first', () => Int, { defaultValue: 10, description: 'How many at most, 0 to 50.' }) first: number,
  ): Promise<readonly SuggestionRecord[] | null> {
    return suggestedNeeds(scope, offer.organizationId, { offerId: offer.id }, checkFirst(first));
  }
}

@Resolver(() => Organization)
export class OrganizationMatchingResolver {
  @Weighs(150)
  @FieldResolver(() => [MatchSuggestion], {
    nullable: true,
    description:
      'Open needs that suit one of its offers, each with its best session. For the organization without what concerns the person, for staff those of their branches; null for others.',
  })
  suggestedNeeds(
    @Root() { id }: { readonly id: string },
    @Ctx() scope: Scope,
    @Arg('category', () => String, { nullable: true, description: 'Code of a category; it and all below it.' })
    category: string | null | undefined,
    @Arg('first', () => Int, { defaultValue: 10, description: 'How many at most, 0 to 50.' }) first: number,
  ): Promise<readonly SuggestionRecord[] | null> {
    return suggestedNeeds(scope, id, { categoryCode: category ?? null }, checkFirst(first));
  }

  @FieldResolver(() => MatchConnection, {
    description:
      'What branches proposed to it, newest first; without a state those that wait for an answer. For its liaisons, and for staff those of their branches; empty for others.',
  })
  async proposals(
    @Root() { id }: { readonly id: string },
    @Ctx() scope: Scope,
    @Arg('state', () => MatchStateEnum, { defaultValue: 'PROPOSED', description: 'Only those that stand so at this moment.' })
    state: MatchState,
    @Args(() => PageArgs) page: PageArgs,
    @Info() info: GraphQLResolveInfo,
  ) {
    const filter = { organizationId: id, state };
    const found = await pageOfMatches(scope, filter, NEWEST_MATCHES, windowOf(NEWEST_MATCHES, page));
    const edges = found.edges.map(({ cursor, node }) => ({ cursor, node: asOfNow(scope, node) }));
    return toConnection({ ...found, edges }, wanted(info).has('totalCount') ? await countMatches(scope, filter) : null);
  }
}

registerNode('Match', findMatch);

export const matchResolvers = [
  MatchResolver,
  MatchSuggestionResolver,
  NeedMatchingResolver,
  OfferMatchingResolver,
  OrganizationMatchingResolver,
] as const;
