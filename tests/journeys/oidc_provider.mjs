// The certified OpenID Connect provider of npm (oidc-provider), with one client: this place. See docs/testing.md.
// Environment: OIDC_PORT, OIDC_CLIENT (its metadata, JSON). Whoever types a name is that subject; the strength is chosen.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const found = createRequire(process.cwd() + "/").resolve("oidc-provider");
const { default: Provider } = await import(pathToFileURL(found));
const issuer = `http://127.0.0.1:${process.env.OIDC_PORT}`;

const provider = new Provider(issuer, {
  clients: [JSON.parse(process.env.OIDC_CLIENT)],
  acrValues: ["AAL1_USERPASS", "AAL3_ANY"],
  clientAuthMethods: ["private_key_jwt"],
  enabledJWA: { clientAuthSigningAlgValues: ["RS512"] },
  pkce: { required: () => true },
  cookies: { keys: ["only for this test"] },
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
  findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  // It refuses to call machines on loopback, where this place runs here.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid");
    await grant.save();
    return grant;
  },
});

const PAGE = `<!doctype html><title>Provider</title><form method="post">
<label>Name <input name="name"></label> <button name="acr" value="AAL3_ANY">Smartcard</button>
<button name="acr" value="AAL1_USERPASS">Password</button></form>`;

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  if (ctx.method === "GET") {
    ctx.type = "html";
    ctx.body = PAGE;
    return;
  }
  let body = "";
  for await (const chunk of ctx.req) body += chunk;
  const typed = new URLSearchParams(body);
  const login = { accountId: typed.get("name"), acr: typed.get("acr"), remember: false };
  ctx.respond = false;
  await provider.interactionFinished(ctx.req, ctx.res, { login });
});

for (const event of ["server_error", "grant.error", "authorization.error", "backchannel.error"]) {
  provider.on(event, (ctx, error) => console.error(event, error?.message, error?.cause ?? error?.error_description));
}
provider.listen(Number(process.env.OIDC_PORT), "127.0.0.1", () => console.log("ready"));
