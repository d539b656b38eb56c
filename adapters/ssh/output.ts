const MAX_BYTES = 1024 * 1024;

/** Keeps the first MiB and says that it was cut; the rest is read and dropped, or the host stalls. */
export function cutOutput(limit = MAX_BYTES) {
  const chunks: Buffer[] = [];
  let size = 0;
  let cut = false;
  return {
    add(chunk: Buffer): void {
      const part = chunk.subarray(0, Math.max(0, limit - size));
      cut ||= part.length < chunk.length;
      size += part.length;
      if (part.length > 0) chunks.push(part);
    },
    text: (): string => Buffer.concat(chunks).toString('utf8') + (cut ? '\n[cut]' : ''),
  };
}
