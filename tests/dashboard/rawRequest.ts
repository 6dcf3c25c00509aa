/** Requests as bytes: `fetch` would mend the paths and headers that are to be refused. */
import { connect } from 'node:net';

export interface RawAnswer {
  /** 0 where the connection closes without an answer. */
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends `GET <path>` with these headers, or another method; `Host` is that of the server unless given. Waits until the connection closes. */
export function rawRequest(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<RawAnswer> {
  const lines = Object.entries({ Host: `127.0.0.1:${port}`, Connection: 'close', ...headers }).flatMap(
    ([name, value]) => (value === '' ? [] : [`${name}: ${value}`]),
  );
  return rawText(port, `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
}

export function rawText(port: number, request: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(request, 'latin1')));
    socket.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
    socket.on('error', reject);
    socket.on('close', () => {
      const [head, ...body] = Buffer.concat(chunks).toString('latin1').split('\r\n\r\n');
      const [first, ...fields] = head.split('\r\n');
      const headers = new Headers(
        fields.map((field): [string, string] => [field.split(':')[0], field.slice(field.indexOf(':') + 1)]),
      );
      resolve({ status: Number(first.split(' ')[1] ?? 0), headers, body: body.join('\r\n\r\n') });
    });
  });
}
