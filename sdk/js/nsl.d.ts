// SPDX-License-Identifier: Apache-2.0
//
// Types of what a JavaScript function gets. The names are those of every language of the platform.
// Members marked "not in this release" exist and reject with reason failed_precondition.

/** Anything that JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Export a function with this name from the entry module. */
export type Handler<Data = Json, Result = unknown> = (
  event: Event<Data>,
  ctx: Context,
) => Result | Promise<Result>;

/** CloudEvents' names. Fields are read from the request when they are touched. */
export interface Event<Data = Json> {
  readonly id: string;
  readonly type:
    | "http" | "schedule" | "block" | "transaction" | "notification" | "transfer" | "price"
    | "state" | "webhook" | "request" | "manual" | "custom";
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly source: string;
  readonly project: string;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly backfill: boolean;
  readonly data: Data;
  readonly http?: {
    readonly method: string;
    readonly path: string;
    readonly query: Record<string, string>;
    readonly headers: Record<string, string>;
  };
}

/** Every error of the platform carries a dotted reason, for example "kv.conflict". */
export interface PlatformError extends Error {
  readonly reason: string;
}

export interface Context {
  readonly run: Run;
  readonly log: Log;
  readonly kv: KeyValue;
  readonly chain: Chain;
  readonly tx: Transactions;
  readonly clock: { /** Milliseconds since 1970, the enclave's time. */ now(): number };
  readonly random: Random;
  /** The manifest's env. */
  readonly env: Readonly<Record<string, string>>;
  /** Work that may outlive the answer, inside the deadline. Nothing else of a call outlives it. */
  waitUntil(promise: Promise<unknown>): void;

  /** Not in this release. */
  readonly secrets: { get(name: string): Promise<never>; handle(name: string): Promise<never> };
  /** Not in this release. */
  readonly http: { fetch(url: string, options?: object): Promise<never> };
  /** Not in this release. */
  readonly prices: Record<"get" | "history", (...args: unknown[]) => Promise<never>>;
  /** Not in this release. */
  readonly blobs: Record<"get" | "put" | "delete" | "list", (...args: unknown[]) => Promise<never>>;
  /** Not in this release. */
  readonly sign: Record<"message" | "report", (...args: unknown[]) => Promise<never>>;
  /** Not in this release. */
  readonly metrics: Record<"count" | "gauge" | "histogram", (...args: unknown[]) => Promise<never>>;
}

export interface Run {
  readonly id: string;
  readonly functionId: string;
  readonly version: string;
  readonly codeHash: string;
  readonly projectId: string;
  /** Set by the runner, never by the caller. */
  readonly caller: string;
  readonly attempt: number;
  /** RFC 3339, UTC. */
  readonly deadline: string;
  readonly traceparent: string;
  remainingMs(): number;
}

/** At most 10,000 lines and 1 MiB a run, 10 KiB a line. console writes here too. */
export interface Log {
  debug(message: unknown, fields?: object): void;
  info(message: unknown, fields?: object): void;
  warn(message: unknown, fields?: object): void;
  error(message: unknown, fields?: object): void;
}

/** Values are JSON. Writes of a failed run are dropped unless they were committed. */
export interface KeyValue {
  get<T = Json>(key: string): Promise<T | undefined>;
  /** Version 0: there is no such key. */
  getVersion<T = Json>(key: string): Promise<{ value: T | undefined; version: number }>;
  put(key: string, value: Json): Promise<number>;
  /** Rejects with kv.conflict unless the key has this version now (0 = must not exist). */
  putIf(key: string, value: Json, version: number): Promise<number>;
  delete(key: string): Promise<boolean>;
  list(
    prefix?: string,
    cursor?: string | null,
    limit?: number,
  ): Promise<{ items: { key: string; value: Json; version: number }[]; cursor: string | null }>;
  increment(key: string, by?: number): Promise<number>;
  batch(
    operations: ({ op: "put"; key: string; value: Json } | { op: "delete"; key: string })[],
  ): Promise<null>;
  commit(): Promise<null>;
  /** Not in this release. */
  lock(name: string, ttlMs: number): Promise<never>;
}

