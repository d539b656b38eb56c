import type { Fault } from './model.ts';

export type ApiError = NonNullable<Fault['error']>;
export type Payload = Readonly<Record<string, unknown>>;
export type Answer =
  | { readonly result: unknown; readonly error?: undefined }
  | { readonly error: ApiError };
/** One method of the Bot API; `gone`: the client has hung up. */
export type Method = (payload: Payload, gone: AbortSignal) => Answer | Promise<Answer>;

export const bad = (text: string): ApiError => ({
  error_code: 400,
  description: `Bad Request: ${text}`,
});
export const forbidden = (text: string): ApiError => ({
  error_code: 403,
  description: `Forbidden: ${text}`,
});
export const conflict = (text: string): ApiError => ({
  error_code: 409,
  description: `Conflict: ${text}`,
});
export const notFound: ApiError = { error_code: 404, description: 'Not Found' };
