import type { Socket } from 'node:net';
import { PROBLEM_TYPE, problem, problemText } from './problem.ts';

const STATUS: Readonly<Record<string, { status: number; line: string; detail: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    line: '408 Request Timeout',
    detail: 'The request did not arrive in time.',
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    line: '431 Request Header Fields Too Large',
    detail: 'The request headers are too large.',
  },
};

/** Answers what is not HTTP at all; no route and no hook ever sees it. */
export function refuseMalformed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const { status, line, detail } = STATUS[error.code ?? ''] ?? {
    status: 400,
    line: '400 Bad Request',
    detail: 'This is not a well-formed HTTP request.',
  };
  if (socket.writable) {
    const body = problemText(problem({ status, code: 'invalid_input', detail, requestId: '-' }));
    const head = `HTTP/1.1 ${line}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`;
    socket.end(head + body);
  }
  socket.destroySoon();
}
