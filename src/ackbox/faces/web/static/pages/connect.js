// Connect: what to paste into each client, with the name and key filled in; keys are made here and
// shown once.
import { useState } from "../vendor/hooks.js";
import { Top } from "../core/frame.js";
import { Copy, arg, html, safe } from "../widgets/ui.js";
import { call, root, workspace, refusal } from "../core/store.js";

const isHere = ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);
const PLACE = "abx_agt_…";
const json = (value) => JSON.stringify(value, null, 2);

/**
 * What each client is given: [where, text] pairs. `key` stands in only where the client cannot read
 * it from elsewhere.
 */
const CLIENTS = {
  "Claude Code": ({ name, url, key, command }) => [
    [
      "In a shell; starts the bridge itself, no key in a file",
      `claude mcp add ackbox -- ${command} mcp --as ${arg(name)}`,
    ],
    [
      "Over HTTP",
      `claude mcp add --transport http ackbox ${url}/mcp --header "Authorization: Bearer ${key}"`,
    ],
  ],
  Codex: ({ name, url, command }) => [
    [
      "~/.codex/config.toml",
      `[mcp_servers.ackbox]\ncommand = ${JSON.stringify(command)}\nargs = ["mcp", "--as", ${JSON.stringify(name)}]`,
    ],
    [
      "Over HTTP; the key in the variable ACKBOX_KEY",
      `[mcp_servers.ackbox]\nurl = "${url}/mcp"\nbearer_token_env_var = "ACKBOX_KEY"`,
    ],
  ],
  Cursor: ({ name, url, command }) => [
    [
      "~/.cursor/mcp.json, or .cursor/mcp.json in the project",
      json({ mcpServers: { ackbox: { command, args: ["mcp", "--as", name] } } }),
    ],
    [
      "Over HTTP; the key in the variable ACKBOX_KEY",
      json({
        mcpServers: {
          ackbox: { url: `${url}/mcp`, headers: { Authorization: "Bearer ${env:ACKBOX_KEY}" } },
        },
      }),
    ],
  ],
  "Gemini CLI": ({ name, url, key, command }) => [
    [
      "~/.gemini/settings.json",
      json({ mcpServers: { ackbox: { command, args: ["mcp", "--as", name] } } }),
    ],
    [
      "Over HTTP",
      json({
        mcpServers: {
          ackbox: { httpUrl: `${url}/mcp`, headers: { Authorization: `Bearer ${key}` } },
        },
      }),
    ],
  ],
  opencode: ({ name, url, command }) => [
    [
      "opencode.json",
      json({
        mcp: { ackbox: { type: "local", command: [command, "mcp", "--as", name], enabled: true } },
      }),
    ],
    [
      "Over HTTP; the key in the variable ACKBOX_KEY",
      json({
        mcp: {
          ackbox: {
            type: "remote",
            url: `${url}/mcp`,
            headers: { Authorization: "Bearer {env:ACKBOX_KEY}" },
            enabled: true,
          },
        },
      }),
    ],
  ],
  "Any MCP client": ({ name, url, key, command }) => [
    [
      "Starts its servers itself",
      json({ mcpServers: { ackbox: { command, args: ["mcp", "--as", name] } } }),
    ],
    [
      "Over HTTP",
      json({
        mcpServers: { ackbox: { url: `${url}/mcp`, headers: { Authorization: `Bearer ${key}` } } },
      }),
    ],
  ],
  REST: ({ url, key }) => [
    [
      "Send",
      `curl ${url}/v1/messages -H "Authorization: Bearer ${key}" \\\n  -H "Content-Type: application/json" -d '{"to": "bob", "body": "hello"}'`,
    ],
    [
      "Wait for post",
      `curl ${url}/v1/inbox/wait -H "Authorization: Bearer ${key}" \\\n  -H "Content-Type: application/json" -d '{"wait_s": 50}'`,
    ],
  ],
};

export function Connect({ data }) {
  const [client, setClient] = useState("Claude Code"),
    [name, setName] = useState("claude"),
    [made, setMade] = useState(null),
    [problem, setProblem] = useState("");
  const given = {
    name: name.trim() || "NAME",
    url: location.origin + root,
    key: made?.key ?? PLACE,
    command: isHere ? data.command : "ackbox",
  };
  async function make(event) {
    event.preventDefault();
    setProblem("");
    try {
      setMade(await call("key.create", { name: name.trim(), label: "made in the dashboard" }));
    } catch (error) {
      setProblem(refusal(error));
    }
  }
  return html`<div class="view is-connect"><${Top} title="Connect" /><div class="mid"><div
    class="scroll pad narrow" tabindex="0" role="region" aria-label="Connect">
    <form class="together" onSubmit=${make}><label>Name of the agent <input value=${name}
    maxlength="256" autocomplete="off" spellcheck="false" onInput=${(event) => {
      setName(event.target.value);
      setMade(null);
    }} /></label>
      ${data.may_make_keys ? html`<button disabled=${!name.trim()}>Make a key</button>` : null}
      </form>
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : null}
    ${
      made
        ? html`<div class="shown-once" role="status"><p>The key of <b>${safe(made.agent)}</b> in <b>
          ${safe(made.workspace)}</b>. It is shown this once.</p>
        <p class="together"><code>${made.key}</code> <${Copy} text=${made.key} label="Copy the key"
        /></p></div>`
        : data.may_make_keys
          ? html`<p class="dim">
            On this machine no key is needed: the bridge uses the server's own. Elsewhere, or over HTTP, each agent has a key.</p>`
          : html`<p class="dim">Your key makes no keys. On the server's machine: <code>
            ackbox key create --agent ${arg(given.name)}
              ${workspace === "default" ? "" : ` -w ${arg(workspace)}`}</code></p>`
    }
    <div class="tabs clients" role="tablist" aria-label="Client" onKeyDown=${turn}>
    ${Object.keys(CLIENTS).map(
      (each) => html`<button type="button" role="tab" id=${`tab-${each}`}
    aria-controls="client" aria-selected=${each === client ? "true" : "false"}
      tabindex=${each === client ? 0 : -1} onClick=${() => setClient(each)}>${each}</button>`,
    )}
        </div>
    <div id="client" role="tabpanel" aria-label=${client}>
    ${CLIENTS[client](given).map(([where, text]) => html`<${Paste} where=${where} text=${text} />`)}
    </div>
    <h2>Other vocabularies</h2><p class="dim">
    Clients of other systems keep their tools; only the address changes. Put it where the configuration above has <code>/mcp</code>.</p>
    <ul class="endpoints">${data.endpoints.map(
      (path) => html`<li><code>${location.origin}${root}
    ${path}</code> <${Copy} text=${`${location.origin}${root}${path}`} label=${`Copy ${path}`} />
    </li>`,
    )}</ul>
    <h2>Second machine</h2><p class="dim">
    The server listens where it was started. To be reached from elsewhere it needs a name, a certificate and keys: docs/howto/run-on-a-server.md.</p></div></div></div>`;
}

/** Arrow keys go from one tab to the next. */
function turn(event) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  event.stopPropagation();
  const all = [...event.currentTarget.children],
    next = all[(all.indexOf(document.activeElement) + by + all.length) % all.length];
  next.focus();
  next.click();
}

const Paste = ({ where, text }) =>
  html`<figure class="paste"><figcaption>${where} <${Copy} text=${text} label="Copy" /></figcaption>
    <pre tabindex="0"><code>${text}</code></pre></figure>`;
