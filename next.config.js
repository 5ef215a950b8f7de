/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Compressing beside secrets invites BREACH, and everything here is local or already ciphertext. Programs and styles alone are: lib/relay/http/program-files.ts.
  compress: false,
  // Types are a stage of their own in the test command, over tests and scripts too.
  typescript: { ignoreBuildErrors: true },
  devIndicators: false,
};

export default config;
