//! `settings.oauthClient`: what was sent, with Okta's defaults, in Okta's order.

use serde_json::{Map, Value, json};

use super::{
    document::App,
    fields::{Field, Problems, Shape, Unset, keep_unknown, object, texts},
    jwk,
};
use crate::{
    answer::Refusal,
    families::Exchange,
    switches::{Feature, IssuerModeDefault, JwksWithUri, ResponseTypesDefault, SloFeature, Switches},
};

const SIGNING: Shape = Shape::OneOf(&["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]);
const ENCRYPTION: Shape = Shape::OneOf(&["RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512"]);
const TYPES: Shape = Shape::OneOf(&["web", "native", "browser", "service"]);
const CONSENT: Shape = Shape::OneOf(&["TRUSTED", "REQUIRED"]);
const ISSUER: Shape = Shape::OneOf(&["ORG_URL", "CUSTOM_URL", "DYNAMIC"]);
const WILDCARD: Shape = Shape::OneOf(&["DISABLED", "SUBDOMAIN"]);
const SUBJECT: Shape = Shape::OneOf(&["public", "pairwise"]);
const DELIVERY: Shape = Shape::OneOf(&["poll", "ping", "push"]);

pub(super) const CIBA: &str = "urn:openid:params:grant-type:ciba";

/// A place in the answer: a member that follows the common rules, or one with rules of its own.
enum Place {
    Plain(Field),
    Own(&'static str),
}

impl Place {
    fn name(&self) -> &'static str {
        match self {
            Self::Plain(field) => field.name,
            Self::Own(name) => name,
        }
    }
}

const fn plain(name: &'static str, shape: Shape, unset: Unset) -> Place {
    Place::Plain(Field::new(name, shape, unset))
}

/// The members in the order of recorded answers. Members that no recording shows stand beside their likes.
const PLACES: &[Place] = &[
    plain("client_uri", Shape::Text(1024), Unset::Null),
    plain("logo_uri", Shape::Text(1024), Unset::Null),
    plain("tos_uri", Shape::Web, Unset::Absent),
    plain("policy_uri", Shape::Web, Unset::Absent),
    plain("redirect_uris", Shape::Texts, Unset::Empty),
    plain("post_logout_redirect_uris", Shape::Texts, Unset::Absent),
    Place::Own("response_types"),
    plain("grant_types", Shape::Texts, Unset::Empty),
    plain("initiate_login_uri", Shape::Uri, Unset::Absent),
    Place::Own("jwks"),
    plain("jwks_uri", Shape::Web, Unset::Absent),
    plain("request_object_signing_alg", SIGNING, Unset::Absent),
    plain("id_token_encrypted_response_alg", ENCRYPTION, Unset::Absent),
    plain("sector_identifier_uri", Shape::Uri, Unset::Absent),
    plain("subject_type", SUBJECT, Unset::Absent),
    plain("application_type", TYPES, Unset::Text("web")),
    Place::Own("consent_method"),
    Place::Own("issuer_mode"),
    Place::Own("refresh_token"),
    Place::Own("idp_initiated_login"),
    plain("wildcard_redirect", WILDCARD, Unset::Text("DISABLED")),
    Place::Own("backchannel_token_delivery_mode"),
    plain("backchannel_custom_authenticator_id", Shape::Text(20), Unset::Absent),
    plain("backchannel_authentication_request_signing_alg", SIGNING, Unset::Absent),
    plain("dpop_bound_access_tokens", Shape::Flag, Unset::Flag(false)),
    Place::Own("network"),
    Place::Own("participate_slo"),
    plain("frontchannel_logout_uri", Shape::Uri, Unset::Absent),
    Place::Own("frontchannel_logout_session_required"),
];

/// Builds the settings of a client from what was sent and, for a PUT, from what was there.
pub(super) fn build(
    x: &mut Exchange<'_>,
    sent: &Value,
    before: Option<&App>,
    problems: &mut Problems,
) -> Result<Map<String, Value>, Refusal> {
    let mut built = Map::new();
    for place in PLACES {
        match place {
            Place::Plain(field) => field.read(sent, &mut built, x.switches, problems)?,
            Place::Own(name) => {
                if let Some(value) = own(name, x, sent, before, problems)? {
                    built.insert((*name).into(), value);
                }
            }
        }
    }
    if sent.get("jwks_uri").is_some_and(Value::is_string) && x.switches.jwks_with_uri() == JwksWithUri::UriWins {
        built.shift_remove("jwks");
    }
    let names: Vec<_> = PLACES.iter().map(Place::name).collect();
    keep_unknown(x.switches, sent, &mut built, &names);
    Ok(built)
}

fn own(
    name: &'static str,
    x: &mut Exchange<'_>,
    sent: &Value,
    before: Option<&App>,
    problems: &mut Problems,
) -> Result<Option<Value>, Refusal> {
    let grants = match sent.get("grant_types") {
        None | Some(Value::Null) => Vec::new(),
        Some(grants) => texts(grants)?,
    };
    match name {
        "response_types" => response_types(sent, &grants, x.switches).map(Some),
        "jwks" => jwk::of_client(x, sent, before, problems),
        "consent_method" => {
            let shown = x.switches.consent_method() == Feature::Shown;
            let value = single(name, CONSENT, "TRUSTED", sent, x.switches, problems)?;
            Ok(Some(value).filter(|_| shown))
        }
        "issuer_mode" => {
            let unset = match x.switches.issuer_mode_default() {
                IssuerModeDefault::CustomUrl => "CUSTOM_URL",
                IssuerModeDefault::Dynamic => "DYNAMIC",
                IssuerModeDefault::OrgUrl => "ORG_URL",
            };
            single(name, ISSUER, unset, sent, x.switches, problems).map(Some)
        }
        "refresh_token" => refresh_token(sent, &grants, before, problems),
        "idp_initiated_login" => idp_initiated_login(sent, problems).map(Some),
        "backchannel_token_delivery_mode" if grants.contains(&CIBA) => single(name, DELIVERY, "poll", sent, x.switches, problems).map(Some),
        "network" => network(sent, problems),
        "participate_slo" => {
            let shown = x.switches.participate_slo() == SloFeature::Shown;
            let on = flag(sent, name)?.unwrap_or(false);
            Ok(shown.then(|| json!(on)))
        }
        "frontchannel_logout_session_required" => {
            // Setting the URI alone fills this in.
            let filled = sent["frontchannel_logout_uri"].is_string().then_some(false);
            Ok(flag(sent, name)?.or(filled).map(Value::Bool))
        }
        _ => Ok(None),
    }
}

fn flag(sent: &Value, name: &str) -> Result<Option<bool>, Refusal> {
    match &sent[name] {
        Value::Null => Ok(None),
        value => value.as_bool().map(Some).ok_or_else(Refusal::malformed),
    }
}

/// Reads one member under the common rules.
fn single(
    name: &'static str,
    shape: Shape,
    unset: &'static str,
    sent: &Value,
    switches: &Switches,
    problems: &mut Problems,
) -> Result<Value, Refusal> {
    let field = Field::new(name, shape, Unset::Text(unset));
    let mut built = Map::new();
    field.read(sent, &mut built, switches, problems)?;
    Ok(built.remove(name).unwrap_or_default())
}

fn response_types(sent: &Value, grants: &[&str], switches: &Switches) -> Result<Value, Refusal> {
    match sent.get("response_types") {
        None | Some(Value::Null) => {}
        Some(value) => {
            texts(value)?;
            return Ok(value.clone());
        }
    }
    let mut types = Vec::new();
    match switches.response_types_default() {
        ResponseTypesDefault::Empty => {}
        ResponseTypesDefault::Code => types.push("code"),
        ResponseTypesDefault::ByGrant => {
            if grants.contains(&"authorization_code") {
                types.push("code");
            }
            if grants.contains(&"implicit") {
                types.extend(["token", "id_token"]);
            }
            if types.is_empty() && grants.contains(&"client_credentials") {
                types.push("token");
            }
        }
    }
    Ok(json!(types))
}

/// STATIC answers without `leeway`, even if it was sent (`POST /api/v1/apps`, recorded); a PUT without the settings keeps them.
fn refresh_token(sent: &Value, grants: &[&str], before: Option<&App>, problems: &mut Problems) -> Result<Option<Value>, Refusal> {
    let settings = object(sent, "refresh_token")?;
    if !grants.contains(&"refresh_token") {
        if settings.is_object() {
            problems.plain("App Instance", "''refresh_token'' grant type is required to configure the refresh token settings.");
        }
        return Ok(None);
    }
    let kept = before.map(|app| &app.body["settings"]["oauthClient"]["refresh_token"]);
    if settings.is_null()
        && let Some(kept) = kept.filter(|kept| kept.is_object())
    {
        return Ok(Some(kept.clone()));
    }
    let unset = match sent["application_type"].as_str() {
        Some("browser") => "ROTATE",
        _ => "STATIC",
    };
    let rotation = match &settings["rotation_type"] {
        Value::Null => unset,
        value => value.as_str().ok_or_else(Refusal::malformed)?,
    };
    if !matches!(rotation, "STATIC" | "ROTATE") {
        problems.of("rotation_type", "must be STATIC or ROTATE");
    }
    let leeway = match &settings["leeway"] {
        Value::Null => 30,
        value => value.as_i64().ok_or_else(Refusal::malformed)?,
    };
    if !(0..=60).contains(&leeway) {
        problems.of("leeway", "must be between 0 and 60 seconds");
    }
    Ok(Some(match rotation {
        "ROTATE" => json!({"rotation_type": "ROTATE", "leeway": leeway}),
        other => json!({"rotation_type": other}),
    }))
}

fn idp_initiated_login(sent: &Value, problems: &mut Problems) -> Result<Value, Refusal> {
    let login = object(sent, "idp_initiated_login")?;
    let mode = match &login["mode"] {
        Value::Null => "DISABLED",
        value => value.as_str().ok_or_else(Refusal::malformed)?,
    };
    if !matches!(mode, "DISABLED" | "SPEC" | "OKTA") {
        problems.of("mode", "must be DISABLED, SPEC or OKTA");
    }
    let scopes = match &login["default_scope"] {
        Value::Null => Vec::new(),
        value => texts(value)?,
    };
    Ok(json!({"mode": mode, "default_scope": scopes}))
}

/// Echoed only if it was sent; include and exclude only if they were.
fn network(sent: &Value, problems: &mut Problems) -> Result<Option<Value>, Refusal> {
    let network = object(sent, "network")?;
    if network.is_null() {
        return Ok(None);
    }
    let connection = match &network["connection"] {
        Value::Null => "ANYWHERE",
        value => value.as_str().ok_or_else(Refusal::malformed)?,
    };
    if !matches!(connection, "ANYWHERE" | "ZONE") {
        problems.of("connection", "must be ANYWHERE or ZONE");
    }
    let mut built = json!({"connection": connection});
    for list in ["include", "exclude"] {
        match &network[list] {
            Value::Null => {}
            // The specification has a bare `ALL_IP_ZONES` as well as a list.
            zones => {
                if !zones.is_string() {
                    texts(zones)?;
                }
                built[list] = zones.clone();
            }
        }
    }
    Ok(Some(built))
}
