import { Args, Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { Node, registerNode } from '../../graphql/node.js';
import { DateTime } from '../../graphql/scalars.js';
import type { KinshipRelation } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { Organization } from '../alliance/alliance.graphql.js';
import { organizationById } from '../alliance/alliance.service.js';
import { Need } from '../needs/needs.graphql.js';
import { findNeed } from '../needs/needs.service.js';
import { KinshipRelationEnum } from '../residents/kinships.graphql.js';
import { Resident } from '../residents/residents.graphql.js';
import { findResident } from '../residents/residents.service.js';
import {
  type ConsentMethod,
  type ConsentPurpose,
  type Consent as ConsentRecord,
  type ConsentState,
  consentState,
  type DataClass,
} from './consents.domain.js';
import { ConsentMethodEnum, ConsentPurposeEnum, ConsentStateEnum, DataClassEnum } from './consents.enums.graphql.js';
import { consentsOfNeed, findConsent, granterName, listConsents, NEWEST, transitionsOf } from './consents.service.js';

@ObjectType({
  implements: Node,
  description:
    'That somebody agreed to one use of a resident’s data (同意); given and taken back, never rewritten. For staff of the branch and verified kin.',
})
export class Consent extends Node {
  @Field(() => ConsentPurposeEnum, { description: 'To what.' }) readonly purpose!: ConsentPurpose;
  @Field(() => DataClassEnum, { description: 'Of the data that it opens, on the day it was given.' })
  readonly dataClass!: DataClass;
  @Field(() => KinshipRelationEnum, { description: 'Whose word it was, seen from the resident.' })
  readonly relation!: KinshipRelation;
  @Field(() => ConsentMethodEnum, { description: 'How it was given.' }) readonly method!: ConsentMethod;
  @Field(() => String, { description: 'The version of `privacyNotice` that was told.' }) readonly noticeVersion!: string;
  @Field(() => DateTime, { description: 'Since when it holds.' }) readonly grantedAt!: Date;
  @Field(() => DateTime, { nullable: true, description: 'Until when it held; null while it holds.' })
  readonly withdrawnAt!: Date | null;
  @Field(() => KinshipRelationEnum, { nullable: true, description: 'Who took it back; null while it holds.' })
  readonly withdrawalRelation!: KinshipRelation | null;
  @Field(() => ConsentMethodEnum, { nullable: true, description: 'How it was taken back; null while it holds.' })
  readonly withdrawalMethod!: ConsentMethod | null;
}
const ConsentConnection = connectionOf('Consent', () => Consent);

@Resolver(() => Consent)
export class ConsentResolver {
  @FieldResolver(() => ConsentStateEnum, { description: 'Whether it holds at this moment.' })
  state(@Root() consent: ConsentRecord): ConsentState {
    return consentState(consent);
  }

  @FieldResolver(() => Resident, { nullable: true, description: 'Whose data; null when not yours to see any longer.' })
  resident(@Root() { residentId }: ConsentRecord, @Ctx() scope: Scope) {
    return findResident(scope, residentId);
  }

  @FieldResolver(() => Need, {
    nullable: true,
    description: 'The only need for which it was given; null: for every one, or one that is not yours to see.',
  })
  need(@Root() { needId }: ConsentRecord, @Ctx() scope: Scope) {
    return needId === null ? null : findNeed(scope, needId);
  }

  @FieldResolver(() => Organization, {
    nullable: true,
    description: 'The only organization towards which it was given; null: towards each that promised to serve.',
  })
  organization(@Root() { organizationId }: ConsentRecord, @Ctx() scope: Scope) {
    return organizationId === null ? null : scope.load(organizationById, organizationId);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The name that the account goes by which gave it or wrote it down; null for what was loaded from lists.',
  })
  recordedBy(@Root() { grantedBy }: ConsentRecord, @Ctx() scope: Scope) {
    return grantedBy === null ? null : scope.load(granterName, grantedBy);
  }

  @FieldResolver(() => [ConsentStateEnum], { description: 'Where this caller may move it now.' })
  availableTransitions(@Root() consent: ConsentRecord, @Ctx() scope: Scope): readonly ConsentState[] {
    return transitionsOf(scope, consent);
  }
}

@Resolver(() => Resident)
export class ConsentsOfResidentResolver {
  @FieldResolver(() => ConsentConnection, { description: 'What was agreed to and taken back, newest first.' })
  async consents(@Root() { id }: Resident, @Ctx() scope: Scope, @Args(() => PageArgs) page: PageArgs) {
    return toConnection(await listConsents(scope, id, windowOf(NEWEST, page)));
  }
}

@Resolver(() => Need)
export class ConsentsOfNeedResolver {
  @FieldResolver(() => [Consent], {
    description:
      'What was agreed to that covers it: for itself, and for every need of its beneficiary; the withdrawn ones among them, newest first. Empty for whoever is neither staff of the branch nor kin.',
  })
  consents(@Root() { id }: Need, @Ctx() scope: Scope): Promise<readonly ConsentRecord[]> {
    return consentsOfNeed(scope, id);
  }
}

registerNode('Consent', findConsent);
