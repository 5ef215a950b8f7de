/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Compressing beside secrets invites BREACH, and everything here is local or already ciphertext. Programs and styles alone are: lib/relay/http/program-files.ts.
  compress: false,
  // Types are a stage of their own in the test command, over tests and scripts too.
  typescript: { ignoreBuildErrors: true },
  devIndicators: false,
  turbopack: {
    // Texts are read for their plurals and arguments when this is built: no page needs the program that reads them.
    rules: {
      "**/i18n/*.json": {
        loaders: [
          {
            loader: "next-intl/extractor/catalogLoader",
            options: { messages: { format: "json", precompile: true } },
          },
        ],
        as: "*.js",
      },
    },
    resolveAlias: {
      "use-intl/format-message": "./node_modules/use-intl/dist/esm/production/format-message/format-only.js",
    },
  },
};

export default config;
