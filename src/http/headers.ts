import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';
import Negotiator from 'negotiator';
import { newId } from '../kernel/ids.js';
import type { Locale } from '../scope/scope.js';

const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/;
const ALLOWED_HEADERS =
  'content-type, authorization, accept-language, x-community, x-request-id, apollo-require-preflight, x-apollo-operation-name';
const EXPOSED_HEADERS =
  'x-request-id, retry-after, ratelimit, ratelimit-policy, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-used, x-ratelimit-reset, x-ratelimit-resource';

/** The caller's own id of the request when it looks like one, else a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId();
}

/** Chinese, unless English is preferred to it. */
export function localeOf({ headers }: IncomingMessage): Locale {
  if (!headers['accept-language']) return 'zh';
  return new Negotiator({ headers }).language(['zh', 'en']) === 'en' ? 'en' : 'zh';
}

/** Where the request comes from; `proxies` of ours have each appended what they saw to X-Forwarded-For. */
export function addressOf({ headers, socket }: IncomingMessage, proxies: number): string | null {
  const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
  const seen = proxies > 0 ? forwarded.at(-proxies)?.trim() : undefined;
  return seen || (socket.remoteAddress ?? null);
}

type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** Headers that browsers guard themselves with. `page`: sources that an HTML page of ours needs. */
export function securityHeaders(
  page: Readonly<Record<string, readonly string[]>> = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  const middleware: Middleware = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'base-uri': ["'none'"],
        'form-action': ["'none'"],
        'frame-ancestors': ["'none'"],
        ...page,
      },
    },
    crossOriginResourcePolicy: { policy: 'cross-origin' },
  });
  return (request, response) =>
    middleware(request, response, error => {
      if (error) throw error;
    });
}

/** Lets pages of the listed origins read the answer. True when the request was a preflight and is answered. */
export function allowOrigin(request: IncomingMessage, response: ServerResponse, origins: readonly string[]): boolean {
  const { origin } = request.headers;
  const any = origins.includes('*');
  if (origins.length && !any) response.setHeader('vary', 'origin');
  const allowed = origin !== undefined && (any || origins.includes(origin));
  if (allowed) {
    response.setHeader('access-control-allow-origin', any ? '*' : origin);
    response.setHeader('access-control-expose-headers', EXPOSED_HEADERS);
  }
  if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) return false;
  if (allowed) {
    response.setHeader('access-control-allow-methods', 'GET, POST');
    response.setHeader('access-control-allow-headers', ALLOWED_HEADERS);
    response.setHeader('access-control-max-age', '600');
  }
  response.writeHead(204).end();
  return true;
}
