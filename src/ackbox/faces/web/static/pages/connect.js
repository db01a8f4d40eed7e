// Connect: the configuration of each client, with name, workspace, server and key filled in; it
// then waits for the agent. Keys created here are shown only once.
import { useEffect, useState } from "../vendor/hooks.js";
import { address } from "../core/lookup.js";
import { Top, useFresh, useOthers } from "../core/frame.js";
import { Copy, Presence, arg, html, safe, seen } from "../widgets/ui.js";
import { compose } from "../widgets/drafts.js";
import { call, mayWrite, root, roster, workspace, refusal } from "../core/store.js";

const isHere = ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);
const PLACEHOLDER = "abx_agt_…";
const json = (value) => JSON.stringify(value, null, 2);
const curl = (url, key, body) =>
  `curl ${url} -H "Authorization: Bearer ${key}" \\\n` +
  `  -H "Content-Type: application/json" -d '${JSON.stringify(body)}'`;
const bearer = (key) => ({ Authorization: `Bearer ${key}` });
const servers = (ackbox) => json({ mcpServers: { ackbox } });
const VARIABLE = "Over HTTP; key in the variable ACKBOX_KEY";

/** The command that puts ackbox into the settings of a program and checks that it works. */
const put = (program) => (given) => [
  "In a shell; changes the settings and checks them",
  given.line("connect", program, "--as", given.name),
];

/**
 * The configuration of each client: [where, text] pairs. It has the key only if the client cannot
 * read a variable. `local` is the bridge with its arguments, `line` a command for a shell.
 */
const CLIENTS = {
  "Claude Code": (given) => [
    put("claude")(given),
    [
      "By the program's command; starts the bridge, needs no key",
      `claude mcp add ackbox -- ${given.line(...given.bridge)}`,
    ],
    [
      "Over HTTP",
      `claude mcp add --transport http ackbox ${given.url}/mcp ` +
        `--header "Authorization: Bearer ${given.key}"`,
    ],
  ],
  Codex: (given) => [
    put("codex")(given),
    [
      "~/.codex/config.toml",
      `[mcp_servers.ackbox]\ncommand = ${JSON.stringify(given.local.command)}\n` +
        `args = ${JSON.stringify(given.local.args)}`,
    ],
    [
      VARIABLE,
      `[mcp_servers.ackbox]\nurl = "${given.url}/mcp"\nbearer_token_env_var = "ACKBOX_KEY"`,
    ],
  ],
  Cursor: (given) => [
    put("cursor")(given),
    ["~/.cursor/mcp.json, or .cursor/mcp.json in the project", servers(given.local)],
    [VARIABLE, servers({ url: `${given.url}/mcp`, headers: bearer("${env:ACKBOX_KEY}") })],
  ],
  "Gemini CLI": (given) => [
    put("gemini")(given),
    ["~/.gemini/settings.json", servers(given.local)],
    ["Over HTTP", servers({ httpUrl: `${given.url}/mcp`, headers: bearer(given.key) })],
  ],
  opencode: (given) => [
    put("opencode")(given),
    [
      "opencode.json",
      json({
        mcp: {
          ackbox: {
            type: "local",
            command: [given.local.command, ...given.local.args],
            enabled: true,
          },
        },
      }),
    ],
    [
      VARIABLE,
      json({
        mcp: {
          ackbox: {
            type: "remote",
            url: `${given.url}/mcp`,
            headers: bearer("{env:ACKBOX_KEY}"),
            enabled: true,
          },
        },
      }),
    ],
  ],
  "VS Code": (given) => [
    [
      ".vscode/mcp.json in the project",
      json({ servers: { ackbox: { type: "stdio", ...given.local } } }),
    ],
    [
      "Over HTTP; VS Code asks for the key once",
      json({
        inputs: [
          { type: "promptString", id: "ackbox-key", description: "ackbox key", password: true },
        ],
        servers: {
          ackbox: {
            type: "http",
            url: `${given.url}/mcp`,
            headers: bearer("${input:ackbox-key}"),
          },
        },
      }),
    ],
  ],
  Windsurf: (given) => [
    ["~/.codeium/windsurf/mcp_config.json", servers(given.local)],
    [VARIABLE, servers({ serverUrl: `${given.url}/mcp`, headers: bearer("${env:ACKBOX_KEY}") })],
  ],
  "Claude Desktop": (given) => [
    ["claude_desktop_config.json (Settings, Developer, Edit Config)", servers(given.local)],
  ],
  "Copilot CLI": (given) => [
    ["~/.copilot/mcp-config.json", servers({ type: "local", ...given.local, tools: ["*"] })],
    [
      "Over HTTP",
      servers({
        type: "http",
        url: `${given.url}/mcp`,
        headers: bearer(given.key),
        tools: ["*"],
      }),
    ],
  ],
  "Any MCP client": (given) => [
    ["With a local command", servers(given.local)],
    ["Over HTTP", servers({ url: `${given.url}/mcp`, headers: bearer(given.key) })],
  ],
  REST: ({ url, key }) => [
    ["Send", curl(`${url}/v1/messages`, key, { to: "bob", body: "hello" })],
    ["Wait for messages", curl(`${url}/v1/inbox/wait`, key, { wait_s: 50 })],
  ],
};

