// Lookup: the address of a page, and who is here by name.
import { base, roster } from "./store.js";

/** The address of a page with a query; what is null or empty is left out. */
export function address(path, asked = {}) {
  const search = new URLSearchParams(
    Object.entries(asked).filter(
      ([, value]) => value !== null && value !== undefined && value !== "",
    ),
  );
  return `${base}/${path.split("/").map(encodeURIComponent).join("/")}${search.size ? `?${search}` : ""}`;
}

export const presenceOf = (name) =>
  roster.value.agents.find((each) => each.agent === name)?.presence ?? "away";
export const names = () => roster.value.agents.map((each) => each.agent);

/**
 * What a token is just now, in the element's theme, as a canvas takes it: a token itself is still
 * two colours.
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
