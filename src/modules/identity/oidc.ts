import * as oidc from 'openid-client';
import { type IdentityProvider, ProviderUnavailable } from '../../kernel/identity-provider.js';

/** Each request to the provider; an operation has ten seconds for two of them. */
const TIMEOUT_SECONDS = 4;

export interface OidcOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where people may be sent back to, as registered at the provider. */
  readonly redirectUris: readonly string[];
}

interface Kept {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/**
 * Any OpenID provider by authorization code with PKCE, state and nonce (OpenID Connect Core 1.0 §3.1, RFC 7636, RFC 9700 §2.1). Its
 * addresses and keys are discovered when it is first needed, so that we start without it. Plain HTTP is for issuers on this
 * machine: the configuration lets no other through.
 */
export function createOidcProvider({ issuer, clientId, clientSecret, redirectUris }: OidcOptions): IdentityProvider {
  let discovering: Promise<oidc.Configuration> | null = null;
  const discovered = (): Promise<oidc.Configuration> => {
    discovering ??= oidc
      .discovery(new URL(issuer), clientId, undefined, oidc.ClientSecretBasic(clientSecret), {
        timeout: TIMEOUT_SECONDS,
        execute: [oidc.enableNonRepudiationChecks, ...(issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [])],
      })
      .catch(error => {
        discovering = null;
        throw new ProviderUnavailable('the provider does not describe itself', { cause: error });
      });
    return discovering;
  };

  return {
    name: 'oidc',
    allowsRedirect: redirectUri => redirectUris.includes(redirectUri),
    async begin(redirectUri) {
      const config = await discovered();
      const kept: Kept = {
        redirectUri,
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
      };
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid',
        state: kept.state,
        nonce: kept.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(kept.verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, kept: JSON.stringify(kept) };
    },
    async identify(answer, keptText) {
      const { redirectUri, state, nonce, verifier } = JSON.parse(keptText) as Kept;
      const url = URL.canParse(answer) ? new URL(answer) : null;
      if (!url || `${url.origin}${url.pathname}` !== new URL(redirectUri).href) return null;
      const config = await discovered();
      try {
        const tokens = await oidc.authorizationCodeGrant(config, url, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        return claims ? `${claims.iss}|${claims.sub}` : null;
      } catch (error) {
        if (isOutage(error)) throw new ProviderUnavailable('the provider does not answer', { cause: error });
        return null;
      }
    },
  };
}

const OUTAGES = [
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
];

/** The provider was not reached, or answered nonsense; anything else is its refusal, or an answer that does not verify. */
function isOutage(error: unknown): boolean {
  const { code } = error as { readonly code?: string };
  return code === undefined ? error instanceof TypeError : OUTAGES.includes(code);
}
