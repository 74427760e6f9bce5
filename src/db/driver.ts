/** Whether postgres.js sends this by itself: it asks for the types of arrays on every new connection. */
export const isOfDriver = (statement: string): boolean => /\bfrom pg_catalog\.pg_type\b/.test(statement);

/**
 * Whether a rejection that nobody handled is one that postgres.js 3.4.9 forgot: it does not listen for the answer to what it sends by itself,
 * so a connection that is lost at that moment would end the process. Nothing is lost with it: whoever wanted the connection is told
 * by other means.
 */
export const isForgotten = (error: unknown): boolean => {
  const { query, code } = (error ?? {}) as { readonly query?: unknown; readonly code?: unknown };
  return typeof query === 'string' && isOfDriver(query) && typeof code === 'string';
};
