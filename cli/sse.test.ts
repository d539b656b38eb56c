import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readEvents, type ServerSentEvent } from './sse.ts';

async function read(chunks: readonly Uint8Array[]): Promise<ServerSentEvent[]> {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const events: ServerSentEvent[] = [];
  for await (const event of readEvents(stream, () => {})) events.push(event);
  return events;
}

const bytes = (text: string) => new TextEncoder().encode(text);

it('reads fields, comments, several data lines and events without data', async () => {
  const text =
    'retry: 5\n: hello\n\nid: 1\nevent: step\ndata: a\ndata:b\nodd: x\n\nevent: end\n\ndata: last\n\ndata: unfinished';
  expect(await read([bytes(text)])).toEqual([
    { id: '1', event: 'step', data: 'a\nb' },
    { id: '1', event: 'end', data: '' },
    { id: '1', event: 'message', data: 'last' },
  ]);
});

it('gives the same events however the bytes are cut and whichever line ends are used', async () => {
  const text = 'id: 1\nevent: a\ndata: żółw 🐢\n\n: beat\n\nid: 2\ndata: x: y\n\n';
  const whole = await read([bytes(text)]);
  expect(whole).toHaveLength(2);
  const ends = fc.constantFrom('\n', '\r\n', '\r');
  await fc.assert(
    fc.asyncProperty(ends, fc.array(fc.nat(80), { maxLength: 12 }), async (end, cuts) => {
      const all = bytes(text.replaceAll('\n', end));
      const at = [0, ...cuts.filter((cut) => cut < all.length).sort((a, b) => a - b), all.length];
      const chunks = at.slice(1).map((to, i) => all.subarray(at[i], to));
      expect(await read(chunks)).toEqual(whole);
    }),
  );
});
