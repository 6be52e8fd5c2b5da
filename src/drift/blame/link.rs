//! Where an entry of the log is to be seen: the Admin Console's search for it.

use jiff::{SignedDuration, Timestamp};

use crate::observed::EventId;
use crate::request::segment;

/// The domains of Okta's below which each org has a name, and a second one with `-admin` for its Admin Console.
const DOMAINS: [&str; 6] = ["okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com", "okta.mil", "trexcloud.com"];
/// The search shows the last seven days unless it is told otherwise.
const AROUND: SignedDuration = SignedDuration::from_hours(1);

/// Returns what to search the log for.
pub(super) fn search(event: &EventId) -> String {
    format!("uuid eq {}", serde_json::Value::from(event.0.as_str()))
}

/// Returns the page of an org's Admin Console that shows an entry; `None` where it is not known, as under a custom domain.
pub(super) fn link(org: &str, event: &EventId, at: Timestamp) -> Option<String> {
    let host = org.strip_prefix("https://")?.trim_end_matches('/');
    let (name, domain) = host.split_once('.')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !is_name || !DOMAINS.contains(&domain) {
        return None;
    }
    let time = |at: Timestamp| segment(&at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    let (from, to) = (at.checked_sub(AROUND).ok()?, at.checked_add(AROUND).ok()?);
    let search = segment(&search(event));
    let name = name.strip_suffix("-admin").unwrap_or(name);
    Some(format!("https://{name}-admin.{domain}/report/system_log_2?search={search}&fromTime={}&toTime={}", time(from), time(to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_searched_for_at_the_org_s_own_console_or_nowhere() {
        let event = EventId("3f2a\"&x=<script>".to_owned());
        let link = |org| link(org, &event, "2026-11-22T01:02:03.456Z".parse().unwrap());
        insta::assert_snapshot!(link("https://acme.okta.com").unwrap(), @"https://acme-admin.okta.com/report/system_log_2?search=uuid%20eq%20%223f2a%5C%22%26x%3D%3Cscript%3E%22&fromTime=2026-11-22T00%3A02%3A03Z&toTime=2026-11-22T02%3A02%3A03Z");
        assert!(link("https://dev-1.oktapreview.com/").unwrap().starts_with("https://dev-1-admin.oktapreview.com/report/"));
        let elsewhere = [
            "https://id.acme.com",
            "http://acme.okta.com",
            "https://a.b.okta.com",
            "https://okta.com",
            "https://x@evil.okta.com",
            "http://localhost",
        ];
        assert_eq!(elsewhere.map(link), [const { None }; 6]);
        insta::assert_snapshot!(search(&event), @r#"uuid eq "3f2a\"&x=<script>""#);
    }
}
