// Shows the API document in Scalar, which asks this service alone: no fonts, proxies, assistants or statistics of others.
const folder = new URL(".", location.href).href;
Scalar.createApiReference("#api", {
  url: `${folder}openapi.json`,
  servers: [{ url: folder.replace(/\/$/, "") }],
  metaData: { title: "Verbatim" },
  agent: { disabled: true },
  mcp: { disabled: true },
  telemetry: false,
  withDefaultFonts: false,
  hideClientButton: true,
  showDeveloperTools: "never",
  persistAuth: false,
});
