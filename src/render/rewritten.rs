//! Manifests that are rewritten, as a unified diff.

use similar::{ChangeTag, DiffOp, TextDiff};

use super::style::{Style, Tone};
use crate::drift::accept::Rewritten;
use crate::printable::printable;

/// Lines around a change that are shown.
const AROUND: usize = 3;

/// Returns the unified diff of some files. Whatever cannot be seen in them is shown as an escape.
pub fn text(files: &[Rewritten], style: Style) -> String {
    let mut lines = Vec::new();
    for Rewritten { name, before, after } in files {
        let name = printable(name);
        lines.push(style.paint(Tone::Heading, format_args!("--- a/{name}")));
        lines.push(style.paint(Tone::Heading, if after.is_some() { format!("+++ b/{name}") } else { "+++ /dev/null".to_owned() }));
        hunks(before, after.as_deref().unwrap_or_default(), style, &mut lines);
    }
    lines.push(String::new());
    lines.join("\n")
}

fn hunks(before: &str, after: &str, style: Style, lines: &mut Vec<String>) {
    let diff = TextDiff::from_lines(before, after);
    for ops in diff.grouped_ops(AROUND) {
        lines.push(style.paint(Tone::Faint, head(&ops)));
        for change in ops.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = change.value();
            let (sign, tone) = match change.tag() {
                ChangeTag::Delete => ('-', Some(Tone::Removed)),
                ChangeTag::Insert => ('+', Some(Tone::Added)),
                ChangeTag::Equal => (' ', None),
            };
            let whole = line.strip_suffix('\n');
            let shown = line_text(sign, whole.unwrap_or(line));
            lines.push(tone.map_or_else(|| shown.clone(), |tone| style.paint(tone, &shown)));
            if whole.is_none() {
                lines.push("\\ No newline at end of file".to_owned());
            }
        }
    }
}

/// A line that has nothing but blanks before `::` would be a command to a forge.
fn line_text(sign: char, line: &str) -> String {
    let line = line.replace('\t', "    ");
    let shown = printable(&line);
    // An empty line that stays is shown as one, without a blank at its end.
    if sign == ' ' && shown.is_empty() {
        return String::new();
    }
    let text = shown.trim_start();
    if sign == ' ' && text.starts_with("::") {
        format!("{sign}{}\\{text}", &shown[..shown.len() - text.len()])
    } else {
        format!("{sign}{shown}")
    }
}

fn head(ops: &[DiffOp]) -> String {
    let range = |start: usize, end: usize| match end - start {
        1 => format!("{}", start + 1),
        0 => format!("{start},0"),
        count => format!("{},{count}", start + 1),
    };
    let ends = ops.first().zip(ops.last());
    let (old, new) = ends.map_or((0..0, 0..0), |(first, last)| {
        (first.old_range().start..last.old_range().end, first.new_range().start..last.new_range().end)
    });
    format!("@@ -{} +{} @@", range(old.start, old.end), range(new.start, new.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_is_shown_with_what_is_around_it_and_nothing_in_it_acts() {
        let before = "a: 1\nb: 2\nc: |\n  ::error::x\n  ##[group]y\nd: \"\u{202e}\"\r\ne: 5\nf: 6\ng: 7\nh: 8\ni: 9\n";
        let after = before.replace("b: 2", "b: \u{1b}[31m").replace("i: 9\n", "i: 10");
        let file = |name: &str, before: &str, after: Option<&str>| Rewritten {
            name: name.into(),
            before: before.into(),
            after: after.map(Into::into),
        };
        let files = [file("m/a\n.yaml", before, Some(&after)), file("m/b.yaml", "x: 1\n", None)];
        insta::assert_snapshot!(text(&files, Style::default()), @r"
        --- a/m/a\n.yaml
        +++ b/m/a\n.yaml
        @@ -1,5 +1,5 @@
         a: 1
        -b: 2
        +b: \u{1b}[31m
         c: |
           \::error::x
           #\u{23}[group]y
        @@ -8,4 +8,4 @@
         f: 6
         g: 7
         h: 8
        -i: 9
        +i: 10
        \ No newline at end of file
        --- a/m/b.yaml
        +++ /dev/null
        @@ -1 +0,0 @@
        -x: 1
        ");
    }
}
