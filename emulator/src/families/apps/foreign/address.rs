//! What an org's own address says about it: its name, and where its administrators go.

use url::{Host, Url};

/// The name of an org whose address has none, as on a developer's machine.
const NAMELESS: &str = "org";

/// Returns the org's name, which Okta has in front of its domain and at the start of the names of custom apps.
pub(in crate::families) fn name(base: &str) -> String {
    let label = label(base).unwrap_or_else(|| NAMELESS.to_owned());
    label.strip_suffix("-admin").map_or(label.clone(), str::to_owned)
}

/// Returns the address of the org's admin console: that of the org itself where there are no names.
pub(super) fn admin(base: &str) -> String {
    match label(base) {
        Some(label) if !label.ends_with("-admin") => base.replacen(&label, &format!("{label}-admin"), 1),
        _ => base.to_owned(),
    }
}

fn label(base: &str) -> Option<String> {
    let url = Url::parse(base).ok()?;
    let Some(Host::Domain(host)) = url.host() else {
        return None;
    };
    let (label, rest) = host.split_once('.')?;
    rest.contains('.').then(|| label.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_org_is_called_what_stands_before_its_domain() {
        let said =
            ["https://acme.okta.com", "https://acme-admin.okta.com", "http://127.0.0.1:8080", "http://localhost:1", "https://okta.com"]
                .map(|base| format!("{base} {} {}", name(base), admin(base)));
        insta::assert_snapshot!(said.join("\n"), @"
        https://acme.okta.com acme https://acme-admin.okta.com
        https://acme-admin.okta.com acme https://acme-admin.okta.com
        http://127.0.0.1:8080 org http://127.0.0.1:8080
        http://localhost:1 org http://localhost:1
        https://okta.com org https://okta.com
        ");
    }
}
