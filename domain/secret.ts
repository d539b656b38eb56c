/** What Node's console and util.inspect look for. */
const inspectCustom = Symbol.for('nodejs.util.inspect.custom');

/** A value that must not be shown: prints as `***` wherever it is logged, joined or serialised. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The only way to the text; call it where it is used and nowhere else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [inspectCustom](): string {
    return '***';
  }
}
