// Signing in. The link's secret follows the # of the address, so it never reaches a server log;
// this script removes it from the address before it does anything else.
const form = document.querySelector("form");
const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("link"));
const say = document.getElementById("say");
// Empty, or the path under which a proxy serves the dashboard.
const root = new URL(import.meta.url).pathname.split("/assets/")[0];
const next = new URLSearchParams(location.search).get("next");

/** Remove the link from the address and return it. */
function taken() {
  const link = location.hash.slice(1);
  history.replaceState(null, "", root + "/login" + location.search);
  if (link.startsWith("abx_")) return link;
  // Not a link but the anchor on the page to which the person returns.
  if (link) place = `#${link}`;
  return "";
}
let place = "";
const link = taken();
// Pasting a link while this page is open changes only the part after #.
addEventListener("hashchange", () => {
  const later = taken();
  if (later) redeem(later);
});

const there = () =>
  location.replace(
    next?.startsWith(root) && /^\/(w\/[^/\\]|authorize\?)/.test(next.slice(root.length))
      ? next + place
      : `${root}/`,
  );

async function redeem(text) {
  say.className = "";
  say.textContent = "Signing in…";
  const answer = await fetch(`${root}/login`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ link: text }),
  });
  if (answer.ok) return there();
  const told = await answer.json().catch(() => null);
  say.className = "problem";
  say.textContent =
    (told?.error?.message ?? "Signing in failed.") + " " + (told?.error?.hint ?? "");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  redeem(input.value);
});

if (link && form.dataset.asked === "no") redeem(link);
else if (link) {
  input.value = link;
  say.textContent = "Another page sent you here. Sign in with its link?";
}
// Already signed in: the browser did not send the strict cookie because the link was on another
// site.
else if (next && !document.querySelector(".problem"))
  fetch(`${root}/v1/me`).then((answer) => {
    if (answer.ok) there();
  });
