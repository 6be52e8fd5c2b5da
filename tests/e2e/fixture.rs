//! Manifests that several scenarios start from.

use serde_json::{Value, json};

use crate::org::TestOrg;

/// The modulus of the RSA key that RFC 7515 gives as an example.
pub(crate) const MODULUS: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";

/// A web app whose secret is in the environment.
pub(crate) const WEB: &str = r#"
apiVersion: idpctl/v1
kind: App
metadata: {name: web-portal}
spec:
  label: Web portal
  visibility: {hide: {iOS: true, web: true}}
  settings:
    oauthClient:
      application_type: web
      grant_types: [authorization_code]
      response_types: [code]
      redirect_uris: [https://portal.example.com/callback]
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {name: web-portal}
spec:
  client_id: web-portal
  client_secrets: [{name: "2026-09", env: IDPCTL_WEB_PORTAL_SECRET}]
"#;

/// A service app with a key and two scopes.
pub(crate) const WORKER: &str = "
apiVersion: idpctl/v1
kind: App
metadata: {name: billing-worker}
spec:
  label: Billing worker
  settings:
    oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {name: billing-worker}
spec:
  token_endpoint_auth_method: private_key_jwt
  jwks: {file: keys/billing-worker.json}
---
apiVersion: idpctl/v1
kind: Grant
metadata: {name: billing-worker}
spec: {scopes: [okta.users.read, okta.groups.read]}
";

/// The secret of the web app.
pub(crate) const SECRET: &str = "a secret of a good length";

impl TestOrg {
    /// Declares the web app and the service app.
    pub(crate) fn declare_both(&mut self) {
        self.set("IDPCTL_WEB_PORTAL_SECRET", SECRET);
        self.write("manifests/web-portal.yaml", WEB);
        self.write("manifests/billing-worker.yaml", WORKER);
        self.write("keys/billing-worker.json", keys().to_string());
    }

    /// Serves a new org, and declares the web app and the service app.
    pub(crate) fn with_both() -> Self {
        let mut test = Self::new();
        test.declare_both();
        test
    }

    /// Changes the live app with a label by hand.
    pub(crate) fn edit(&self, label: &str, change: impl FnOnce(&mut Value)) {
        let mut app = self.app(label);
        change(&mut app);
        self.send("PUT", &format!("/api/v1/apps/{}", app["id"].as_str().expect("an id")), &app);
    }

    /// Replaces a text in a file of the repository.
    pub(crate) fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} does not say {from}");
        self.write(path, text.replace(from, to));
    }
}

/// The key set of the service app.
pub(crate) fn keys() -> Value {
    json!({"keys": [{"kty": "RSA", "kid": "billing-2026", "use": "sig", "e": "AQAB", "n": MODULUS}]})
}
