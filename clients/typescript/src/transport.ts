// Sends calls to a server: authentication, errors, and repetition of calls that may be repeated.

/** How a client reaches its server. */
export interface Options {
  /** API key, abx_… */
  key: string;
  /** Address of the server (default http://127.0.0.1:7717). */
  url?: string;
  /** Workspace of every call (default: the key's). */
  workspace?: string;
  /** Agent of every call, for a key that may act as several. */
  agent?: string;
  /** Instance of the agent. */
  instance?: string;
  /** Attempts of a call that may be repeated (default 4). */
  attempts?: number;
  /** Implementation of fetch (default: the global one). */
  fetch?: typeof fetch;
}

/** Options of one call. */
export interface CallOptions {
  /** Ends the call. */
  signal?: AbortSignal;
}

/** A refused request. Branch on `code`; `hint` says what to do. */
export class AckboxError extends Error {
  override readonly name = "AckboxError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string | null,
    readonly details: Record<string, unknown>,
    /** Seconds to wait before the call can succeed, if the server knows. */
    readonly retryAfter: number | null,
  ) {
    super(hint ? `${message} ${hint}` : message);
  }
}

/** Whether a call has an effect each time, once for its idempotency key, or none. */
export type Effect = "once" | "keyed" | "read";

export class Transport {
  private readonly url: string;
  private readonly own: Record<string, string>;
  private readonly attempts: number;
  private readonly fetch: typeof fetch;

  constructor(private readonly options: Options) {
    this.url = (options.url ?? "http://127.0.0.1:7717").replace(/\/+$/, "");
    this.attempts = options.attempts ?? 4;
    this.fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.own = {};
    for (const name of ["workspace", "agent", "instance"] as const) {
      const value = options[name];
      if (value !== undefined) this.own[name] = value;
    }
  }

  async call<Result>(
    operation: string,
    params: object,
    effect: Effect,
    options: CallOptions = {},
  ): Promise<Result> {
    const given: Record<string, unknown> = { ...this.own, ...params };
    if (effect === "keyed") given.idempotency_key ??= crypto.randomUUID();
    const body = JSON.stringify(given);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once<Result>(operation, body, options);
      } catch (error) {
        const wait = this.mayRepeat(error, effect, attempt, options);
        if (wait === null) throw error;
        await pause(wait, options.signal);
      }
    }
  }

  private async once<Result>(
    operation: string,
    body: string,
    { signal }: CallOptions,
  ): Promise<Result> {
    const response = await this.fetch(`${this.url}/v1/call/${operation}`, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${this.options.key}`,
        "Content-Type": "application/json",
      },
      body,
      redirect: "error",
      signal: signal ?? null,
    });
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok && answer !== null) return answer as Result;
    throw asError(response, answer);
  }

  /** Returns the seconds to wait before another attempt; null when the error is final. */
  private mayRepeat(
    error: unknown,
    effect: Effect,
    attempt: number,
    { signal }: CallOptions,
  ): number | null {
    if (attempt >= this.attempts || signal?.aborted) return null;
    const backoff = 0.2 * 2 ** (attempt - 1) * (0.5 + Math.random());
    if (error instanceof AckboxError) {
      // A call that was counted against a limit did nothing.
      const isLater = error.status === 429 || (error.status === 503 && effect !== "once");
      return isLater ? Math.max(error.retryAfter ?? 0, backoff) : null;
    }
    return effect === "once" ? null : backoff;
  }
}

function asError(response: Response, answer: unknown): AckboxError {
  const error = (answer as { error?: Record<string, unknown> } | null)?.error ?? {};
  return new AckboxError(
    response.status,
    String(error.code ?? "unavailable"),
    String(error.message ?? `The server answered ${response.status} without an ackbox error.`),
    (error.hint as string | null) ?? null,
    (error.details as Record<string, unknown>) ?? {},
    typeof error.retry_after_s === "number" ? error.retry_after_s : null,
  );
}

function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
}
