import { Arg, Ctx, Field, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import { TakesSecret, Weighs } from '../../graphql/cost.js';
import { Payload, toPayload } from '../../graphql/payload.js';
import { DateTime } from '../../graphql/scalars.js';
import type { ClientFailure } from '../../kernel/failures.js';
import type { Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { Viewer, viewerOf } from './identity.graphql.js';
import { refreshSession, type Session, signIn, signOut } from './identity.service.js';

@InputType({ description: 'A name and a password.' })
class SignInInput {
  @Field(() => String, { description: 'Capitals and full-width letters mean the same as small ones.' }) readonly login!: string;
  @Field(() => String, { description: 'At most 128 characters.' }) readonly password!: string;
  @Field(() => String, {
    nullable: true,
    description: 'Six digits from the authenticator app; asked for by TOTP_REQUIRED where the account has a second factor.',
  })
  readonly totpCode?: string | null;
  @Field(() => String, {
    nullable: true,
    description: "In which community to work; this request's own, or else the first in which the account has a role.",
  })
  readonly communityCode?: string | null;
}

@InputType({ description: 'The session to go on with.' })
class SessionRefreshInput {
  @Field(() => String, { description: 'The newest refresh token of the session. It works once.' }) readonly refreshToken!: string;
}

@InputType({ description: 'The session to end.' })
class SignOutInput {
  @Field(() => String, { description: 'Any refresh token of the session.' }) readonly refreshToken!: string;
}

@ObjectType()
export abstract class SessionPayload extends Payload {
  @Field(() => String, { nullable: true, description: 'Send it as `Authorization: Bearer …`. Null when refused.' })
  readonly accessToken!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'When the access token ends, 15 minutes at most. Null when refused.' })
  readonly expiresAt!: Date | null;
  @Field(() => String, { nullable: true, description: 'For `sessionRefresh`; keep it secret. Null when refused.' })
  readonly refreshToken!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'When the refresh token ends, after 30 days. Null when refused.' })
  readonly refreshExpiresAt!: Date | null;
  @Field(() => Viewer, {
    nullable: true,
    description:
      'Who signed in. Null when refused, and when the session is for another community than this request: ask `viewer`.',
  })
  readonly viewer!: Viewer | null;
}
@ObjectType({ description: 'A new session, or why not.' })
class SignInPayload extends SessionPayload {}
@ObjectType({ description: 'The session with new tokens, or why not.' })
class SessionRefreshPayload extends SessionPayload {}
@ObjectType({ description: 'The session has ended.' })
class SignOutPayload extends Payload {
  @Field(() => Boolean, { nullable: true, description: 'Always true, also for a token that was spent or unknown.' })
  readonly signedOut!: boolean | null;
}

export async function sessionPayload(scope: Scope, result: Result<Session, ClientFailure>) {
  const { session, userErrors } = toPayload(scope, 'session', result);
  const viewer = session?.communityId === scope.communityId ? await viewerOf(scope, session.accountId) : null;
  return { ...session, viewer, userErrors };
}

@Resolver()
export class SessionResolver {
  @Weighs(200)
  @TakesSecret()
  @Mutation(() => SignInPayload, {
    description:
      'Opens a session. After five failures for an account from an address it answers TOO_MANY_ATTEMPTS for a minute, then longer each time.',
  })
  async signIn(@Ctx() scope: Scope, @Arg('input', () => SignInInput, { description: 'Name and password.' }) input: SignInInput) {
    return sessionPayload(scope, await signIn(scope, input));
  }

  @TakesSecret()
  @Mutation(() => SessionRefreshPayload, {
    description: 'Goes on with a session under new tokens. A refresh token that is used twice ends the session for all.',
  })
  async sessionRefresh(
    @Ctx() scope: Scope,
    @Arg('input', () => SessionRefreshInput, { description: 'The refresh token.' }) input: SessionRefreshInput,
  ) {
    return sessionPayload(scope, await refreshSession(scope, input));
  }

  @TakesSecret()
  @Mutation(() => SignOutPayload, {
    description: 'Ends a session: its refresh tokens die at once, its access tokens within a second.',
  })
  async signOut(
    @Ctx() scope: Scope,
    @Arg('input', () => SignOutInput, { description: 'The refresh token.' }) input: SignOutInput,
  ) {
    return toPayload(scope, 'signedOut', await signOut(scope, input));
  }
}
