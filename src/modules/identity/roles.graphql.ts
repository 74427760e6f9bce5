import { Field, ID, InputType } from 'type-graphql';
import { DateTime } from '../../graphql/scalars.js';
import type { Role } from '../../kernel/actor.js';
import { RoleEnum } from './identity.graphql.js';

@InputType()
export abstract class NewRoleInput {
  @Field(() => RoleEnum, { description: 'Which role.' }) readonly role!: Role;
  @Field(() => ID, { nullable: true, description: 'For a secretary or a generalist worker, and only then: the branch.' })
  readonly branchId?: string | null;
  @Field(() => ID, { nullable: true, description: 'For an estate officer, and only then: the area.' }) readonly areaId?:
    | string
    | null;
  @Field(() => ID, { nullable: true, description: 'For a liaison, and only then: the organisation.' }) readonly organizationId?:
    | string
    | null;
  @Field(() => DateTime, { nullable: true, description: 'Counts from then on; from now on where nothing is said.' })
  readonly validFrom?: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'Counts until before then; without end where nothing is said.' })
  readonly validUntil?: Date | null;
}

/** Which of its fields hold ids. */
export const ROLE_IDS = { branchId: 'Branch', areaId: 'Area', organizationId: 'Organization' } as const;
