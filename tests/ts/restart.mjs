// One agent looks at its inbox, waits for a line on standard input while the server restarts, and
// looks again with the same client. Argument: {"sdk": "v1" | "v2", "version": "legacy" | a version,
// "url", "key"}. Prints each answer as a line of JSON.
import { createInterface } from "node:readline";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from "@modelcontextprotocol/client";

const { StreamableHTTPClientTransport: HttpV1 } =
  await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
const asked = JSON.parse(process.argv[2]);
const [Client, Http] = asked.sdk === "v1" ? [ClientV1, HttpV1] : [ClientV2, HttpV2];
const mode = asked.version === "legacy" ? "legacy" : { pin: asked.version };
const client = new Client(
  { name: "ts", version: "1" },
  asked.sdk === "v2" ? { versionNegotiation: { mode } } : {},
);
await client.connect(
  new Http(new URL(`${asked.url}/mcp`), {
    requestInit: { headers: { Authorization: `Bearer ${asked.key}` } },
  }),
);
const look = async () =>
  console.log(
    JSON.stringify((await client.callTool({ name: "inbox", arguments: {} })).content[0].text),
  );

await look();
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "again") break;
}
await look();
process.exit(0);
