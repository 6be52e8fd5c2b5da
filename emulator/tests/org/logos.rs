//! Logos of apps: what is taken for an image, and where an app says that it has one.

use http::{Request, Response};
use idpctl_emulator::Org;
use serde_json::Value;

use crate::support::{create, get, org, refusal, web};

const FORM: &str = "multipart/form-data; boundary=boundary";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";

fn form(name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("--boundary\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"logo\"\r\n\r\n");
    [head.as_bytes(), content, b"\r\n--boundary--\r\n"].concat()
}

async fn upload(org: &Org, app: &str, kind: &str, body: Vec<u8>) -> Response<Vec<u8>> {
    let request = Request::post(format!("http://127.0.0.1/api/v1/apps/{app}/logo"))
        .header("authorization", format!("SSWS {}", org.okta_token()))
        .header("accept", "application/json")
        .header("content-type", kind);
    org.call(request.body(body).unwrap()).await.unwrap()
}

#[tokio::test]
async fn an_uploaded_logo_takes_the_place_of_the_one_before_and_stays() {
    let org = org();
    let (app, made) = create(&org, web("Portal")).await;
    let path = format!("/api/v1/apps/{app}");
    let answer = upload(&org, &app, FORM, form("file", PNG)).await;
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    insta::assert_snapshot!(format!("{} {location} {:?}", answer.status(), answer.body()), @"201 Created https://op3static2.oktacdn.com/fs/bco/4/fs0f00000EQ5SOtvN5d7 []");
    assert!(!answer.headers().contains_key("content-type"));
    insta::assert_json_snapshot!(get(&org, &path).await["_links"]["logo"], @r#"
    [
      {
        "name": "medium",
        "href": "https://op3static2.oktacdn.com/fs/bco/4/fs0f00000EQ5SOtvN5d7",
        "type": "image/png"
      }
    ]
    "#);
    let (status, put) = crate::support::send(&org, "PUT", &path, made).await;
    assert_eq!((status, &put["_links"]["logo"][0]["href"]), (200, &Value::from(location.as_str())));
    let again = upload(&org, &app, FORM, form("file", b"GIF89a...")).await;
    assert_ne!(again.headers()["location"], location.as_str());
    assert_eq!(get(&org, &path).await["_links"]["logo"][0]["href"], again.headers()["location"].to_str().unwrap());
    let events = get(&org, "/api/v1/logs?filter=eventType%20sw%20%22application.configuration%22").await;
    insta::assert_json_snapshot!(events[0]["target"], @r#"
    [
      {
        "id": "0oaf000008Euf57TO5d7",
        "type": "AppInstance",
        "alternateId": "Portal",
        "displayName": "Portal",
        "detailEntry": null
      }
    ]
    "#);
    assert_eq!(events.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_image_of_every_documented_format_is_taken() {
    let org = org();
    let (app, _) = create(&org, web("Portal")).await;
    let svg = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
    let most = [PNG, &vec![0; (1 << 20) - 1 - PNG.len()]].concat();
    for image in [b"\xff\xd8\xff\xe0".as_slice(), b"GIF87a", svg.as_bytes(), &most] {
        assert_eq!(upload(&org, &app, FORM, form("file", image)).await.status(), 201);
    }
}

#[tokio::test]
async fn what_is_no_image_or_too_large_or_not_sent_as_a_file_is_refused() {
    let org = org();
    let (app, _) = create(&org, web("Portal")).await;
    let large = [PNG, &vec![0; (1 << 20) - PNG.len()]].concat();
    let answers = [
        upload(&org, &app, FORM, form("file", b"%PDF-1.7")).await,
        upload(&org, &app, FORM, form("file", &large)).await,
        upload(&org, &app, FORM, form("file", b"")).await,
        upload(&org, &app, FORM, form("logo", PNG)).await,
        upload(&org, &app, "multipart/form-data", form("file", PNG)).await,
        upload(&org, &app, "image/png", PNG.to_vec()).await,
        upload(&org, "0oa0", FORM, form("file", PNG)).await,
    ];
    let told = answers.map(|answer| refusal((answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap())));
    insta::assert_snapshot!(told.join("\n"), @r#"
    400 E0000001 Api validation failed: file ["file: must be in PNG, JPG, SVG or GIF format"]
    400 E0000001 Api validation failed: file ["file: must be less than 1 MB in size"]
    400 E0000001 Api validation failed: file ["file: The field cannot be left blank"]
    400 E0000001 Api validation failed: file ["file: The field cannot be left blank"]
    400 E0000001 Api validation failed: file ["file: The field cannot be left blank"]
    400 E0000021 Bad request.  Accept and/or Content-Type headers likely do not match supported values. []
    404 E0000007 Not found: Resource not found: 0oa0 (AppInstance) []
    "#);
    assert_eq!(get(&org, "/api/v1/logs?filter=eventType%20sw%20%22application.configuration%22").await, serde_json::json!([]));
}
