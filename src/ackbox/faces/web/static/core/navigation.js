// Navigation: the pages and agents on the left, and the menu of the signed-in person.
import { signal } from "../vendor/signals.js";
import { useEffect, useRef } from "../vendor/hooks.js";
import { html, Human, Icon, Presence, safe, seen } from "../widgets/ui.js";
import { density, go, nextDensity, nextTheme, route, theme } from "./frame.js";
import { help } from "./keys.js";
import { address, rankOf } from "./lookup.js";
import { PAGES, placeOf } from "./pages.js";
import { base, first, me, needs, root, roster, workspace } from "./store.js";

/** Whether the navigation is open on a narrow screen. */
export const isOpen = signal(false);
/** Whether the palette is open. */
export const palette = signal(false);
/** The pages of the navigation: [name, page] pairs. */
export const listed = () => Object.entries(PAGES).filter(([, page]) => page.place);

const MORE = "ackbox.more",
  MAX_AGENTS = 100,
  MAX_AWAITED = 20;
const THEME_ICONS = {
  dark: "M13 9.5A5.5 5.5 0 1 1 6.5 3a4.5 4.5 0 0 0 6.5 6.5z",
  light:
    "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.2M8 13.3v1.2" +
    "M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9" +
    "M11.7 4.3l.9-.9",
  system: "M2 3h12v8H2zM5.5 13.5h5M8 11v2.5",
};

/** Online agents first, then those with unread messages, then by presence. */
const rank = (each) =>
  each.presence === "online" ? 0 : each.unread ? 1 : 1 + rankOf(each.presence);
const byRank = (one, other) => rank(one) - rank(other) || one.agent.localeCompare(other.agent);

/** Agents to show. If there are too many, those with waiting messages come first. */
function agentsShown({ agents, total, waiting }) {
  if (total <= MAX_AGENTS) return [...agents].sort(byRank);
  const names = new Set(waiting.map((each) => each.agent));
  const others = agents.filter((each) => !names.has(each.agent)).sort(byRank);
  return [...waiting, ...others].slice(0, MAX_AGENTS);
}

/** Keep the order of agents while the pointer is over them; others follow at the end. */
function useSteady(agents) {
  const held = useRef(false),
    order = useRef([]);
  const placeOfName = ({ agent }) => (order.current.indexOf(agent) + 1 || Infinity) - 1;
  const now = held.current
    ? [...agents].sort((one, other) => placeOfName(one) - placeOfName(other) || 0)
    : agents;
  order.current = now.map((each) => each.agent);
  const hold = (is) => () => {
    held.current = is;
  };
  return [now, { onPointerEnter: hold(true), onPointerLeave: hold(false) }];
}

export function Navigation() {
  const { online, total, awaited } = roster.value,
    [agents, holding] = useSteady(agentsShown(roster.value)),
    isMore = PAGES[route.value.page]?.more || localStorage.getItem(MORE) === "on";
  return html`<nav class=${`left ${isOpen.value ? "is-open" : ""}`} aria-label="Pages and agents">
    <div class="brand">
      <a href=${`${base}/live`} class="logo" aria-label="ackbox">ackbox</a><${Workspace} />
    </div>
    <${Places} of=${listed().filter(([, page]) => !page.more)} />
    <details class="more-places" open=${isMore} onToggle=${(event) => {
      localStorage.setItem(MORE, event.target.open ? "on" : "off");
    }}><summary>More</summary>
      <${Places} of=${listed().filter(([, page]) => page.more)} /></details>
    <h2>Agents <span class="num">${online}/${total}</span></h2>
    <ul class="agents" ...${holding}>
      ${agents.map((each) => html`<${Agent} key=${each.agent} each=${each} />`)}
      ${total > agents.length ? html`<${More} count=${total - agents.length} />` : null}
      ${awaited.slice(0, MAX_AWAITED).map(
        (name) => html`<${Awaited} key=${`?${name}`} name=${name}
      />`,
      )}
    </ul>
    <${Me} />
  </nav>`;
}

function Workspace() {
  if (first.workspaces.length < 2)
    return html`<span class="dim"><bdi>${safe(workspace)}</bdi></span>`;
  const open = (event) =>
    location.assign(`${root}/w/${encodeURIComponent(event.target.value)}/live`);
  return html`<label><span class="visually-hidden">Workspace</span><select onChange=${open}>
    ${first.workspaces.map(
      (name) => html`<option value=${name} selected=${name === workspace}>${safe(name)}</option>`,
    )}</select></label>`;
}

