import { Args, Ctx, Field, FieldResolver, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { labelOf } from '../../graphql/enums.js';
import { DateTime } from '../../graphql/scalars.js';
import { accountOf } from '../../kernel/actor.js';
import type { AccessPurpose } from '../../kernel/vocabulary.js';
import type { Scope } from '../../scope/scope.js';
import { Organization } from '../alliance/alliance.graphql.js';
import { organizationById } from '../alliance/alliance.service.js';
import type { Resident as ResidentRecord } from '../residents/residents.domain.js';
import { Resident } from '../residents/residents.graphql.js';
import { findResident } from '../residents/residents.service.js';
import { labelOfAction, statedPurpose } from './access.domain.js';
import { LATEST, type LoggedAccess, listAccess } from './access.service.js';
import { AccessPurposeEnum } from './purposes.graphql.js';

@ObjectType({ description: 'One look at a person on file (查阅记录): who, when, at what, and why.' })
class AccessLogEntry {
  @Field(() => DateTime, { description: 'When it was.' }) readonly at!: Date;
  @Field(() => String, { description: 'What it was, as a code, e.g. `RESIDENT_REVEALED`; new ones may come.' })
  readonly action!: string;
}
export const AccessLogEntryConnection = connectionOf('AccessLogEntry', () => AccessLogEntry);

@Resolver(() => AccessLogEntry)
class AccessLogEntryResolver {
  @FieldResolver(() => String, { description: "What it was, in the caller's language." })
  label(@Root() { action }: LoggedAccess, @Ctx() { locale }: Scope): string {
    return labelOfAction(action)[locale === 'zh' ? 0 : 1];
  }

  @FieldResolver(() => String, {
    description: 'Who it was, by their position (片区社工, 家属, 单位联络员, 系统), never by name.',
  })
  by(@Root() { actorRole }: LoggedAccess, @Ctx() { locale }: Scope): string {
    if (actorRole.startsWith('SYSTEM:')) return locale === 'zh' ? '系统' : 'system';
    return labelOf('Role', actorRole, locale);
  }

  @FieldResolver(() => Boolean, { description: 'It was the caller.' })
  byYou(@Root() { accountId }: LoggedAccess, @Ctx() { actor }: Scope): boolean {
    return accountId !== null && accountId === accountOf(actor);
  }

  @FieldResolver(() => Organization, {
    nullable: true,
    description: 'To which organization something was given; null where it stayed in the house.',
  })
  organization(@Root() { detail }: LoggedAccess, @Ctx() scope: Scope) {
    const id = detail.organizationId;
    return typeof id === 'string' ? scope.load(organizationById, id) : null;
  }

  @FieldResolver(() => AccessPurposeEnum, {
    nullable: true,
    description: 'Why, as it was said then; null where nobody had to say.',
  })
  purpose(@Root() entry: LoggedAccess): AccessPurpose | null {
    return statedPurpose(entry);
  }

  @FieldResolver(() => [String], {
    description: 'Names of the clear values that were shown, e.g. `PHONE`; empty when all was masked.',
  })
  fields(@Root() { detail }: LoggedAccess): readonly string[] {
    return typeof detail.fields === 'string' ? detail.fields.split(',') : [];
  }

  @FieldResolver(() => Resident, { nullable: true, description: 'Who was looked at, masked; null once they are erased.' })
  resident(@Root() { residentId }: LoggedAccess, @Ctx() scope: Scope) {
    return findResident(scope, residentId, 'RIGHTS_REQUEST');
  }
}

@Resolver(() => Resident)
class AccessOfResidentResolver {
  @Query(() => AccessLogEntryConnection, {
    description:
      'Who looked at the people whom the caller is verified kin of, themselves included, newest first (PIPL art. 44). Empty for everybody else.',
  })
  async myAccessLog(@Ctx() scope: Scope, @Args(() => PageArgs) page: PageArgs) {
    return toConnection(await listAccess(scope, null, windowOf(LATEST, page)));
  }

  @FieldResolver(() => AccessLogEntryConnection, {
    description:
      'Who looked at this person, newest first: all of it for verified kin and the admin; for other staff what happened while their branch looked after them.',
  })
  async accessLog(@Root() { id }: ResidentRecord, @Ctx() scope: Scope, @Args(() => PageArgs) page: PageArgs) {
    return toConnection(await listAccess(scope, [id], windowOf(LATEST, page)));
  }
}

export const accessResolvers = [AccessLogEntryResolver, AccessOfResidentResolver] as const;
