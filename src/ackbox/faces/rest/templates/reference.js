// The search of the reference: shows the operations that contain all words, as the reader types.
const box = /** @type {HTMLInputElement} */ (document.getElementById("search"));
const found = /** @type {HTMLElement} */ (document.getElementById("found"));
const sections = [...document.querySelectorAll("main section")].map((section) => ({
  section: /** @type {HTMLElement} */ (section),
  link: document.querySelector(`nav a[href="#${CSS.escape(section.id)}"]`)?.parentElement,
  // Not the examples: a name in a response would find nearly everything.
  text: [...section.querySelectorAll("h2, .name, p, td")]
    .map((part) => part.textContent ?? "")
    .join(" ")
    .toLowerCase(),
}));
const groups = [...document.querySelectorAll("nav .group")];

function search() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const { section, link, text } of sections) {
    const fits = words.every((word) => text.includes(word));
    section.hidden = !fits;
    if (link) link.hidden = !fits;
    count += Number(fits);
  }
  for (const group of groups) {
    /** @type {HTMLElement} */ (group).hidden = !group.querySelector("li:not([hidden])");
  }
  found.textContent = words.length === 0 ? "" : `${count} of ${sections.length} operations`;
}

box.addEventListener("input", search);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== box) {
    event.preventDefault();
    box.focus();
  } else if (event.key === "Escape" && document.activeElement === box) {
    box.value = "";
    search();
  }
});
// A link to an operation that the search hides shows it.
addEventListener("hashchange", () => {
  const target = document.getElementById(location.hash.slice(1));
  if (target?.hidden) {
    box.value = "";
    search();
    target.scrollIntoView();
  }
});
/** @type {HTMLElement} */ (document.querySelector("search")).hidden = false;
// A browser keeps what was typed when the page is loaded again.
search();