export function Connect({ data: first }) {
  const [data] = useFresh(
    first,
    (event) =>
      event.kind.startsWith("agent.") ||
      event.kind === "message.sent" ||
      event.kind === "receipt.marked",
    800,
  );
  const [client, setClient] = useState("Claude Code"),
    [name, setName] = useState("claude"),
    [made, setMade] = useState(null),
    [problem, setProblem] = useState("");
  const agent = name.trim() || "NAME",
    // On another machine the command is installed elsewhere, and the address says which server.
    command = isHere ? data.command : "ackbox",
    options = isHere ? data.options : ["--url", location.origin + root],
    bridge = ["mcp", "--as", agent];
  const given = {
    name: agent,
    url: location.origin + root,
    key: made?.key ?? PLACEHOLDER,
    bridge,
    local: { command, args: [...options, ...bridge] },
    line: (...words) => [command, ...options, ...words].map(arg).join(" "),
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
    <${Steps} steps=${data.steps} />
    <form class="together" onSubmit=${make}><label>Agent name <input value=${name}
    maxlength="256" autocomplete="off" spellcheck="false" onInput=${(event) => {
      setName(event.target.value);
      setMade(null);
    }} /></label>
      ${data.may_make_keys ? html`<button disabled=${!name.trim()}>Create key</button>` : null}
      </form>
    ${name.trim() ? html`<${Waiting} name=${name.trim()} tools=${data.tools} />` : null}
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

/** Whether the agent is here already, or connects while the page is open. */
function Waiting({ name, tools }) {
  const others = useOthers(name.toLowerCase()),
    same = (each) => each.agent.toLowerCase() === name.toLowerCase(),
    found = roster.value.agents.find(same) ?? others.find(same),
    isOnline = found?.presence === "online";
  // Who was here before the name was typed is no news, but a warning.
  const [before, setBefore] = useState(null);
  useEffect(() => setBefore(found ? found.agent : null), [name]);
  const isNew = isOnline && before === null;
  return html`<div class="waiting" role="status">${
    found?.kind === "human"
      ? html`<p class="problem"><b><bdi>${safe(found.agent)}</bdi></b> is a person. Choose another
        name for the agent.</p>`
      : found && !isNew
        ? html`<p><${Presence} state=${found.presence} /> <b><bdi>
          ${safe(found.agent)}</bdi></b>${" "}
          exists already, seen ${seen(found)}. Another program with this name shares its inbox.</p>`
        : null
  }${
    found?.kind === "human"
      ? null
      : isOnline
        ? html`<p><${Presence} state="online" /> <b><bdi>${safe(found.agent)}</bdi></b>${" "}
          is connected,
          last call ${seen(found)}. It can use ${tools} MCP tools. ${
            mayWrite
              ? html`<button type="button" onClick=${() =>
                  compose([found.agent], "Hello! Please confirm that you can read this.")}>
                  Send a first message</button>`
              : null
          }</p>`
        : html`<p class="dim"><span class="dot" aria-hidden="true"></span> Waiting for <bdi>
          ${safe(name)}</bdi>…</p>`
  }</div>`;
}

const DISMISSED = `ackbox.steps.${workspace}`;

/** The first four steps, until they are done or dismissed. */
function Steps({ steps }) {
  const [isGone, leave] = useState(localStorage.getItem(DISMISSED) === "off");
  const all = [
    [steps.connected, "Connect an agent", "below"],
    [steps.sent, "Send it a message", html`<a href=${address("live")}>Live</a>`],
    [steps.received, "See that it arrived", html`the circle at the end of its row`],
    [steps.invited, "Invite a person", html`<a href=${address("settings")}>Settings</a>`],
  ];
  if (isGone || all.every(([did]) => did)) return null;
  return html`<section class="steps" aria-label="First steps"><h2>First steps <span class="dim num">
      ${all.filter(([did]) => did).length}/4</span></h2>
    <ol>${all.map(
      ([did, what, where]) => html`<li class=${did ? "is-done" : null}><span class="tick-of"
        role="img" aria-label=${did ? "done" : "open"}>${did ? "✓" : "○"}</span> ${what}${
          did ? null : html` <span class="dim">(${where})</span>`
        }</li>`,
    )}</ol>
    <button type="button" class="quiet small" onClick=${() => {
      localStorage.setItem(DISMISSED, "off");
      leave(true);
    }}>Dismiss</button></section>`;
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
