// Settings: how this browser looks, how the workspace behaves, and its keys.
import { useState } from "../vendor/hooks.js";
import { density, nextDensity, setTheme, theme, Top } from "../core/frame.js";
import { lettersOff, setLetters } from "../core/keys.js";
import { Time, html, safe } from "../widgets/ui.js";
import { isOn, turn, wanted } from "../core/notices.js";
import { call, me, refusal, root } from "../core/store.js";

const UNKNOWN = {
  hold: "hold its post until it comes",
  refuse: "refuse, and name who is near",
  inactive: "refuse, also who is not here now",
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
      ["system", "as the system"],
      ["light", "light"],
      ["dark", "dark"],
    ]} onPick=${setTheme} />
    <${One} legend="Density" name="density" value=${density.value} of=${[
      ["compact", "compact"],
      ["normal", "normal"],
      ["roomy", "roomy"],
    ]} onPick=${(value) => {
      while (density.value !== value) nextDensity();
    }} />
    <label class="together"><input type="checkbox" checked=${!lettersOff.value}
    onChange=${(event) => setLetters(event.target.checked)} /> Single letters are keys (j, k, c, …)
      </label>
    <${Notices} />
    <h2>Workspace <bdi>${safe(own.name)}</bdi></h2>
    <p class="dim">${own.mode === "open" ? "Open: its members read everything." : "Private: sender, recipients and operators read a message."} ${own.agents} ${own.agents === 1 ? "agent has" : "agents have"} been here.</p>
    ${
      mayAdmin
        ? html`<${One} legend="A message to a name that nobody has seen" name="unknown"
          value=${own.settings.unknown ?? "hold"} of=${Object.entries(UNKNOWN)}
            onPick=${(value) => save({ unknown: value })} />
      <form class="together" onSubmit=${(event) => {
        event.preventDefault();
        save({ hops_limit: Number(event.target.elements.hops.value) });
      }}><label>Answers in a thread without a person before it stops
        <input name="hops" type="number" min="1" max="10000"
        defaultValue=${own.settings.hops_limit ?? 64} /></label> <button>Save</button></form>`
        : html`<p class="dim">Your key changes none of it; an admin's does, or <code>
          ackbox workspace settings</code> on the server's machine.</p>`
    }
    <p role="status">${said}</p>${
      problem
        ? html`<p class="problem" role="alert">${problem}</p>
    `
        : null
    }
    <h2>You</h2><p><b>${safe(me.agent ?? "nobody by name")}</b>, with a key of kind ${me.role}
    . <span class="dim">It may ${me.may.map((each) => each.replaceAll("_", " ")).join(", ")}.</span>
      </p>
    <form method="post" action=${`${root}/logout`}><button>Sign out</button></form>
    <h2>Keys</h2>${
      data.keys
        ? html`<${Keys} given=${data.keys} />`
        : html`<p class="dim">
    Keys are listed to an admin. On the server's machine: <code>ackbox key list</code></p>`
    }</div>
      </div></div>`;
}

/** The browser has the last word; what it said stands beside the box. */
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
        : "The browser does not allow it for this address; its own settings decide.",
    );
    box.checked = isOn();
  }} /> The browser tells me what is urgent while this page is not in front</label>${
    said
      ? html`<p
    class="problem" role="alert">${said}</p>`
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
        ? html`<p role="status">The new key, shown this once: <code>${made.key}
    </code> The old one, ${made.old_id}, ends <${Time} at=${made.old_ends_at} day=${true} />.</p>
    `
        : null
    }
    <div class="wide"><table class="rows"><thead><tr><th scope="col">Id</th><th scope="col">Kind
    </th><th scope="col">Speaks as</th><th scope="col">Note</th><th scope="col">Made</th><th
    scope="col">Until</th><th scope="col"><span class="away">Rotate or revoke</span></th></tr>
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
            : "no end"
      }</td>
      <td>${
        key.revoked_at
          ? null
          : asked === key.id
            ? html`<button type="button" class="danger" onClick=${() => revoke(key)}>Revoke for good
              </button> <button type="button" class="quiet" onClick=${() => ask(null)}>Keep</button>
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
      ${isAll ? "Only those in use" : `Also ${keys.length - open.length} that have ended`}</button>
      </p>`
        : null
    }`;
}
