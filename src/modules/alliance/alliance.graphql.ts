import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Field, FieldResolver, ID, Info, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { defineEnum } from '../../graphql/enums.js';
import { Node, registerNode } from '../../graphql/node.js';
import { filterId, rawIdOrNull } from '../../graphql/payload.js';
import { DateTime, LocalDate } from '../../graphql/scalars.js';
import { wanted } from '../../graphql/wanted.js';
import { localDate } from '../../kernel/clock.js';
import type { Scope } from '../../scope/scope.js';
import { Branch } from '../territory/territory.graphql.js';
import { branchById } from '../territory/territory.service.js';
import {
  type Liaison as LiaisonRecord,
  type Membership as MembershipRecord,
  type MembershipState,
  membershipSteps,
  type OrganizationKind,
  type Organization as OrganizationRecord,
  type Pact as PactRecord,
  type PactState,
  pactState,
  pactSteps,
} from './alliance.domain.js';
import {
  BY_CODE,
  canSeeLiaisons,
  canSeePacts,
  countOrganizations,
  findMembership,
  findPact,
  liaisonsByOrganization,
  MEMBERSHIPS,
  membershipById,
  organizationById,
  pactsByMembership,
  pageOfMemberships,
  pageOfOrganizations,
  sidesOf,
  signerById,
} from './alliance.service.js';

export const OrganizationKindEnum = defineEnum<OrganizationKind>('OrganizationKind', 'What sort of body an organisation is.', {
  GOV: ['机关', 'government', 'A department or its local office.'],
  PUBLIC_INST: ['事业单位', 'public institution', 'Publicly run, not an authority.'],
  MASS_ORG: ['群团组织', 'mass organisation', "Federations of the disabled, women's federations and the like."],
  SOE: ['国有企业', 'state-owned enterprise', 'Its donations may need approval.'],
  PRIVATE: ['民营企业', 'private firm', 'A shop, a restaurant, a company.'],
  FINANCE: ['金融机构', 'financial institution', 'A bank or insurer.'],
  EDUCATION: ['教育机构', 'education', 'A school, kindergarten or university.'],
  MEDICAL: ['医疗机构', 'medical', 'A hospital, clinic or pharmacy.'],
  LAW_FIRM: ['律师事务所', 'law firm', 'Lawyers, also as community counsel.'],
  NGO: ['社会组织', 'non-profit', 'A registered social organisation.'],
  FOUNDATION: ['基金会', 'foundation', 'May raise and give money.'],
  UNION: ['工会', 'trade union', 'A grassroots union.'],
  PROPERTY: ['物业企业', 'property manager', 'Runs the estate.'],
  RESIDENT_BODY: ['居民自治组织', "residents' body", 'Has no credit code.'],
});

const MembershipStateEnum = defineEnum<MembershipState>(
  'MembershipState',
  'Where a membership stands; it moves by mutations of both sides only.',
  {
    INVITED: ['已邀请', 'invited', 'The branch asked; the organisation has not answered.'],
    APPLIED: ['已申请', 'applied', 'The organisation asked; the branch has not answered.'],
    ACTIVE: ['有效', 'active', 'Both sides agreed.'],
    SUSPENDED: ['暂停', 'suspended', 'Paused by the branch; nothing new is matched.'],
    ENDED: ['已退出', 'ended', 'Over; it may start again by a new act of both sides.'],
  },
);

const PactStateEnum = defineEnum<PactState>('PactState', 'Where a pact stands today; the last four follow from the calendar.', {
  DRAFT: ['草稿', 'draft', 'Signed by one side or none.'],
  SIGNED: ['已签署', 'signed', 'Signed by both, not begun.'],
  IN_FORCE: ['生效中', 'in force', 'Within its period.'],
  EXPIRING: ['即将到期', 'expiring', 'In force, and ends within 60 days.'],
  EXPIRED: ['已到期', 'expired', 'Its last day is over.'],
  TERMINATED: ['已终止', 'terminated', 'Ended before its time.'],
});

@ObjectType({ implements: Node, description: 'A partner organisation (红盟单位), known in every community. Public.' })
export class Organization extends Node {
  @Field(() => String, { description: "Short code in the estate's own register, e.g. `U001`." }) readonly code!: string;
  @Field(() => String, { description: 'The name it is registered under.' }) readonly name!: string;
  @Field(() => OrganizationKindEnum, { description: 'What sort of body it is.' }) readonly kind!: OrganizationKind;
  @Field(() => String, {
    nullable: true,
    description: '统一社会信用代码 (GB 32100-2015); null for bodies without one and where it is not on file.',
  })
  readonly uscc!: string | null;
  @Field(() => String, { nullable: true, description: 'What it asks of the community in return (双向服务).' }) readonly wishes!:
    | string
    | null;
  @Field(() => Int, { description: 'Grows with every change; send it back as `expectedVersion`.' }) readonly version!: number;
}