/** Reads of the Neo N3 network that the platform is connected to. Integers beyond 2^53 are strings. */
export interface Chain {
  height(): Promise<number>;
  block(which: number | string): Promise<Json>;
  transaction(hash: string): Promise<Json>;
  applicationLog(hash: string): Promise<Json>;
  call(contract: string, method: string, args?: Json[]): Promise<Json>;
  balanceOf(token: string, address: string): Promise<string>;
  readonly network: Promise<Json>;
  /** Not in this release. */
  storage(...args: unknown[]): Promise<never>;
  /** Not in this release. */
  notifications(...args: unknown[]): Promise<never>;
}

/**
 * Transactions of the project's wallets. The vault builds and signs them, if a policy of the project
 * names this function ("callers": its fn_… or ver_… id); without one every call is refused with
 * `wallet.policy`. At most 10 a run.
 */
export interface Transactions {
  /** Leaves at once; asked again in the same place of the same run, it is the same transaction. */
  send(intent: Transfer | ContractCall): Promise<Transaction>;
  /** Leaves when the run has succeeded, after its kv writes; a refusal fails the run. */
  propose(intent: Transfer | ContractCall): Promise<{ id: string; state: "proposed" }>;
  /** The same as send, for transfers. */
  transfer(intent: Transfer): Promise<Transaction>;
  status(id: string): Promise<Transaction>;
  /** Answers when the transaction has ended, or shortly before the deadline of the run. */
  wait(id: string): Promise<Transaction>;
  /**
   * What send would come to now: fees, and the rule that decides. Rejects as send would where the
   * intent is wrong or its test run does not HALT. Counts as one of the run's ten.
   */
  simulate(intent: Transfer | ContractCall): Promise<Simulation>;
}

export interface Simulation {
  vmState: "HALT";
  /** Datoshi. */
  systemFee: string;
  networkFee: string;
  allowed: boolean;
  /** pol_… or the name of a built-in rule. */
  policy: string;
  because: string;
}

export interface IntentOptions {
  /** Name or wal_… id. */
  wallet: string;
  /** Datoshi, for system and network fee together; the policy's ceiling, or 1 GAS. */
  maxFee?: string | number | bigint;
  /** Blocks in which it may land: 100, at most 5,760. */
  validBlocks?: number;
  /** Makes it one transaction over all runs of the function. */
  idempotencyKey?: string;
}
export interface Transfer extends IntentOptions {
  /** "GAS" (default), "NEO" or the 0x hash of a NEP-17 token. */
  token?: string;
  /** Address or 0x script hash. */
  to: string;
  /** In the token's smallest unit. */
  amount: string | number | bigint;
}
export interface ContractCall extends IntentOptions {
  contract: string;
  method: string;
  /** Values, or {type, value} where a value alone does not say its type. */
  args?: unknown[];
  /** The transaction faults unless the method gives true. */
  assertTrue?: boolean;
}
export interface Transaction {
  id: string;
  state: "signed" | "broadcast" | "confirmed" | "expired";
  /** Confirmed, HALT, and the transfer (if it was one) is among the events. */
  succeeded: boolean;
  hash: string;
  walletId: string;
  systemFee: string;
  networkFee: string;
  validUntilBlock: number;
  block?: number;
  vmState?: "HALT" | "FAULT";
  exception?: string;
}

export interface Random {
  /** 0 to 65,536 bytes. */
  bytes(n: number): Uint8Array;
  uuid(): string;
  /** Uniform, both ends included. */
  integer(min: number, max: number): number;
  /** Not in this release. */
  verifiable(seed: string): Promise<never>;
}

declare global {
  const console: Record<
    "debug" | "log" | "info" | "warn" | "error" | "trace",
    (...args: unknown[]) => void
  >;
  /** A timer belongs to the call that sets it and goes with it. */
  function setTimeout(callback: (...args: any[]) => void, ms?: number, ...args: any[]): number;
  function setInterval(callback: (...args: any[]) => void, ms?: number, ...args: any[]): number;
  function clearTimeout(id: number | undefined): void;
  function clearInterval(id: number | undefined): void;
  function queueMicrotask(callback: () => void): void;
  function structuredClone<T>(value: T): T;
  function atob(text: string): string;
  function btoa(text: string): string;
  /** Steps of 0.1 ms. */
  const performance: { now(): number };
  const crypto: { getRandomValues<T extends ArrayBufferView>(view: T): T; randomUUID(): string };
  class TextEncoder {
    readonly encoding: "utf-8";
    encode(text?: string): Uint8Array;
  }
  class TextDecoder {
    constructor(label?: "utf-8" | "utf8");
    readonly encoding: "utf-8";
    decode(bytes?: ArrayBufferView | ArrayBuffer): string;
  }
}
