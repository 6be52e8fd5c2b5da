//! Apps of Okta's catalogue, as far as the answers of recorded orgs show what they are made of.
//!
//! This is configuration: another app of the catalogue is another row. What a row does not say is what most rows have.

use serde_json::{Value, json};

use super::definition::{
    Definition, Guide, Link,
    Unsaid::{False, Null},
};

/// The logout that apps have which can end a session but nobody made them.
fn logout_is_off() -> Value {
    json!({"status": "DISABLED", "supportType": "FULL", "identityStack": "NOT_SHARED", "protocol": "PROPRIETARY"})
}

fn microsoft_logout_is_off() -> Value {
    json!({"status": "DISABLED", "supportType": "PARTIAL", "identityStack": "SHARED", "protocol": "PROPRIETARY"})
}

/// Nobody can consent to anything here, so what needs it is always refused.
fn microsoft_wants_consent(mode: &str, app: &Value) -> Option<&'static str> {
    let federated = matches!(mode, "SAML_1_1" | "WS_FEDERATION");
    (federated && app["wsFedConfigureType"] == "AUTO")
        .then_some("In order to continue using WS-FED Auto for SSO, you must grant admin consent.")
}

pub(super) const TABLE: &[Definition] = &[
    Definition::named("applauz"),
    Definition { links: &[Link::numbered("aws_console_login", 4163)], ..Definition::named("aws_console") },
    Definition {
        app: &[("groupFilter", Null), ("siteURL", Null), ("pushGroupsWithSAML", False)],
        links: &[Link::numbered("login", 72)],
        universal_logout: logout_is_off,
        ..Definition::named("boxnet")
    },
    Definition::named("deel"),
    Definition { forms: None, ..Definition::named("deelhr") },
    Definition { app: &[("oktaSubDomain", Null)], ..Definition::named("jeli") },
    Definition {
        app: &[
            ("tenantType", Null),
            ("wsFedConfigureType", Null),
            ("occSettings", Null),
            ("windowsTransportEnabled", False),
            ("domain", Null),
            ("msftTenant", Null),
            ("domains", Null),
            ("office365ProvisioningType", Null),
            ("requireAdminConsent", False),
            ("office365FlexibleProvisioningMode", Null),
        ],
        links: &[
            Link::numbered("calendar", 30783),
            Link::numbered("mail", 30781),
            Link::plain("teams"),
            Link::numbered("sites", 31737),
            Link::plain("delve"),
            Link::plain("sway"),
            Link::numbered("login", 2161),
            Link::plain("powerbi"),
            Link::numbered("people", 31727),
            Link::plain("excel"),
            Link::plain("yammer"),
            Link::numbered("newsfeed", 31729),
            Link::numbered("onedrive", 30785),
            Link::plain("word"),
            Link::plain("planner"),
            Link::plain("powerpoint"),
            Link::plain("tasks"),
            Link::plain("forms"),
            Link::plain("crm"),
        ],
        licensed: true,
        universal_logout: microsoft_logout_is_off,
        objection: microsoft_wants_consent,
        ..Definition::named("office365")
    },
    Definition {
        app: &[("acsUrl", Null), ("audRestriction", Null), ("baseUrl", Null), ("idpId", Null)],
        links: &[Link::numbered("login", 51975)],
        ..Definition::named("okta_org2org")
    },
    Definition {
        app: &[("adminUserId", Null), ("baseUrl", Null), ("subdomain", Null)],
        links: &[Link::numbered("login", 3107)],
        ..Definition::named("pagerduty")
    },
    Definition {
        app: &[("groupFilter", Null), ("siteURL", Null), ("attributeStatements", Null)],
        links: &[Link::numbered("login", 3601)],
        guide: Guide::Instructions,
        ..Definition::named("sharepoint_onpremise")
    },
    Definition { app: &[("base_url", Null)], ..Definition::named("strongdm") },
    Definition {
        app: &[("authToken", Null), ("companySubDomain", Null), ("encryptedAuthToken", Null)],
        links: &[Link::numbered("login", 238)],
        universal_logout: logout_is_off,
        ..Definition::named("zendesk")
    },
];
