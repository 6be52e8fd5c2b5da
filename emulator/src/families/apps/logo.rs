//! `/api/v1/apps/{id}/logo`: an uploaded image, of which the org keeps no more than where it would be found.

use super::find;
use crate::{
    answer::{Answer, Refusal},
    families::Exchange,
    ids::Kind,
    multipart,
};

/// An image must be smaller, in bytes.
const TOO_LARGE: usize = 1 << 20;
/// Where recorded orgs of today have uploaded images.
const PLACE: &str = "https://op3static2.oktacdn.com/fs/bco/4";
/// What the documented formats begin with, but for SVG, which is text.
const SIGNATURES: [&[u8]; 4] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a"];

/// Takes the place of the logo that the app has, if it has one of its own.
pub(in crate::families) fn upload(x: &mut Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    let mut app = find(x, app)?;
    let content_type = x.call.content_type.as_deref().unwrap_or_default();
    if !multipart::is_form(content_type) {
        return Err(Refusal::media_type_not_supported());
    }
    check(multipart::part(content_type, &x.call.body, "file").unwrap_or_default())?;
    let place = format!("{PLACE}/{}", x.tx.new_id(Kind::File));
    app.logo = Some(place.clone());
    app.touch(&x.now);
    app.write(&mut x.tx)?;
    let created = Answer { status: 201, ..Answer::no_content() };
    Ok(created.with_header("location", place))
}

/// The limits are documented, the wording of the causes is not.
fn check(image: &[u8]) -> Result<(), Refusal> {
    let refuse = |cause: &str| Err(Refusal::invalid("file", format!("file: {cause}")));
    if image.is_empty() {
        return refuse("The field cannot be left blank");
    }
    if image.len() >= TOO_LARGE {
        return refuse("must be less than 1 MB in size");
    }
    if !SIGNATURES.iter().any(|signature| image.starts_with(signature)) && !is_svg(image) {
        return refuse("must be in PNG, JPG, SVG or GIF format");
    }
    Ok(())
}

fn is_svg(image: &[u8]) -> bool {
    std::str::from_utf8(image).is_ok_and(|text| text.trim_start_matches('\u{feff}').trim_start().starts_with('<') && text.contains("<svg"))
}
