/**
 * Whether a rejection that nobody handled is one that postgres.js 3.4.9 forgot: it asks for the types of arrays on every new
 * connection and does not listen for the answer, so a connection that is lost at that moment would end the process. Nothing is
 * lost with it: whoever wanted the connection is told by other means.
 */
export const isForgotten = (error: unknown): boolean => {
  const { query, code } = (error ?? {}) as { readonly query?: unknown; readonly code?: unknown };
  return typeof query === 'string' && /\bfrom pg_catalog\.pg_type\b/.test(query) && typeof code === 'string';
};
