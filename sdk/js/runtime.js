// SPDX-License-Identifier: Apache-2.0
// The runtime of JavaScript functions, evaluated once in the zygote before any function exists.
//
// It is a function body that receives `native` and returns {run, settle}. Everything it needs from
// the language is captured first, so that a function that redefines Array.prototype, JSON.parse or
// Promise.prototype.then changes nothing in here. Event and context are lazy: a call that touches
// nothing costs nothing.
"use strict";

const { apply, defineProperty, ownKeys } = Reflect;
const { freeze } = Object;
const uncurry = (f) => (self, ...args) => apply(f, self, args);
const promiseThen = Promise.prototype.then;
const PromiseClass = Promise;
const promiseResolve = Promise.resolve;
const stringify = JSON.stringify;
const ErrorClass = Error;
const TypeErrorClass = TypeError;
const RangeErrorClass = RangeError;
const DateClass = Date;
const Uint8 = Uint8Array;
const isSafeInteger = Number.isSafeInteger;
const isArray = Array.isArray;
const toIso = uncurry(Date.prototype.toISOString);
const floor = Math.floor;
const Str = String;
const Num = Number;
const typedArrayLength = uncurry(Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype), "byteLength").get);
const isView = ArrayBuffer.isView;

// Fields of a call in the frame; the numbers are those of the frame protocol.
const RUN_ID = 0, TRACEPARENT = 1, CALLER = 2, EVENT_ID = 3, TYPE = 4, SOURCE = 5, HTTP = 6, DATA = 7;
const OPS = { __proto__: null, kvGet: 1, kvPut: 2, kvPutIf: 3, kvDelete: 4, kvList: 5, kvIncrement: 6,
  kvBatch: 7, kvCommit: 8, chainHeight: 16, chainBlock: 17, chainTransaction: 18,
  chainApplicationLog: 19, chainCall: 20, chainBalanceOf: 21, chainNetwork: 22,
  txSend: 32, txPropose: 33, txStatus: 34, txWait: 35, txSimulate: 36 };

function json(value) {
  const text = stringify(value === undefined ? null : value);
  return text === undefined ? "null" : text;
}

// Asks the platform; the promise is made natively, so its resolution cannot be tampered with.
function ask(call, op, args) {
  return native.hostCall(call, op, json(args));
}

// Assignment would call a setter that a function put on Object.prototype.
function put(object, name, value) {
  defineProperty(object, name,
    { __proto__: null, value, writable: true, configurable: true, enumerable: true });
}

function unavailable(what) {
  const error = new ErrorClass(`${what} is not available in this release`);
  put(error, "code", "failed_precondition");
  put(error, "reason", "failed_precondition");
  return error;
}

function reject(what) {
  return () => apply(promiseThen, apply(promiseResolve, PromiseClass, [undefined]), [() => {
    throw unavailable(what);
  }]);
}

