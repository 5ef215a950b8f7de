/** The zones and the one direction in which they may know each other (docs/ARCHITECTURE.md). */
const zone = (names) => `^lib/(${names})/`;
const only = (name, from, allowed, comment) => ({
  name,
  severity: "error",
  comment,
  from: { path: from },
  to: { path: "^(lib|app|prisma)/", pathNot: [...allowed, "^lib/shared/"] },
});

module.exports = {
  forbidden: [
    only("quantum-is-pure", zone("quantum"), [zone("quantum")], "physics knows nothing else"),
    only("network-over-quantum", zone("network"), [zone("network|quantum")], "topology and routing are pure"),
    only(
      "keys-over-network",
      zone("keys"),
      [zone("keys|network|quantum"), "^prisma/keys/"],
      "keys know no message",
    ),
    only(
      "gateway-over-keys",
      zone("gateway"),
      [zone("gateway|keys|network|protocol"), "^prisma/keys/"],
      "the gateway is the one place where keys and protocol meet",
    ),
    only("protocol-is-pure", zone("protocol"), [zone("protocol")], "what devices say to each other"),
    only("messenger-is-client", zone("messenger"), [zone("messenger|protocol")], "nothing on the server"),
    only(
      "relay-sees-no-key",
      zone("relay"),
      [zone("relay|protocol"), "^prisma/relay/", "^lib/network/data/"],
      "ciphertext only",
    ),
    only(
      "launcher-holds-nothing",
      zone("launcher"),
      [zone("launcher"), "^lib/network/data/"],
      "no secret, no zone",
    ),
    only("shared-is-a-leaf", zone("shared"), ["^prisma/(relay|keys)/client/"], "used by all, uses none"),
    only(
      "scenarios-are-clients",
      zone("scenarios"),
      [zone("scenarios|messenger|protocol|network"), "^lib/keys/(api-types|link-types)\\.ts$"],
      "scenes act as people and devices do",
    ),
    only(
      "screens-see-types-only",
      "^(app/(?!api/)|lib/ui/)",
      [
        "^app/(?!api/)",
        zone("ui|messenger|scenarios|protocol"),
        "^lib/keys/(api-types|link-types)\\.ts$",
        "^lib/network/data/",
        "^lib/relay/(auth/|http/runtime-config-for\\.ts$)",
      ],
      "screens talk to the messenger and to two HTTP faces",
    ),
    only(
      "api-is-the-relay's",
      "^app/api/",
      ["^app/api/", zone("relay|protocol")],
      "handlers of the web process",
    ),
    {
      name: "protocol-crypto-only",
      severity: "error",
      comment: "lib/protocol depends on its cryptographic libraries and nothing else",
      from: { path: zone("protocol") },
      to: { dependencyTypes: ["npm", "core"], pathNot: "node_modules/(@noble|@hpke|cborg)/" },
    },
    {
      name: "pure-zones-do-no-io",
      severity: "error",
      comment: "no clock, no file, no socket in physics and topology",
      from: { path: zone("quantum|network|protocol") },
      to: { dependencyTypes: ["core"] },
    },
    { name: "no-cycles", severity: "error", from: { path: "^(lib|app)/" }, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules|prisma/.*/client" },
    exclude: { path: "^(\\.next|\\.build)/" },
    tsPreCompilationDeps: true,
    parser: "swc",
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json"],
      conditionNames: ["import", "node", "default", "types"],
      exportsFields: ["exports"],
    },
  },
};
