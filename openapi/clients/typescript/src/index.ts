/** A client of Verbatim: the typed operations, with pages read to the end, typed errors and retries. */

import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";

export type { components, paths } from "./schema.js";

/** A record or another shape of the API, such as `Schema<"Quote">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

export interface Options {
  /** An API key. */
  key?: string;
  /** How often a request that the service could not take is sent again; 3 by default. */
  retries?: number;
}

/** The service refused a request: its status, the stable `code` of the problem, and a message for each faulty member. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Partial<Schema<"Problem">>,
  ) {
    super(`${status} ${problem.detail ?? ""}`.trim());
    this.name = "ProblemError";
  }

  get code(): string | undefined {
    return this.problem.code;
  }
}

/** The service at `url`. Its calls throw a `ProblemError` when they are refused. */
export function connect(url: string, { key, retries = 3 }: Options = {}): Client<paths> {
  const client = createClient<paths>({
    baseUrl: url,
    headers: key ? { authorization: `Bearer ${key}` } : {},
    fetch: (request) => fetchAgain(request, retries),
  });
  client.use({
    async onResponse({ response }) {
      if (!response.ok && response.status !== 304) {
        const problem = (await response.json().catch(() => ({}))) as Partial<Schema<"Problem">>;
        throw new ProblemError(response.status, problem);
      }
    },
  });
  return client;
}

interface Page<Item> {
  items: Item[];
  next_cursor?: string | null;
}

/** Reads a list to its end: `load` gets the page after a cursor. */
export async function* items<Item>(
  load: (cursor: string | undefined) => Promise<{ data?: Page<Item> }>,
): AsyncGenerator<Item, void, void> {
  let cursor: string | undefined;
  do {
    const { data } = await load(cursor);
    yield* data?.items ?? [];
    cursor = data?.next_cursor ?? undefined;
  } while (cursor !== undefined);
}

/** Sends a request again after 429 and 503, which say that nothing was done. */
async function fetchAgain(request: Request, retries: number): Promise<Response> {
  for (let attempt = 0; attempt < retries; attempt++) {
    const response = await fetch(request.clone());
    if (response.status !== 429 && response.status !== 503) {
      return response;
    }
    await response.body?.cancel();
    const wait = Number(response.headers.get("retry-after") ?? NaN);
    const pause = Number.isFinite(wait) ? Math.min(wait, 60) * 1000 : 250 * 2 ** attempt;
    await new Promise((resume) => setTimeout(resume, pause));
  }
  return fetch(request);
}
