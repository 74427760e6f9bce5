import {
  Arg,
  Args,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { connectionOf, PageArgs, toConnection, windowOf } from '../../graphql/connection.js';
import { Node, registerNode } from '../../graphql/node.js';
import { mutate, Payload, payloadOf } from '../../graphql/payload.js';
import { DateTime, UUID } from '../../graphql/scalars.js';
import { SUBJECTS } from '../../kernel/permissions.js';
import type { Scope } from '../../scope/scope.js';
import { Branch } from '../territory/territory.graphql.js';
import { branchById } from '../territory/territory.service.js';
import { Account } from './identity.graphql.js';
import {
  type ApiClient as ApiClientRecord,
  accountById,
  CLIENTS,
  type ClientWithKey,
  clientById,
  createClient,
  liveKeysOf,
  pageOfClients,
  revokeClient,
  rotateKey,
} from './identity.service.js';
import { NewRoleInput, ROLE_IDS } from './roles.graphql.js';

@ObjectType({
  implements: Node,
  description: 'A program of somebody else that calls this API by keys of its own. Seen by the admin of its community.',
})
export class ApiClient extends Node {
  @Field(() => String, { description: 'Whose program it is and what for.' }) readonly name!: string;
  @Field(() => [String], {
    description: '`subject:read` and `subject:write`, e.g. `offers:read`: it reaches no further, whatever its account may.',
  })
  readonly scopes!: readonly string[];
  @Field(() => [String], { description: 'Addresses and CIDR blocks that it may call from; empty: from anywhere.' })
  readonly addresses!: readonly string[];
  @Field(() => Int, { description: 'What its operations may cost in a minute, in points.' }) readonly pointsPerMinute!: number;
  @Field(() => DateTime, { nullable: true, description: 'When it ends by itself; null: it does not.' })
  readonly expiresAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When it was shut out; null while it is not.' })
  readonly revokedAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When it last called, to some minutes; null: never.' })
  readonly lastUsedAt!: Date | null;
  @Field(() => DateTime, { description: 'When it was let in.' }) readonly createdAt!: Date;
}

@InputType({ description: 'A program to let in, and the first role of its account.' })
class ApiClientCreateInput extends NewRoleInput {
  @Field(() => String, { description: 'Whose program it is and what for, at most 60 characters.' }) readonly name!: string;
  @Field(() => [String], {
    description: `\`subject:read\` and \`subject:write\`, which includes reading; subjects are ${SUBJECTS.slice(0, -1).join(', ')} and ${SUBJECTS.at(-1)}.`,
  })
  readonly scopes!: string[];
  @Field(() => [ID], {
    nullable: true,
    description: 'Branches to narrow its rights to; not for roles that span the community. Not narrowed where nothing is said.',
  })
  readonly limitedToBranchIds?: string[] | null;
  @Field(() => [String], {
    nullable: true,
    description: 'Addresses and CIDR blocks that it may call from, at most 20; from anywhere where nothing is said.',
  })
  readonly addresses?: string[] | null;
  @Field(() => Int, { nullable: true, description: 'What its operations may cost in a minute; 6000 where nothing is said.' })
  readonly pointsPerMinute?: number | null;
  @Field(() => DateTime, { nullable: true, description: 'When it ends by itself; never where nothing is said.' })
  readonly expiresAt?: Date | null;
  @Field(() => UUID, { description: 'Made by the client; a repeat with the same key gets the same program, without its key.' })
  readonly idempotencyKey!: string;
}

@InputType({ description: 'The program whose key changes.' })
class ApiClientKeyRotateInput {
  @Field(() => ID, { description: 'Which program.' }) readonly apiClientId!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'How many hours the present key goes on beside the new one, 0 to 168; 24 where nothing is said.',
  })
  readonly overlapHours?: number | null;
  @Field(() => UUID, { description: 'Made by the client; a repeat with the same key makes no further key and shows none.' })
  readonly idempotencyKey!: string;
}

@InputType({ description: 'The program to shut out.' })
class ApiClientRevokeInput {
  @Field(() => ID, { description: 'Which program.' }) readonly apiClientId!: string;
  @Field(() => UUID, { description: 'Made by the client; a repeat with the same key gets the first answer.' })
  readonly idempotencyKey!: string;
}

