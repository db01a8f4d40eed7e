// Checks the types of the dashboard's scripts, as `tsc --checkJs --noEmit` would, but leaves out
// what it finds in vendored files: they are checked where they are made.
import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const folder = join(root, "src/ackbox/faces/web/static");
const isVendored = (name) => name.split(/[\\/]/).includes("vendor");

const scripts = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith(".js") && !isVendored(name))
  .map((name) => join(folder, name))
  .concat(join(root, "src/ackbox/faces/rest/templates/reference.js"));
const program = ts.createProgram(scripts, {
  allowJs: true,
  checkJs: true,
  noEmit: true,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  types: [],
});
const found = ts
  .getPreEmitDiagnostics(program)
  .filter((each) => !isVendored(relative(folder, each.file?.fileName ?? "")));
const host = {
  getCurrentDirectory: () => root,
  getCanonicalFileName: (name) => name,
  getNewLine: () => "\n",
};
process.stdout.write(ts.formatDiagnostics(found, host));
process.exitCode = found.length ? 1 : 0;
