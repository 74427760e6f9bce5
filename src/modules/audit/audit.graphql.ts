import { Arg, Args, Ctx, Field, FieldResolver, ID, InputType, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { badUserInput } from '../../graphql/errors.js';
import { parseGlobalId, toGlobalId } from '../../graphql/global-id.js';
import { isGlobalType, Node, registerNode } from '../../graphql/node.js';
import { filterId } from '../../graphql/payload.js';
import { DateTime, LocalDate } from '../../graphql/scalars.js';
import { ROLES, type Role } from '../../kernel/actor.js';
import { BEGINNING, linkText } from '../../kernel/chain.js';
import { eventLabel } from '../../kernel/event-kinds.js';
import type { SignedHead } from '../../kernel/heads.js';
import type { Scope } from '../../scope/scope.js';
import { RoleEnum } from '../identity/identity.graphql.js';
import { Branch, Community } from '../territory/territory.graphql.js';
import { branchById } from '../territory/territory.service.js';
import type { AuditEvent as EventRecord } from './audit.domain.js';
import { actorOf, auditHead, findEvent, NEWEST_EVENTS, pageOfEvents } from './audit.service.js';

@ObjectType({
  implements: Node,
  description:
    'What happened, or what was looked at, at its place in the chain of the community (审计记录). Ids and codes, nothing personal. For the administrator and the auditor; read-only for ever.',
})
export class AuditEvent extends Node {
  @Field(() => Int, { description: 'Its place in the chain of the community, from 1 without a gap.' }) readonly position!: number;
  @Field(() => String, { description: 'SHA-256 of `evidence`, in lower-case hexadecimal.' }) readonly hash!: string;
  @Field(() => DateTime, { description: 'When it took its place, within a second of when it was committed.' })
  readonly sealedAt!: Date;
}

const AuditEventConnection = connectionOf('AuditEvent', () => AuditEvent);

@InputType({ description: 'Which events; all that is given must fit.' })
class AuditEventFilterInput {
  @Field(() => String, { nullable: true, description: 'Of this kind, e.g. `ROLE_ASSIGNED`.' }) readonly kind?: string | null;
  @Field(() => ID, { nullable: true, description: 'About the thing with this id, of whatever type.' })
  readonly subjectId?: string | null;
  @Field(() => ID, { nullable: true, description: 'In this branch.' }) readonly branchId?: string | null;
  @Field(() => ID, { nullable: true, description: 'By this account, or by the system for it.' }) readonly actorId?: string | null;
  @Field(() => ID, { nullable: true, description: 'Through this program, an ApiClient.' }) readonly clientId?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Sealed at this moment or later.' }) readonly from?: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'Sealed before this moment.' }) readonly until?: Date | null;
}

@ObjectType({ description: 'Who acted, by name; what else is on file of the account is for its holder and the admin.' })
class AuditActor {
  @Field(() => String, { description: 'The name that they sign in with.' }) readonly login!: string;
  @Field(() => String, { description: 'As colleagues call them at work.' }) readonly displayName!: string;
}

@ObjectType({ description: 'Where the chain ended with a day, signed and kept in a file outside the database.' })
export class SignedAuditHead {
  @Field(() => LocalDate, { description: 'The day that was over.' }) readonly day!: string;
  @Field(() => Int, { description: 'Of the last event that was sealed on that day or before.' }) readonly position!: number;
  @Field(() => String, { description: 'Of that event: with it, everything before is fixed.' }) readonly hash!: string;
  @Field(() => DateTime, { description: 'When it was signed.' }) readonly signedAt!: Date;
  @Field(() => String, { description: 'The Ed25519 key that verifies it: SPKI in DER, base64.' }) readonly publicKey!: string;
  @Field(() => String, { description: 'Ed25519 over the canonical text of the head, base64.' }) readonly signature!: string;
}

@ObjectType({ description: 'Where the chain of the community ends now. Keep it elsewhere to notice when the end is cut off.' })
export class AuditHead {
  @Field(() => Int, { description: 'Of the last sealed event; 0 before the first.' }) readonly position!: number;
  @Field(() => String, { description: 'Of that event; 64 zeros before the first.' }) readonly hash!: string;
  @Field(() => DateTime, { nullable: true, description: 'When it was sealed; null before the first.' })
  readonly sealedAt!: Date | null;
  @Field(() => String, {
    nullable: true,
    description: 'The key that signs the heads of days: compare it with the one you were given. Null where none are kept.',
  })
  readonly publicKey!: string | null;
  @Field(() => SignedAuditHead, { nullable: true, description: 'The newest signed head; null before the first day is over.' })
  readonly signed!: SignedHead | null;
}

/** The raw id in a global one, of whatever type; of another community it finds nothing. */
function subjectOf(scope: Scope, globalId: string | null | undefined): string | null {
  if (globalId == null) return null;
  const parsed = parseGlobalId(globalId);
  if (!parsed) throw badUserInput('Not an id of this API.', { argument: 'subjectId' });
  return filterId(scope, parsed.type, globalId, 'subjectId');
}

@Resolver(() => AuditEvent)
class AuditEventResolver {
  @Query(() => AuditEventConnection, {
    nullable: true,
    description: 'The event log of the community as evidence, newest first; sealed events only. Null for who may not audit.',
  })
  async auditEvents(
    @Ctx() scope: Scope,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => AuditEventFilterInput, { nullable: true, description: 'Which events; all without it.' })
    filter?: AuditEventFilterInput | null,
  ) {
    const { kind, from, until, subjectId, branchId, actorId, clientId } = filter ?? {};
    const raw = {
      kind,
      from,
      until,
      subjectId: subjectOf(scope, subjectId),
      branchId: filterId(scope, 'Branch', branchId, 'branchId'),
      actorId: filterId(scope, 'Account', actorId, 'actorId'),
      clientId: filterId(scope, 'ApiClient', clientId, 'clientId'),
    };
    const found = await pageOfEvents(scope, raw, windowOf(NEWEST_EVENTS, page));
    return found && toConnection(found);
  }

  @FieldResolver(() => DateTime, { description: 'When it happened; of what was loaded afterwards, when it is said to have.' })
  at(@Root() { event }: EventRecord): Date {
    return event.at;
  }

  @FieldResolver(() => String, { description: 'What kind of event, e.g. `ROLE_ASSIGNED`; new kinds may come.' })
  kind(@Root() { event }: EventRecord): string {
    return event.kind;
  }

  @FieldResolver(() => String, { description: 'The kind in Chinese.' })
  labelZh(@Root() { event }: EventRecord): string {
    return eventLabel(event.kind)[0];
  }

  @FieldResolver(() => String, { description: 'The kind in English.' })
  labelEn(@Root() { event }: EventRecord): string {
    return eventLabel(event.kind)[1];
  }

  @FieldResolver(() => String, { description: 'The type of the thing it is about, e.g. `Need`.' })
  subjectType(@Root() { event }: EventRecord): string {
    return event.subjectType;
  }

  @FieldResolver(() => ID, { description: 'The thing it is about: ask `node` for it, if it is yours to see.' })
  subjectId(@Root() { event }: EventRecord, @Ctx() { communityId }: Scope): string {
    return toGlobalId(event.subjectType, isGlobalType(event.subjectType) ? null : communityId, event.subjectId);
  }

  @FieldResolver(() => Branch, { nullable: true, description: 'The branch it belongs to; null for what belongs to none.' })
  branch(@Root() { event }: EventRecord, @Ctx() scope: Scope) {
    return event.branchId && scope.load(branchById, event.branchId);
  }

  @FieldResolver(() => RoleEnum, {
    nullable: true,
    description:
      'The role by which it was done; null for the system, for an account without a role, and for nobody in particular.',
  })
  role(@Root() { event }: EventRecord): Role | null {
    return ROLES.find(role => role === event.actorRole) ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The purpose for which the system did it, e.g. `matching`; null when somebody did it.',
  })
  systemPurpose(@Root() { event }: EventRecord): string | null {
    return /^SYSTEM:(.+)$/.exec(event.actorRole)?.[1] ?? null;
  }

  @FieldResolver(() => ID, { nullable: true, description: 'The account by which or for which it was done; null for none.' })
  actorId(@Root() { event }: EventRecord): string | null {
    return event.actorId && toGlobalId('Account', null, event.actorId);
  }

  @FieldResolver(() => AuditActor, {
    nullable: true,
    description: 'The holder of that account; null for none, and for auditors also when a private person acted.',
  })
  actor(@Root() event: EventRecord, @Ctx() scope: Scope) {
    return actorOf(scope, event);
  }

  @FieldResolver(() => ID, { nullable: true, description: 'The ApiClient through which it was done; null for a person.' })
  clientId(@Root() { event }: EventRecord, @Ctx() { communityId }: Scope): string | null {
    return event.clientId && toGlobalId('ApiClient', isGlobalType('ApiClient') ? null : communityId, event.clientId);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Of the request, as in the answer’s `x-request-id` and in our logs.',
  })
  requestId(@Root() { event }: EventRecord): string | null {
    return event.requestId;
  }

  @FieldResolver(() => String, { nullable: true, description: 'The state before; null where none changed.' })
  from(@Root() { event }: EventRecord): string | null {
    return event.fromState;
  }

  @FieldResolver(() => String, { nullable: true, description: 'The state after, or what was found; null where none changed.' })
  to(@Root() { event }: EventRecord): string | null {
    return event.toState;
  }

  @FieldResolver(() => String, { nullable: true, description: 'Why, as a code; of a look at personal data, its purpose.' })
  reason(@Root() { event }: EventRecord): string | null {
    return event.reason;
  }

  @FieldResolver(() => String, {
    description:
      'The canonical text that `hash` is taken of: every column and the hash before. docs/security.md says how to read it.',
  })
  evidence(@Root() { position, previous, sealedAt, event }: EventRecord, @Ctx() { communityId }: Scope): string {
    return linkText(communityId, { position, previous, sealedAt }, event);
  }
}

@Resolver(() => Community)
class AuditOfCommunityResolver {
  @FieldResolver(() => AuditHead, { nullable: true, description: 'Where the event log ends now. Null for who may not audit.' })
  async auditHead(@Ctx() scope: Scope): Promise<AuditHead | null> {
    const head = await auditHead(scope);
    return head && { ...(head.last ?? { ...BEGINNING, sealedAt: null }), signed: head.signed, publicKey: head.publicKey };
  }
}

registerNode('AuditEvent', findEvent);

export const auditQueryResolvers = [AuditEventResolver, AuditOfCommunityResolver] as const;
