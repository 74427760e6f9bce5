import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type RuruClientConfig, ruruHTML } from 'ruru/server';
import { serveStatic } from 'ruru/static';
import { securityHeaders } from './headers.js';

export const IDE_ASSETS = '/ruru-static/';

/** The page at `/`: a GraphQL IDE whose every file comes from this process. */
export interface Ide {
  readonly page: (request: IncomingMessage, response: ServerResponse) => void;
  readonly asset: (request: IncomingMessage, response: ServerResponse, otherwise: () => void) => void;
}

/** `examples`: a document of named operations to begin with. */
export function createIde(examples: string): Ide {
  const html = ruruHTML({
    endpoint: '/graphql',
    staticPath: IDE_ASSETS,
    // The types come from packages that are not installed, so that every property seems to be required.
    clientConfig: { defaultQuery: examples } as RuruClientConfig,
    htmlParts: { titleTag: '<title>Red Alliance · GraphQL</title>' },
  });
  const inlineScripts = [...html.matchAll(/<script(?:\s[^>]*)?>(.*?)<\/script>/gs)].map(
    ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  );
  const guard = securityHeaders({
    'script-src': ["'self'", ...inlineScripts],
    'worker-src': ["'self'", 'blob:'],
    'style-src': ["'self'", "'unsafe-inline'"],
    'font-src': ["'self'", 'data:'],
    'img-src': ["'self'", 'data:'],
    'connect-src': ["'self'"],
  });
  const assets = serveStatic(IDE_ASSETS);
  return {
    page(request, response) {
      guard(request, response);
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(html);
    },
    asset: (request, response, otherwise) => assets(request, response, otherwise),
  };
}
