/** What arrays lie in; `SharedArrayBuffer` makes them visible to another thread. */
type Memory = typeof ArrayBuffer | typeof SharedArrayBuffer;

/** A piece of memory that is handed out from its start. */
interface Chunk {
  readonly memory: ArrayBuffer | SharedArrayBuffer;
  used: number;
  /** Whether this plan has needed it at all. */
  isNeeded: boolean;
}

/** Small arrays share a chunk of this many bytes. */
const CHUNK = 1 << 20;

/** The chunks of the plan before; weakly, so that a server that stops planning gets its memory back. */
const kept = new Map<Memory, WeakRef<Chunk[]>>();

/**
 * Arrays for the time of one plan. The next plan of this thread gets the same memory: it is in the caches, its pages are there, and
 * a hundred plans leave the collector no more than one.
 */
export class Scratch {
  readonly #memory: Memory;
  readonly #chunks: Chunk[];

  constructor(memory: Memory, chunks: Chunk[] = []) {
    this.#memory = memory;
    this.#chunks = chunks;
  }

  /** Lends a scratch to `use`, whose result must hold none of its arrays. */
  static lend<T>(memory: Memory, use: (scratch: Scratch) => T): T {
    const chunks = kept.get(memory)?.deref() ?? [];
    kept.delete(memory);
    const result = use(new Scratch(memory, chunks));
    // The same list again: while a job lasts, all that was ever weakly referred to in it stays.
    for (let i = chunks.length - 1; i >= 0; i--) {
      if (!chunks[i]!.isNeeded) chunks.splice(i, 1);
      else Object.assign(chunks[i]!, { used: 0, isNeeded: false });
    }
    kept.set(memory, new WeakRef(chunks));
    return result;
  }

  /** Lets `use` take what it needs and has it back then; the result must hold none of it. */
  lendOn<T>(use: () => T): T {
    const used = this.#chunks.map(chunk => chunk.used);
    const result = use();
    for (const [i, chunk] of this.#chunks.entries()) chunk.used = used[i] ?? 0;
    return result;
  }

  /** All 0 or all `value`. */
  int32(length: number, value = 0): Int32Array {
    return this.dirtyInt32(length).fill(value);
  }

  /** With whatever was there: for those who write before they read. */
  dirtyInt32(length: number): Int32Array {
    const { memory, used } = this.#take(4 * length);
    return new Int32Array(memory, used, length);
  }

  /** With whatever was there: for those who write before they read. */
  dirtyFloat64(length: number): Float64Array {
    const { memory, used } = this.#take(8 * length);
    return new Float64Array(memory, used, length);
  }

  /** Where so many bytes begin. */
  #take(bytes: number): Pick<Chunk, 'memory' | 'used'> {
    const size = 8 * Math.ceil(bytes / 8);
    let chunk = this.#chunks.find(({ memory, used }) => used + size <= memory.byteLength);
    if (!chunk) {
      chunk = { memory: new this.#memory(Math.max(size, CHUNK)), used: 0, isNeeded: true };
      this.#chunks.push(chunk);
    }
    const { memory, used } = chunk;
    chunk.used += size;
    chunk.isNeeded = true;
    return { memory, used };
  }
}