class Event {
  #call;
  #data;
  #http;
  constructor(call) { this.#call = call; }
  get id() { return native.field(this.#call, EVENT_ID); }
  get type() { return native.field(this.#call, TYPE); }
  get time() { return toIso(new DateClass(native.time(this.#call))); }
  get source() { return native.field(this.#call, SOURCE); }
  get project() { return native.constant("projectId"); }
  get attempt() { return native.attempt(this.#call); }
  get backfill() { return false; }
  get data() {
    if (this.#data === undefined) this.#data = native.json(this.#call, DATA);
    return this.#data;
  }
  get http() {
    if (this.#http === undefined) this.#http = native.json(this.#call, HTTP);
    return this.#http === null ? undefined : this.#http;
  }
  toJSON() {
    const out = { id: this.id, type: this.type, time: this.time, source: this.source,
      project: this.project, attempt: this.attempt, backfill: false, data: this.data };
    if (this.http !== undefined) put(out, "http", this.http);
    return out;
  }
}

class Run {
  #call;
  constructor(call) { this.#call = call; }
  get id() { return native.field(this.#call, RUN_ID); }
  get functionId() { return native.constant("functionId"); }
  get version() { return native.constant("versionId"); }
  get codeHash() { return native.constant("codeHash"); }
  get projectId() { return native.constant("projectId"); }
  get caller() { return native.field(this.#call, CALLER); }
  get attempt() { return native.attempt(this.#call); }
  get deadline() { return toIso(new DateClass(native.now() + native.remaining(this.#call))); }
  get traceparent() { return native.field(this.#call, TRACEPARENT); }
  remainingMs() { return native.remaining(this.#call); }
}

function text(value) {
  if (typeof value === "string") return value;
  if (value instanceof ErrorClass) return native.describe(value);
  if (typeof value === "object" && value !== null) {
    try {
      return json(value);
    } catch {
      return "[object that is not JSON]";
    }
  }
  return Str(value);
}

function write(call, level, message, fields) {
  let extra = "";
  if (fields !== undefined) {
    try {
      extra = json(fields);
    } catch {
      extra = '{"error":"fields are not JSON"}';
    }
  }
  native.log(call, level, text(message), extra);
}

class Log {
  #call;
  constructor(call) { this.#call = call; }
  debug(message, fields) { write(this.#call, 0, message, fields); }
  info(message, fields) { write(this.#call, 1, message, fields); }
  warn(message, fields) { write(this.#call, 2, message, fields); }
  error(message, fields) { write(this.#call, 3, message, fields); }
}

class Kv {
  #call;
  constructor(call) { this.#call = call; }
  // The value, or undefined when there is none.
  async get(key) {
    const found = await ask(this.#call, OPS.kvGet, [key]);
    return found === null ? undefined : found.value;
  }
  // {value, version}, version 0 when there is none.
  async getVersion(key) {
    const found = await ask(this.#call, OPS.kvGet, [key]);
    return found === null ? { value: undefined, version: 0 } : found;
  }
  put(key, value) { return ask(this.#call, OPS.kvPut, [key, value]); }
  putIf(key, value, version) { return ask(this.#call, OPS.kvPutIf, [key, value, version]); }
  delete(key) { return ask(this.#call, OPS.kvDelete, [key]); }
  list(prefix = "", cursor = null, limit = 50) {
    return ask(this.#call, OPS.kvList, [prefix, cursor, limit]);
  }
  increment(key, by = 1) { return ask(this.#call, OPS.kvIncrement, [key, by]); }
  batch(operations) { return ask(this.#call, OPS.kvBatch, [operations]); }
  commit() { return ask(this.#call, OPS.kvCommit, []); }
}
defineProperty(Kv.prototype, "lock", { value: reject("ctx.kv.lock") });

class Chain {
  #call;
  constructor(call) { this.#call = call; }
  height() { return ask(this.#call, OPS.chainHeight, []); }
  block(which) { return ask(this.#call, OPS.chainBlock, [which]); }
  transaction(hash) { return ask(this.#call, OPS.chainTransaction, [hash]); }
  applicationLog(hash) { return ask(this.#call, OPS.chainApplicationLog, [hash]); }
  call(contract, method, args = []) {
    return ask(this.#call, OPS.chainCall, [contract, method, args]);
  }
  balanceOf(token, address) { return ask(this.#call, OPS.chainBalanceOf, [token, address]); }
  get network() { return ask(this.#call, OPS.chainNetwork, []); }
}
defineProperty(Chain.prototype, "storage", { value: reject("ctx.chain.storage") });
defineProperty(Chain.prototype, "notifications", { value: reject("ctx.chain.notifications") });

// Transactions, signed in the vault under the project's policies.
class Tx {
  #call;
  constructor(call) { this.#call = call; }
  // Leaves at once. Which call of the run it is makes it one, or idempotencyKey.
  send(intent) { return ask(this.#call, OPS.txSend, [intentOf(intent)]); }
  // Leaves when the run has succeeded.
  propose(intent) { return ask(this.#call, OPS.txPropose, [intentOf(intent)]); }
  transfer(intent) { return this.send(intent); }
  // What send would come to; nothing is signed.
  simulate(intent) { return ask(this.#call, OPS.txSimulate, [intentOf(intent)]); }
  status(id) { return ask(this.#call, OPS.txStatus, [id]); }
  wait(id) { return ask(this.#call, OPS.txWait, [id]); }
}

// {wallet, token, to, amount} is a transfer, {wallet, contract, method, args} a call. Numbers and
// big integers become decimal text where the platform takes text; nothing else is judged here.
function intentOf(intent) {
  if (intent === null || typeof intent !== "object") {
    throw new TypeErrorClass("an intent is an object: {wallet, token, to, amount} or " +
      "{wallet, contract, method, args}");
  }
  if (intent.signers !== undefined) {
    throw new TypeErrorClass("signers: the wallet signs with CalledByEntry; nothing else is offered");
  }
  const out = { __proto__: null, wallet: intent.wallet };
  if (intent.contract !== undefined || intent.method !== undefined) {
    out.call = { __proto__: null, contract: intent.contract, method: intent.method,
      args: valuesOf(intent.args ?? []), assertTrue: intent.assertTrue ?? false };
  } else {
    out.transfer = { __proto__: null, token: intent.token ?? "GAS", to: intent.to,
      amount: digits(intent.amount) };
  }
  if (intent.maxFee !== undefined) out.maxFee = digits(intent.maxFee);
  if (intent.validBlocks !== undefined) out.validBlocks = intent.validBlocks;
  if (intent.idempotencyKey !== undefined) out.idempotencyKey = intent.idempotencyKey;
  return out;
}

function digits(value) {
  if (typeof value === "bigint" || isSafeInteger(value)) return Str(value);
  return value;
}

// JSON has no big integers: they travel as typed parameters.
function valuesOf(args) {
  if (!isArray(args)) throw new TypeErrorClass("args is an array");
  const out = [];
  for (let i = 0; i < args.length; i++) {
    let value = args[i];
    if (typeof value === "bigint") {
      value = { __proto__: null, type: "Integer", value: Str(value) };
    } else if (isArray(value)) {
      value = valuesOf(value);
    }
    put(out, i, value === undefined ? null : value);
  }
  return out;
}

const clock = freeze({ __proto__: null, now: () => native.now() });

const random = freeze({
  __proto__: null,
  bytes(n) {
    if (!isSafeInteger(n) || n < 0 || n > 65536) {
      throw new RangeErrorClass("bytes(n) takes 0 to 65,536");
    }
    return native.randomBytes(n);
  },
  uuid() {
    const b = native.randomBytes(16);
    b[6] = (b[6] & 15) | 64;
    b[8] = (b[8] & 63) | 128;
    return native.uuid(b);
  },
  // Uniform in [min, max], by rejection.
  integer(min, max) {
    if (!isSafeInteger(min) || !isSafeInteger(max) || max < min || !isSafeInteger(max - min)) {
      throw new RangeErrorClass("integer(min, max) takes safe integers, min <= max");
    }
    return min + native.randomBelow(max - min + 1);
  },
  verifiable: reject("ctx.random.verifiable"),
});

// Rooms that a later release opens: the members exist and say so.
function closed(name, members) {
  const room = { __proto__: null };
  for (let i = 0; i < members.length; i++) {
    room[members[i]] = reject(`ctx.${name}.${members[i]}`);
  }
  return freeze(room);
}
const secrets = closed("secrets", ["get", "handle"]);
const blobs = closed("blobs", ["get", "put", "delete", "list"]);
const http = closed("http", ["fetch"]);
const prices = closed("prices", ["get", "history"]);
const sign = closed("sign", ["message", "report"]);
const metrics = closed("metrics", ["count", "gauge", "histogram"]);

class Context {
  #call;
  #run;
  #log;
  #kv;
  #chain;
  #tx;
  constructor(call) { this.#call = call; }
  get run() { return this.#run ??= new Run(this.#call); }
  get log() { return this.#log ??= new Log(this.#call); }
  get kv() { return this.#kv ??= new Kv(this.#call); }
  get chain() { return this.#chain ??= new Chain(this.#call); }
  get clock() { return clock; }
  get random() { return random; }
  get secrets() { return secrets; }
  get blobs() { return blobs; }
  get http() { return http; }
  get tx() { return this.#tx ??= new Tx(this.#call); }
  get prices() { return prices; }
  get sign() { return sign; }
  get metrics() { return metrics; }
  get env() { return native.env(); }
  // Work that may outlive the answer, inside the deadline.
  waitUntil(promise) {
    const call = this.#call;
    native.waiting(call, 1);
    const end = () => native.waiting(call, -1);
    const failed = (error) => {
      write(call, 3, error);
      native.waiting(call, -1);
    };
    apply(promiseThen, apply(promiseResolve, PromiseClass, [promise]), [end, failed]);
  }
}

// Without its constructor: a function cannot make itself the event of another call.
for (const c of [Event, Run, Log, Kv, Chain, Context]) {
  delete c.prototype.constructor;
  freeze(c.prototype);
}

// --- Globals --------------------------------------------------------------------------------------

function hide(name, value) {
  defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

const consoleLevels = { __proto__: null, debug: 0, log: 1, info: 1, warn: 2, error: 3, trace: 0 };
const consoleObject = {};
for (const name of ownKeys(consoleLevels)) {
  const level = consoleLevels[name];
  consoleObject[name] = (...args) => {
    let line = "";
    for (let i = 0; i < args.length; i++) line += (i > 0 ? " " : "") + text(args[i]);
    native.log(native.currentCall(), level, line, "");
  };
}
hide("console", consoleObject);

function timer(repeat) {
  return (callback, delay = 0, ...args) => {
    if (typeof callback !== "function") throw new TypeErrorClass("a timer takes a function");
    const ms = Num(delay);
    return native.setTimer(() => apply(callback, undefined, args), ms > 0 ? ms : 0, repeat);
  };
}
hide("setTimeout", timer(false));
hide("setInterval", timer(true));
hide("clearTimeout", (id) => native.clearTimer(Num(id)));
hide("clearInterval", (id) => native.clearTimer(Num(id)));
hide("queueMicrotask", (callback) => {
  if (typeof callback !== "function") throw new TypeErrorClass("queueMicrotask takes a function");
  native.microtask(() => {
    try {
      callback();
    } catch (error) {
      native.log(native.currentCall(), 3, text(error), "");
    }
  });
});
hide("fetch", reject("fetch"));
hide("structuredClone", (value) => native.clone(value));
// Coarse on purpose: no timer that is fine enough to measure a cache.
const started = native.monotonic();
hide("performance", freeze({ now: () => floor((native.monotonic() - started) * 10) / 10 }));

hide("TextEncoder", class TextEncoder {
  get encoding() { return "utf-8"; }
  encode(input = "") { return native.utf8Encode(Str(input)); }
});
hide("TextDecoder", class TextDecoder {
  constructor(label = "utf-8") {
    if (label !== "utf-8" && label !== "utf8") throw new RangeErrorClass("only utf-8 is known");
  }
  get encoding() { return "utf-8"; }
  decode(input = new Uint8(0)) { return native.utf8Decode(input); }
});
hide("btoa", (input) => native.btoa(Str(input)));
hide("atob", (input) => native.atob(Str(input)));

hide("crypto", freeze({
  getRandomValues(view) {
    if (!isView(view) || typedArrayLength(view) > 65536) {
      throw new TypeErrorClass("getRandomValues takes a typed array of at most 65,536 bytes");
    }
    native.fillRandom(view);
    return view;
  },
  randomUUID: random.uuid,
}));
Math.random = () => native.randomDouble();

delete globalThis.WebAssembly;
delete globalThis.SharedArrayBuffer;
delete globalThis.Atomics;

// --- Running --------------------------------------------------------------------------------------

function finish(call, value) {
  let out;
  try {
    out = stringify(value === undefined ? null : value);
  } catch (error) {
    native.invalid(call, native.describe(error));
    return;
  }
  if (out === undefined) {
    native.invalid(call, `a ${typeof value} is not a JSON value`);
  } else {
    native.result(call, out);
  }
}

function fail(call, error) {
  native.fail(call, error);
}

function run(call, handler) {
  let value;
  try {
    value = handler(new Event(call), new Context(call));
  } catch (error) {
    fail(call, error);
    return;
  }
  if (!native.isPromise(value)) {
    if (typeof value !== "object" || value === null || typeof value.then !== "function") {
      finish(call, value);
      return;
    }
    value = apply(promiseResolve, PromiseClass, [value]);
  }
  apply(promiseThen, value, [(v) => finish(call, v), (e) => fail(call, e)]);
}

function platformError(reason, message) {
  const error = new ErrorClass(message);
  // Uncaught it reads "chain.unavailable: ..." and not just "Error: ...".
  put(error, "name", reason);
  put(error, "reason", reason);
  return error;
}

return { run, platformError };
