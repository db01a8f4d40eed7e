// Two agents talk through the TypeScript SDK; what they saw is printed as one JSON object.
// Argument: {"sdk": "v1" | "v2", "version": "legacy" | a version, "url", "keys": {ana, bob}} or
// {"command", "env"} for stdio.
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";

const { StreamableHTTPClientTransport: HttpV1 } =
  await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
const asked = JSON.parse(process.argv[2]);
const [Client, Http, Stdio] =
  asked.sdk === "v1" ? [ClientV1, HttpV1, StdioV1] : [ClientV2, HttpV2, StdioV2];

async function connect(name) {
  const mode = asked.version === "legacy" ? "legacy" : { pin: asked.version };
  const client = new Client(
    { name: `ts-${name}`, version: "1" },
    asked.sdk === "v2" ? { versionNegotiation: { mode } } : {},
  );
  const transport = asked.url
    ? new Http(new URL(`${asked.url}/mcp`), {
        requestInit: { headers: { Authorization: `Bearer ${asked.keys[name]}` } },
      })
    : new Stdio({
        command: asked.command[0],
        args: [...asked.command.slice(1), "--as", name],
        env: asked.env,
      });
  await client.connect(transport);
  return client;
}

const [ana, bob] = [await connect("ana"), await connect("bob")];
const call = async (client, name, args) => client.callTool({ name, arguments: args });
// The tools answer in text: facts of the server as JSON, what colleagues wrote behind a fence.
const ask = async (client, name, args) => (await call(client, name, args)).content[0].text;
const framed = (text) =>
  [...text.matchAll(/^\w+ (\{.*\})\nbegin ([0-9a-f]{16})\n((?:\| .*\n)*?)end \2$/gm)].map(
    (found) => ({
      ...JSON.parse(found[1]),
      text: found[3]
        .trimEnd()
        .split("\n")
        .map((line) => line.slice(2))
        .join("\n"),
    }),
  );
const body = (message) => message.text.slice(0, message.text.lastIndexOf("\n\nTo: "));
const tools = (await ana.listTools()).tools.map((tool) => tool.name);
const sent = JSON.parse(
  (await ask(ana, "send", { to: "bob", body: "hello 世界", intent: "question" })).match(
    /\{.*\}/,
  )[0],
);
const read = framed(await ask(bob, "inbox", {}));
const waiting = ask(ana, "wait", { wait_s: 40 });
await call(bob, "send", { to: "ana", body: "yes", parent: read[0].id, intent: "answer" });
const answer = framed(await waiting);
await call(bob, "mark", { mark: "acknowledged", ids: [read[0].id] });
const status = JSON.parse(framed(await ask(ana, "message_status", { id: sent.id }))[0].text);
const thread = framed(await ask(ana, "thread", { id: sent.id }));
const refused = await call(ana, "send", { to: "bob", body: "x", priority: 9 });
const listed = (await ask(ana, "more", {})).split("\n").map((line) => line.split(":")[0]);
const kept = JSON.parse(
  framed(await ask(ana, "more", { operation: "note.add", params: { text: "SQLite first" } }))[0]
    .text,
);
const note = JSON.parse(
  framed(await ask(bob, "more", { operation: "note.get", params: { id: kept.id } }))[0].text,
).note.text;
const unknown = await call(bob, "more", { operation: "note.forget" });
const resource = (await bob.readResource({ uri: `ackbox://thread/${sent.id}` })).contents[0].text;
const prompts = (await bob.listPrompts()).prompts.map((prompt) => prompt.name);
console.log(
  JSON.stringify({
    tools,
    prompts,
    read: read.map((letter) => [letter.from, body(letter), letter.intent]),
    answer: answer.map((letter) => [letter.from, body(letter)]),
    status: status.receipts.map((receipt) => [receipt.agent, receipt.state]),
    thread: thread.map(body),
    refused: [refused.isError, refused.structuredContent.error.code],
    more: [listed.find((name) => name === "note.add"), note, unknown.structuredContent.error.code],
    fenced: resource.includes("| hello 世界"),
  }),
);
await Promise.all([ana.close(), bob.close()]);
process.exit(0);
