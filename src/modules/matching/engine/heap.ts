/** A priority queue: of things that are equally good the one that came first goes first, so that a search can be repeated. */
export class Heap<T> {
  readonly #items: { readonly item: T; readonly number: number }[] = [];
  readonly #isBetter: (one: T, other: T) => boolean;
  #pushed = 0;

  constructor(isBetter: (one: T, other: T) => boolean) {
    this.#isBetter = isBetter;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The best; there must be one. */
  get first(): T {
    return this.#items[0]!.item;
  }

  push(item: T): void {
    const items = this.#items;
    items.push({ item, number: this.#pushed++ });
    for (let at = items.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#goesFirst(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Takes out the best; there must be one. */
  pop(): T {
    const items = this.#items;
    const { item } = items[0]!;
    const last = items.pop()!;
    if (items.length === 0) return item;
    items[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      if (left >= items.length) return item;
      const child = left + 1 < items.length && this.#goesFirst(left + 1, left) ? left + 1 : left;
      if (!this.#goesFirst(child, at)) return item;
      this.#swap(child, at);
      at = child;
    }
  }

  #goesFirst(one: number, other: number): boolean {
    const [a, b] = [this.#items[one]!, this.#items[other]!];
    if (this.#isBetter(a.item, b.item)) return true;
    return !this.#isBetter(b.item, a.item) && a.number < b.number;
  }

  #swap(one: number, other: number): void {
    const items = this.#items;
    [items[one], items[other]] = [items[other]!, items[one]!];
  }
}
