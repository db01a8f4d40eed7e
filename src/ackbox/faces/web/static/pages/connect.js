// Connect: the configuration of each client, with name and key filled in. Keys created here are
// shown only once.
import { useState } from "../vendor/hooks.js";
import { Top } from "../core/frame.js";
import { Copy, arg, html, safe } from "../widgets/ui.js";
import { call, root, workspace, refusal } from "../core/store.js";

const isHere = ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);
const PLACEHOLDER = "abx_agt_…";
const json = (value) => JSON.stringify(value, null, 2);
const curl = (url, key, body) =>
  `curl ${url} -H "Authorization: Bearer ${key}" \\\n` +
  `  -H "Content-Type: application/json" -d '${JSON.stringify(body)}'`;

/**
 * The configuration of each client: [where, text] pairs. It has the key only if the client cannot
 * read a variable.
 */
const CLIENTS = {
  "Claude Code": ({ name, url, key, command }) => [
    [
      "In a shell; starts the bridge, needs no key",
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
      `[mcp_servers.ackbox]\ncommand = ${JSON.stringify(command)}\n` +
        `args = ["mcp", "--as", ${JSON.stringify(name)}]`,
    ],
    [
      "Over HTTP; key in the variable ACKBOX_KEY",
      `[mcp_servers.ackbox]\nurl = "${url}/mcp"\nbearer_token_env_var = "ACKBOX_KEY"`,
    ],
  ],
  Cursor: ({ name, url, command }) => [
    [
      "~/.cursor/mcp.json, or .cursor/mcp.json in the project",
      json({ mcpServers: { ackbox: { command, args: ["mcp", "--as", name] } } }),
    ],
    [
      "Over HTTP; key in the variable ACKBOX_KEY",
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
      "Over HTTP; key in the variable ACKBOX_KEY",
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
      "With a local command",
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
    ["Send", curl(`${url}/v1/messages`, key, { to: "bob", body: "hello" })],
    ["Wait for messages", curl(`${url}/v1/inbox/wait`, key, { wait_s: 50 })],
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
    key: made?.key ?? PLACEHOLDER,
    command: isHere ? data.command : "ackbox",
  };
  async function make(event) {
    event.preventDefault();
    setProblem("");
    try {
      setMade(await call("key.create", { name: name.trim(), label: "created in the dashboard" }));
    } catch (error) {
      setProblem(refusal(error));
    }
  }
  return html`<div class="view is-connect"><${Top} title="Connect" /><div class="mid"><div
    class="scroll pad narrow" tabindex="0" role="region" aria-label="Connect">
    <form class="together" onSubmit=${make}><label>Agent name <input value=${name}
    maxlength="256" autocomplete="off" spellcheck="false" onInput=${(event) => {
      setName(event.target.value);
      setMade(null);
    }} /></label>
      ${data.may_make_keys ? html`<button disabled=${!name.trim()}>Create key</button>` : null}
      </form>
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : null}
    ${
      made
        ? html`<div class="shown-once" role="status"><p>API key of <b>${safe(made.agent)}</b> in <b>
          ${safe(made.workspace)}</b>. It is shown only once.</p>
        <p class="together"><code>${made.key}</code> <${Copy} text=${made.key} label="Copy key"
        /></p></div>`
        : data.may_make_keys
          ? html`<p class="dim">
            On this machine the bridge needs no key: it uses the server's. On other machines, or
            over HTTP, each agent needs a key.</p>`
          : html`<p class="dim">Your key cannot create keys. On the server: <code>
            ackbox key create --agent ${arg(given.name)}
              ${workspace === "default" ? "" : ` -w ${arg(workspace)}`}</code></p>`
    }
    <div class="tabs clients" role="tablist" aria-label="Client" onKeyDown=${turn}>
    ${Object.keys(CLIENTS).map(
      (each) => html`<button type="button" role="tab" id=${`tab-${each}`}
    aria-controls="client" aria-selected=${each === client}
      tabindex=${each === client ? 0 : -1} onClick=${() => setClient(each)}>${each}</button>`,
    )}
        </div>
    <div id="client" role="tabpanel" aria-label=${client}>
    ${CLIENTS[client](given).map(([where, text]) => html`<${Paste} where=${where} text=${text} />`)}
    </div>
    <h2>Clients of other systems</h2><p class="dim">
    These clients keep their tools; only the address changes. Use it in place of <code>/mcp
      </code> in
    the configuration above.</p>
    <ul class="endpoints">${data.endpoints.map(
      (path) => html`<li><code>${location.origin}${root}
    ${path}</code> <${Copy} text=${`${location.origin}${root}${path}`} label=${`Copy ${path}`} />
    </li>`,
    )}</ul>
    <h2>Other machines</h2><p class="dim">
    By default the server accepts connections only from the machine that it runs on. For others
    it needs a domain name, a certificate and API keys: docs/howto/run-on-a-server.md.</p>
    </div></div></div>`;
}

/** Arrow keys move between the tabs. */
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
