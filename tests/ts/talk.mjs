// Two agents talk through the TypeScript SDK; what they saw is printed as one JSON object.
// Argument: {"sdk": "v1" | "v2", "version": "legacy" | a version, "url", "keys": {ana, bob}} or {"command", "env"} for stdio.
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";

const asked = JSON.parse(process.argv[2]);
const [Client, Http, Stdio] = asked.sdk === "v1" ? [ClientV1, HttpV1, StdioV1] : [ClientV2, HttpV2, StdioV2];

async function connect(name) {
  const mode = asked.version === "legacy" ? "legacy" : { pin: asked.version };
  const client = new Client({ name: `ts-${name}`, version: "1" }, asked.sdk === "v2" ? { versionNegotiation: { mode } } : {});
  const transport = asked.url
    ? new Http(new URL(`${asked.url}/mcp`), { requestInit: { headers: { Authorization: `Bearer ${asked.keys[name]}` } } })
    : new Stdio({ command: asked.command[0], args: [...asked.command.slice(1), "--as", name], env: asked.env });
  await client.connect(transport);
  return client;
}

const [ana, bob] = [await connect("ana"), await connect("bob")];
const call = async (client, name, args) => client.callTool({ name, arguments: args });
const tools = (await ana.listTools()).tools.map((tool) => tool.name);
const sent = (await call(ana, "post", { to: "bob", body: "hello 世界", intent: "question" })).structuredContent;
const read = (await call(bob, "inbox", {})).structuredContent.messages;
const waiting = call(ana, "wait", { wait_s: 40 });
await call(bob, "post", { to: "ana", body: "yes", parent: read[0].id, intent: "answer" });
const answer = (await waiting).structuredContent.messages;
await call(bob, "mark", { mark: "acknowledged", ids: [read[0].id] });
const status = (await call(ana, "message_status", { id: sent.id })).structuredContent;
const thread = (await call(ana, "thread", { id: sent.id })).structuredContent.messages;
const refused = await call(ana, "post", { to: "bob", body: "x", priority: 9 });
const listed = (await call(ana, "more", {})).structuredContent.operations.map((each) => each.operation);
const kept = (await call(ana, "more", { operation: "note.add", params: { text: "SQLite first" } })).structuredContent;
const note = (await call(bob, "more", { operation: "note.get", params: { id: kept.id } })).structuredContent.note.text;
const unknown = await call(bob, "more", { operation: "note.append" });
const resource = (await bob.readResource({ uri: `ackbox://thread/${sent.id}` })).contents[0].text;
const prompts = (await bob.listPrompts()).prompts.map((prompt) => prompt.name);
console.log(JSON.stringify({
  tools, prompts,
  read: read.map((letter) => [letter.sender, letter.body, letter.intent]),
  answer: answer.map((letter) => [letter.sender, letter.body]),
  status: status.receipts.map((receipt) => [receipt.agent, receipt.state]),
  thread: thread.map((message) => message.body),
  refused: [refused.isError, refused.structuredContent.error.code],
  more: [listed.find((name) => name === "note.add"), note, unknown.structuredContent.error.code],
  fenced: resource.includes("| hello 世界"),
}));
await Promise.all([ana.close(), bob.close()]);
process.exit(0);
