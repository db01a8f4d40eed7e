// What a program does with the types that openapi-typescript makes, and openapi-fetch.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

const client = createClient<paths>({
  baseUrl: process.env.ACKBOX_URL ?? "",
  headers: { Authorization: `Bearer ${process.env.ACKBOX_KEY}` },
});
const body: components["schemas"]["SendMessage"] = { to: ["bob"], body: "hello" };
const { data: sent } = await client.POST("/v1/messages", { body });
assert(sent);
const { data: message } = await client.GET("/v1/messages/{id}", {
  params: { path: { id: sent.id } },
});
assert.equal(message?.body, "hello");
const { data: turn } = await client.POST("/v1/turns", {
  body: { summary: "", plan: ["test", { then: "tag" }] },
});
assert.equal(turn?.status, "completed");
const { data: status } = await client.GET("/v1/server/status");
assert.equal(typeof status?.database_bytes, "number");
const { error } = await client.GET("/v1/messages/{id}", {
  params: { path: { id: "0".repeat(32) } },
});
assert.equal(error?.error.code, "not_found");
console.log("ok");