@ObjectType({
  implements: Node,
  description:
    'An organisation in the alliance of one branch. Active ones are public, others are seen by both sides and the subdistrict.',
})
export class Membership extends Node {
  @Field(() => MembershipStateEnum, { description: 'Where it stands.' }) readonly state!: MembershipState;
  @Field(() => LocalDate, { nullable: true, description: 'The first day it was active; null before.' }) readonly since!:
    | string
    | null;
  @Field(() => LocalDate, { nullable: true, description: 'The day it ended; null while it has not.' }) readonly until!:
    | string
    | null;
  @Field(() => Int, { description: 'Grows with every change; send it back as `expectedVersion`.' }) readonly version!: number;
}

@ObjectType({ description: 'One signature under a pact.' })
class Signature {
  @Field(() => DateTime, { description: 'When it was given.' }) readonly at!: Date;
}

@ObjectType({
  implements: Node,
  description:
    'What a branch and an organisation promise each other for a period (共建协议). Seen by both sides and the subdistrict.',
})
export class Pact extends Node {
  @Field(() => String, { description: 'Its number, unique in the community.' }) readonly number!: string;
  @Field(() => LocalDate, { description: 'First day.' }) readonly startsOn!: string;
  @Field(() => LocalDate, { description: 'Last day.' }) readonly endsOn!: string;
  @Field(() => [String], { description: 'What is promised, item by item.' }) readonly items!: readonly string[];
  @Field(() => LocalDate, { nullable: true, description: 'The day it was ended early; null otherwise.' }) readonly terminatedOn!:
    | string
    | null;
  @Field(() => Int, { description: 'Grows with every change; send it back as `expectedVersion`.' }) readonly version!: number;
}

@ObjectType({ description: 'A person who speaks for an organisation (联络员).' })
class Liaison {
  @Field(() => String, { description: 'The name they go by at work.' }) readonly displayName!: string;
  @Field(() => LocalDate, { description: 'Since when.' }) readonly since!: string;
}

const OrganizationConnection = connectionOf('Organization', () => Organization);
const MembershipConnection = connectionOf('Membership', () => Membership);

@Resolver(() => Organization)
export class OrganizationResolver {
  @Query(() => Organization, { nullable: true, description: 'One organisation; null when there is none with this id.' })
  async organization(
    @Ctx() scope: Scope,
    @Arg('id', () => ID, { description: 'Id of an Organization.' }) id: string,
  ): Promise<OrganizationRecord | null> {
    const organizationId = rawIdOrNull(scope, 'Organization', id);
    return organizationId === null ? null : scope.load(organizationById, organizationId);
  }

  @Query(() => OrganizationConnection, { description: 'Partner organisations, by code. Public.' })
  async organizations(
    @Ctx() scope: Scope,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('branchId', () => ID, { nullable: true, description: "Only those in this branch's alliance." }) branchId?: string | null,
    @Arg('kinds', () => [OrganizationKindEnum], { nullable: true, description: 'Only these sorts.' }) kinds?:
      | OrganizationKind[]
      | null,
    @Arg('text', () => String, { nullable: true, description: 'Part of the name; two characters and more are quick to find.' })
    text?: string | null,
  ) {
    const filter = {
      branchId: filterId(scope, 'Branch', branchId, 'branchId'),
      kinds: kinds ?? null,
      text: text ?? null,
    };
    const [rows, count] = await Promise.all([
      pageOfOrganizations(scope, filter, windowOf(BY_CODE, page)),
      wanted(info).has('totalCount') ? countOrganizations(scope, filter) : null,
    ]);
    return toConnection(rows, count);
  }

  @FieldResolver(() => MembershipConnection, { description: 'Its memberships in this community that you may see.' })
  async memberships(@Root() organization: OrganizationRecord, @Ctx() scope: Scope, @Args(() => PageArgs) page: PageArgs) {
    return toConnection(
      await pageOfMemberships(scope, { organizationId: organization.id, withOrganization: false }, windowOf(MEMBERSHIPS, page)),
    );
  }