@ObjectType()
abstract class ApiClientKeyPayload extends Payload {
  @Field(() => ApiClient, { nullable: true, description: 'As it stands now; null when it was refused.' })
  readonly apiClient!: ApiClientRecord | null;
  @Field(() => String, {
    nullable: true,
    description:
      'Sent as `Authorization: Bearer …`, or as client secret to /oauth/token; never shown again. Null when refused, and for a repeat.',
  })
  readonly key!: string | null;
}
@ObjectType({ description: 'A program with its first key, told once, or why not.' })
class ApiClientCreatePayload extends ApiClientKeyPayload {}
@ObjectType({ description: 'A program with its next key, told once, or why not.' })
class ApiClientKeyRotatePayload extends ApiClientKeyPayload {}
const ApiClientRevokePayload = payloadOf('ApiClientRevoke', 'apiClient', () => ApiClient);
const ApiClientConnection = connectionOf('ApiClient', () => ApiClient);

const told = <Errors>({ made, userErrors }: { readonly made: ClientWithKey | null; readonly userErrors: Errors }) => ({
  apiClient: made?.client ?? null,
  key: made?.key ?? null,
  userErrors,
});

@Resolver(() => ApiClient)
export class ApiClientResolver {
  @Query(() => ApiClientConnection, {
    description: 'Programs of this community, the oldest first: all for its admin, none for others.',
  })
  async apiClients(@Ctx() scope: Scope, @Args(() => PageArgs) page: PageArgs) {
    return toConnection(await pageOfClients(scope, windowOf(CLIENTS, page)));
  }

  @FieldResolver(() => String, { description: 'The name by which it asks /oauth/token for access tokens.' })
  clientId(@Root() { id }: ApiClientRecord): string {
    return id;
  }

  @FieldResolver(() => Account, {
    nullable: true,
    description: 'The service account that it acts as; nobody signs in to it. Its roles say what the program may.',
  })
  account(@Root() { accountId }: ApiClientRecord, @Ctx() scope: Scope) {
    return scope.load(accountById, accountId);
  }

  @FieldResolver(() => [Branch], { description: 'Branches that its rights are narrowed to; empty: they are not.' })
  async limitedToBranches(@Root() { branchIds }: ApiClientRecord, @Ctx() scope: Scope) {
    const found = await Promise.all(branchIds.map(id => scope.load(branchById, id)));
    return found.filter(branch => branch !== null);
  }

  @FieldResolver(() => Int, { description: 'How many keys it could call with now: two while one takes the place of the other.' })
  async liveKeys(@Root() { id }: ApiClientRecord, @Ctx() scope: Scope): Promise<number> {
    return (await scope.load(liveKeysOf, id)) ?? 0;
  }

  @Mutation(() => ApiClientCreatePayload, {
    description: 'Lets a program in, with a service account and a key of its own. Only the admin may, in person.',
  })
  async apiClientCreate(
    @Ctx() scope: Scope,
    @Arg('input', () => ApiClientCreateInput, { description: 'Its terms.' }) input: ApiClientCreateInput,
  ) {
    const ids = { ...ROLE_IDS, limitedToBranchIds: 'Branch' } as const;
    return told(await mutate(scope, 'made', input, ids, command => createClient(scope, command)));
  }

  @Mutation(() => ApiClientKeyRotatePayload, {
    description: 'Makes the next key of a program; two live for a while, never three. Only the admin may, in person.',
  })
  async apiClientKeyRotate(
    @Ctx() scope: Scope,
    @Arg('input', () => ApiClientKeyRotateInput, { description: 'Whose.' }) input: ApiClientKeyRotateInput,
  ) {
    return told(await mutate(scope, 'made', input, { apiClientId: 'ApiClient' }, command => rotateKey(scope, command)));
  }

  @Mutation(() => ApiClientRevokePayload, {
    description: 'Shuts a program out: its keys and access tokens end within a second. Only the admin may, in person.',
  })
  apiClientRevoke(
    @Ctx() scope: Scope,
    @Arg('input', () => ApiClientRevokeInput, { description: 'Which one.' }) input: ApiClientRevokeInput,
  ) {
    return mutate(scope, 'apiClient', input, { apiClientId: 'ApiClient' }, command => revokeClient(scope, command));
  }
}

registerNode('ApiClient', (scope, id) => scope.load(clientById, id));
