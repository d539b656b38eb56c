import pg from 'pg';

/**
 * Inside a transaction Prisma sends the queries of an `include` at once over the one connection. pg
 * queues them, but says on stderr that its next version will not; here they wait before they reach it.
 */
export class OneByOneClient extends pg.Client {
  #last: Promise<unknown> = Promise.resolve();

  override query(...args: unknown[]): never {
    const send = (): unknown => Reflect.apply(pg.Client.prototype.query, this, args);
    // Pools use callbacks and one query at a time.
    if (args.some((arg) => typeof arg === 'function')) return send() as never;
    const answer = this.#last.then(send, send);
    this.#last = answer.catch(() => undefined);
    return answer as never;
  }
}
