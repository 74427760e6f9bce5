/** What begins a sign-in at another house. */
export interface BegunSignIn {
  /** Where to send the person; null when the client gets its answer without us, as a mini-program does from `wx.login`. */
  readonly url: string | null;
  /** What the provider needs when the person comes back; secret, kept by us sealed. */
  readonly kept: string;
}

/** The other house did not answer; later it may. */
export class ProviderUnavailable extends Error {}

/**
 * Another house that says who somebody is. We store a keyed digest of what it calls them, beside an account of ours.
 *
 * OpenID Connect is one kind (`modules/identity/oidc.ts`). WeChat's mini-programs fit the same port: `begin` answers no URL and
 * keeps nothing; the program calls `wx.login` and sends its code as the answer; `identify` exchanges it at `jscode2session` with
 * app id and secret and answers with app id and `openid`, never with the session key.
 */
export interface IdentityProvider {
  /** Stored with every link: never changes. */
  readonly name: string;
  /** True when a person may be sent back there. */
  readonly allowsRedirect: (redirectUri: string) => boolean;
  /** @throws ProviderUnavailable */
  begin(redirectUri: string): Promise<BegunSignIn>;
  /**
   * What the provider calls the person whom its answer is about; null when it does not vouch for anybody. `answer`: the whole
   * address that the person was sent back to, or the code that the client got.
   *
   * @throws ProviderUnavailable
   */
  identify(answer: string, kept: string): Promise<string | null>;
}
