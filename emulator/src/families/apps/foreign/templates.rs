//! Okta's own templates: bookmarks, forms that are filled in, and WS-Federation.
//!
//! The members of `settings.app` and their order are those of recorded answers; those of `template_sps` and `template_wsfed`,
//! which no recording has, are those of Okta's specification. What the specification requires must be sent.

use serde_json::Value;

use super::definition::{
    Definition, Guide, Link,
    Unsaid::{False, Null, Refused},
};

const fn template(name: &'static str, only: &'static str) -> Definition {
    Definition { only: Some(only), universal_logout: || Value::Null, ..Definition::named(name) }
}

pub(super) const TABLE: &[Definition] = &[
    Definition {
        app: &[("requestIntegration", False), ("url", Refused)],
        links: &[Link::numbered("login", 2557)],
        ..template("bookmark", "BOOKMARK")
    },
    Definition {
        app: &[("loginUrlRegex", Null), ("authURL", Refused), ("url", Refused)],
        links: &[Link::numbered("login", 2873)],
        ..template("template_basic_auth", "BASIC_AUTH")
    },
    Definition {
        app: &[
            ("loginUrlRegex", Null),
            ("usernameField", Refused),
            ("redirectUrl", Null),
            ("buttonField", Refused),
            ("checkbox", Null),
            ("passwordField", Refused),
            ("url", Refused),
        ],
        links: &[Link::numbered("login", 2357)],
        ..template("template_swa", "BROWSER_PLUGIN")
    },
    Definition {
        app: &[
            ("loginUrlRegex", Null),
            ("extraFieldSelector", Refused),
            ("extraFieldValue", Refused),
            ("redirectUrl", Null),
            ("userNameSelector", Refused),
            ("passwordSelector", Refused),
            ("buttonSelector", Refused),
            ("targetURL", Refused),
        ],
        links: &[Link::numbered("login", 3287)],
        ..template("template_swa3field", "BROWSER_PLUGIN")
    },
    Definition {
        app: &[
            ("url", Refused),
            ("passwordField", Refused),
            ("usernameField", Refused),
            ("optionalField1", Null),
            ("optionalField1Value", Null),
            ("optionalField2", Null),
            ("optionalField2Value", Null),
            ("optionalField3", Null),
            ("optionalField3Value", Null),
        ],
        links: &[Link::plain("login")],
        ..template("template_sps", "SECURE_PASSWORD_STORE")
    },
    Definition {
        app: &[
            ("audienceRestriction", Refused),
            ("groupName", Null),
            ("groupValueFormat", Refused),
            ("realm", Null),
            ("wReplyURL", Refused),
            ("attributeStatements", Null),
            ("nameIDFormat", Refused),
            ("authnContextClassRef", Refused),
            ("siteURL", Refused),
            ("wReplyOverride", False),
            ("groupFilter", Null),
            ("usernameAttribute", Refused),
        ],
        links: &[Link::plain("login")],
        guide: Guide::Instructions,
        ..template("template_wsfed", "WS_FEDERATION")
    },
];
