export * from "./client.js";
export { AckboxError, type CallOptions, type Options } from "./transport.js";
