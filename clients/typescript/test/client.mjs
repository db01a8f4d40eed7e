// Talks to a real server, as two agents; tests/client/test_typescript_client.py starts it.
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";

const [built, url, anasKey, bobsKey] = process.argv.slice(2);
const { AckboxError, Client } = await import(pathToFileURL(built).href);

/** Loses the response of the first request for an operation, after the server has acted. */
function losing(operation) {
  let lost = 0;
  return async (address, request) => {
    const response = await fetch(address, request);
    if (address.endsWith(operation) && lost++ === 0) throw new TypeError("connection lost");
    return response;
  };
}

const ana = new Client({ url, key: anasKey, fetch: losing("message.send") });
const bob = new Client({ url: `${url}/`, key: bobsKey });

const sent = await ana.message.send({ to: "bob", body: "hello 世界", intent: "question" });
const [letter, ...others] = (await bob.inbox.check()).messages;
assert.deepEqual([letter.body, letter.id, others.length], ["hello 世界", sent.id, 0]);
await bob.message.send({ to: ["ana"], body: "yes", parent: letter.id });
assert.equal((await ana.message.get({ id: sent.id })).sender, "ana");
const status = await ana.message.status({ id: sent.id });
assert.deepEqual([status.recipients, status.acknowledged], [1, 1]);
assert.deepEqual(
  (await ana.thread.get({ id: sent.thread })).messages.map((each) => each.body),
  ["hello 世界", "yes"],
);
const many = await ana.task.createMany({ tasks: [{ title: "Build" }, { title: "Tag" }] });
assert.equal(many.tasks.length, 2);

await assert.rejects(ana.message.get({ id: "0".repeat(32) }), (error) => {
  assert(error instanceof AckboxError);
  assert.deepEqual([error.status, error.code], [404, "not_found"]);
  assert(error.message.endsWith(error.hint));
  return true;
});
const ended = AbortSignal.timeout(50);
await assert.rejects(bob.inbox.wait({ wait_s: 30 }, { signal: ended }), { name: "TimeoutError" });
// Without an idempotency key a second attempt could act twice.
const strict = new Client({ url, key: anasKey, fetch: losing("receipt.mark") });
await assert.rejects(strict.receipt.mark({ mark: "read", ids: [sent.id] }), /connection lost/);
console.log("ok");
