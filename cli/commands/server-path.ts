/** Where the API has one server. */
export const serverPath = (handle: string): string => `/api/servers/${encodeURIComponent(handle)}`;
