/**
 * Who may ask. The dashboard has no password: it answers whoever can reach its address, so that it must not answer for a foreign web
 * page that the user's browser happens to show. Such a page can send requests to 127.0.0.1, and it can have its own name resolve to
 * 127.0.0.1 (DNS rebinding). Hence: the request names this machine as its host, it comes from no other origin, and it only reads.
 * Sources: the Fetch standard (Origin), W3C Fetch Metadata (Sec-Fetch-*), RFC 9110.
 */
import { hostname as machineName, networkInterfaces } from 'node:os';
import { errorAnswer } from './answers.ts';

const everyAddress = new Set(['0.0.0.0', '::']);
const loopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;

export function isLoopback(hostname: string): boolean {
  return loopback.test(hostname);
}

/**
 * The names that a request's Host may have, without the port: who reaches this through a tunnel (ssh -L) sees another port. A server
 * that listens on loopback alone is asked for as such.
 */
export function ownHosts(hostname: string): ReadonlySet<string> {
  const own = ['localhost', '127.0.0.1', '::1', hostname];
  if (everyAddress.has(hostname)) {
    own.push(machineName());
    for (const addresses of Object.values(networkInterfaces()))
      for (const { address } of addresses ?? []) own.push(address);
  }
  return new Set(own.map((name) => name.toLowerCase()));
}

/** The answer to a request that must not be served; undefined for one that may. */
export function refusal(request: Request, hosts: ReadonlySet<string>): Response | undefined {
  const { headers, method } = request;
  if (method !== 'GET' && method !== 'HEAD') {
    const answer = errorAnswer(405, 'The dashboard is only read: GET and HEAD.');
    answer.headers.set('Allow', 'GET, HEAD');
    return answer;
  }
  const host = headers.get('host') ?? '';
  if (!hosts.has(hostName(host))) return errorAnswer(403, 'Ask for the dashboard by an address of its machine.');
  const origin = headers.get('origin');
  if (origin !== null && origin !== `http://${host}`) return errorAnswer(403, 'Another origin may not read this.');
  const site = headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none' && !isVisit(request)) {
    return errorAnswer(403, 'Another site may not read this.');
  }
  return undefined;
}

/** A person follows a link to the page: the other site sees nothing of it, and the page cannot be framed. */
function isVisit({ url, headers }: Request): boolean {
  const isDocument = headers.get('sec-fetch-mode') === 'navigate' && headers.get('sec-fetch-dest') === 'document';
  return isDocument && new URL(url).pathname === '/';
}

/** Of `name:port`, `[address]:port` or either without a port. */
function hostName(host: string): string {
  const match = /^(?:\[([0-9a-f:.%]+)\]|([^:[\]/@]+))(?::\d{1,5})?$/i.exec(host);
  return (match?.[1] ?? match?.[2] ?? '').toLowerCase();
}

/** The parts of a path, decoded once; undefined where one could be anything but a name: a folder, a part of a path, a control character. */
export function pathParts(pathname: string): string[] | undefined {
  try {
    const parts = pathname.slice(1).split('/').map(decodeURIComponent);
    return parts.every(isName) ? parts : undefined;
  } catch {
    return undefined;
  }
}

function isName(part: string): boolean {
  return part !== '.' && part !== '..' && !/[/\\\p{Cc}]/u.test(part);
}
