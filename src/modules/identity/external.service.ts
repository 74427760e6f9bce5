import { accountOf } from '../../kernel/actor.js';
import { allOf, checkText } from '../../kernel/check.js';
import type {
  Forbidden,
  InvalidCredentials,
  InvalidInput,
  InvalidState,
  InvalidToken,
  NotFound,
  TooManyAttempts,
  TotpRequired,
  Unavailable,
} from '../../kernel/failures.js';
import { type IdentityProvider, ProviderUnavailable } from '../../kernel/identity-provider.js';
import { isUuid, newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { NO_COMMUNITY, type Place } from '../../kernel/vault.js';
import type { Scope } from '../../scope/scope.js';
import { accountLinkedWith, insertLink, linkHoldsStill, removeLinks, renewLink } from './external.repo.js';
import { MAX_LOGIN } from './identity.domain.js';
import { doorOf, provePassword } from './proof.service.js';
import { openSession, type Session } from './sessions.service.js';
import { MAX_TOTP_CODE, passTotp } from './totp.service.js';

export { indexedLinks, linkedProviders } from './external.repo.js';

const TICKET_MINUTES = 10;
const MAX_ANSWER = 4096;

/** What is sealed into a ticket. */
interface Ticket {
  readonly provider: string;
  readonly kept: string;
  /** Who wants to link an account; null: somebody wants to sign in. */
  readonly accountId: string | null;
  readonly expiresAt: number;
}

const providerOf = ({ parts }: Scope, name: string): IdentityProvider | null => parts.identityProviders?.get(name) ?? null;

/** The houses that people can sign in by. */
export const identityProviders = ({ parts }: Scope): readonly string[] => [...(parts.identityProviders?.keys() ?? [])];

const place = (rowId: string): Place => ({ table: 'ticket', column: 'external', communityId: NO_COMMUNITY, rowId });

function toTicket({ vault, now }: Scope, ticket: Ticket): string {
  const id = newId(now().getTime());
  return `${id}.${vault.seal(place(id), JSON.stringify(ticket)).toString('base64url')}`;
}

function readTicket({ vault, now }: Scope, text: string): Ticket | null {
  const [id = '', sealed = ''] = text.split('.');
  if (!isUuid(id)) return null;
  try {
    const ticket = JSON.parse(vault.open(place(id), Buffer.from(sealed, 'base64url'))) as Ticket;
    return ticket.expiresAt > now().getTime() ? ticket : null;
  } catch {
    return null;
  }
}

/** Where to go, and what to bring back. */
export interface BegunExternalSignIn {
  readonly url: string | null;
  readonly ticket: string;
  readonly expiresAt: Date;
}

/**
 * Begins a sign-in at another house, or, for somebody who has signed in, the linking of their account with it. The ticket is good
 * for that one use by that one person: nobody links somebody else's account by handing them a ticket.
 */
export async function beginExternal(
  scope: Scope,
  { provider: name, redirectUri }: { readonly provider: string; readonly redirectUri: string },
): Promise<Result<BegunExternalSignIn, NotFound | InvalidInput | Unavailable>> {
  const provider = providerOf(scope, name);
  if (!provider) return fail({ code: 'NOT_FOUND', path: ['provider'] });
  const notThere = { path: ['redirectUri'], rule: 'NOT_ALLOWED' } as const;
  const checked = allOf(provider.allowsRedirect(redirectUri) ? null : notThere);
  if (!checked.ok) return checked;
  return reaching(async () => {
    const { url, kept } = await provider.begin(redirectUri);
    const expiresAt = new Date(scope.now().getTime() + TICKET_MINUTES * 60_000);
    const ticket = toTicket(scope, { provider: name, kept, accountId: accountOf(scope.actor), expiresAt: expiresAt.getTime() });
    return { url, ticket, expiresAt };
  });
}

async function reaching<T>(work: () => Promise<T>): Promise<Result<T, Unavailable>> {
  try {
    return ok(await work());
  } catch (error) {
    if (error instanceof ProviderUnavailable) return fail({ code: 'UNAVAILABLE', path: ['provider'] });
    throw error;
  }
}

export interface Answered {
  readonly ticket: string;
  readonly answer: string;
}

/** Whom the other house vouches for, by a ticket that this caller began. Tries are counted for their address. */
async function identified(
  scope: Scope,
  { ticket: text, answer }: Answered,
): Promise<
  Result<{ readonly provider: string; readonly subject: string }, InvalidInput | InvalidToken | TooManyAttempts | Unavailable>
> {
  const checked = allOf(
    checkText(['ticket'], text, { max: MAX_ANSWER, required: true }),
    checkText(['answer'], answer, { max: MAX_ANSWER, required: true }),
  );
  if (!checked.ok) return checked;
  const address = scope.parts.address ?? null;
  const admission = await doorOf(scope).lockout.admit(`external:${address}`, address);
  if (!admission.ok) return admission;
  const ticket = readTicket(scope, text);
  const provider = ticket && providerOf(scope, ticket.provider);
  if (!provider || ticket.accountId !== accountOf(scope.actor)) return fail({ code: 'INVALID_TOKEN', path: ['ticket'] });
  const subject = await reaching(() => provider.identify(answer, ticket.kept));
  if (subject.ok && subject.value === null) return fail({ code: 'INVALID_TOKEN', path: ['answer'] });
  // An outage is nobody's wrong try.
  await admission.value.succeed();
  return subject.ok ? ok({ provider: provider.name, subject: subject.value ?? '' }) : subject;
}

export interface ExternalSignIn extends Answered {
  readonly totpCode?: string | null;
  readonly communityCode?: string | null;
}

/** Opens a session for the account that is linked with whom the other house vouches for; a second factor is asked for here, too. */
export async function signInExternally(
  scope: Scope,
  { totpCode, communityCode, ...answered }: ExternalSignIn,
): Promise<
  Result<Session, InvalidInput | InvalidToken | InvalidCredentials | TotpRequired | TooManyAttempts | Forbidden | Unavailable>
> {
  const checked = allOf(
    checkText(['totpCode'], totpCode, { max: MAX_TOTP_CODE }),
    checkText(['communityCode'], communityCode, { max: MAX_LOGIN }),
  );
  if (!checked.ok) return checked;
  const found = await identified(scope, answered);
  if (!found.ok) return found;
  const { provider, subject } = found.value;
  const accountId = await accountLinkedWith(scope, provider, subject);
  if (accountId === null) return fail({ code: 'INVALID_CREDENTIALS' });
  const second = await passTotp(scope, accountId, totpCode ?? null);
  if (!second.ok) return second;
  return openSession(scope, accountId, communityCode ?? null, async tx => {
    await renewLink(tx, provider, subject);
    return linkHoldsStill(tx, provider, accountId);
  });
}

/** Links the caller's account with whom the other house vouches for. The password is asked again: a link is a way in. */
export async function linkExternal(
  scope: Scope,
  { password, ...answered }: Answered & { readonly password: string },
): Promise<
  Result<
    { readonly id: string },
    InvalidInput | InvalidToken | InvalidCredentials | TooManyAttempts | NotFound | InvalidState | Unavailable
  >
> {
  const self = await provePassword(scope, 'password', password);
  if (!self.ok) return self;
  const found = await identified(scope, answered);
  if (!found.ok) return found;
  const { provider, subject } = found.value;
  const { id } = self.value;
  return scope.transaction(async (tx): Promise<Result<{ readonly id: string }, InvalidState>> => {
    if (!(await insertLink(tx, provider, subject, id))) return fail({ code: 'INVALID_STATE', from: 'LINKED', to: 'LINKED' });
    await tx.append({ kind: 'EXTERNAL_IDENTITY_LINKED', subject: { type: 'Account', id }, to: provider });
    return ok({ id });
  });
}

/** Takes a link of the caller's account away. */
export async function unlinkExternal(
  scope: Scope,
  { provider, password }: { readonly provider: string; readonly password: string },
): Promise<Result<{ readonly id: string }, InvalidInput | InvalidCredentials | TooManyAttempts | NotFound>> {
  const self = await provePassword(scope, 'password', password);
  if (!self.ok) return self;
  const { id } = self.value;
  return scope.transaction(async (tx): Promise<Result<{ readonly id: string }, NotFound>> => {
    if (!(await removeLinks(tx, id, provider))) return fail({ code: 'NOT_FOUND', path: ['provider'] });
    await tx.append({ kind: 'EXTERNAL_IDENTITY_UNLINKED', subject: { type: 'Account', id }, from: provider });
    return ok({ id });
  });
}
