import { Arg, Ctx, Field, FieldResolver, ID, InputType, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { mutate, Payload, payloadOf, toPayload } from '../../graphql/payload.js';
import { DateTime, UUID } from '../../graphql/scalars.js';
import { ok } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { Account } from './identity.graphql.js';
import {
  type Account as AccountRecord,
  accountById,
  changePassword,
  confirmTotpCode,
  disableTotp,
  enrollTotp,
  issueReset,
  resetPassword,
  resetTotp,
  totpSince,
} from './identity.service.js';

@InputType({ description: 'The present password and the next one.' })
class PasswordChangeInput {
  @Field(() => String, { description: 'Asked again: an access token alone is not enough.' }) readonly currentPassword!: string;
  @Field(() => String, { description: '10 to 128 characters, without the login in it.' }) readonly newPassword!: string;
}

@InputType({ description: 'Whose password was forgotten.' })
class PasswordResetIssueInput {
  @Field(() => ID, { nullable: true, description: 'For the admin: the account of the person who stands before you.' })
  readonly accountId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'For staff: the verified link with the resident whose family stands before you.',
  })
  readonly kinshipId?: string | null;
  @Field(() => UUID, { description: 'Made by the client; a repeat with the same key gets no code again.' })
  readonly idempotencyKey!: string;
}

@InputType({ description: 'A code from an officer, and the next password.' })
class PasswordResetInput {
  @Field(() => String, { description: 'Capitals and full-width letters mean the same as small ones.' }) readonly login!: string;
  @Field(() => String, { description: 'As it was told, with or without the dash, in capitals or small letters.' })
  readonly code!: string;
  @Field(() => String, { description: '10 to 128 characters, without the login in it.' }) readonly newPassword!: string;
}

@InputType({ description: 'The password again.' })
class TotpEnrollInput {
  @Field(() => String, { description: 'Asked again: an access token alone is not enough.' }) readonly password!: string;
}

@InputType({ description: 'A first code.' })
class TotpConfirmInput {
  @Field(() => String, { description: 'Six digits from the authenticator app.' }) readonly totpCode!: string;
}

@InputType({ description: 'The password once more.' })
class TotpDisableInput {
  @Field(() => String, { description: 'Asked again: an access token alone is not enough.' }) readonly password!: string;
}

@InputType({ description: 'Who lost their telephone.' })
class TotpResetInput {
  @Field(() => ID, { description: 'The account of the person who stands before you.' }) readonly accountId!: string;
  @Field(() => UUID, { description: 'Made by the client; a repeat with the same key gets the first answer.' })
  readonly idempotencyKey!: string;
}

@ObjectType({ description: 'A code for a new password, told once, or why not.' })
class PasswordResetIssuePayload extends Payload {
  @Field(() => String, {
    nullable: true,
    description: 'To be told to the person and nobody else; works once, for 15 minutes. Null when refused, and for a repeat.',
  })
  readonly code!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'When the code ends. Null when there is none.' })
  readonly expiresAt!: Date | null;
}

@ObjectType({ description: 'The password is a new one, or why not.' })
class PasswordResetPayload extends Payload {
  @Field(() => Boolean, { nullable: true, description: 'True: sign in with the new password. Null when refused.' })
  readonly isReset!: boolean | null;
}

@ObjectType({ description: 'The secret of a second factor, told once, or why not.' })
class TotpEnrollPayload extends Payload {
  @Field(() => String, {
    nullable: true,
    description: '`otpauth://…` for an authenticator app, mostly as a QR code; keep it nowhere. Null when refused.',
  })
  readonly uri!: string | null;
}

const PasswordChangePayload = payloadOf('PasswordChange', 'account', () => Account);
const TotpConfirmPayload = payloadOf('TotpConfirm', 'account', () => Account);
const TotpDisablePayload = payloadOf('TotpDisable', 'account', () => Account);
const TotpResetPayload = payloadOf('TotpReset', 'account', () => Account);

