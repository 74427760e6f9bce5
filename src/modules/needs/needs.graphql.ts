import { Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { labelOf } from '../../graphql/enums.js';
import { LanguageEnum, ModeEnum, UrgencyEnum } from '../../graphql/labels.js';
import { Node, registerNode } from '../../graphql/node.js';
import { DateTime, Fen, Quantity } from '../../graphql/scalars.js';
import type { Language, Mode, Urgency } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { Organization } from '../alliance/alliance.graphql.js';
import { organizationById } from '../alliance/alliance.service.js';
import { AgeBandEnum, Resident } from '../residents/residents.graphql.js';
import { findResident } from '../residents/residents.service.js';
import { ServiceCategory } from '../taxonomy/taxonomy.graphql.js';
import { Branch, Building } from '../territory/territory.graphql.js';
import type { BeneficiaryKind, NeedCloseReason, NeedState, StoredWindow, TransferTarget } from './needs.domain.js';
import {
  BeneficiaryKindEnum,
  ChannelEnum,
  NeedCloseReasonEnum,
  NeedStateEnum,
  RequesterKindEnum,
  TransferTargetEnum,
} from './needs.enums.graphql.js';
import {
  ageBandByNeed,
  companionOf,
  coverageOf,
  detailOf,
  doneBy,
  findNeed,
  isInvolved,
  type NeedRow,
  openAccessNotes,
  openDescription,
  proposedFor,
  timelineOf,
  transitionsOf,
  waitingOf,
} from './needs.service.js';

const INNER = 'Null for whoever is neither staff of the branch nor family.';

@ObjectType({ description: 'A stretch of time in which the service may happen.' })
class NeedWindow {
  @Field(() => DateTime, { description: 'From then on.' }) readonly startsAt!: string;
  @Field(() => DateTime, { description: 'Until then; not included.' }) readonly endsAt!: string;
}

@ObjectType({ description: "How far a need is covered, in the category's capacity unit." })
class NeedCoverage {
  @Field(() => Quantity, { description: 'What was asked for.' }) readonly asked!: number;
  @Field(() => Quantity, { description: 'Promised and not delivered yet.' }) readonly committed!: number;
  @Field(() => Quantity, { description: 'Delivered.' }) readonly fulfilled!: number;
  @Field(() => Quantity, { description: 'What nobody has promised: asked − committed − fulfilled.' }) readonly open!: number;
}

@ObjectType({ description: 'How long somebody has waited; until the end for a need that is closed.' })
class NeedWaiting {
  @Field(() => DateTime, { description: 'Since when: of merged needs, the earlier one.' }) readonly since!: Date;
  @Field(() => Float, { description: 'Working hours of the service centre (Monday to Friday, 8:30 to 17:00), two decimals.' })
  readonly workingHours!: number;
  @Field(() => Int, { description: 'Full days of 24 hours.' }) readonly days!: number;
}

@ObjectType({ description: 'One thing that happened to a need or to a referral of it.' })
export class NeedTimelineEntry {
  @Field(() => DateTime, { description: 'When.' }) readonly at!: Date;
  @Field(() => String, { description: 'What, as a stable code, e.g. `NEED_OPENED` or `REFERRAL_ACCEPTED`.' })
  readonly kind!: string;
  @Field(() => String, { description: 'The same in plain Chinese.' }) readonly labelZh!: string;
  @Field(() => String, { description: 'The same in plain English.' }) readonly labelEn!: string;
  @Field(() => String, { nullable: true, description: 'The state before; null when there was none.' }) readonly from!:
    | string
    | null;
  @Field(() => String, { nullable: true, description: 'The state after; null when it did not move.' }) readonly to!:
    | string
    | null;
  @Field(() => String, { nullable: true, description: 'The coded reason; null where none was given.' }) readonly reason!:
    | string
    | null;
}

@ObjectType({
  implements: Node,
  description:
    'What is asked (需求). Staff of the branch and family see all of it; partner organizations, of what is open in their branches, only what says nothing about the person.',
})
export class Need extends Node {
  @Field(() => String, { description: "Number in the branch's register, e.g. `N-B1-2026-0042`." }) readonly number!: string;
  @Field(() => BeneficiaryKindEnum, { description: 'What sort of beneficiary it is for.' })
  readonly beneficiaryKind!: BeneficiaryKind;
  @Field(() => NeedStateEnum, { description: 'Where it stands.' }) readonly state!: NeedState;
  @Field(() => UrgencyEnum, { description: 'How soon it asks for an answer, as staff judge it.' }) readonly urgency!: Urgency;
  @Field(() => Quantity, { description: "How much is asked, in the category's capacity unit." }) readonly quantity!: number;
  @Field(() => Quantity, {
    description: 'Served with at least so much at once, or not at all; the whole quantity: all or nothing; 1: any part helps.',
  })
  readonly minimumQuantity!: number;
  @Field(() => [ModeEnum], { description: 'Where the service may take place.' }) readonly modes!: readonly Mode[];
  @Field(() => [NeedWindow], { description: 'When it may happen, earliest first; empty means at any time.' })
  readonly windows!: readonly StoredWindow[];
  @Field(() => DateTime, { nullable: true, description: 'After this it is of no use any more; null when there is no such time.' })
  readonly deadline!: Date | null;
  @Field(() => Fen, { description: 'The most that the beneficiary would pay for it; 0: it must be free.' })
  readonly acceptsCostFen!: number;
  @Field(() => Int, { nullable: true, description: 'On which floor it is, counted from 1; null when not known.' })
  readonly floor!: number | null;
  @Field(() => Boolean, { description: 'There is no lift to it.' }) readonly noLift!: boolean;
  @Field(() => Boolean, { description: 'A wheelchair must pass.' }) readonly wheelchair!: boolean;
  @Field(() => [LanguageEnum], { description: "In which one can speak with them; empty: the person's own, if on file." })
  readonly languages!: readonly Language[];
  @Field(() => DateTime, { description: 'Since when they wait; of merged needs, the earlier time.' }) readonly submittedAt!: Date;
  @Field(() => DateTime, { nullable: true, description: 'When staff had verified it; null before.' })
  readonly openedAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When it came to its end; null while it has not.' })
  readonly closedAt!: Date | null;
  @Field(() => NeedCloseReasonEnum, {
    nullable: true,
    description: 'Why it was rejected, withdrawn or left unmet; null otherwise.',
  })
  readonly closeReason!: NeedCloseReason | null;
  @Field(() => TransferTargetEnum, { nullable: true, description: 'To whom it was handed on; null unless TRANSFERRED.' })
  readonly transferredTo!: TransferTarget | null;
  @Field(() => Int, { description: 'Grows with every change; send it back as `expectedVersion`.' }) readonly version!: number;
  @Field(() => ServiceCategory, { description: 'What it is about.' }) readonly category!: ServiceCategory;
  @Field(() => Branch, { description: 'The branch that answers for it.' }) readonly branch!: Branch;
}

@Resolver(() => Need)
export class NeedResolver {
  @FieldResolver(() => NeedCoverage, { description: 'How far it is covered.' })
  coverage(@Root() need: NeedRow) {
    return coverageOf(need);
  }

  @FieldResolver(() => NeedWaiting, { description: 'How long they have waited.' })
  waiting(@Root() need: NeedRow, @Ctx() scope: Scope) {
    return waitingOf(need, scope.now());
  }

  @FieldResolver(() => [NeedStateEnum], { description: 'The states into which you may move it now.' })
  availableTransitions(@Root() need: NeedRow, @Ctx() scope: Scope): Promise<NeedState[]> {
    return transitionsOf(scope, need);
  }

  @FieldResolver(() => AgeBandEnum, {
    nullable: true,
    description: 'How old the beneficiary is today, as coarsely as partners may know; null for anything but a person on file.',
  })
  ageBand(@Root() need: NeedRow, @Ctx() scope: Scope) {
    return need.beneficiaryKind === 'RESIDENT' ? scope.load(ageBandByNeed, need.id) : null;
  }

  @FieldResolver(() => Resident, { nullable: true, description: `The person it is for, if on file. ${INNER}` })
  async beneficiary(@Root() need: NeedRow, @Ctx() scope: Scope) {
    const detail = await detailOf(scope, need);
    return detail?.beneficiaryId ? findResident(scope, detail.beneficiaryId) : null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The group it is for. Null for other kinds, and for partners who did not ask for it.',
  })
  async beneficiaryGroup(@Root() need: NeedRow, @Ctx() scope: Scope): Promise<string | null> {
    return need.beneficiaryGroup !== null && (await isInvolved(scope, need)) ? need.beneficiaryGroup : null;
  }

  @FieldResolver(() => Organization, {
    nullable: true,
    description: 'The organization it is for. Null for other kinds, and for partners who did not ask for it.',
  })
  async beneficiaryOrganization(@Root() need: NeedRow, @Ctx() scope: Scope) {
    const id = need.beneficiaryOrganizationId;
    return id !== null && (await isInvolved(scope, need)) ? scope.load(organizationById, id) : null;
  }

  @FieldResolver(() => Building, { nullable: true, description: `The stairwell where it is. ${INNER}` })
  async building(@Root() need: NeedRow, @Ctx() scope: Scope) {
    return (await detailOf(scope, need))?.building ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: `What was said, in their own words; also null when nothing was. ${INNER}`,
  })
  async description(@Root() need: NeedRow, @Ctx() scope: Scope): Promise<string | null> {
    const detail = await detailOf(scope, need);
    return detail && openDescription(scope, detail);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: `How to get in, whom to mind; also null when nothing was said. ${INNER}`,
  })
  async accessNotes(@Root() need: NeedRow, @Ctx() scope: Scope): Promise<string | null> {
    const detail = await detailOf(scope, need);
    return detail && openAccessNotes(scope, detail);
  }

  @FieldResolver(() => RequesterKindEnum, {
    nullable: true,
    description: 'Who asked. Null for partners who did not ask themselves.',
  })
  async requesterKind(@Root() need: NeedRow, @Ctx() scope: Scope) {
    return (await isInvolved(scope, need)) ? need.requesterKind : null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: `The name by which the account that asked goes; null when staff took it down for somebody. ${INNER}`,
  })
  async requesterName(@Root() need: NeedRow, @Ctx() scope: Scope): Promise<string | null> {
    return (await detailOf(scope, need))?.requesterName ?? null;
  }

  @FieldResolver(() => Organization, {
    nullable: true,
    description: 'The organization that asked; null when none did, and for other partners.',
  })
  async requesterOrganization(@Root() need: NeedRow, @Ctx() scope: Scope) {
    const id = need.requesterOrganizationId;
    return id !== null && (await isInvolved(scope, need)) ? scope.load(organizationById, id) : null;
  }

  @FieldResolver(() => ChannelEnum, {
    nullable: true,
    description: 'The way by which it came in. Null for partners who did not ask themselves.',
  })
  async channel(@Root() need: NeedRow, @Ctx() scope: Scope) {
    return (await isInvolved(scope, need)) ? need.channel : null;
  }

  @FieldResolver(() => Need, {
    nullable: true,
    description:
      'The need that goes to the same session, or neither does (结伴). Null when there is none, when one of the two no longer waits, or when it is not yours to see.',
  })
  togetherWith(@Root() need: NeedRow, @Ctx() scope: Scope) {
    return companionOf(scope, need);
  }

  @FieldResolver(() => Need, {
    nullable: true,
    description: 'The need as which it goes on; null unless MERGED, or not yours to see.',
  })
  mergedInto(@Root() need: NeedRow, @Ctx() scope: Scope) {
    return need.mergedIntoId === null ? null : findNeed(scope, need.mergedIntoId);
  }

  @FieldResolver(() => [NeedTimelineEntry], {
    nullable: true,
    description:
      'What happened to it so far, oldest first, in plain words. Notes on the handling are shown to staff only. Null for partners who did not ask for it themselves.',
  })
  timeline(@Root() need: NeedRow, @Ctx() scope: Scope) {
    return timelineOf(scope, need);
  }
}

@Resolver(() => NeedCoverage)
export class NeedCoverageResolver {
  @FieldResolver(() => Quantity, { description: 'Proposed to organizations that have not answered; binds nobody.' })
  proposed(@Root() { needId }: { readonly needId: string }, @Ctx() scope: Scope): Promise<number> {
    return proposedFor(scope, needId);
  }
}

/** Reasons of different steps are different lists; no two of them say different things by one word. */
const REASONS = ['NeedCloseReason', 'UrgencyReason', 'ReferralReason', 'DisputeReason'] as const;

@Resolver(() => NeedTimelineEntry)
export class NeedTimelineResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description: "The reason in plain words, in the caller's language; null where none was given.",
  })
  reasonLabel(@Root() { reason }: { readonly reason: string | null }, @Ctx() scope: Scope): string | null {
    if (reason === null) return null;
    const labels = REASONS.map(name => labelOf(name, reason, scope.locale));
    return labels.find(label => label !== reason) ?? reason;
  }

  @FieldResolver(() => String, { description: "Who did it, by their role only, in the caller's language." })
  by(@Root() { actorRole }: { readonly actorRole: string }, @Ctx() scope: Scope): string {
    return doneBy(actorRole, scope.locale);
  }
}

registerNode('Need', findNeed);
