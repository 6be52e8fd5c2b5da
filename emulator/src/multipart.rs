//! Bodies of several parts (RFC 7578): the file of a form is taken out of them.

/// Returns the bytes of the part of a form that has a name, if the body is such a form and has it.
pub(crate) fn part<'a>(content_type: &str, body: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let delimiter = format!("--{}", boundary(content_type)?);
    let mut rest = after(body, delimiter.as_bytes())?;
    let end = format!("\r\n{delimiter}");
    while let Some(start) = rest.strip_prefix(b"\r\n") {
        let blank = find(start, b"\r\n\r\n")?;
        let (head, content) = (&start[..blank], &start[blank + 4..]);
        let length = find(content, end.as_bytes())?;
        if is_named(head, name) {
            return Some(&content[..length]);
        }
        rest = &content[length + end.len()..];
    }
    None
}

/// Says whether a body says of itself that it is a form of several parts.
pub(crate) fn is_form(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("multipart/form-data")
}

fn boundary(content_type: &str) -> Option<&str> {
    let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.trim().split_once('='));
    let found = parameters.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("boundary"));
    found.map(|(_, value)| value.trim_matches('"')).filter(|value| is_form(content_type) && !value.is_empty())
}

/// Says whether the head of a part names it so.
fn is_named(head: &[u8], name: &str) -> bool {
    let text = String::from_utf8_lossy(head);
    let disposition =
        text.split("\r\n").filter_map(|line| line.split_once(':')).find(|(field, _)| field.eq_ignore_ascii_case("content-disposition"));
    let mut parameters = disposition.into_iter().flat_map(|(_, value)| value.split(';').skip(1));
    parameters
        .any(|parameter| parameter.trim().split_once('=').is_some_and(|(known, value)| known == "name" && value.trim_matches('"') == name))
}

fn after<'a>(text: &'a [u8], sought: &[u8]) -> Option<&'a [u8]> {
    find(text, sought).map(|at| &text[at + sought.len()..])
}

fn find(text: &[u8], sought: &[u8]) -> Option<usize> {
    text.windows(sought.len()).position(|window| window == sought)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "multipart/form-data; boundary=\"--x\"";

    #[test]
    fn the_part_with_the_name_is_found_whatever_it_holds() {
        let body = b"prologue\r\n----x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n\r\n----x\r\n\
            content-disposition: form-data; name=\"file\"; filename=\"a;b.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n--x\0\r\n----x--\r\n";
        assert_eq!(part(FORM, body, "file"), Some(&b"\x89PNG\r\n--x\0"[..]));
        assert_eq!(part(FORM, body, "note"), Some(&b""[..]));
        assert_eq!(part(FORM, body, "logo"), None);
    }

    #[test]
    fn what_is_no_form_has_no_part() {
        let body = b"----x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx";
        assert_eq!(part(FORM, body, "file"), None, "the end is missing");
        assert_eq!(part("multipart/form-data", body, "file"), None);
        assert_eq!(part("multipart/mixed; boundary=--x", body, "file"), None);
        assert_eq!(part(FORM, b"", "file"), None);
        assert_eq!(part(FORM, b"----x", "file"), None);
    }
}
