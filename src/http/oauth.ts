import type { Failure } from '../kernel/result.js';
import { API_SCOPES, type ClientToken, issueClientToken } from '../modules/identity/identity.service.js';
import type { Scope } from '../scope/scope.js';
import type { Admission } from './admission.js';
import { readForm } from './body.js';
import { type Exchange, sendText } from './server.js';

export const TOKEN_PATH = '/oauth/token';
/** RFC 8414 §3. */
export const METADATA_PATH = '/.well-known/oauth-authorization-server';
const GRANT = 'client_credentials';
const SCOPE_TOKENS = /^[a-z:]+( [a-z:]+)*$/;

export interface TokenEndpointParts {
  readonly admission: Admission;
  readonly scopeOf: (exchange: Exchange) => Promise<Scope>;
}

/** An answer of the token endpoint that is no token (RFC 6749 §5.2). */
interface Refusal {
  readonly status: 400 | 401 | 405 | 429 | 503;
  readonly error: 'invalid_request' | 'invalid_client' | 'unsupported_grant_type' | 'invalid_scope' | 'temporarily_unavailable';
  readonly retryAfterSeconds?: number;
}
const INVALID_REQUEST: Refusal = { status: 400, error: 'invalid_request' };

/** POST /oauth/token: access tokens for programs by their id and key (client credentials, RFC 6749 §4.4). */
export const serveToken =
  ({ admission, scopeOf }: TokenEndpointParts) =>
  async (exchange: Exchange): Promise<void> => {
    const { request, response } = exchange;
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      return refuse(exchange, { status: 405, error: 'invalid_request' });
    }
    const form = await readForm(request);
    const asked = form ? readRequest(form, request.headers.authorization) : INVALID_REQUEST;
    if ('error' in asked) return refuse(exchange, asked);
    const leave = await admission.enter();
    if (!leave) return refuse(exchange, { status: 503, error: 'temporarily_unavailable', retryAfterSeconds: 1 });
    try {
      const issued = await issueClientToken(await scopeOf(exchange), asked);
      if (issued.ok) grant(exchange, issued.value);
      else refuse(exchange, refusalOf(issued.failure));
    } finally {
      leave();
    }
  };

function refusalOf(failure: Failure & { readonly retryAfterSeconds?: number }): Refusal {
  if (failure.code === 'INVALID_SCOPE') return { status: 400, error: 'invalid_scope' };
  if (failure.retryAfterSeconds === undefined) return { status: 401, error: 'invalid_client' };
  return { status: 429, error: 'temporarily_unavailable', retryAfterSeconds: failure.retryAfterSeconds };
}

/** What is asked for, from form and header; the program names itself in one of the two ways, not both (RFC 6749 §2.3). */
function readRequest(form: ReadonlyMap<string, string>, authorization: string | undefined) {
  const grantType = form.get('grant_type');
  if (!grantType) return INVALID_REQUEST;
  if (grantType !== GRANT) return { status: 400, error: 'unsupported_grant_type' } satisfies Refusal;
  const inBody = form.has('client_secret');
  if (inBody && authorization !== undefined) return INVALID_REQUEST;
  const named = inBody ? { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' } : basic(authorization);
  if (!named || (form.has('client_id') && form.get('client_id') !== named.id))
    return { status: 401, error: 'invalid_client' } satisfies Refusal;
  const scope = form.get('scope') ?? '';
  if (scope && !SCOPE_TOKENS.test(scope)) return { status: 400, error: 'invalid_scope' } satisfies Refusal;
  return { clientId: named.id, clientSecret: named.secret, scopes: scope ? scope.split(' ') : null };
}

/** Id and secret are form-encoded before they are joined (RFC 6749 §2.3.1). */
function basic(authorization: string | undefined): { readonly id: string; readonly secret: string } | null {
  const [, encoded = ''] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? '') ?? [];
  const [, id = '', secret = ''] = /^([^:]+):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  if (!id) return null;
  try {
    const decode = (part: string) => decodeURIComponent(part.replaceAll('+', ' '));
    return { id: decode(id), secret: decode(secret) };
  } catch {
    return null;
  }
}

const json = (exchange: Exchange, status: number, body: object) => {
  exchange.response.setHeader('pragma', 'no-cache');
  sendText(exchange, status, 'application/json', JSON.stringify(body));
};

const grant = (exchange: Exchange, { accessToken, expiresInSeconds, scopes }: ClientToken) =>
  json(exchange, 200, {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: expiresInSeconds,
    scope: scopes.join(' '),
  });

function refuse(exchange: Exchange, { status, error, retryAfterSeconds }: Refusal): void {
  if (status === 401) exchange.response.setHeader('www-authenticate', 'Basic realm="red-alliance", charset="UTF-8"');
  if (retryAfterSeconds !== undefined) exchange.response.setHeader('retry-after', String(retryAfterSeconds));
  json(exchange, status, { error });
}

/** GET /.well-known/oauth-authorization-server: where programs get tokens, and for what (RFC 8414). */
export const serveMetadata =
  (publicUrl: string) =>
  async (exchange: Exchange): Promise<void> =>
    sendText(
      exchange,
      200,
      'application/json',
      JSON.stringify({
        issuer: publicUrl,
        token_endpoint: `${publicUrl}${TOKEN_PATH}`,
        grant_types_supported: [GRANT],
        response_types_supported: [],
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
        scopes_supported: API_SCOPES,
      }),
    );
