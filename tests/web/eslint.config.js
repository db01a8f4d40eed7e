// What eslint checks: the dashboard's scripts, which run in a browser, and the tests', in node.
import js from "@eslint/js";
import globals from "globals";

const rules = {
  ...js.configs.recommended.rules,
  eqeqeq: ["error", "always", { null: "ignore" }],
  "no-implicit-globals": "error",
  "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
  "no-var": "error",
  "object-shorthand": "error",
  "prefer-const": ["error", { destructuring: "all" }],
};
const DASHBOARD = ["src/ackbox/faces/web/static/**/*.js", "src/ackbox/faces/rest/**/*.js"];

export default [
  { ignores: ["**/node_modules/**", "src/ackbox/faces/web/static/vendor/**"] },
  { files: DASHBOARD, languageOptions: { globals: globals.browser }, rules },
  { files: ["tests/**/*.{js,mjs}"], languageOptions: { globals: globals.node }, rules },
];
