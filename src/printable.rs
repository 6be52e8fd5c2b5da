//! Text from outside made inert for a terminal, a log or a comment.
//!
//! What comes out holds no character that moves a cursor, reorders or hides text; everything else is unchanged.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Returns the text with control, bidirectional and invisible characters as escapes (`\n`, `\u{1b}`).
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unprintable(c) => write!(out, "\\u{{{:x}}}", u32::from(c)).expect("writing to a String does not fail"),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Returns the printable text, cut after so many characters, with a note of how many are missing.
pub fn printable_head(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => printable(text).into_owned(),
        Some((cut, _)) => {
            let (head, rest) = text.split_at(cut);
            format!("{}… ({} more characters)", printable(head), rest.chars().count())
        }
    }
}

fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_not_copied() {
        assert!(matches!(printable("Ærlig ☕ 日本 \\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn control_bidi_and_invisible_characters_become_escapes() {
        let hostile = "a\u{1b}[31mb\r\nc\td\u{9b}e\u{202e}f\u{2066}g\u{200e}h\u{2028}i\u{feff}j\u{0}k\u{7f}l\u{e0041}m\u{200d}";
        insta::assert_snapshot!(printable(hostile),
            @r"a\u{1b}[31mb\r\nc\td\u{9b}e\u{202e}f\u{2066}g\u{200e}h\u{2028}i\u{feff}j\u{0}k\u{7f}l\u{e0041}m\u{200d}");
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        assert_eq!(printable_head("ææææ", 3), "æææ… (1 more characters)");
        assert_eq!(printable_head("æææ", 3), "æææ");
    }
}
