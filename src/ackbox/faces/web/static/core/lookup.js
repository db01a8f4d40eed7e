// Lookup: addresses of pages, agents by name, the order of presences and who is a person.
import { base, roster } from "./store.js";

/** The address of a page with its query; null and empty values are left out. */
export function address(path, query = {}) {
  const search = new URLSearchParams(
    Object.entries(query).filter(
      ([, value]) => value !== null && value !== undefined && value !== "",
    ),
  );
  const page = path.split("/").map(encodeURIComponent).join("/");
  return `${base}/${page}${search.size ? `?${search}` : ""}`;
}

export const presenceOf = (name) =>
  roster.value.agents.find((each) => each.agent === name)?.presence ?? "away";
export const names = () => roster.value.agents.map((each) => each.agent);

/**
 * Returns a function from a style token to its colour in the element's current theme. A canvas
 * needs one colour; the token itself names two.
 */
export function colours(element) {
  const known = new Map(),
    before = element.style.color;
  return (token) => {
    if (!known.has(token)) {
      element.style.color = `var(${token})`;
      known.set(token, getComputedStyle(element).color);
      element.style.color = before;
    }
    return known.get(token);
  };
}

/** Presences, the most present first. */
const PRESENCES = ["online", "idle", "away"];

/** The place of a presence in that order, for sorting: 0 is online. */
export const rankOf = (presence) => PRESENCES.indexOf(presence);

/** The most present of several presences. */
export const mostPresent = (presences) =>
  PRESENCES.find((each) => presences.includes(each)) ?? "away";

/** Sort agents: the most present first, then by name. */
export const byPresence = (one, other) =>
  rankOf(one.presence) - rankOf(other.presence) || one.agent.localeCompare(other.agent);

/** Whether a key of this role belongs to a person. */
export const isPerson = (role) => role === "human" || role === "owner";