const Places = ({ of }) =>
  html`<ul class="places">${of.map(
    ([name, page]) => html`<${Place} name=${name} page=${page} />
    `,
  )}</ul>`;

function Place({ name, page }) {
  const { page: open, about } = route.value,
    isHere = page.at ? page.at === [open, ...about].join("/") : open === name,
    own = page.at && roster.value.agents.find((each) => each.agent === me.agent),
    count = name === "needs" ? needs.value : own?.unread;
  return html`<li class=${page.apart ? "is-apart" : null}><a href=${placeOf(name)}
    aria-current=${isHere ? "page" : null}
    title=${page.key ? `g ${page.key}` : null}>${page.title}
    ${
      count
        ? html`<span class=${page.at ? "num dim" : "num badge"}>${count >= 100 ? "100+" : count}
          </span>`
        : null
    }
  </a></li>`;
}

function Agent({ each }) {
  const isHere = route.value.page === "a" && route.value.about[0] === each.agent;
  const last = each.presence === "online" || !each.last_seen ? "" : seen(each).replace(" ago", "");
  return html`<li><a href=${address(`a/${each.agent}`)}
    aria-current=${isHere ? "page" : null} title=${each.summary ? safe(each.summary) : null}>
    <${Presence} state=${each.presence} />
    <span class="line"><bdi>${safe(each.agent)}</bdi></span>
    ${each.kind === "human" ? html`<${Human} />` : null}
    ${each.activity ? html`<span class="dim small">${each.activity}</span>` : null}
    ${
      each.unread
        ? html`<b class="num small" title="unread">${each.unread >= 100 ? "100+" : each.unread}
            <span class="visually-hidden"> unread</span></b>`
        : html`<span class="dim num small">${each.activity ? "" : last}</span>`
    }
  </a></li>`;
}

function More({ count }) {
  return html`<li><a href=${`${base}/agents`} class="dim">and ${count.toLocaleString("en")} more</a>
    </li>`;
}

function Awaited({ name }) {
  return html`<li class="awaited"><a href=${address(`a/${name}`)}
    title="Messages are waiting; no agent with this name has connected yet">
    <span class="presence is-never"></span>
    <span class="line dim"><bdi>${safe(name)}</bdi></span>
  </a></li>`;
}

const APPEARANCE = { system: "as the system", light: "light", dark: "dark" };

/** The menu of the signed-in person: appearance, help, settings, sign-out. */
function Me() {
  const menu = useRef(null);
  useEffect(() => {
    const close = (event) => {
      if (!menu.current?.contains(event.target)) menu.current.open = false;
    };
    document.addEventListener("click", close);
    document.addEventListener("focusin", close);
    return () => {
      document.removeEventListener("click", close);
      document.removeEventListener("focusin", close);
    };
  }, []);
  const closed = (run) => () => {
    menu.current.open = false;
    run();
  };
  return html`<details class="me" ref=${menu} onKeyDown=${(event) => {
    if (event.key !== "Escape" || !menu.current.open) return;
    event.preventDefault();
    menu.current.open = false;
    menu.current.firstElementChild.focus();
  }}><summary><span class="line"><b><bdi>${safe(me.agent ?? me.role)}</bdi></b> <span
    class="dim">${me.role}</span></span><${Icon} d="M4 10l4-4 4 4" /></summary>
    <div class="menu-of">
      <button type="button" onClick=${nextTheme}><${Icon} d=${THEME_ICONS[theme.value]} />
        Theme: ${APPEARANCE[theme.value]}</button>
      <button type="button" onClick=${nextDensity}><${Icon} d="M3 4h10M3 8h10M3 12h10" />
        Density: ${density.value}</button>
      <button type="button" onClick=${closed(() => {
        help.value = true;
      })}><${Icon} d="M2 4.5h12v7H2zM5 9.5h6M5 7h.1M8 7h.1M11 7h.1" />
        Shortcuts and symbols</button>
      <button type="button" onClick=${closed(() => go(`${base}/settings`))}><${Icon}
        d="M2 5h6M12 5h2M2 11h2M8 11h6M8 3v4h4V3zM4 9v4h4V9z" /> Settings</button>
      <form method="post" action=${`${root}/logout`}><button><${Icon}
        d="M6 2.5H3v11h3M7 8h7M11 5l3 3-3 3" /> Sign out</button></form>
    </div></details>`;
}