  @FieldResolver(() => [Liaison], {
    nullable: true,
    description: 'Who speaks for it here; null unless you are staff or of the same organisation.',
  })
  async liaisons(@Root() organization: OrganizationRecord, @Ctx() scope: Scope): Promise<readonly LiaisonRecord[] | null> {
    return canSeeLiaisons(scope.actor, organization.id)
      ? ((await scope.load(liaisonsByOrganization, organization.id)) ?? [])
      : null;
  }
}

@Resolver(() => Membership)
export class MembershipResolver {
  @FieldResolver(() => Organization, { nullable: true, description: 'The organisation.' })
  organization(@Root() membership: MembershipRecord & { readonly organization?: OrganizationRecord }, @Ctx() scope: Scope) {
    return membership.organization ?? scope.load(organizationById, membership.organizationId);
  }

  @FieldResolver(() => Branch, { nullable: true, description: 'The branch whose alliance it is.' })
  branch(@Root() membership: MembershipRecord, @Ctx() scope: Scope) {
    return scope.load(branchById, membership.branchId);
  }

  @FieldResolver(() => [Pact], {
    nullable: true,
    description: 'Its pacts, newest period first; null for those who may not read them.',
  })
  async pacts(@Root() membership: MembershipRecord, @Ctx() scope: Scope): Promise<readonly PactRecord[] | null> {
    return canSeePacts(scope.actor, membership) ? ((await scope.load(pactsByMembership, membership.id)) ?? []) : null;
  }

  @FieldResolver(() => [MembershipStateEnum], { description: 'The states into which you may move it now.' })
  availableTransitions(@Root() membership: MembershipRecord, @Ctx() scope: Scope): MembershipState[] {
    return membershipSteps(membership.state, sidesOf(scope.actor, membership));
  }
}

interface Signed extends Signature {
  readonly accountId: string | null;
}
const signed = (at: Date | null, accountId: string | null): Signed | null => at && { at, accountId };

@Resolver(() => Signature)
export class SignatureResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description: 'Who signed, by the name they go by at work; null where only the day is on file.',
  })
  by(@Root() { accountId }: Signed, @Ctx() scope: Scope) {
    return accountId === null ? null : scope.load(signerById, accountId);
  }
}

@Resolver(() => Pact)
export class PactResolver {
  @FieldResolver(() => PactStateEnum, { description: 'Where it stands today.' })
  state(@Root() pact: PactRecord, @Ctx() scope: Scope): PactState {
    return pactState(pact, localDate(scope.now()));
  }

  @FieldResolver(() => [PactStateEnum], {
    description: 'What you may do with it now: SIGNED adds the signature of your side, TERMINATED ends it.',
  })
  async availableTransitions(@Root() pact: PactRecord, @Ctx() scope: Scope): Promise<PactState[]> {
    const membership = await scope.load(membershipById, pact.membershipId);
    return membership ? pactSteps(pact, sidesOf(scope.actor, membership), localDate(scope.now())) : [];
  }

  @FieldResolver(() => Signature, { nullable: true, description: "The branch's signature; null until given." })
  branchSignature(@Root() { branchSignedAt, branchSignedBy }: PactRecord) {
    return signed(branchSignedAt, branchSignedBy);
  }

  @FieldResolver(() => Signature, { nullable: true, description: "The organisation's signature; null until given." })
  organizationSignature(@Root() { organizationSignedAt, organizationSignedBy }: PactRecord) {
    return signed(organizationSignedAt, organizationSignedBy);
  }

  @FieldResolver(() => Membership, { nullable: true, description: 'The membership it belongs to.' })
  membership(@Root() pact: PactRecord, @Ctx() scope: Scope) {
    return scope.load(membershipById, pact.membershipId);
  }
}

@Resolver(() => Branch)
export class AllianceOfBranchResolver {
  @FieldResolver(() => MembershipConnection, {
    description: "The branch's alliance (小区微红盟): memberships that you may see, oldest first.",
  })
  async memberships(
    @Root() branch: Branch,
    @Ctx() scope: Scope,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
  ) {
    const withOrganization = wanted(info, 'edges', 'node').has('organization');
    return toConnection(await pageOfMemberships(scope, { branchId: branch.id, withOrganization }, windowOf(MEMBERSHIPS, page)));
  }
}

registerNode('Organization', (scope, id) => scope.load(organizationById, id), { global: true });
registerNode('Membership', findMembership);
registerNode('Pact', findPact);
