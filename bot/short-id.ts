const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SHORT = /^[\w-]{22}$/;

/** A UUID in 22 letters, so that a button's 64 bytes hold it and where to go back to. */
export const shortId = (id: string): string =>
  UUID.test(id) ? Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url') : id;

/** The UUID again; anything else stays as it is (and names nothing). */
export function longId(text: string): string {
  if (!SHORT.test(text)) return text;
  const hex = Buffer.from(text, 'base64url').toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
