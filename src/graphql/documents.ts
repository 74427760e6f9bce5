/** An operation that was published with the schema: `schema/operations/manifest.json` has them by `sha256:` of their text. */
export interface KnownOperation {
  /** Its file beside the manifest. */
  readonly file: string;
  readonly text: string;
}
export type Manifest = Readonly<Record<string, KnownOperation>>;

/** The operations that clients may ask for by id. A closed list: nothing that a request brings is ever added. */
export interface KnownDocuments {
  /** Null for an id of none. */
  readonly textOf: (id: string) => string | null;
  /** Whether exactly this is the text of one. */
  readonly hasText: (text: string) => boolean;
}

export function createDocuments(manifest: Manifest): KnownDocuments {
  const byId = new Map(Object.entries(manifest).map(([id, { text }]) => [id, text]));
  const texts = new Set(byId.values());
  return { textOf: id => byId.get(id) ?? null, hasText: text => texts.has(text) };
}
