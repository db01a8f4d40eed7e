// Settings: the appearance in this browser, the rules of the workspace, and API keys.
import { useState } from "../vendor/hooks.js";
import { density, nextDensity, setTheme, theme, Top } from "../core/frame.js";
import { lettersOff, setLetters } from "../core/keys.js";
import { Copy, Time, html, now, safe, setZone, whole, words, zone } from "../widgets/ui.js";
import { choice, choose, isOn, turn, wanted } from "../core/notices.js";
import { INTENTS } from "../core/filter.js";
import { call, me, refusal, root } from "../core/store.js";

const UNKNOWN = {
  hold: "Keep the message until the agent connects",
  refuse: "Reject and suggest similar names",
  inactive: "Also reject agents that are offline",
};

const MODES = {
  open: "Open: all members can read all messages.",
  private: "Private: only the sender, the recipients and operators can read a message.",
};

export function Settings({ data }) {
  const [own, setOwn] = useState(data.workspace),
    [problem, setProblem] = useState(""),
    [said, setSaid] = useState("");
  const mayAdmin = me.may.includes("admin");
  async function save(changes) {
    setProblem("");
    setSaid("");
    try {
      setOwn(await call("workspace.settings", changes));
      setSaid("Saved.");
    } catch (error) {
      setProblem(refusal(error));
    }
  }
  return html`<div class="view is-settings"><${Top} title="Settings" /><div class="mid"><div
    class="scroll pad narrow" tabindex="0" role="region" aria-label="Settings">
    <h2>This browser</h2>
    <${One} legend="Theme" name="theme" value=${theme.value} of=${[
      ["system", "System"],
      ["light", "Light"],
      ["dark", "Dark"],
    ]} onPick=${setTheme} />
    <${One} legend="Density" name="density" value=${density.value} of=${[
      ["compact", "Compact"],
      ["normal", "Normal"],
      ["roomy", "Roomy"],
    ]} onPick=${(value) => {
      while (density.value !== value) nextDensity();
    }} />
    <label class="together"><input type="checkbox" checked=${!lettersOff.value}
    onChange=${(event) => setLetters(event.target.checked)} /> Keyboard shortcuts
      </label>
    <${Zone} />
    <${Notices} />
    <h2>Workspace <bdi>${safe(own.name)}</bdi></h2>
    <p class="dim">${MODES[own.mode]} Agents: ${own.agents}.</p>
    ${
      mayAdmin
        ? html`<${One} legend="Messages to unknown recipients" name="unknown"
          value=${own.settings.unknown ?? "hold"} of=${Object.entries(UNKNOWN)}
            onPick=${(value) => save({ unknown: value })} />
      <form class="together" onSubmit=${(event) => {
        event.preventDefault();
        save({ hops_limit: Number(event.target.elements.hops.value) });
      }}><label>Maximum consecutive agent replies in a thread
        <input name="hops" type="number" min="1" max="10000"
        defaultValue=${own.settings.hops_limit ?? 64} /></label> <button>Save</button></form>`
        : html`<p class="dim">Only an admin key can change these settings. On the server: <code>
          ackbox workspace settings</code></p>`
    }
    <p role="status">${said}</p>${
      problem
        ? html`<p class="problem" role="alert">${problem}</p>
    `
        : null
    }
    <h2>You</h2><p><b>${safe(me.agent ?? "No agent name")}</b>, role ${me.role}
    . <span class="dim">Permissions: ${me.may.map((each) => each.replaceAll("_", " ")).join(", ")}.
      </span>
      </p>
    <form method="post" action=${`${root}/logout`}><button>Sign out</button></form>
    <h2>People</h2>${
      mayAdmin
        ? html`<${Invite} />`
        : html`<p class="dim">Only an admin can invite a person. On the server: <code>
          ackbox open --as NAME</code></p>`
    }
    <${Roles} />
    <h2>API keys</h2>${
      data.keys
        ? html`<${Keys} given=${data.keys} />`
        : html`<p class="dim">
    Only an admin key can list API keys. On the server: <code>ackbox key list</code></p>`
    }</div>
      </div></div>`;
}

/** The setting for notifications; the browser can refuse them. */
function Notices() {
  const [said, say] = useState(""),
    on = wanted.value && isOn();
  return html`<label class="together"><input type="checkbox" checked=${on} onChange=${async (
    event,
  ) => {
    const box = event.target,
      is = box.checked;
    say(
      (await turn(is)) || !is
        ? ""
        : "The browser blocks notifications from this address. Allow them in its settings.",
    );
    box.checked = isOn();
  }} /> Desktop notifications for urgent messages</label>${
    said
      ? html`<p
    class="problem" role="alert">${said}</p>`
      : null
  }${on ? html`<${About} />` : null}`;
}

/** What else this browser notifies about, and from whom. */
function About() {
  const { intents, senders } = choice.value;
  return html`<fieldset class="one-of"><legend>Also notify about</legend>${INTENTS.map(
    (each) => html`<label><input type="checkbox" checked=${intents.includes(each)}
      onChange=${(event) =>
        choose({
          intents: event.target.checked
            ? [...intents, each]
            : intents.filter((one) => one !== each),
        })} /> ${words(each)}</label>`,
  )}</fieldset>
    <p class="together"><label>Only from <input value=${senders.join(", ")} autocomplete="off"
    spellcheck="false" placeholder="all agents and people" onChange=${(event) =>
      choose({
        senders: event.target.value
          .split(",")
          .map((name) => name.trim())
          .filter(Boolean),
      })} /></label> <span class="dim">Names with a comma between them.</span></p>`;
}

