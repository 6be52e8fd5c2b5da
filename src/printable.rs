//! Text from outside made inert for a terminal, a log or a comment.
//!
//! What comes out holds no character that moves a cursor, reorders or hides text, and nothing that a forge's runner takes for a command wherever it
//! stands in a line of a log (`##[…]`, `##vso[…]`); everything else is unchanged.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Returns the text with control, bidirectional and invisible characters as escapes (`\n`, `\u{1b}`).
pub fn printable(text: &str) -> Cow<'_, str> {
    let commands: Vec<_> = commands(text).collect();
    if commands.is_empty() && !text.chars().any(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        match c {
            '#' if commands.binary_search(&at).is_ok() => out.push_str("\\u{23}"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unprintable(c) => write!(out, "\\u{{{:x}}}", u32::from(c)).expect("writing to a String does not fail"),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Returns where the second `#` of each command stands that a runner would obey in the midst of a line.
pub(crate) fn commands(text: &str) -> impl Iterator<Item = usize> {
    let is_command = |at: usize| text[at..].trim_start_matches(|c: char| c.is_ascii_alphabetic()).starts_with('[');
    // Every `#` after another one, so that `###[` is found too.
    let after_another = text.bytes().zip(text.bytes().skip(1)).enumerate().filter(|(_, pair)| *pair == (b'#', b'#'));
    after_another.map(|(at, _)| at + 1).filter(move |at| is_command(at + 1))
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
    fn commands_of_a_runner_s_log_are_broken() {
        let hostile = "x ##[add-mask]a ###[error]b ##vso[task.setvariable variable=c]d ##[##[ # ## [e] ##f";
        insta::assert_snapshot!(printable(hostile), @r"x #\u{23}[add-mask]a ##\u{23}[error]b #\u{23}vso[task.setvariable variable=c]d #\u{23}[#\u{23}[ # ## [e] ##f");
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        assert_eq!(printable_head("ææææ", 3), "æææ… (1 more characters)");
        assert_eq!(printable_head("æææ", 3), "æææ");
    }
}
