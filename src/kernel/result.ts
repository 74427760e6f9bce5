/** What a use case answers: a value, or a failure that its caller expects and names in its type. Surprises are thrown. */
export type Result<T, F extends Failure = Failure> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: F };

/** A rule said no. `path` leads to the input field at fault. */
export interface Failure<Code extends string = string> {
  readonly code: Code;
  readonly path?: readonly string[];
}

export const ok = <T>(value: T) => ({ ok: true, value }) as const;
export const fail = <const F extends Failure>(failure: F) => ({ ok: false, failure }) as const;
