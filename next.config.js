/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Compressing beside secrets invites BREACH, and everything here is local or already ciphertext.
  compress: false,
  typescript: { ignoreBuildErrors: false },
  devIndicators: false,
};

export default config;
