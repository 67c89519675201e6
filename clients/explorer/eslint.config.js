import eslint from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  globalIgnores(["dist", "src/facts/*.json"]),
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["*.js", "scripts/*.js"] } } },
    rules: {
      "max-lines": ["error", 250],
      "max-lines-per-function": ["error", { max: 40, skipComments: true }],
      "no-console": "error",
      // `||` is meant where an empty text or zero stands for nothing; names with dots come out of the environment.
      "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignorePrimitives: true }],
      "@typescript-eslint/dot-notation": "off",
    },
  },
  { files: ["tests/**"], rules: { "max-lines-per-function": "off" } },
  {
    files: ["scripts/**", "*.js"],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { "no-console": "off", "no-undef": "off" },
  },
);
