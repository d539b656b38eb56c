export interface StreamedEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** The parts of an event stream, comments too, as they come. */
export async function* chunksOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of response.body ?? []) {
    rest += decoder.decode(bytes as Uint8Array, { stream: true });
    const parts = rest.split('\n\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}

function parse(chunk: string): StreamedEvent | null {
  const value = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(chunk)?.[1] ?? null;
  const data = value('data');
  return data === null
    ? null
    : { id: value('id'), event: value('event') ?? '', data: JSON.parse(data) };
}

/** Every event until the stream ends. */
export async function all(chunks: AsyncGenerator<string>): Promise<StreamedEvent[]> {
  const events: StreamedEvent[] = [];
  for await (const chunk of chunks) {
    const event = parse(chunk);
    if (event) events.push(event);
  }
  return events;
}

/** Reads until an event of this type came. */
export async function until(chunks: AsyncGenerator<string>, wanted: string): Promise<void> {
  for (;;) {
    const { value, done } = await chunks.next();
    if (done) throw new Error('The stream ended.');
    if (value.includes(wanted)) return;
  }
}
