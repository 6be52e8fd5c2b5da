//! Trees written as people write them: every style, comments everywhere, blanks and empty lines as they come.

use serde_json::{Map, Value, json};

use crate::json::Path;
use crate::manifest::write::{self, Around, Quotes};

/// What a seed decides.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides.max(1) as u64).unwrap()
    }

    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 6 } else { 10 }) {
            0 => Value::Null,
            1 => json!(self.below(1000)),
            2 => json!(self.chance(50)),
            3..6 => Value::from(self.text()),
            6 | 7 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
            _ => Value::Object(self.members(depth - 1)),
        }
    }

    pub(super) fn members(&mut self, depth: usize) -> Map<String, Value> {
        (0..self.below(5)).map(|_| (self.name(), self.value(depth))).collect()
    }

    pub(super) fn name(&mut self) -> String {
        let names = ["name", "label", "status", "id", "scopes", "a b", "ümlaut", "quo\"te", "#not", "yes", "1", "x:y"];
        names[self.below(names.len())].to_owned()
    }

    fn text(&mut self) -> String {
        let texts = [
            "x",
            "two words",
            "https://a.example.com/b#c",
            "yes",
            "1.0",
            "~",
            " led",
            "a: b",
            "a #b",
            "it's",
            "\"q\"",
            "",
            "é☕",
            "a\tb",
            "---",
            "- x",
            "${var.x}",
            "one\ntwo",
            "one\n\n  two\n",
            "\u{202e}",
            "\u{1b}[0m",
            "[x]",
            "{y}",
            "a, b",
            "|",
            "# c",
            "\n",
        ];
        texts[self.below(texts.len())].to_owned()
    }
}

/// A text that is being written, and whose comments are whose.
pub(super) struct Messy<'d> {
    pub(super) dice: &'d mut Dice,
    pub(super) comments: Vec<(String, Path)>,
}

impl Messy<'_> {
    fn comment(&mut self, owner: &Path) -> String {
        let comment = format!("# c{}: \"it's\" [{{x", self.comments.len());
        self.comments.push((comment.clone(), owner.clone()));
        comment
    }

    /// The rest of a line behind something.
    fn behind(&mut self, owner: &Path) -> String {
        match self.dice.below(8) {
            0 => format!(" {}\n", self.comment(owner)),
            1 => format!("   \t{}\n", self.comment(owner)),
            2 => "  \n".to_owned(),
            _ => "\n".to_owned(),
        }
    }

    fn above(&mut self, owner: &Path, indent: usize) -> String {
        let margin = " ".repeat(indent);
        match self.dice.below(8) {
            0 => format!("{margin}{}\n", self.comment(owner)),
            1 => format!("\n{margin}{}\n{margin}#\n{margin}{}\n", self.comment(owner), self.comment(owner)),
            2 => "\n".to_owned(),
            _ => String::new(),
        }
    }

    /// Comments at the end of what a collection consists of, at the column of its entries.
    fn below(&mut self, owner: &Path, indent: usize, above: usize) -> String {
        let owner = owner.key("(below)");
        // At the column of what holds it, it would belong to what comes next.
        if indent > above && self.dice.chance(15) { format!("{}{}\n", " ".repeat(indent), self.comment(&owner)) } else { String::new() }
    }

    pub(super) fn block(&mut self, value: &Value, indent: usize, above: usize, path: &Path) -> String {
        let mut out = String::new();
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let path = path.key(name);
                    out += &self.above(&path, indent);
                    let name = if self.dice.chance(20) {
                        format!("{}", Value::from(name.as_str()))
                    } else {
                        write::scalar(&json!(name), Around::Block, Quotes::Fewest)
                    };
                    let blanks = if self.dice.chance(5) { " " } else { "" };
                    let rest = self.after(member, indent, false, &path);
                    out.extend([" ".repeat(indent), name, format!("{blanks}:{rest}")]);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let path = path.index(index);
                    out += &self.above(&path, indent);
                    out.extend([" ".repeat(indent), format!("-{}", self.after(item, indent, true, &path))]);
                }
            }
            _ => unreachable!("only collections have lines"),
        }
        out + &self.below(path, indent, above)
    }

    fn after(&mut self, value: &Value, indent: usize, item: bool, path: &Path) -> String {
        let is_empty = value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty);
        match value {
            Value::Null if self.dice.chance(60) => self.behind(path),
            Value::String(text) if write::is_lines(text) && self.dice.chance(60) => {
                let step = 1 + self.dice.below(4);
                let lines = write::lines(text, indent + step);
                let (indicator, rest) = lines.split_once('\n').unwrap();
                format!(" {indicator}{}{rest}", self.behind(path))
            }
            Value::Array(_) | Value::Object(_) if !is_empty && self.dice.chance(65) => {
                if item && self.dice.chance(70) {
                    let step = 2 + self.dice.below(2);
                    let lines = self.block(value, indent + step, indent, path);
                    // A comment or an empty line before the first entry keeps it from standing behind the dash.
                    let margin = " ".repeat(indent + step);
                    let first = lines.strip_prefix(&margin).filter(|first| !first.starts_with('#'));
                    return first.map_or_else(|| format!("\n{lines}"), |first| format!("{}{first}", " ".repeat(step - 1)));
                }
                let step = if value.is_array() && !item { self.dice.below(4) } else { 1 + self.dice.below(4) };
                format!("{}{}", self.behind(path), self.block(value, indent + step, indent, path))
            }
            _ => {
                let blanks = " ".repeat(1 + self.dice.below(2));
                format!("{blanks}{}{}", self.flow(value, indent + 1, path, false), self.behind(path))
            }
        }
    }

    fn flow(&mut self, value: &Value, indent: usize, path: &Path, within: bool) -> String {
        let (open, close, entries): (_, _, Vec<_>) = match value {
            Value::Array(items) => {
                ('[', ']', items.iter().enumerate().map(|(index, item)| (String::new(), path.index(index), item)).collect())
            }
            Value::Object(members) => {
                let name = |name: &str| format!("{}: ", write::scalar(&json!(name), Around::Flow, Quotes::Fewest));
                ('{', '}', members.iter().map(|(key, member)| (name(key), path.key(key), member)).collect())
            }
            scalar => {
                let quotes = [Quotes::Fewest, Quotes::Single, Quotes::Double][self.dice.below(3)];
                return write::scalar(scalar, if within { Around::Flow } else { Around::Block }, quotes);
            }
        };
        if entries.is_empty() || !self.dice.chance(25) {
            let pad = if self.dice.chance(20) { " " } else { "" };
            let gap = ["", " "][self.dice.below(2)];
            let entries: Vec<_> =
                entries.iter().map(|(name, path, value)| format!("{name}{}", self.flow(value, indent, path, true))).collect();
            return format!("{open}{pad}{}{pad}{close}", entries.join(&format!("{gap}, ")));
        }
        let margin = " ".repeat(indent + 1);
        let mut out = format!("{open}\n");
        for (place, (name, path, value)) in entries.iter().enumerate() {
            out += &self.above(path, indent + 1);
            let comma = if place + 1 < entries.len() || self.dice.chance(40) { "," } else { "" };
            let value = self.flow(value, indent + 1, path, true);
            out.extend([format!("{margin}{name}{value}{comma}"), self.behind(path)]);
        }
        format!("{out}{}{close}", " ".repeat(indent))
    }
}
