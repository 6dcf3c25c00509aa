/**
 * The dashboard's server: routes and types of answers are those of api.ts. It reads run folders and the project's own files and writes
 * nothing; who may ask is said in guard.ts.
 */
import { UserError } from '../errors.ts';
import { RunRoot } from '../run/reading/runRoot.ts';
import { askedAgain, errorAnswer, fileAnswer, guarded, keptForEver } from './answers.ts';
import { ownHosts, pathParts, refusal } from './guard.ts';
import { type PageAsset, pageAssets } from './pageAssets.ts';
import { type ProjectFile, projectFiles } from './projectFiles.ts';
import { RunEvents } from './runEvents.ts';
import { RunRoutes } from './runRoutes.ts';

export interface DashboardOptions {
  /** Folder that holds the run folders; it need not be there yet. */
  readonly runs: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Address to listen on. */
  readonly hostname: string;
  /** Makes the page; by default bundled from src/page. */
  readonly page?: () => Promise<ReadonlyMap<string, PageAsset>>;
}

export interface Dashboard {
  /** Where the page is: `http://127.0.0.1:2600/`. */
  readonly url: string;
  readonly port: number;
  /** Why the page could not be made; the routes of api.ts work all the same. */
  readonly pageError: string | undefined;
  /** Ends the server and every answer under way. */
  stop(): Promise<void>;
}

/** Throws UserError where the address cannot be listened on. */
export async function serveDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { hostname } = options;
  const root = new RunRoot(options.runs);
  const events = new RunEvents(root);
  const site = new Site(await openPage(options.page ?? pageAssets), projectFiles(), new RunRoutes(root), events);
  const hosts = ownHosts(hostname);
  const server = listen(options, {
    hostname,
    idleTimeout: longestSilenceSeconds,
    async fetch(request, server) {
      const refused = refusal(request, hosts);
      if (refused !== undefined) return guarded(refused);
      // An answer of events is silent for longer than others may be.
      if (new URL(request.url).pathname === eventsPath) server.timeout(request, 0);
      return guarded(await site.answer(request));
    },
    error(error) {
      process.stderr.write(`The dashboard: ${error.stack ?? error.message}\n`);
      return guarded(errorAnswer(500, 'The dashboard made a mistake; its terminal says more.'));
    },
  });
  const shownHost = hostname.includes(':') ? `[${hostname}]` : hostname;
  return {
    url: `http://${shownHost}:${server.port}/`,
    port: server.port!,
    pageError: site.pageError,
    async stop() {
      events.close();
      await server.stop(true);
    },
  };
}

const eventsPath = '/api/events';
/** The most that Bun allows: the first list of a great many runs takes its time. */
const longestSilenceSeconds = 255;

type Page = { readonly assets: ReadonlyMap<string, PageAsset>; readonly error?: string };

async function openPage(make: () => Promise<ReadonlyMap<string, PageAsset>>): Promise<Page> {
  try {
    return { assets: await make() };
  } catch (error) {
    return { assets: new Map(), error: Bun.inspect(error) };
  }
}

/** What is where. */
class Site {
  readonly #page: Page;
  readonly #files: ReadonlyMap<string, ProjectFile>;
  readonly #runs: RunRoutes;
  readonly #events: RunEvents;

  constructor(page: Page, files: ReadonlyMap<string, ProjectFile>, runs: RunRoutes, events: RunEvents) {
    this.#page = page;
    this.#files = files;
    this.#runs = runs;
    this.#events = events;
  }

  get pageError(): string | undefined {
    return this.#page.error;
  }

  async answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === eventsPath) return this.#listen();
    const asset = this.#page.assets.get(pathname);
    if (asset !== undefined) return this.#asset(request, pathname, asset);
    if (pathname === '/' && this.#page.error !== undefined) {
      return new Response(`The page could not be built.\n\n${this.#page.error}\n`, { status: 500 });
    }
    const file = this.#files.get(pathname);
    if (file !== undefined) {
      const bytes = await file.body.bytes();
      const { type } = file;
      return fileAnswer(request, { body: bytes, type, version: hash(bytes), caching: askedAgain });
    }
    const parts = pathParts(pathname);
    if (parts === undefined) return errorAnswer(400, 'The path has a part that is no name.');
    return (await this.#runs.answer(request, parts, searchParams)) ?? errorAnswer(404, 'There is nothing here.');
  }

  #asset(request: Request, path: string, { bytes, type }: PageAsset): Response {
    const caching = path.startsWith('/assets/') ? keptForEver : askedAgain;
    return fileAnswer(request, { body: bytes, type, version: hash(bytes), caching });
  }

  #listen(): Response {
    const headers = { 'Content-Type': 'text/event-stream' };
    return new Response(this.#events.listen(), { headers });
  }
}

/** A version for the browser's cache. */
function hash(bytes: Uint8Array): string {
  return Bun.hash(bytes).toString(36);
}

type Handlers = Pick<Bun.Serve.Options<undefined>, 'hostname' | 'idleTimeout' | 'error'> & {
  fetch(request: Request, server: Bun.Server<undefined>): Promise<Response>;
};

function listen({ port, hostname }: DashboardOptions, handlers: Handlers): Bun.Server<undefined> {
  try {
    return Bun.serve({ ...handlers, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new UserError(
        `Port ${port} of ${hostname} is taken, perhaps by a dashboard that runs already.`,
        `Take another: --port ${port + 1}, or --port 0 for any that is free.`,
      );
    }
    if (code === 'EACCES') {
      throw new UserError(`Port ${port} needs rights that this user has not.`, 'Take one above 1023 with --port.');
    }
    throw new UserError(
      `The dashboard cannot listen on ${hostname}, port ${port}: ${(error as Error).message}`,
      'Give an address of this machine with --host.',
    );
  }
}
