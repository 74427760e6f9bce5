import type DataLoader from 'dataloader';
import type { Scope } from './scope.js';

/** A way to fetch many by key, declared beside the SQL it runs and made once per scope. Keys that are not strings need `keyOf`. */
export interface LoaderDefinition<Key, Value> {
  readonly name: symbol;
  readonly batch: (scope: Scope, keys: readonly Key[]) => Promise<ReadonlyMap<string, Value>>;
  readonly keyOf: (key: Key) => string;
}
export type Loader<Key, Value> = DataLoader<Key, Value | null, string>;

export function defineLoader<Value>(
  name: string,
  batch: LoaderDefinition<string, Value>['batch'],
): LoaderDefinition<string, Value>;
export function defineLoader<Key, Value>(
  name: string,
  batch: LoaderDefinition<Key, Value>['batch'],
  keyOf: (key: Key) => string,
): LoaderDefinition<Key, Value>;
export function defineLoader<Key, Value>(
  name: string,
  batch: LoaderDefinition<Key, Value>['batch'],
  keyOf: (key: Key) => string = String,
): LoaderDefinition<Key, Value> {
  return { name: Symbol(name), batch, keyOf };
}
