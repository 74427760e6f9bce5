import { readFileSync } from 'node:fs';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** The text of a file in `operations/`. */
export const operationText = (name: string): string => read(`../operations/${name}`);
/** The text of an operation that is published with the schema. */
export const knownText = (name: string): string => read(`../../schema/operations/${name}`);
