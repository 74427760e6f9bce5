import type { KnownDocuments } from '../graphql/documents.js';
import { BadRequest } from './body.js';

type Parameters = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Parameters => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The id by which a request names its document: `documentId` (GraphQL over HTTP, appendix A) or Apollo's `persistedQuery`. */
function idIn({ documentId, extensions }: Parameters): string | null {
  if (documentId != null) return String(documentId);
  const persistedQuery = isObject(extensions) ? extensions.persistedQuery : null;
  return isObject(persistedQuery) ? `sha256:${persistedQuery.sha256Hash}` : null;
}

/** Puts texts in the place of ids of known operations, and refuses every other text where only those may run. */
export interface DocumentGate {
  /** @throws BadRequest */
  readonly body: (body: unknown) => unknown;
  /** @throws BadRequest */
  readonly search: (search: string) => string;
}

export function createDocumentGate(known: KnownDocuments, { onlyKnown }: { readonly onlyKnown: boolean }): DocumentGate {
  function textOf(parameters: Parameters): unknown {
    const { query, documentId } = parameters;
    const id = idIn(parameters);
    const text = id === null ? null : known.textOf(id);
    if (text !== null) return text;
    // Apollo's clients send an id alone, and once that is not found the text beside it: the text runs and is not registered.
    if (id !== null && (documentId != null || !query))
      throw new BadRequest(400, 'PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound: no known operation has this id.');
    if (onlyKnown && typeof query === 'string' && !known.hasText(query))
      throw new BadRequest(
        400,
        'DOCUMENT_NOT_TRUSTED',
        'Only known operations run here: send a documentId. 仅允许已登记的操作。',
      );
    return query;
  }

  return {
    body(body) {
      if (!isObject(body)) return body;
      const { persistedQuery, ...extensions } = isObject(body.extensions) ? body.extensions : {};
      return { ...body, query: textOf(body), ...(persistedQuery !== undefined && { extensions }) };
    },
    search(search) {
      const given = new URLSearchParams(search);
      const extensions = parsed(given.get('extensions'));
      const query = textOf({ query: given.get('query'), documentId: given.get('documentId'), extensions });
      if (typeof query === 'string') given.set('query', query);
      if (isObject(extensions) && 'persistedQuery' in extensions) given.delete('extensions');
      return given.toString();
    },
  };
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    // GraphQL tells what is wrong with it.
    return null;
  }
}