/** The time zone in which this browser shows times. */
function Zone() {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return html`<p class="together"><label>Time zone <select value=${zone.value}
    onChange=${(event) => setZone(event.target.value)}><option value="">
      Of this browser (${own})</option>${[
        "UTC",
        ...(Intl.supportedValuesOf?.("timeZone") ?? []),
      ].map(
        (name) => html`<option value=${name} selected=${name === zone.value}>${name}</option>`,
      )}</select></label> <span class="dim num">Now: ${whole(now.value)}</span></p>`;
}

const ROLES = {
  human: "Person: reads and writes as themselves",
  owner: "Owner: also changes settings, keys and webhooks",
  agent: "Agent: reads and writes under its name",
  "read-only": "Read-only: reads, marks nothing",
  operator: "Operator: everything on this server, in all workspaces",
};

function Roles() {
  return html`<details class="roles"><summary>Roles</summary><dl>${Object.entries(ROLES).map(
    ([role, what]) => html`<div><dt>${role}</dt><dd>${what}</dd></div>`,
  )}</dl></details>`;
}

/** A link that signs a person in once. */
function Invite() {
  const [made, setMade] = useState(null),
    [problem, fail] = useState("");
  async function invite(event) {
    event.preventDefault();
    const { name, role } = event.target.elements;
    fail("");
    try {
      const link = await call("login.link", {
        name: name.value.trim(),
        as_owner: role.value === "owner",
      });
      setMade({ ...link, url: location.origin + root + link.path });
    } catch (error) {
      setMade(null);
      fail(refusal(error));
    }
  }
  return html`<form class="together" onSubmit=${invite}><label>Name of the person <input name="name"
      required maxlength="256" autocomplete="off" spellcheck="false" /></label>
    <label>Role <select name="role"><option value="human">Person</option><option value="owner">
      Owner</option></select></label> <button>Create invitation</button></form>
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : null}
    ${
      made
        ? html`<div class="shown-once" role="status"><p>Send this link to <b>
          ${safe(made.agent)}</b>.
          It signs in once, until <${Time} at=${made.expires_at} seconds=${false} />.</p>
          <p class="together"><code>${made.url}</code> <${Copy} text=${made.url}
          label="Copy link" />
          </p></div>`
        : null
    }`;
}

function One({ legend, name, value, of, onPick }) {
  return html`<fieldset class="one-of"><legend>${legend}</legend>${of.map(
    ([each, word]) => html`
    <label><input type="radio" name=${name} value=${each} checked=${each === value}
    onChange=${() => onPick(each)} /> ${word}</label>`,
  )}</fieldset>`;
}

function Keys({ given }) {
  const [keys, setKeys] = useState(given),
    [asked, ask] = useState(null),
    [problem, setProblem] = useState("");
  const [isAll, setAll] = useState(false),
    open = keys.filter(
      (key) => !key.revoked_at && !(key.expires_at && Date.parse(key.expires_at) < Date.now()),
    );
  async function revoke(key) {
    setProblem("");
    try {
      setKeys((await call("key.revoke", { id: key.id })).keys);
      ask(null);
    } catch (error) {
      setProblem(refusal(error));
    }
  }
  const [made, setMade] = useState(null);
  async function rotate(key) {
    setProblem("");
    try {
      setMade(await call("key.rotate", { id: key.id }));
      setKeys((await call("key.list", {})).keys);
    } catch (error) {
      setProblem(refusal(error));
    }
  }
  return html`${problem ? html`<p class="problem" role="alert">${problem}</p>` : null}
    ${
      made
        ? html`<p role="status">New key, shown only once: <code>${made.key}
    </code> The old key ${made.old_id} expires <${Time} at=${made.old_ends_at} day=${true} />.</p>
    `
        : null
    }
    <div class="wide"><table class="rows"><thead><tr><th scope="col">ID</th><th scope="col">Role
    </th><th scope="col">Agent</th><th scope="col">Label</th><th scope="col">Created</th><th
    scope="col">Expires</th><th scope="col"><span class="visually-hidden">Rotate or revoke</span>
      </th>
      </tr>
      </thead>
    <tbody>${(isAll ? keys : open).map(
      (key) => html`<tr key=${key.id}><td><code>${key.id}</code></td><td>${key.kind}</td><td>
        ${safe([key.agent, ...key.may_speak_as].filter(Boolean).join(", "))}</td><td>
        ${safe(key.label)}</td>
      <td class="dim"><${Time} at=${key.created_at} seconds=${false} /></td><td class="dim">
      ${
        key.revoked_at
          ? "revoked"
          : key.expires_at
            ? html`<${Time} at=${key.expires_at} day=${true}
      seconds=${false} />`
            : "never"
      }</td>
      <td>${
        key.revoked_at
          ? null
          : asked === key.id
            ? html`<button type="button" class="danger" onClick=${() => revoke(key)}>Confirm
              </button> <button type="button" class="quiet" onClick=${() => ask(null)}>Cancel
              </button>
              `
            : html`<button type="button" class="quiet" aria-label=${`Rotate ${key.id}`}
              onClick=${() => rotate(key)}>Rotate</button> <button type="button" class="quiet"
                aria-label=${`Revoke ${key.id}`} onClick=${() => ask(key.id)}>Revoke</button>`
      }</td></tr>`,
    )}</tbody></table></div>
    ${
      keys.length > open.length
        ? html`<p><button type="button" class="quiet"
    onClick=${() => setAll(!isAll)}>
      ${isAll ? "Hide expired keys" : `Show ${keys.length - open.length} expired`}</button>
      </p>`
        : null
    }`;
}