@Resolver(() => Account)
export class CredentialResolver {
  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'Since when a one-time code is asked for at sign-in; null without a second factor.',
  })
  totpSince(@Root() { id }: AccountRecord, @Ctx() scope: Scope): Promise<Date | null> {
    return scope.load(totpSince, id);
  }

  @Mutation(() => PasswordChangePayload, {
    description: "Changes the caller's own password and ends all their sessions: sign in again.",
  })
  passwordChange(
    @Ctx() scope: Scope,
    @Arg('input', () => PasswordChangeInput, { description: 'Both passwords.' }) input: PasswordChangeInput,
  ) {
    return mutate(scope, 'account', input, {}, async command => {
      const changed = await changePassword(scope, command);
      return changed.ok ? ok(await scope.load(accountById, changed.value.id)) : changed;
    });
  }

  @Mutation(() => PasswordResetIssuePayload, {
    description:
      'Issues a code by which somebody who forgot their password gets a new one; an earlier code ends. By account or by kinship, one of them. The admin may, for others; staff for accounts that are only family of residents of their branches.',
  })
  async passwordResetIssue(
    @Ctx() scope: Scope,
    @Arg('input', () => PasswordResetIssueInput, { description: 'Whose.' }) input: PasswordResetIssueInput,
  ) {
    const { issued, userErrors } = await mutate(scope, 'issued', input, { accountId: 'Account', kinshipId: 'Kinship' }, command =>
      issueReset(scope, command),
    );
    return { code: issued?.code ?? null, expiresAt: issued?.expiresAt ?? null, userErrors };
  }

  @Mutation(() => PasswordResetPayload, {
    description:
      'Sets a new password by the code of an officer and ends all sessions of the account. Wrong tries are counted as at sign-in; the code dies after five.',
  })
  async passwordReset(
    @Ctx() scope: Scope,
    @Arg('input', () => PasswordResetInput, { description: 'Name, code, new password.' }) input: PasswordResetInput,
  ) {
    return toPayload(scope, 'isReset', await resetPassword(scope, input));
  }

  @Mutation(() => TotpEnrollPayload, {
    description:
      'Makes a secret for an authenticator app (RFC 6238). Codes are asked for at sign-in once `totpConfirm` has seen the first. For admins, secretaries, the subdistrict and auditors.',
  })
  async totpEnroll(
    @Ctx() scope: Scope,
    @Arg('input', () => TotpEnrollInput, { description: 'The password.' }) input: TotpEnrollInput,
  ) {
    const { secret, userErrors } = await mutate(scope, 'secret', input, {}, command => enrollTotp(scope, command));
    return { uri: secret?.uri ?? null, userErrors };
  }

  @Mutation(() => TotpConfirmPayload, { description: 'Proves that the secret arrived: from now on sign-in asks for codes.' })
  totpConfirm(
    @Ctx() scope: Scope,
    @Arg('input', () => TotpConfirmInput, { description: 'The first code.' }) input: TotpConfirmInput,
  ) {
    return mutate(scope, 'account', input, {}, async command => {
      const confirmed = await confirmTotpCode(scope, command);
      return confirmed.ok ? ok(await scope.load(accountById, confirmed.value.id)) : confirmed;
    });
  }

  @Mutation(() => TotpDisablePayload, { description: "Takes the caller's own second factor away." })
  totpDisable(
    @Ctx() scope: Scope,
    @Arg('input', () => TotpDisableInput, { description: 'The password.' }) input: TotpDisableInput,
  ) {
    return mutate(scope, 'account', input, {}, async command => {
      const disabled = await disableTotp(scope, command);
      return disabled.ok ? ok(await scope.load(accountById, disabled.value.id)) : disabled;
    });
  }

  @Mutation(() => TotpResetPayload, {
    description:
      'Takes the second factor of somebody else who lost it. Only the admin may, and only when the account has no role elsewhere.',
  })
  totpReset(@Ctx() scope: Scope, @Arg('input', () => TotpResetInput, { description: 'Whose.' }) input: TotpResetInput) {
    return mutate(scope, 'account', input, { accountId: 'Account' }, command => resetTotp(scope, command));
  }
}
