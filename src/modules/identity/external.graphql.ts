import { Arg, Ctx, Field, FieldResolver, InputType, Mutation, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { TakesSecret, Weighs } from '../../graphql/cost.js';
import { mutate, Payload, payloadOf, toPayload } from '../../graphql/payload.js';
import { DateTime } from '../../graphql/scalars.js';
import { ok } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { Account } from './identity.graphql.js';
import {
  type Account as AccountRecord,
  accountById,
  beginExternal,
  identityProviders,
  linkExternal,
  linkedProviders,
  signInExternally,
  unlinkExternal,
} from './identity.service.js';
import { SessionPayload, sessionPayload } from './sessions.graphql.js';

@InputType({ description: 'Where to sign in, and where to come back to.' })
class ExternalSignInBeginInput {
  @Field(() => String, { description: 'One of `identityProviders`.' }) readonly provider!: string;
  @Field(() => String, { description: 'An address of your own application that is registered here and with the provider.' })
  readonly redirectUri!: string;
}

@InputType()
abstract class AnsweredInput {
  @Field(() => String, { description: 'From `externalSignInBegin`, which you called yourself: signed in or not, as now.' })
  readonly ticket!: string;
  @Field(() => String, { description: 'The whole address that the person was sent back to, or the code that your program got.' })
  readonly answer!: string;
}

@InputType({ description: 'What another house says of who you are.' })
class ExternalSignInInput extends AnsweredInput {
  @Field(() => String, {
    nullable: true,
    description: 'Six digits; asked for by TOTP_REQUIRED, then begin anew with the code at hand.',
  })
  readonly totpCode?: string | null;
  @Field(() => String, {
    nullable: true,
    description: "In which community to work; this request's own, or else the first in which the account has a role.",
  })
  readonly communityCode?: string | null;
}

@InputType({ description: 'What another house says of who you are, and your password here.' })
class ExternalIdentityLinkInput extends AnsweredInput {
  @Field(() => String, { description: 'Asked again: a link is a way in.' }) readonly password!: string;
}

@InputType({ description: 'The link to take away.' })
class ExternalIdentityUnlinkInput {
  @Field(() => String, { description: 'One of `linkedProviders` of your account.' }) readonly provider!: string;
  @Field(() => String, { description: 'Asked again: an access token alone is not enough.' }) readonly password!: string;
}

@ObjectType({ description: 'Where to go, or why not.' })
class ExternalSignInBeginPayload extends Payload {
  @Field(() => String, {
    nullable: true,
    description: 'Send the person there. Null when refused, and with providers whose answer your program gets by itself.',
  })
  readonly url!: string | null;
  @Field(() => String, { nullable: true, description: 'Bring it back with the answer; keep it secret. Null when refused.' })
  readonly ticket!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'When the ticket ends, after ten minutes. Null when refused.' })
  readonly expiresAt!: Date | null;
}
@ObjectType({ description: 'A new session by the word of another house, or why not.' })
class ExternalSignInPayload extends SessionPayload {}
const ExternalIdentityLinkPayload = payloadOf('ExternalIdentityLink', 'account', () => Account);
const ExternalIdentityUnlinkPayload = payloadOf('ExternalIdentityUnlink', 'account', () => Account);

@Resolver(() => Account)
export class ExternalResolver {
  @Query(() => [String], { description: 'Names of the other houses that people can sign in by; empty while none is set up.' })
  identityProviders(@Ctx() scope: Scope): readonly string[] {
    return identityProviders(scope);
  }

  @FieldResolver(() => [String], { description: 'Other houses by whose word the account can be signed in to.' })
  async linkedProviders(@Root() { id }: AccountRecord, @Ctx() scope: Scope): Promise<readonly string[]> {
    return (await scope.load(linkedProviders, id)) ?? [];
  }

  @Mutation(() => ExternalSignInBeginPayload, {
    description: 'Begins a sign-in at another house; for somebody who has signed in here, the linking of their account with it.',
  })
  async externalSignInBegin(
    @Ctx() scope: Scope,
    @Arg('input', () => ExternalSignInBeginInput, { description: 'Where.' }) input: ExternalSignInBeginInput,
  ) {
    const { begun, userErrors } = toPayload(scope, 'begun', await beginExternal(scope, input));
    return { url: begun?.url ?? null, ticket: begun?.ticket ?? null, expiresAt: begun?.expiresAt ?? null, userErrors };
  }

  @TakesSecret()
  @Mutation(() => ExternalSignInPayload, {
    description: 'Opens a session for the account that is linked with whom the other house vouches for. Tries are counted.',
  })
  async externalSignIn(
    @Ctx() scope: Scope,
    @Arg('input', () => ExternalSignInInput, { description: 'Ticket and answer.' }) input: ExternalSignInInput,
  ) {
    return sessionPayload(scope, await signInExternally(scope, input));
  }

  @Weighs(200)
  @TakesSecret()
  @Mutation(() => ExternalIdentityLinkPayload, {
    description: "Links the caller's account with whom the other house vouches for, one for each house.",
  })
  externalIdentityLink(
    @Ctx() scope: Scope,
    @Arg('input', () => ExternalIdentityLinkInput, { description: 'Ticket, answer and password.' })
    input: ExternalIdentityLinkInput,
  ) {
    return mutate(scope, 'account', input, {}, async command => {
      const linked = await linkExternal(scope, command);
      return linked.ok ? ok(await scope.load(accountById, linked.value.id)) : linked;
    });
  }

  @Weighs(200)
  @TakesSecret()
  @Mutation(() => ExternalIdentityUnlinkPayload, {
    description: "Takes a link of the caller's account away; sessions that were opened by it go on.",
  })
  externalIdentityUnlink(
    @Ctx() scope: Scope,
    @Arg('input', () => ExternalIdentityUnlinkInput, { description: 'Which link.' }) input: ExternalIdentityUnlinkInput,
  ) {
    return mutate(scope, 'account', input, {}, async command => {
      const unlinked = await unlinkExternal(scope, command);
      return unlinked.ok ? ok(await scope.load(accountById, unlinked.value.id)) : unlinked;
    });
  }
}
